"""A set group as a table: a row per stage, a column per set, what holds in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget

from cullr.model import ShotFacts, ShotId
from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import OpenGroup
from cullr.tui.card import mark
from cullr.tui.group_line import fit
from cullr.tui.messages import Picked
from cullr.tui.stages import StageRow
from cullr.tui.theme import FAINT

STAGE = 20


class StageTable(Widget):
    """`show` rows with the cursor on a shot."""

    DEFAULT_CSS: ClassVar[str] = "StageTable { height: 11; max-height: 11; padding: 0 1; background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self._group: OpenGroup | None = None
        self._rows: Sequence[StageRow] = ()
        self._at: ShotId | None = None
        self._top = 0

    def show(self, group: OpenGroup, rows: Sequence[StageRow], at: ShotId) -> None:
        self._group, self._rows, self._at = group, rows, at
        self.styles.height = len(rows) + 1
        self.refresh()

    def render(self) -> Content:
        group = self._group
        if group is None or not self._rows:
            return Content()
        column = self._column()
        lines = [self._head(column)]
        seen = max(1, self.size.height - 1)
        here = next((n for n, row in enumerate(self._rows) if any(s and s.id == self._at for s in row.shots)), 0)
        self._top = max(min(self._top, here), here - seen + 1)
        for row in self._rows[self._top : self._top + seen]:
            cells = [self._cell(group, facts, column) for facts in row.shots]
            label = fit(f"{row.number:g} {visible(row.name)}", STAGE - 1) + " "
            lines.append(Content.assemble((label, FAINT), *cells))
        return Content("\n").join(lines)

    def _column(self) -> int:
        return max(12, (self.size.width - STAGE) // max(1, len(self._rows[0].shots)))

    def _head(self, column: int) -> Content:
        first = [
            next((row.shots[n] for row in self._rows if row.shots[n]), None) for n in range(len(self._rows[0].shots))
        ]
        names = [each.stage.timestamp if each and each.stage else "" for each in first]
        return Content.assemble((fit("stage", STAGE), "bold"), *((fit(f"  {name}", column), "bold") for name in names))

    def _cell(self, group: OpenGroup, facts: ShotFacts | None, column: int) -> Content:
        if facts is None:
            return Content.styled(fit("  –", column), FAINT)
        proposal = next(each for each in group.proposals if each.shot == facts.id)
        text = f" {words.pixels(facts)}  {words.size(facts.shot.bytes)}"
        cell = Content.assemble(" ", mark(proposal, group.verdicts.get(facts.id), group.group.shielded), text)
        cell = Content.assemble(cell, " " * max(0, column - cell_len(cell.plain))).truncate(column)
        return cell.stylize("bold on $primary 35%") if facts.id == self._at else cell

    def on_click(self, event: events.Click) -> None:
        row, column = event.y - 1 + self._top, (event.x - 1 - STAGE) // self._column() if self._rows else -1
        if 0 <= row < len(self._rows) and 0 <= column < len(self._rows[row].shots):
            facts = self._rows[row].shots[column]
            if facts is not None:
                self.post_message(Picked(facts.id, twice=event.chain == 2))
