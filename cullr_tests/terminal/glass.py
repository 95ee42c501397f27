"""A terminal in a few lines, as far as frames go: moves, colours, text. Blanks of one ground are the same blank."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.cells import cell_len

from cullr.tui.terminal.shown import PLAIN, Pen

Cell = tuple[str, frozenset[str], str, str]
_PIECE = re.compile(r"\x1b\[([\d;]*)([mHC])|\n|([^\x1b\n])")
_OFF = {"22": {"1", "2"}, "23": {"3"}, "24": {"4"}, "27": {"7"}, "29": {"9"}}


class Glass:
    """`width` is this terminal's idea of a character."""

    def __init__(self, width: Callable[[str], int] = cell_len) -> None:
        self.cells: dict[tuple[int, int], Cell] = {}
        self.pen = PLAIN
        self.at = (0, 0)
        self._width = width

    def feed(self, text: str) -> None:
        assert sum(len(match[0]) for match in _PIECE.finditer(text)) == len(text), f"not understood: {text!r}"
        for match in _PIECE.finditer(text):
            if match[2] == "m":
                self._colour(match[1].split(";"))
            elif match[2] == "C":
                self.at = self.at[0], self.at[1] + int(match[1] or 1)
            elif match[2] == "H":
                row, _, column = match[1].partition(";")
                self.at = int(row or 1) - 1, int(column or 1) - 1
            elif match[3]:
                self._put(match[3])

    def _put(self, sign: str) -> None:
        row, column = self.at
        width = self._width(sign)
        if width == 0:
            before = self.cells.get((row, column - 1), (" ", *PLAIN))
            self.cells[row, column - 1] = (before[0] + sign, *before[1:])  # type: ignore[assignment]
            return
        pen = self.pen
        if sign == " " and not pen.marks - set("123"):
            pen = Pen(frozenset(), "", pen.back)
        for place in range(width):
            self.cells[row, column + place] = (sign if not place else "", pen.marks, pen.fore or "", pen.back)
        self.at = row, column + width

    def _colour(self, parts: list[str]) -> None:
        left = iter(parts)
        for part in left:
            marks, fore, back = self.pen
            if part in {"", "0"}:
                marks, fore, back = PLAIN
            elif part in _OFF:
                marks -= _OFF[part]
            elif part in {"38", "48"}:
                kind = next(left)
                colour = ";".join([part, kind, *(next(left) for _ in range(3 if kind == "2" else 1))])
                fore, back = (colour, back) if part == "38" else (fore, colour)
            elif part[:-1] in {"3", "9"}:
                fore = part
            elif part[:-1] in {"4", "10"}:
                back = part
            else:
                marks |= {part}
            self.pen = Pen(marks, fore, back)
