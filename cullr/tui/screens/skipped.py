"""Photos that could not be read, each with its reason: nothing that was left out stays unsaid."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cullr.model import Skipped
from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui.header import short
from cullr.tui.screens.page import FAINT, Page
from cullr.tui.screens.pick_list import PickList

MEASURED = 1000
"""Paths whose length decides where the reasons begin; a share that went away leaves 100 000."""


class SkippedScreen(Page):
    """Changes nothing."""

    DEFAULT_CSS = """
    SkippedScreen #photos { height: 1fr; }
    SkippedScreen #reason { height: auto; max-height: 8; padding: 0 1; border-top: solid $primary 40%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy path", id="copy_path")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: list[Skipped] = []
        self._widest = 0

    def body(self) -> ComposeResult:
        yield PickList(self._line, id="photos")
        with VerticalScroll(id="reason", can_focus=False):
            yield Static(id="why")

    def on_mount(self) -> None:
        self.rows = self.desk.skipped()
        self._widest = max((cell_len(visible(row.path)) for row in self.rows[:MEASURED]), default=0)
        self.head("Not read", words.count(len(self.rows), "photo") if self.rows else "none")
        self.query_one(PickList).fill(len(self.rows))
        self.query_one(PickList).focus()
        if not self.rows:
            told = "Every photo that was looked at so far could be read."
            self.query_one("#why", Static).update(Content.styled(f"✓ {told}", "$text-success"))

    def _line(self, number: int, width: int) -> Content:
        row = self.rows[number]
        room = min(self._widest, max(20, width * 3 // 5 - 2))
        path = visible(row.path)
        if cell_len(path) > room:
            path = "…" + _tail(path, room - 1)  # the end of a path tells more than its beginning
        return Content.assemble(set_cell_size(path, room), "  ", (visible(row.why), "$text-warning"))

    def on_pick_list_moved(self, event: PickList.Moved) -> None:
        row = self.rows[event.number]
        full = Content(visible(short(self.desk.roots[row.root] / row.path)))
        why = Content.styled(f"◆ {visible(row.why)}", "$text-warning")
        left = Content.styled("It is in no group and is never moved.", FAINT)
        self.query_one("#why", Static).update(Content("\n").join([full, why, left]))

    def action_copy(self) -> None:
        if self.rows:
            row = self.rows[self.query_one(PickList).cursor]
            self.copy(self.desk.roots[row.root] / row.path)


def _tail(text: str, cells: int) -> str:
    """The longest end of the text that takes no more than so many cells."""
    while cell_len(text) > cells:
        text = text[1:]
    return text
