"""Pictures that are no text (iTerm2's, sixels): painted over blank cells, again whenever those were painted.

Textual repaints only what changed and tells nobody what that was. So each picture's blanks are a kind of space of
its own, and a frame that holds this space has wiped the picture.
"""

from __future__ import annotations

from collections.abc import Callable

BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
"""Ten spaces that no layout writes. A file name that holds one, or an eleventh picture, costs a repaint, no more."""


class Overlays:
    """One per driver."""

    def __init__(self) -> None:
        self._paints: dict[Callable[[], str], str] = {}
        self._wiped: set[Callable[[], str]] = set()

    def add(self, paint: Callable[[], str]) -> str:
        """The blank to fill the picture's cells with; `paint` gives the sequence that draws it now, or nothing."""
        used = list(self._paints.values())
        self._paints[paint] = min(BLANKS, key=used.count)
        return self._paints[paint]

    def remove(self, paint: Callable[[], str]) -> None:
        self._paints.pop(paint, None)
        self._wiped.discard(paint)

    def wiped(self, frame: str) -> bool:
        """Whether this frame has wiped a picture, so that `drawn` is to follow."""
        found = [paint for paint, blank in self._paints.items() if blank in frame]
        self._wiped.update(found)
        return bool(found)

    def drawn(self) -> str:
        """Every picture that was wiped and not drawn since."""
        wiped = [paint for paint in self._paints if paint in self._wiped]
        self._wiped.clear()
        return "".join(paint() for paint in wiped)


def placed(column: int, row: int, payload: str) -> str:
    """The payload at this cell, counted from 0; the cursor goes back to where it was."""
    return f"\x1b7\x1b[{row + 1};{column + 1}H{payload}\x1b8"
