"""Photos that could not be read or not be compared, each with its reason: nothing that was left out stays unsaid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cullr.model import Kind
from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui.header import short
from cullr.tui.screens.page import Page
from cullr.tui.screens.pick_list import PickList
from cullr.tui.theme import FAINT

MEASURED = 1000
"""Paths whose length decides where the reasons begin; a share that went away leaves 100 000."""


READ = "It is in no group and is never moved."
ALONE = {
    Kind.SET: "It is in no set: no other set is culled for it, nor it for another.",
    Kind.CLIP: "It is compared by bytes and hashes only.",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """`paths` are of one root; `means` is what follows."""

    root: int
    paths: tuple[str, ...]
    why: str
    means: str


class SkippedScreen(Page):
    """Changes nothing."""

    DEFAULT_CSS = """
    SkippedScreen #photos { height: 1fr; }
    SkippedScreen #reason { height: auto; max-height: 8; padding: 0 1; border-top: solid $primary 40%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy path", id="copy")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: list[_Row] = []
        self._widest = 0

    def body(self) -> ComposeResult:
        yield PickList(self._line, id="photos")
        with VerticalScroll(id="reason", can_focus=False):
            yield Static(id="why")

    def on_mount(self) -> None:
        if self.gone:
            return
        unread = [_Row(each.root, (each.path,), each.why, READ) for each in self.desk.skipped()]
        alone = [_Row(each.root, each.paths, each.why, ALONE[each.kind]) for each in self.desk.left_out()]
        self.rows = [*unread, *alone]
        self._widest = max((cell_len(_called(row)) for row in self.rows[:MEASURED]), default=0)
        counts = words.count(len(unread), "photo") if unread else "none"
        self.head("Not read", f"{counts}; not compared: {len(alone):,}" if alone else counts)
        self.query_one(PickList).fill(len(self.rows))
        self.query_one(PickList).focus()
        if not self.rows:
            told = "Every photo that was looked at so far could be read."
            self.query_one("#why", Static).update(Content.styled(f"✓ {told}", "$text-success"))

    def _line(self, number: int, width: int) -> Content:
        row = self.rows[number]
        room = min(self._widest, max(20, width * 3 // 5 - 2))
        path = _called(row)
        if cell_len(path) > room:
            path = "…" + _tail(path, room - 1)  # the end of a path tells more than its beginning
        return Content.assemble(set_cell_size(path, room), "  ", (visible(row.why), "$text-warning"))

    def on_pick_list_moved(self, event: PickList.Moved) -> None:
        if self.gone:
            return
        row = self.rows[event.number]
        full = Content("\n".join(visible(short(self.desk.roots[row.root] / path)) for path in row.paths))
        why = Content.styled(f"◆ {visible(row.why)}", "$text-warning")
        left = Content.styled(row.means, FAINT)
        self.query_one("#why", Static).update(Content("\n").join([full, why, left]))

    def action_copy(self) -> None:
        if self.rows:
            row = self.rows[self.query_one(PickList).cursor]
            self.copy(self.desk.roots[row.root] / row.paths[0])


def _called(row: _Row) -> str:
    """Its first path, and how many more there are."""
    more = f" +{len(row.paths) - 1}" if len(row.paths) > 1 else ""
    return visible(row.paths[0]) + more


def _tail(text: str, cells: int) -> str:
    """The longest end of the text that takes no more than so many cells."""
    while cell_len(text) > cells:
        text = text[1:]
    return text
