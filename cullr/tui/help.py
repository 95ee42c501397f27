"""The help, made from the bindings of the screen it was asked on: a key that was given elsewhere is shown there."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from cullr.tui.keys import DECIDE, LIST, LOOK, MOVE, REST, STARS

Entries = list[tuple[list[str], str]]
"""(keys, what they do)"""

KEYS = 15
TITLE = "bold $text-primary"
OTHER = "This screen"
ORDER = [group.description for group in (DECIDE, MOVE, LOOK, STARS, LIST, REST)]
HIDDEN = ("copy_text", "help_quit", "focus_next", "focus_previous", "command_palette")


class HelpScreen(ModalScreen[None]):
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (100, "-wide")]  # type: ignore[misc]
    DEFAULT_CSS: ClassVar[str] = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll {
        width: 106; max-width: 98%; height: auto; max-height: 98%; background: $surface; border: round $primary;
        border-title-color: $text-primary; border-subtitle-color: $foreground; padding: 0 2; scrollbar-size-vertical: 1;
    }
    HelpScreen #keys { height: auto; layout: horizontal; }
    HelpScreen #keys Static { width: 1fr; height: auto; }
    HelpScreen.-narrow #keys { layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,?,f1,enter", "app.pop_screen", "close", show=False)]

    def __init__(self, below: Screen[Any], notes: list[str]) -> None:
        super().__init__()
        self._groups = grouped(below)
        self._notes = notes

    def compose(self) -> ComposeResult:
        left, right = _halves(list(self._groups.items()))
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc closes   ↑↓ scroll"
            with Container(id="keys"):
                yield Static(_said(left), markup=False)
                yield Static(_said(right), markup=False)
            notes = [Content(f"  {note}") for note in self._notes]
            yield Static(Content("\n").join([Content.styled("This terminal", TITLE), *notes]), markup=False)


def _said(groups: list[tuple[str, Entries]]) -> Content:
    lines = []
    for group, entries in groups:
        lines.append(Content.styled(group, TITLE))
        for keys, words in entries:
            lines.append(Content.assemble((f"  {' '.join(keys):<{KEYS}}", "$text-accent"), " ", words))
        lines.append(Content())
    return Content("\n").join(lines)


def _halves(groups: list[tuple[str, Entries]]) -> tuple[list[tuple[str, Entries]], list[tuple[str, Entries]]]:
    """Split where both columns are nearest to equally long."""
    sizes = [len(entries) + 2 for _, entries in groups]
    at = min(range(len(groups) + 1), key=lambda place: abs(sum(sizes[:place]) - sum(sizes[place:])))
    return groups[:at], groups[at:]


def grouped(screen: Screen[Any]) -> dict[str, Entries]:
    """Group → (keys, what they do), as the screen hears them now."""
    found: dict[str, dict[str, tuple[list[str], str]]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        action = binding.action.rpartition(".")[2]
        if not binding.description or action in HIDDEN:
            continue
        group = binding.group.description if binding.group else OTHER
        keys, _ = found.setdefault(group, {}).setdefault(action, ([], binding.description))
        shown = screen.app.get_key_display(binding)
        if shown not in keys:
            keys.append(shown)
    ordered = sorted(found, key=lambda group: ORDER.index(group) if group in ORDER else -1)
    return {group: list(found[group].values()) for group in ordered}
