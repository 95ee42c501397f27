"""Every key of the main screen, in one table: the footer, the help and the palette are made from it.

An `id` names an action for good: `[keys]` in cullr.toml gives it other keys.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys

from cullr.errors import ConfigError
from cullr.tomlfile import line_of, nearest

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


def actions() -> list[str]:
    """The ids that `[keys]` may name."""
    return [binding.id for binding in (*MAIN, *EVERYWHERE) if binding.id]


def elsewhere() -> dict[str, list[Binding]]:
    """The other screens' bindings by what the screen is called; imported only for someone who names a key."""
    from cullr.tui.screens import compare, history, pick_list, rules, skipped, survey

    parts: dict[str, tuple[type[DOMNode], ...]] = {
        "compare": (compare.CompareScreen,),
        "survey": (survey.SurveyScreen,),
        "history": (history.HistoryScreen, pick_list.PickList),
        "rules": (rules.RulesScreen, pick_list.PickList),
        "skipped": (skipped.SkippedScreen, pick_list.PickList),
    }
    return {
        name: [
            each
            for part in classes
            for one in part.__mro__
            for each in one.__dict__.get("BINDINGS", ())
            if isinstance(each, Binding) and each.id
        ]
        for name, classes in parts.items()
    }


def keymap(wanted: Mapping[str, str], file: Path | str = "cullr.toml") -> dict[str, str]:
    """`[keys]` → Textual's keymap. Raises ConfigError for an unknown action, an unknown key, or one given twice."""
    place = Path(file)
    found: dict[str, str] = {}
    if not wanted:
        return found
    others = elsewhere()
    known = sorted({*actions(), *(binding.id or "" for each in others.values() for binding in each)})
    for action, keys in wanted.items():
        if action not in known:
            raise ConfigError(
                place, line_of(place, action), f"unknown action {action!r} in [keys]", nearest(action, known)
            )
        found[action] = ",".join(_checked(place, action, key.strip()) for key in _split(keys))
    _once_each(place, found, (*MAIN, *EVERYWHERE))
    everywhere = {binding.id for binding in EVERYWHERE}
    for bindings in others.values():
        # A key given to one action is taken from another of that screen by itself; of two given ones neither wins.
        given = [each for each in bindings if each.id in found or found.keys() & everywhere]
        _once_each(place, found, (*given, *EVERYWHERE))
    return found


def _split(keys: str) -> Iterable[str]:
    """`x,delete` → x and delete; a lone or doubled comma is the comma key."""
    return [part or "," for part in keys.split(",")] if keys.strip(",") else [","]


def _checked(file: Path, action: str, key: str) -> str:
    known = {each.value for each in Keys} | set(KEY_ALIASES)
    *held, last = key.split("+") if key != "+" else [key]
    single = len(last) == 1 and last.isprintable()
    if all(word in {"ctrl", "shift", "alt"} for word in held) and (single or last in known or _is_named(last)):
        return "comma" if key == "," else key
    raise ConfigError(
        file, line_of(file, action), f"{action}: unknown key {key!r}", 'Examples: "x", "ctrl+x", "f2", "space".'
    )


def _is_named(word: str) -> bool:
    """`question_mark`, `left_square_bracket`: Textual's names of signs are Unicode's."""
    if not re.fullmatch(r"[a-z_0-9]+", word):
        return False
    if word in KEY_NAME_REPLACEMENTS.values():
        return True
    try:
        unicodedata.lookup(word.replace("_", " "))
    except KeyError:
        return False
    return True


def _once_each(file: Path, changed: Mapping[str, str], bindings: Iterable[Binding]) -> None:
    """A key that would do two things does neither well: it must be freed from its old action first."""
    owner: dict[str, str] = {}
    for binding in bindings:
        name = binding.id or ""
        for key in changed.get(name, binding.key).split(","):
            other = owner.setdefault(key, name)
            if other != name:
                blamed = name if name in changed else other
                raise ConfigError(
                    file,
                    line_of(file, blamed),
                    f"the key {key!r} is given to both {other} and {name}",
                    f"Give {other if blamed == name else name} another key as well.",
                )
