"""All shots of the group at once, as large as they can be, page by page when they are many."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from cullr.model import Proposal, ShotFacts
from cullr.report import words
from cullr.session.desk import Desk, OpenGroup
from cullr.tui.card import mark
from cullr.tui.messages import Picked
from cullr.tui.pictures.loader import PictureLoader
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.screens.boxes import Boxes
from cullr.tui.screens.compare import CompareScreen
from cullr.tui.screens.marking import MarkingPage, Rater, name, pixels
from cullr.tui.screens.pane import Pane
from cullr.tui.terminal.terminal import Terminal

LEAST = (20, 7)
"""Columns and rows of a box in which a picture still tells something."""
MOST = 16
"""Boxes on a page: a kitty terminal is given sixteen pictures to hold."""
REASONED = 9
"""Rows of a box from which the reason has a line of its own; with every three more one more, up to three."""
SHAPE = 3.0
"""Columns per row of a 3:2 picture in cells of 1:2."""


class SurveyScreen(MarkingPage):
    """Starts at the shot numbered `at`. Leaves with whether a word was said."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "other", "keep or cull", id="survey.other"),
        Binding("c", "compare", "compare", id="compare"),
        Binding("left,h", "go(-1,0)", "left", show=False, id="survey.left"),
        Binding("right,l", "go(1,0)", "right", show=False, id="survey.right"),
        Binding("up,k", "go(0,-1)", "up", show=False, id="survey.up"),
        Binding("down,j", "go(0,1)", "down", show=False, id="survey.down"),
        Binding("pageup", "page(-1)", "page before", show=False, id="survey.page_before"),
        Binding("pagedown", "page(1)", "next page", show=False, id="survey.page_next"),
        Binding("home,g", "end(0)", "first", show=False, id="survey.first"),
        Binding("end,G", "end(1)", "last", show=False, id="survey.last"),
    ]

    def __init__(
        self,
        desk: Desk,
        group: OpenGroup,
        loader: PictureLoader,
        terminal: Terminal,
        shelf: Shelf,
        *,
        at: int = 0,
        rate: Rater | None = None,
    ) -> None:
        super().__init__(desk, group, rate)
        self.at = at
        self._columns, self._rows = 1, 1
        self._with = (loader, terminal, shelf)

    def body(self) -> ComposeResult:
        with Boxes():
            for _ in range(min(MOST, len(self.group.shots))):
                yield Pane(self.desk, *self._with)

    def on_mount(self) -> None:
        self.say(f"{self.key_of('survey.other')} turns keep into cull and back, {self.key_of('done')} returns.")

    def on_resize(self) -> None:
        self.call_after_refresh(self._arrange)

    @property
    def capacity(self) -> int:
        """Shots on a page: five columns of four rows have more places than there are boxes."""
        return min(self._columns * self._rows, MOST)

    @property
    def first(self) -> int:
        """The number of the page's first shot."""
        return self.at - self.at % self.capacity

    @property
    def _reasoned(self) -> int:
        """Lines for the reason."""
        rows = self.query_one(Boxes).size.height // self._rows
        return max(0, min(3, (rows - REASONED) // 3 + 1))

    def _arrange(self) -> None:
        if self.gone:
            return
        boxes = self.query_one(Boxes)
        shapes = sorted(2 * width / height for width, height in map(pixels, self.group.shots) if height)
        shape = shapes[len(shapes) // 2] if shapes else SHAPE
        self._columns, self._rows = layout(len(self.group.shots), boxes.size.width, boxes.size.height, shape)
        boxes.spread(self._columns, self._rows)
        self._look()

    def _look(self) -> None:
        page = self.group.shots[self.first : self.first + self.capacity]
        for number, pane in enumerate(self.query(Pane)):
            pane.display = number < len(page)
            if pane.display:
                pane.look(page[number])
        self.show_marks()

    def show_marks(self) -> None:
        if not self.group.shots:
            return
        self.at = min(self.at, len(self.group.shots) - 1)
        page = self.group.shots[self.first : self.first + self.capacity]
        proposals = self.proposals(page)
        reasons = [_why(proposal) if self._reasoned else "" for proposal in proposals]
        for number, (pane, shot, proposal) in enumerate(zip(self.query(Pane), page, proposals, strict=False)):
            sign = mark(proposal, self.group.verdicts.get(shot.id), self.group.group.shielded)
            row = number - number % self._columns
            pane.label(
                Content.assemble(sign, " "),
                name(shot, self.group.shots),
                current=self.first + number == self.at,
                below=reasons[number],
                most=self._reasoned,
                beside=reasons[row : row + self._columns],
                facts=shot,
            )
        self._title()

    def _title(self) -> None:
        shots, kept = self.group.shots, sum(each.keep for each in self.group.proposals)
        frees = sum(each.shot.bytes for each, said in zip(shots, self.group.proposals, strict=True) if not said.keep)
        pages = -(-len(shots) // self.capacity)
        page = f"page {self.at // self.capacity + 1} of {pages}" if pages > 1 else ""
        culled = f"✓ {kept}  ✗ {len(shots) - kept}" + (f"  frees {words.size(frees)}" if frees else "")
        [proposal] = self.proposals([self.current()])
        why = "" if self._reasoned else words.reason(proposal)
        self.head("Survey", f"shot {self.at + 1} of {len(shots)}", page, culled, why)

    # Moving about

    def current(self) -> ShotFacts:
        return self.group.shots[self.at]

    def _go(self, to: int) -> None:
        before = self.first
        self.at = max(0, min(to, len(self.group.shots) - 1))
        if self.first != before:
            self._look()
        else:
            self.show_marks()

    def action_go(self, across: int, down: int) -> None:
        to = self.at + across + down * self._columns
        if 0 <= to < len(self.group.shots):
            self._go(to)
        elif down > 0 and self.at // self._columns < (len(self.group.shots) - 1) // self._columns:
            self._go(len(self.group.shots) - 1)  # the last row is not full

    def action_page(self, pages: int) -> None:
        self._go(self.at + pages * self.capacity)

    def action_end(self, last: int) -> None:
        self._go(len(self.group.shots) - 1 if last else 0)

    def on_picked(self, event: Picked) -> None:
        """A click takes the eye there; a double click compares it with its neighbour."""
        event.stop()
        self._go(next((number for number, each in enumerate(self.group.shots) if each.id == event.shot), self.at))
        if event.twice:
            self.action_compare()

    # Deciding

    def action_other(self) -> None:
        """The other way round from what holds now."""
        [proposal] = self.proposals([self.current()])
        self.action_mark("cull" if proposal.keep else "keep")

    def action_compare(self) -> None:
        if len(self.group.shots) < 2:
            self.say("There is nothing to compare it with.")
            return
        first = min(self.at, len(self.group.shots) - 2)
        two = [each.id for each in self.group.shots[first : first + 2]]
        page = CompareScreen(self.desk, self.group, two, *self._with, rate=self.rate)
        self.app.push_screen(page, self._compared)

    def _compared(self, changed: bool | None) -> None:
        if changed:
            self.changed = True
            self.group = self.desk.open(self.group.row) or self.group
            self._look()


def _why(proposal: Proposal) -> str:
    return words.reason(proposal).removeprefix("kept: ").removeprefix("culled: ")


def layout(count: int, width: int, height: int, shape: float = SHAPE) -> tuple[int, int]:
    """Columns and rows of boxes that show pictures of this shape largest: for all shots if they fit a page, else for a
    full page."""
    most = max(1, min(MOST, (width // LEAST[0]) * (height // LEAST[1])))
    count = max(1, min(count, most))
    choices = [(columns, -(-count // columns)) for columns in range(1, count + 1)]
    fitting = [each for each in choices if width // each[0] >= LEAST[0] and height // each[1] >= LEAST[1]]
    return max(fitting or choices[-1:], key=lambda each: (_shown(width // each[0], height // each[1], shape), each[0]))


def _shown(columns: int, rows: int, shape: float) -> float:
    """Rows that a picture gets in such a box."""
    return min(columns / shape, max(1, rows - 1))
