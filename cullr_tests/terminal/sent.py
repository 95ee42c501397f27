"""The pictures in what a program wrote to its terminal: their sequences, or the cells they are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len

from cullr.tui.pictures.cells import GLYPHS, SEXTANTS

_STARTS = {
    "kitty": re.compile(rb"\x1b_G[^;\x1b]*a=T[^;\x1b]*i=(?P<id>\d+)[^;\x1b]*c=(?P<width>\d+)[^;\x1b]*;"),
    "iterm": re.compile(rb"\x1b\]1337;File=[^\x07]*width=(?P<width>\d+)[^\x07]*\x07"),
    "sixel": re.compile(rb'\x1bP0;1;0q"1;1;(?P<width>\d+);[^\x1b]*\x1b\\'),
}
_CHUNK = re.compile(rb"\x1b_G[^;\x1b]*;([A-Za-z0-9+/=]*)\x1b\\")
_PIECE = re.compile(r"\x1b\[([\d;]*)([HC])|\x1b\[[^\x1b]*?[a-zA-Z]|([^\x1b\n])")
_LAST = re.compile(rb"m=0;[^\x1b]*\x1b\\")


@dataclass(frozen=True, slots=True)
class Sent:
    """From `start` to `end` of what was written; `width` in cells (kitty, iterm) or pixels (sixel)."""

    start: int
    end: int
    width: int

    @property
    def bytes(self) -> int:
        return self.end - self.start


def pictures(way: str, written: bytes) -> list[Sent]:
    """In the order in which they were sent; one that is not complete is left out."""
    found = []
    for match in _STARTS[way].finditer(written):
        end = match.end()
        if way == "kitty":
            last = _LAST.search(written, match.start())
            if last is None:
                continue
            end = last.end()
        found.append(Sent(match.start(), end, int(match["width"])))
    return found


def cells(written: bytes) -> dict[tuple[int, int], int]:
    """Row and column of each cell that got a piece of a picture, and what had been written, in bytes, when it was
    written first: a coarse look may be blank there."""
    found: dict[tuple[int, int], int] = {}
    drawn: set[tuple[int, int]] = set()
    row = column = size = 0
    for piece in _PIECE.finditer(written.decode("utf-8", "replace")):
        size += len(piece[0].encode())
        if piece[2] == "H":
            first, _, second = piece[1].partition(";")
            row, column = int(first or 1), int(second or 1)
        elif piece[2] == "C":
            column += int(piece[1] or 1)
        elif piece[3]:
            found.setdefault((row, column), size)
            if piece[3] in (GLYPHS + SEXTANTS).replace(" ", ""):
                drawn.add((row, column))
            column += cell_len(piece[3])
    return {place: size for place, size in found.items() if place in drawn}


def payload(written: bytes, picture: Sent) -> bytes:
    """kitty's base64, put together from its chunks: tmux writes codes of its own between them."""
    return b"".join(_CHUNK.findall(written[picture.start : picture.end]))
