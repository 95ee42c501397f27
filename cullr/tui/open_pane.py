"""The open group: what it is and what approving it frees, its shots, the current one large and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from cullr.model import ShotFacts, ShotId
from cullr.pool.jobs import RenderOrder
from cullr.report import words
from cullr.session.desk import OpenGroup
from cullr.tui.facts_panel import FactsPanel
from cullr.tui.film_strip import FilmStrip
from cullr.tui.kinds import SIGNS, SINGLE
from cullr.tui.shot_picture import ShotPicture
from cullr.tui.stage_table import StageTable
from cullr.tui.stages import StageRow, line_up
from cullr.tui.theme import FAINT

REST, REST_REMOTE = 0.04, 0.06
"""Seconds the cursor rests before pictures are asked for: 30 key presses a second must not send 30 pictures. The
cursor has rested before a group is opened."""


class Title(Widget):
    """One line, as wide as there is room whenever it is painted."""

    def __init__(self, said: Callable[[int], Content]) -> None:
        super().__init__(id="title")
        self._said = said

    def render(self) -> Content:
        return self._said(self.size.width)


class OpenPane(Vertical):
    """`show` a group or a notice; `step` through its shots."""

    DEFAULT_CSS: ClassVar[str] = """
    OpenPane { background: $background; }
    OpenPane #title { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    OpenPane #lower { height: 1fr; }
    OpenPane #second { display: none; margin-left: 1; }
    OpenPane StageTable { display: none; }
    OpenPane.staged StageTable { display: block; }
    OpenPane.staged FilmStrip { display: none; }
    OpenPane.staged #second { display: block; }
    OpenPane #notice { display: none; height: 1fr; content-align: center middle; padding: 0 4; }
    OpenPane #notice { text-align: center; color: $text-muted; }
    OpenPane.empty #notice { display: block; }
    OpenPane.empty #title, OpenPane.empty FilmStrip, OpenPane.empty StageTable, OpenPane.empty #lower { display: none; }
    """

    def __init__(self, picture: Callable[[], ShotPicture], *, remote: bool, columns: int = 0) -> None:
        """`columns` are what it will have, as far as that is known before it is laid out."""
        super().__init__()
        self._columns = columns
        self._picture = picture
        self._rest = REST_REMOTE if remote else REST
        self._timer: Timer | None = None
        self._rows: Sequence[StageRow] = ()
        self.group: OpenGroup | None = None
        self.shots: Sequence[ShotFacts] = ()
        self.at = 0

    def compose(self) -> ComposeResult:
        self._large, self._second = self._picture(), self._picture()
        self._second.id, self._second.rank = "second", 1
        self._title, self._notice = Title(self._said), Static(id="notice", markup=False)
        self._strip, self._table, self._facts = FilmStrip(self._picture, self._columns), StageTable(), FactsPanel()
        yield self._title
        yield self._strip
        yield self._table
        with Horizontal(id="lower"):
            yield self._large
            yield self._second
            yield self._facts
        yield self._notice

    @property
    def current(self) -> ShotFacts | None:
        """The shot under the cursor."""
        return self.shots[self.at] if self.shots else None

    def show(self, group: OpenGroup | None, notice: str = "") -> None:
        """Put this group on the table; the cursor stays on its shot where the group still has it."""
        self.set_class(group is None, "empty")
        if group is None:
            self.group, self.shots, self._rows, self.at = None, (), (), 0
            self._notice.update(notice)
            self._strip.show(None)
            self._develop_soon()
            return
        same = self.group is not None and self.group.row == group.row
        before = self.current.id if same and self.current else None
        self.group = group
        self._rows = line_up(group.shots, group.group.sets)
        self.shots = [each for row in self._rows for each in row.shots if each] if self._rows else group.shots
        self.at = next((number for number, each in enumerate(self.shots) if each.id == before), 0)
        self.set_class(bool(self._rows), "staged")
        self._paint()

    def step(self, by: int) -> bool:
        """Move to another shot; whether there was one."""
        at = max(0, min(self.at + by, len(self.shots) - 1))
        moved, self.at = at != self.at, at
        if moved:
            self._paint()
        return moved

    def point(self, shot: ShotId) -> None:
        """Move to this shot."""
        self.at = next((number for number, each in enumerate(self.shots) if each.id == shot), self.at)
        self._paint()

    def pictures(self) -> list[ShotPicture]:
        return list(self.query(ShotPicture))

    def develop(self) -> None:
        """Ask for the pictures of what is shown now."""
        self._timer = None
        first, second = self._pair()
        if self._rows or self.group is None:
            self._strip.show(None)
        self._strip.develop()
        self._second.look_at(second)
        self._large.look_at(first)

    def expected(self, group: OpenGroup) -> list[RenderOrder]:
        """The orders that this group will give when it is open and the cursor has rested, so that its pictures are
        there by then."""
        rows = line_up(group.shots, group.group.sets)
        boxes = [self._large, self._second] if rows else [self._large, *(card.picture for card in self._strip.cards)]
        here = self.group is not None and self.group.row == group.row
        shots = rows[0].shots if rows else (group.shots[self.at if here else 0], *group.shots)
        orders = (box.order_for(facts) for box, facts in zip(boxes, shots, strict=False) if facts)
        return [order for order in orders if order]

    def _develop_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self._rest, self.develop)

    def _pair(self) -> tuple[ShotFacts | None, ShotFacts | None]:
        """What is shown large: the current shot, or two sets' pictures of its stage."""
        current = self.current
        if not self._rows or current is None:
            return current, None
        row = next(row for row in self._rows if any(each and each.id == current.id for each in row.shots))
        here = next(number for number, each in enumerate(row.shots) if each and each.id == current.id)
        first = min(here, max(0, len(row.shots) - 2)) if here else 0
        pair = row.shots[first : first + 2]
        return pair[0], pair[1] if len(pair) > 1 else None

    def _paint(self) -> None:
        group, current = self.group, self.current
        if group is None or current is None:
            return
        if self._rows:
            self._table.show(group, self._rows, current.id)
        else:
            self._strip.show(group, self.shots, self.at)
        self._facts.show(group, current)
        self._title.refresh()
        self._develop_soon()

    def _said(self, width: int) -> Content:
        """`≈ alike  5 shots  2 of 64 bits apart (limit 8)      ✗ 4  frees 258 kB`."""
        group = self.group
        if group is None:
            return Content()
        kind = group.group.kind
        culled = [each for each, said in zip(group.shots, group.proposals, strict=True) if not said.keep]
        left = Content.assemble(
            (f"{SIGNS[kind]} {SINGLE[kind]}", "bold $text-primary"),
            f"  shot {self.at + 1} of {len(self.shots)}",
        )
        if group.provisional:
            left = Content.assemble(left, ("  … reading", "$text-warning"))
        if group.group.shielded:
            left = Content.assemble(left, (f"  ◆ {words.shield(group.group)}: keep all", "$text-warning"))
        if group.group.recipe:
            left = Content.assemble(left, ("  ≠ recipes differ", "$text-warning"))
        left = Content.assemble(left, (f"  {words.weakest(group.group)}", FAINT))
        frees = words.size(sum(each.shot.bytes for each in culled))
        right = Content.assemble((f"✗ {len(culled)}", "bold $text-error"), "  frees ", (frees, "bold $text-accent"))
        if not culled:
            right = Content.styled("nothing to cull", FAINT)
        left = left.truncate(max(1, width - right.cell_length - 2), ellipsis=True)
        return Content.assemble(left, " " * max(2, width - left.cell_length - right.cell_length), right)
