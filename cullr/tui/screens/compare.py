"""Two to four shots side by side, zoomed and panned in step; what is known of them below, with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from cullr.model import ShotFacts, ShotId
from cullr.report import words
from cullr.session.desk import Desk, OpenGroup
from cullr.tui import facts
from cullr.tui.card import mark
from cullr.tui.group_line import fit, folded
from cullr.tui.messages import Picked
from cullr.tui.pictures.loader import PictureLoader
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.screens.boxes import Boxes
from cullr.tui.screens.marking import MarkingPage, Rater, name, pixels
from cullr.tui.screens.pane import Pane
from cullr.tui.screens.zoom import View
from cullr.tui.terminal.terminal import Terminal
from cullr.tui.theme import FAINT

MOST = 4
LABEL = 12
"""Columns for the facts' names, and for the ≠ before them."""
TALL = 34
"""Rows from which there is room for the facts that do not differ."""
LETTERS = "ABCD"
REASON = 3
"""Rows that a reason has at most; one where the picture of a difference needs the room."""


class CompareScreen(MarkingPage):
    """`shots` come first; the group's others can take their places. Leaves with whether a word was said."""

    DEFAULT_CSS = """
    CompareScreen #difference { display: none; }
    CompareScreen Boxes.-difference .shot { display: none; }
    CompareScreen Boxes.-difference #difference { display: block; }
    CompareScreen #facts { height: auto; max-height: 50%; background: $surface; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z", "full_size", "100 %", id="zoom"),
        Binding("plus,equals_sign", "nearer(1)", "zoom", key_display="+ -", id="compare.nearer"),
        Binding("minus", "nearer(-1)", "farther away", show=False, id="compare.farther"),
        Binding("d", "difference", "difference", id="difference"),
        Binding("c", "how_many", "2 or 4", id="compare"),
        Binding("i", "facts", "facts", id="compare.facts"),
        Binding("left_square_bracket", "replace(-1)", "shot before here", show=False, id="compare.before"),
        Binding("right_square_bracket", "replace(1)", "next shot here", show=False, id="compare.next"),
        Binding("tab", "turn(1)", "next picture", show=False, id="compare.turn"),
        Binding("shift+tab", "turn(-1)", "picture before", show=False, id="compare.turn_back"),
        Binding("left,h", "go(-1,0)", "left", show=False, id="compare.left"),
        Binding("right,l", "go(1,0)", "right", show=False, id="compare.right"),
        Binding("up,k", "go(0,-1)", "up", show=False, id="compare.up"),
        Binding("down,j", "go(0,1)", "down", show=False, id="compare.down"),
    ]

    def __init__(
        self,
        desk: Desk,
        group: OpenGroup,
        shots: Sequence[ShotId],
        loader: PictureLoader,
        terminal: Terminal,
        shelf: Shelf,
        *,
        difference: bool = False,
        rate: Rater | None = None,
    ) -> None:
        super().__init__(desk, group, rate)
        known = {each.id: each for each in group.shots}
        self.shots: list[ShotFacts] = [known[shot] for shot in shots if shot in known][:MOST]
        self.at = 0
        self.view = View()
        self._with = (desk, loader, terminal, shelf)
        self._difference = difference and len(self.shots) > 1
        self._all_facts: bool | None = None
        """None until the person chose: then the screen's height decides."""

    # What is shown

    def body(self) -> ComposeResult:
        with Boxes():
            for _ in range(MOST):
                pane = Pane(*self._with)
                pane.add_class("shot")
                yield pane
            difference = Pane(*self._with)
            difference.id = "difference"
            yield difference
        yield Static(id="facts")

    def on_mount(self) -> None:
        keys = {name: self.key_of(f"compare.{name}") for name in ("left", "right", "before", "next", "facts")}
        self.say(
            "{left} {right} choose a picture, {before} {next} bring another shot here, {facts}: all facts.".format(
                **keys
            )
        )
        self._arrange()

    def on_resize(self) -> None:
        self.call_after_refresh(self._arrange)

    @property
    def panes(self) -> list[Pane]:
        """The boxes in use, in the shots' order."""
        return list(self.query(".shot").results(Pane))[: len(self.shots)]

    @property
    def stage(self) -> Pane:
        """The box that decides how large pictures are shown."""
        return self.query_one("#difference", Pane) if self._difference else self.panes[self.at]

    def _columns(self) -> int:
        count = len(self.shots)
        return count if count < MOST and self.size.width >= 27 * count else min(count, 2)

    def _arrange(self) -> None:
        """Boxes, then pictures: how much of a picture is shown depends on its box."""
        if self.gone:
            return
        boxes = self.query_one(Boxes)
        boxes.set_class(self._difference, "-difference")
        columns = 1 if self._difference else self._columns()
        rows = 1 if self._difference else -(-len(self.shots) // columns)
        # With one row of pictures each one stands over its own column of facts.
        boxes.spread(columns, rows, LABEL if columns == len(self.shots) else 0)
        for number, pane in enumerate(self.query(".shot").results(Pane)):
            pane.display = number < len(self.shots) and not self._difference
        self.show_marks()
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        if self.gone:
            return
        if self._difference:
            one, other = self._pair()
            box = self.stage.box_pixels
            self.stage.look(one, self.view.part(pixels(one), box), other)
        else:
            for pane, shot in zip(self.panes, self.shots, strict=True):
                pane.look(shot, self.view.part(pixels(shot), pane.box_pixels))
        self._title()

    def _title(self) -> None:
        percent = self.view.percent(pixels(self.current()), self.stage.box_pixels)
        zoom = f"{percent:.0f} %" if percent else ""
        count = f"{len(self.shots)} of {words.count(len(self.group.shots), 'shot')}"
        keys = "arrows move about, Tab the next picture" if not self.view.whole else ""
        self.head("Difference" if self._difference else "Compare", count, zoom, keys)

    def show_marks(self) -> None:
        known = {each.id: each for each in self.group.shots}
        self.shots = [known.get(each.id, each) for each in self.shots]
        held = dict(zip((each.id for each in self.shots), self.proposals(self.shots), strict=True))
        for number, (pane, shot) in enumerate(zip(self.panes, self.shots, strict=True)):
            sign = mark(held[shot.id], self.group.verdicts.get(shot.id), self.group.group.shielded)
            lettered = Content.assemble((LETTERS[number], "bold $text-accent"), " ", sign, " ")
            pane.label(lettered, name(shot, self.group.shots), current=number == self.at, facts=shot)
        if self._difference:
            one, other = (self.shots.index(each) for each in self._pair())
            below = f"{LETTERS[one]} in grey; red where {LETTERS[other]} differs, four times as strong as it is"
            self.query_one("#difference", Pane).label(Content(), below, current=False)
        self.query_one("#facts", Static).update(self._facts())

    def _facts(self) -> Content:
        lines = facts.compared(self.shots, self.proposals(self.shots))
        every = self.size.height >= TALL if self._all_facts is None else self._all_facts
        room = max(8, (self.size.width - LABEL - 1) // len(self.shots))
        most = 1 if self._difference else REASON
        shown = [row for line in lines if every or line.differs for row in self._fact(line, room, most)]
        if not shown:
            shown = [Content.styled("  nothing that is known of them differs", FAINT)]
        heads = [Content.styled(fit(LETTERS[at], room), "bold $text-accent") for at in range(len(self.shots))]
        # A row of pictures bears the letters itself.
        head = [] if self._columns() == len(self.shots) and not self._difference else [Content(" " * (LABEL + 1))]
        return Content("\n").join([*(Content.assemble(each, *heads) for each in head), *shown])

    @staticmethod
    def _fact(line: facts.Fact, room: int, most: int) -> list[Content]:
        """One row; a reason has up to `most`."""
        sign = ("≠ ", "bold $text-warning") if line.differs else "  "
        tone = "" if line.differs else FAINT
        cells = [folded(value, room - 1, most) if line.name == "why" else [value] for value in line.values]
        rows = []
        for row in range(max(map(len, cells))):
            head = [(sign, (fit(line.name, LABEL - 2), FAINT)), (" " * LABEL,)][row > 0]
            values = [(fit(parts[row] if row < len(parts) else "", room - 1) + " ", tone) for parts in cells]
            rows.append(Content.assemble(" ", *head, *values))
        return rows

    # Moving about

    def current(self) -> ShotFacts:
        return self.shots[self.at]

    def _pair(self) -> tuple[ShotFacts, ShotFacts]:
        return self.shots[self.at], self.shots[(self.at + 1) % len(self.shots)]

    def _seen(self, view: View) -> None:
        if view != self.view:
            self.view = view
            self._look()

    def action_full_size(self) -> None:
        if self.gone:
            return
        size, box = pixels(self.current()), self.stage.box_pixels
        full = View().at_full_size(size, box)
        if self.view.whole and full.whole:
            self.say("It is not larger than its box: all its pixels are shown. + comes nearer.")
        self._seen(View() if abs(self.view.zoom - full.zoom) < 0.01 else self.view.at_full_size(size, box))

    def action_nearer(self, steps: int) -> None:
        self._seen(self.view.nearer(steps, pixels(self.current()), self.stage.box_pixels))

    def action_go(self, across: int, down: int) -> None:
        """Zoomed in, about the picture; else to another one."""
        if not self.view.whole:
            self._seen(self.view.moved(across, down, pixels(self.current()), self.stage.box_pixels))
        else:
            to = self.at + across + down * self._columns()
            if 0 <= to < len(self.shots):
                self._turn(to)

    def action_turn(self, steps: int) -> None:
        self._turn((self.at + steps) % len(self.shots))

    def _turn(self, to: int) -> None:
        self.at = to
        self.show_marks()
        self._look()

    def on_picked(self, event: Picked) -> None:
        """A click takes the eye there; a double click shows it at 100 %."""
        event.stop()
        place = next((number for number, shot in enumerate(self.shots) if shot.id == event.shot), self.at)
        self._turn(place)
        if event.twice:
            self.action_full_size()

    # What to compare

    def action_difference(self) -> None:
        if len(self.shots) < 2:
            self.say("A difference needs two shots.")
            return
        self._difference = not self._difference
        self._arrange()

    def action_how_many(self) -> None:
        """Two, or as many as there are up to four: from the current one on."""
        others = [each for each in self.group.shots if each not in self.shots]
        if len(self.shots) > 2:
            first = min(self.at, len(self.shots) - 2)
            self.shots, self.at = self.shots[first : first + 2], self.at - first
        elif not others:
            self.say("The group has no others.")
            return
        else:
            self.shots = [*self.shots, *others][:MOST]
        self._arrange()

    def action_replace(self, steps: int) -> None:
        """Another shot of the group in the current one's place."""
        group = list(self.group.shots)
        elsewhere = {each.id for number, each in enumerate(self.shots) if number != self.at}
        free = [each for each in group if each.id not in elsewhere]
        ids = [each.id for each in free]
        if len(free) < 2 or self.current().id not in ids:
            self.say("The group has no others.")
            return
        self.shots[self.at] = free[(ids.index(self.current().id) + steps) % len(free)]
        self._arrange()

    def action_facts(self) -> None:
        every = self.size.height >= TALL if self._all_facts is None else self._all_facts
        self._all_facts = not every
        self.say("All facts." if self._all_facts else "Only the facts that differ.")
        self._arrange()
