"""Pictures that are no text (iTerm2's, sixels): painted over blank cells, again whenever those were painted.

Textual repaints only what changed and tells nobody what that was. So each picture's blanks are a kind of space of
its own, and what is written with this space in it has wiped the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cullr.tui.terminal.turns import Turns

BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
"""Ten spaces that no layout writes. A file name that holds one, or an eleventh picture, costs a repaint, no more."""
REST = 0.06
"""Seconds for which a picture's cells rest before it is drawn again: a closing dialog or a resize is painted twice
within 40 ms, and the second frame would make the first one's 60 KiB vain."""
NEW = 0.01
"""The same per rank for a picture whose cells were never painted before: only what the eye is on goes first."""
Paint = Callable[[], str]
"""Gives the sequence that draws the picture where it now belongs, or nothing."""


class Due(Protocol):
    """What `later` gives back."""

    def cancel(self) -> None: ...


@dataclass(slots=True)
class Overlay:
    """One picture. `due`: the rest of its cells that is being waited for; `new`: they were never painted."""

    blank: str
    rank: int
    due: Due | None = None
    new: bool = True


class Overlays:
    """One per driver, which says what it has `written` and to whom pictures are handed by `write`."""

    def __init__(self, turns: Turns, later: Callable[[float, Callable[[], None]], Due], write: Callable[[str], None]):
        self._turns = turns
        self._later = later
        self._write = write
        self._overlays: dict[Paint, Overlay] = {}

    def add(self, paint: Paint, rank: int = 0) -> str:
        """The blank to fill the picture's cells with: not the one it had, so that an older picture is wiped."""
        before = self._overlays[paint].blank if paint in self._overlays else ""
        self.remove(paint)
        used = [each.blank for each in self._overlays.values()]
        blank = min(BLANKS.replace(before, "") if before else BLANKS, key=used.count)
        self._overlays[paint] = Overlay(blank, rank)
        return blank

    def again(self, paint: Paint, rank: int) -> None:
        """Draw it over itself: there is a sharper one for the same cells."""
        if overlay := self._overlays.get(paint):
            overlay.rank = rank
            self._rest(paint, overlay, REST)

    def remove(self, paint: Paint) -> None:
        overlay = self._overlays.pop(paint, None)
        if overlay and overlay.due:
            overlay.due.cancel()
        self._turns.drop(paint)

    def written(self, text: str) -> None:
        """What this has wiped is drawn once its cells rest and it is its turn."""
        for paint, overlay in self._overlays.items():
            if overlay.blank in text:
                self._rest(paint, overlay, min(REST, NEW * overlay.rank) if overlay.new else REST)
                overlay.new = False

    def _rest(self, paint: Paint, overlay: Overlay, seconds: float) -> None:
        if overlay.due:
            overlay.due.cancel()
        self._turns.drop(paint)
        overlay.due = self._later(seconds, lambda: self._rested(paint, overlay))

    def _rested(self, paint: Paint, overlay: Overlay) -> None:
        overlay.due = None
        self._turns.ask(paint, overlay.rank, lambda: self._draw(paint))

    def _draw(self, paint: Paint) -> int:
        drawn = paint()
        if drawn:
            self._write(drawn)
        return len(drawn)


def placed(column: int, row: int, payload: str) -> str:
    """The payload at this cell, counted from 0; the cursor goes back to where it was."""
    return f"\x1b7\x1b[{row + 1};{column + 1}H{payload}\x1b8"
