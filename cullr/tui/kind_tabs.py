"""The line above the list: every kind that there is, the one shown marked, and how the list is ordered."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.widget import Widget

from cullr.model import Kind
from cullr.tui.kinds import NAMES, ORDER_NAMES, SIGNS
from cullr.tui.messages import KindPicked
from cullr.tui.theme import FAINT


class KindTabs(Widget):
    """A click chooses a kind."""

    DEFAULT_CSS = "KindTabs { height: 1; background: $surface; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._state: tuple[dict[Kind, int], Kind | None, str, str] = ({}, None, "found", "")
        self._ends: list[tuple[int, str]] = []

    def tell(self, counts: Mapping[Kind, int], kind: Kind | None, by: str, text: str) -> None:
        state = (dict(counts), kind, by, text)
        if state != self._state:
            self._state = state
            self.refresh()

    def render(self) -> Content:
        counts, chosen, by, text = self._state
        tabs: list[tuple[str, Content]] = [("", _tab(f"all {sum(counts.values()):,}", at=chosen is None))]
        for kind in Kind:
            if kind in counts:
                named = f"{SIGNS[kind]} {NAMES[kind] + ' ' if kind is chosen else ''}{counts[kind]:,}"
                tabs.append((kind.value, _tab(named, at=kind is chosen)))
        line = Content()
        self._ends = []
        for name, tab in tabs:
            line = Content.assemble(line, tab)
            self._ends.append((line.cell_length, name))
        if text:
            line = Content.assemble(line, (f" /{text}", "$text-warning"))
        if by != "found":
            line = Content.assemble(line, (f" {ORDER_NAMES[by]}", FAINT))
        return line.truncate(self.size.width, ellipsis=True)

    def on_click(self, event: events.Click) -> None:
        at = event.x - 1
        for end, name in self._ends:
            if at < end:
                self.post_message(KindPicked(name))
                return


def _tab(text: str, *, at: bool) -> Content:
    return Content.styled(f" {text} ", "bold reverse $text-primary" if at else FAINT)
