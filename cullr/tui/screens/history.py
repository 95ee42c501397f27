"""Every approval, newest first, and what taking the chosen one back would bring: any of them, in any order.

Nothing is taken back before the screen has shown what comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.session.past import PastBatch, Undone
from cullr.tui.group_line import fit
from cullr.tui.screens.page import Page
from cullr.tui.screens.pick_list import PickList
from cullr.tui.theme import FAINT

REST_SECONDS = 0.12
"""A look at a batch asks the disk about each of its files: only where the cursor rests."""
ROOMY = 70
"""Columns from which the size stands on a batch's line."""
NAMES = 200
"""Files named one by one; a batch can hold 20 000."""


class HistoryScreen(Page):
    """Leaves with whether anything was taken back."""

    DEFAULT_CSS = """
    HistoryScreen #past { height: 1fr; }
    HistoryScreen #batches { height: 2fr; width: 100%; }
    HistoryScreen #detail { height: 3fr; width: 100%; padding: 0 1; scrollbar-size-vertical: 1; }
    HistoryScreen #detail { border-top: solid $primary 40%; }
    HistoryScreen.-wide #past { layout: horizontal; }
    HistoryScreen.-wide #batches { width: 1fr; height: 100%; }
    HistoryScreen.-wide #detail { width: 1fr; height: 100%; border-top: none; border-left: solid $primary 40%; }
    HistoryScreen #detail:focus { border-top: solid $primary; }
    HistoryScreen.-wide #detail:focus { border-top: none; border-left: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,u", "undo", "put back", id="history.undo"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.past: list[PastBatch] = []
        self._seen: dict[str, Undone] = {}
        """What came of looking: by batch, what would come back."""
        self._rest: Timer | None = None
        self._busy = self._leaving = False

    def body(self) -> ComposeResult:
        with Container(id="past"):
            yield PickList(self._line, id="batches")
            with VerticalScroll(id="detail"):
                yield Static(id="what")

    def on_mount(self) -> None:
        if self.gone:
            return
        self.head("History", "reading the journals …")
        self.say("Any approval can be taken back, in any order.")
        self.query_one(PickList).focus()
        self._read()

    def _read(self) -> None:
        self.in_background(self.desk.history, self._show, only="read")

    def _show(self, past: list[PastBatch]) -> None:
        at = self.chosen.id if self.chosen else None
        self.past, self._seen = past[::-1], {}
        held = sum(batch.staged for batch in past if not batch.wrote)
        still = f"{words.count(held, 'file')} still staged" if held else "nothing is staged"
        self.head("History", words.count(len(past), "approval"), still)
        place = next((number for number, batch in enumerate(self.past) if batch.id == at), 0)
        self.query_one(PickList).fill(len(self.past), place)
        if not past:
            nothing = "Nothing was moved yet.\n\nWhat you approve will stand here, and can be taken back."
            self.query_one("#what", Static).update(Content(nothing))

    @property
    def chosen(self) -> PastBatch | None:
        """The batch under the cursor."""
        number = self.query_one(PickList).cursor
        return self.past[number] if number < len(self.past) else None

    def _line(self, number: int, width: int) -> Content:
        batch = self.past[number]
        held, tone = _held(batch)
        size = f"{'★' if batch.wrote else words.size(batch.bytes):>9}  " if width > ROOMY else ""
        name = fit(visible(batch.named), max(1, width - 36 - len(size)))
        return Content.assemble((batch.at[:16].replace("T", " "), FAINT), "  ", name, "  ", size, (held, tone))

    # Looking

    def on_pick_list_moved(self) -> None:
        if self.gone:
            return
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._look)
        self._detail()

    def _look(self) -> None:
        if self.gone:
            return
        batch = self.chosen
        if batch and batch.staged and batch.id not in self._seen:
            self.in_background(lambda: (batch.id, self.desk.would_undo([batch])), self._looked, only="look")

    def _looked(self, found: tuple[str, Undone]) -> None:
        self._seen[found[0]] = found[1]
        self._detail()

    def _detail(self) -> None:
        batch = self.chosen
        if batch is None:
            return
        moved = f"moved {batch.at[:19].replace('T', ' ')}: {words.count(batch.shots, 'shot')}, "
        moved += f"{words.count(batch.files, 'file')}, {words.size(batch.bytes)}"
        if batch.wrote:
            moved = f"written {batch.at[:19].replace('T', ' ')} into {words.count(batch.files, 'sidecar')}"
        parts = [
            Content.assemble((visible(batch.told), "bold")),
            Content(moved),
            Content.styled(f"batch {batch.id}", FAINT),
            Content(),
        ]
        self.query_one("#what", Static).update(Content("\n").join([*parts, *self._return(batch)]))

    def _return(self, batch: PastBatch) -> list[Content]:
        """What comes back, and what cannot."""
        if not batch.staged:
            still = "in a sidecar" if batch.wrote else "staged"
            return [Content(f"Nothing of it is {still} any more: {batch.state}.")]
        look = self._seen.get(batch.id)
        if look is None:
            return [Content.styled("looking what would come back …", FAINT)]
        lines: list[Content] = []
        if look.files:
            lines.append(
                Content.styled(
                    f"{self.key_of('history.undo')} puts back {words.count(look.files, 'file')}:", "$text-success"
                )
            )
            lines += self._named((root, path, "") for root, path in look.back)
        if look.left:
            lines.append(Content.styled(f"{words.count(len(look.left), 'file')} must stay staged:", "$text-warning"))
            lines += self._named(look.left)
        return lines

    def _named(self, files: Iterable[tuple[int, str, str]]) -> list[Content]:
        lines: list[Content] = []
        for number, (root, path, why) in enumerate(files):
            if number == NAMES:
                return [*lines, Content.styled("  … and more", FAINT)]
            name = visible(str(self.desk.roots[root] / path) if len(self.desk.roots) > 1 else path)
            lines.append(Content.assemble("  ", name, *([(f"  {visible(why)}", "$text-warning")] if why else [])))
        return lines

    # Undoing

    def on_pick_list_chosen(self) -> None:
        self.action_undo()

    def action_undo(self) -> None:
        batch = self.chosen
        if batch is None or self._busy:
            return
        look = self._seen.get(batch.id)
        if not batch.staged:
            self.say(f"Nothing of this one is staged any more: {batch.state}.")
        elif look is None:
            self.say("One moment: still looking what would come back.")
            self._look()
        elif not look.files:
            self.say("Nothing of it can come back now; the reasons stand beside it.", "care")
        else:
            self._busy = True
            self.say(f"Putting back {words.count(look.files, 'file')} …")
            self.in_background(lambda: self.desk.undo([batch]), self._undone)

    def _undone(self, done: Undone) -> None:
        self._busy = False
        self.changed = self.changed or done.files > 0
        if self._leaving:
            self.dismiss(self.changed)
            return
        settled = " ".join(done.recovered)
        if done.left:
            first = f"{done.left[0][1]}: {done.left[0][2]}"
            stayed = f"{words.count(len(done.left), 'file')} stayed staged. {first}"
            self.say(f"Put back {words.count(done.files, 'file')}; {stayed} {settled}", "care")
        else:
            self.say(f"Put back {words.count(done.files, 'file')}. {settled}", "good")
        self._read()

    def action_leave(self) -> None:
        """The screen below must learn what came back, so an undo under way is waited for."""
        self._leaving = self._busy
        if not self._busy:
            self.dismiss(self.changed)

    def failed(self, error: BaseException | None) -> None:
        self._busy = self._leaving = False
        super().failed(error)


def _held(batch: PastBatch) -> tuple[str, str]:
    """How much of it can come back, in words, and the style for that."""
    if not batch.staged:
        return set_cell_size(str(batch.state), 16), FAINT
    if batch.undoable == batch.files:
        return set_cell_size("↶ can come back", 16), "$text-success"
    return set_cell_size(f"↶ {batch.undoable:,} of {batch.files:,}", 16), "$text-warning"
