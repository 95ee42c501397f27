"""What the terminal shows now, cell by cell: of each frame only what differs goes over the line, in the fewest codes.

Textual writes every widget that changed as whole lines, each run of text with all its codes: 12 KB when the cursor
rests on another group, of which 1 KB is new. Characters whose width terminals disagree about are written as they come,
but what follows them is put in its place: one name of joined emoji would else move all frames beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from cullr.tui.terminal.overlays import BLANKS

PLACEHOLDER = "\U0010eeee"
"""What kitty shows a piece of a picture for."""
_CODE = re.compile(r"\x1b\[([\d;]*)([mH])([^\x1b]*)")
_HARMLESS = re.compile(
    r"(?:\x1b\[[?><=][\d;]*\$?[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b_[^\x1b]*\x1b\\"
    r"|\x1bPtmux;(?:[^\x1b]|\x1b\x1b)*\x1b\\|\x07)*"
)
"""Modes, titles, the clipboard, kitty's pictures: they change no cell. Other screens do."""
_OTHER_SCREEN = re.compile(r"\x1b\[\?(?:47|1047|1049)[hl]")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29", "21": "24"}
_UNSEEN_ON_BLANKS = frozenset("123")
"""Bold, dim and italic make no difference to a blank; all others may."""


class Pen(NamedTuple):
    """How a cell is written; a `fore` of None is any, for blanks."""

    marks: frozenset[str]
    fore: str | None
    back: str


PLAIN = Pen(frozenset(), "39", "49")


class Shown:
    """`changes` of a frame, then of the next. It must see all that is written."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: dict[int, tuple[list[str], list[Pen | None]]] = {}
        self._rests: str | None = None

    def forget(self, sign: str = "") -> None:
        """Nothing is known, or not of cells with this sign: the next frame writes them whatever it holds."""
        if sign:
            for signs, _ in self._rows.values():
                signs[:] = ["" if each == sign else each for each in signs]
            return
        self._rows.clear()
        self._rests = None

    def changes(self, frame: str, size: tuple[int, int]) -> str:
        """What to write so that the terminal, `size` columns and rows, shows it. What is no frame comes back as it is.

        After another size nothing is known: every terminal has its own idea of what becomes of its text.
        """
        if size != self._size:
            self.forget()
            self._size = size
        spans = list(_spans(frame)) if frame.startswith("\x1b[") else []
        if not spans or any(not self._holds(*span) for span in spans):
            if _OTHER_SCREEN.search(frame) or not _HARMLESS.fullmatch(frame):
                self.forget()
            return frame
        ink = _Ink(size[0])
        for row, column, runs in spans:
            self._span(ink, row, column, runs)
        row, column, runs = spans[-1]
        rests = f"\x1b[{row + 1};{column + 1}H" if not runs else None
        if not ink.written and rests == self._rests:
            return ""
        self._rests = rests
        return ink.finish() + (rests or "")

    def around(self, column: int, row: int, columns: int, rows: int) -> str:
        """What to write for the cells right of this place and below it, as they are, after something wiped them."""
        ink = _Ink(self._size[0])
        right = [(below, column + columns) for below in range(row, row + rows)]
        for at, place in [*right, *((row + rows, place) for place in range(column, column + columns + 1))]:
            signs, pens = self._rows.get(at, ([], []))
            if place < len(signs) and signs[place]:
                ink.go(at, place)
                ink.cells(signs[place : place + 1], pens[place : place + 1])
        return f"\x1b7{ink.finish()}\x1b8" if ink.written else ""

    def _holds(self, row: int, column: int, runs: list[tuple[str, str]]) -> bool:
        columns, rows = self._size
        # While Textual shrinks a widget, some of its lines begin left of the screen.
        return 0 <= row < rows and column >= 0 and column + sum(cell_len(text) for _, text in runs) <= columns

    def _span(self, ink: _Ink, row: int, column: int, runs: list[tuple[str, str]]) -> None:
        """One stretch of a line."""
        if not runs:
            return
        columns = self._size[0]
        if row not in self._rows:
            self._rows[row] = [""] * columns, [None] * columns
        signs, pens = self._rows[row]
        units = [_units(text) for _, text in runs]
        if None in units:
            # Where the terminal stands after these is not known: what else is on the line is not known either.
            signs[column:], pens[column:] = [""] * (columns - column), [None] * (columns - column)
            for (code, text), known in zip(runs, units, strict=True):
                width = cell_len(text)
                ink.go(row, column)
                if known is None:
                    # Blanks first: a terminal that takes it for narrower would leave what was there; without those at
                    # its end, for one that takes it for wider.
                    ink.write(_pen(code), " " * width, width)
                    ink.lost()
                    ink.go(row, column)
                ink.write(_pen(code), text if known else text.rstrip(" "), width)
                if known is None:
                    ink.lost()
                column += width
            return
        new: list[str] = []
        by: list[Pen | None] = []
        for (code, text), cells in zip(runs, units, strict=True):
            pen = _pen(code)
            new += cells or ()
            if " " in text and (blank := _blank(pen)) is not pen:
                by += [blank if sign == " " else pen for sign in text]
            else:
                by += [pen] * len(cells or ())
        end = column + len(new)
        if signs[column:end] == new and pens[column:end] == by:
            return
        other = [
            place
            for place, (a, b, c, d) in enumerate(zip(new, signs[column:end], by, pens[column:end], strict=True), column)
            if a != b or c != d
        ]
        signs[column:end], pens[column:end] = new, by
        for first, last in _stretches(other, pens):
            ink.go(row, first)
            ink.cells(signs[first:last], pens[first:last])


class _Ink:
    """Text and codes for a terminal whose cursor and pen are known. A frame begins and ends with the plain pen."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._out: list[str] = []
        self._pen = PLAIN
        self._at: tuple[int, int] | None = None

    @property
    def written(self) -> bool:
        return bool(self._out)

    def go(self, row: int, column: int) -> None:
        if self._at == (row, column):
            return
        if self._at is not None and self._at[0] == row and column > self._at[1]:
            by = column - self._at[1]
            self._out.append(f"\x1b[{by}C" if by > 1 else "\x1b[C")
        else:
            self._out.append(f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H")
        self._at = row, column

    def cells(self, signs: Sequence[str], pens: Sequence[Pen | None]) -> None:
        """Cells of one column each."""
        start = 0
        for end in range(1, len(signs) + 1):
            if end == len(signs) or pens[end] is not pens[start]:
                self.write(pens[start] or PLAIN, "".join(signs[start:end]), end - start)
                start = end

    def write(self, pen: Pen, text: str, columns: int) -> None:
        code = _change(self._pen, pen)
        if code:
            self._out.append(code)
            self._pen = _after(self._pen, pen)
        self._out.append(text)
        if self._at is not None:
            column = self._at[1] + columns
            # In the last column terminals differ on where the cursor then is.
            self._at = (self._at[0], column) if column < self._columns else None

    def lost(self) -> None:
        """The cursor is somewhere on its line."""
        self._at = None

    def finish(self) -> str:
        if self._pen != PLAIN:
            self._out.append("\x1b[m")
        return "".join(self._out)


def _spans(frame: str) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """`(row, column, [(code, text) …])` from 0; nothing for what is no frame."""
    codes = _CODE.findall(frame)
    if sum(len(params) + len(text) for params, _, text in codes) + 3 * len(codes) != len(frame):
        return
    row = column = -1
    runs: list[tuple[str, str]] = []
    pen = ""
    for params, final, text in codes:
        if final == "H":
            if row >= 0:
                yield row, column, runs
            try:
                row, column = (int(part) - 1 for part in params.split(";"))
            except ValueError:
                row, column = 1 << 30, 0
            runs, pen = [], ""
        elif row < 0:
            return
        else:
            pen = "" if params == "0" else params
        # Every line is followed by a move, so that the end of one is only a byte more.
        if text := text.rstrip("\n"):
            runs.append((pen, text))
    if row >= 0:
        yield row, column, runs


def _stretches(places: Sequence[int], pens: Sequence[Pen | None]) -> Iterator[tuple[int, int]]:
    """From, to: what differs, over gaps that cost less to write than to jump."""
    if not places:
        return
    start = last = places[0]
    for place in places[1:]:
        if place - last > 4 or not all(_alike(pens[last], pens[between]) for between in range(last + 1, place)):
            yield start, last + 1
            start = place
        last = place
    yield start, last + 1


def _alike(now: Pen | None, then: Pen | None) -> bool:
    """Whether the second needs no code after the first."""
    return now is then or (now is not None and then is not None and not _change(now, then))


@lru_cache(4096)
def _units(text: str) -> tuple[str, ...] | None:
    """What stands in each column; None where terminals may give a character none, or two."""
    if (text.isascii() and text.isprintable()) or all(map(_narrow, text)):
        return tuple(text)
    if text[0] == PLACEHOLDER and len(text) % 3 == 0 and set(text[::3]) == {PLACEHOLDER}:
        return tuple(text[at : at + 3] for at in range(0, len(text), 3))
    return None


@lru_cache(4096)
def _narrow(sign: str) -> bool:
    if sign in BLANKS:
        return True
    return sign.isprintable() and cell_len(sign) == 1 and unicodedata.category(sign)[0] not in "MC"


@lru_cache(8192)
def _pen(code: str) -> Pen:
    """From the numbers of an SGR sequence, which begin at the plain pen. A strange one is a mark of its own."""
    marks: set[str] = set()
    fore, back = PLAIN.fore, PLAIN.back
    parts = iter(code.split(";") if code else ())
    for part in parts:
        if part in {"38", "48"}:
            kind = next(parts, "")
            colour = ";".join([part, kind, *(next(parts, "") for _ in range(3 if kind == "2" else 1))])
            fore, back = (colour, back) if part == "38" else (fore, colour)
        elif part[:-1] in {"3", "9"}:
            fore = part
        elif part[:-1] in {"4", "10"}:
            back = part
        else:
            marks.add(part)
    return Pen(frozenset(marks), fore, back)


@lru_cache(8192)
def _blank(pen: Pen) -> Pen:
    """The pen for a blank: any that gives it this ground."""
    return pen if pen.marks - _UNSEEN_ON_BLANKS else Pen(frozenset(), None, pen.back)


def _after(now: Pen, then: Pen) -> Pen:
    if then.fore is None:
        return Pen(now.marks & _UNSEEN_ON_BLANKS, now.fore, then.back)
    return then


@lru_cache(8192)
def _change(now: Pen, then: Pen) -> str:
    """The shortest code from one pen to another."""
    then = _after(now, then)
    if now == then:
        return ""
    off = {_OFF.get(mark, "0") for mark in now.marks - then.marks}
    anew = "\x1b[" + ";".join(("", *_wanted(PLAIN, then))) + "m"
    if "0" in off or any(_OFF.get(mark) in off for mark in then.marks):
        return anew
    return min(anew, "\x1b[" + ";".join((*sorted(off), *_wanted(now, then))) + "m", key=len)


def _wanted(now: Pen, then: Pen) -> Iterator[str]:
    """What is to be turned on."""
    yield from sorted(then.marks - now.marks)
    if then.fore != now.fore:
        yield then.fore or "39"
    if then.back != now.back:
        yield then.back
