"""Every key of the main screen, in one table: the footer, the help and the palette are made from it.

An `id` names an action for good: `[keys]` in cullr.toml gives it other keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

DECIDE = Binding.Group("Decide")
STARS = Binding.Group("Stars and labels, into the XMP sidecar")
MOVE = Binding.Group("Move about")
LOOK = Binding.Group("Look closer")
LIST = Binding.Group("The list")
REST = Binding.Group("cullr")


def _key(keys: str, action: str, words: str, name: str, group: Binding.Group, *, show: bool = False) -> Binding:
    return Binding(keys, action, words, id=name, group=group, show=show)


RATE: tuple[Binding, ...] = (
    *(
        _key(f"{n}", f"stars({n})", f"{n} star{'s' * (n > 1)}" if n else "no stars", f"stars.{n}", STARS)
        for n in range(6)
    ),
    *(
        _key(key, f"label('{colour}')", f"{colour.lower()} label, or none", f"label.{colour.lower()}", STARS)
        for key, colour in (("6", "Red"), ("7", "Yellow"), ("8", "Green"), ("9", "Blue"))
    ),
)
"""Wherever one shot is under the eye."""

MAIN: tuple[Binding, ...] = (
    _key("enter", "approve", "approve as shown, next group", "approve", DECIDE, show=True),
    _key("p", "mark('keep')", "keep this shot", "keep", DECIDE, show=True),
    _key("x", "mark('cull')", "cull this shot", "cull", DECIDE, show=True),
    _key("u", "mark('none')", "take your word back", "undecided", DECIDE, show=True),
    _key("P,shift+p", "keep_only", "keep only this one, next group", "keep_only", DECIDE, show=True),
    _key("s", "not_alike", "not alike: never ask again", "not_alike", DECIDE, show=True),
    _key("ctrl+z", "undo", "take the last step back", "undo", DECIDE, show=True),
    *RATE,
    _key("left,h", "shot(-1)", "shot before", "shot.before", MOVE),
    _key("right,l", "shot(1)", "next shot", "shot.next", MOVE),
    _key("up,k,[", "group(-1)", "group before", "group.before", MOVE),
    _key("down,j,]", "group(1)", "next group", "group.next", MOVE),
    _key("pageup", "page(-1)", "a page up", "page.up", MOVE),
    _key("pagedown", "page(1)", "a page down", "page.down", MOVE),
    _key("home,g", "end(0)", "first group", "first", MOVE),
    _key("end,G", "end(1)", "last group", "last", MOVE),
    _key("c", "look('compare')", "compare two", "compare", LOOK, show=True),
    _key("n", "look('survey')", "all shots of the group", "survey", LOOK, show=True),
    _key("d", "look('difference')", "difference of two", "difference", LOOK),
    _key("z", "look('zoom')", "look at 100 %", "zoom", LOOK),
    _key("v", "look('pictures')", "another way of showing pictures", "pictures", LOOK),
    _key("y", "look('copy_path')", "copy the path", "copy", LOOK),
    _key("tab", "kind(1)", "next kind of group", "kind.next", LIST, show=True),
    _key("shift+tab", "kind(-1)", "kind before", "kind.before", LIST),
    _key("/", "filter", "only groups with this in a name", "filter", LIST, show=True),
    _key("o", "sort", "another order", "sort", LIST, show=True),
    _key("escape", "all", "all groups again", "all", LIST),
    _key("H", "look('history')", "history: undo any batch", "history", REST, show=True),
    _key("R", "look('rules')", "rules: another way to choose", "rules", REST, show=True),
    _key("K", "look('skipped')", "photos not read or not compared", "skipped", REST),
    _key("E", "look('pause')", "embedding: pause, go on", "pause", REST),
    _key("T", "look('theme')", "dark or light", "theme", REST),
    _key("q", "quit", "quit", "quit", REST, show=True),
)
EVERYWHERE: tuple[Binding, ...] = (
    Binding("?,f1", "help", "help", id="help", group=REST),
    Binding("ctrl+l", "repaint", "draw the screen anew", id="repaint", group=REST, show=False),
    Binding("ctrl+q,ctrl+c", "quit", "quit", id="quit_now", group=REST, show=False, priority=True),
)
SHORT: Mapping[str, str] = {
    "approve": "approve",
    "keep": "keep",
    "cull": "cull",
    "undo": "undo",
    "compare": "compare",
    "survey": "survey",
    "keep_only": "only this",
    "not_alike": "not alike",
    "undecided": "unmark",
    "kind.next": "kind",
    "filter": "filter",
    "sort": "order",
    "history": "history",
    "rules": "rules",
    "help": "help",
    "quit": "quit",
}
"""What the footer says, the weightiest first: 80 columns hold seven of these."""


def key_of(screen: Screen[Any], name: str) -> str:
    """The first key bound to this action, as the person would call it."""
    for active in screen.active_bindings.values():
        if active.binding.id == name:
            return screen.app.get_key_display(active.binding)
    return next(screen.app.get_key_display(each) for each in (*MAIN, *EVERYWHERE) if each.id == name)
