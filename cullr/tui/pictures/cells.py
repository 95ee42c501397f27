"""Packed cells → strips of block characters, equal neighbours in one segment."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cullr.pool.jobs import Rendered

GLYPHS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By the bits of `pool.cells`: 1 top left, 2 top right, 4 bottom left, 8 bottom right."""
SEXTANTS = "".join(
    {0: " ", 21: "▌", 42: "▐", 63: "█"}.get(number, chr(0x1FB00 + number - 1 - (number > 21) - (number > 42)))
    for number in range(64)
)
"""The same with a row more between; the halves stand elsewhere in Unicode."""


def strips(rendered: Rendered) -> list[Strip]:
    """One strip a row, `rendered.columns` wide."""
    size = 7 if rendered.truecolor else 3
    line = size * rendered.columns
    glyphs = SEXTANTS if rendered.height == 3 * rendered.rows else GLYPHS
    return [_strip(rendered.data[at : at + line], size, glyphs) for at in range(0, line * rendered.rows, line)]


def _strip(row: bytes, size: int, glyphs: str) -> Strip:
    """A blank takes the colours of what stands before it if the background is the same: one escape less."""
    depth = size // 2
    segments: list[Segment] = []
    text, front, back = "", b"", b""
    for at in range(0, len(row), size):
        glyph, fore, ground = row[at], row[at + 1 : at + 1 + depth], row[at + 1 + depth : at + size]
        if text and not (ground == back and (fore == front or glyph == 0)):
            segments.append(Segment(text, _style(front, back)))
            text = ""
        if not text:
            front, back = fore, ground
        text += glyphs[glyph % len(glyphs)]
    segments.append(Segment(text, _style(front, back)))
    return Strip(segments, len(row) // size)


def _style(front: bytes, back: bytes) -> Style:
    return Style.from_color(_colour(front), _colour(back))


def _colour(value: bytes) -> Color:
    return Color.from_rgb(*value) if len(value) == 3 else Color.from_ansi(value[0])
