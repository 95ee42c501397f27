"""What a worker can be asked to do with one file, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from cullr.model import Look, Measure, Metadata
from cullr.quick import Quick

Way = Literal["kitty", "iterm", "sixel", "cells"]
Blocks = Literal["halves", "quadrants", "sextants"]
"""What pieces of a cell the terminal's block characters can fill: halves, two by two, or two by three."""
Crop = tuple[float, float, float, float]
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)
WIRE_BYTES = 60 << 10
"""What one picture may cost on the line, escapes and base64 included: a quarter of a second at 250 KB/s."""


class Job(StrEnum):
    """HEAD, FRESH and PICTURE give a `Reading` (HEAD None of what is no JPEG, FRESH of what holds no small picture that
    can be trusted), MEASURE (its tasks say what is wanted) a `Measured`, DIGEST 32 bytes, MARKS `Marks` or None, RENDER
    (they carry an order) a `Rendered`, SQUARE (they carry a square) side x side x 3 bytes."""

    HEAD = "head"
    FRESH = "fresh"
    PICTURE = "picture"
    MEASURE = "measure"
    DIGEST = "digest"
    MARKS = "marks"
    RENDER = "render"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Square:
    """What an encoder looks at: `side` pixels, the picture squashed into it or its middle cut out."""

    side: int
    fit: Literal["squash", "crop"]


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """A picture for a box of terminal cells. `source` is a path, or the bytes of a preview.

    `crop` is the part to show (left, top, right, bottom, as fractions), `against` a second picture whose difference
    is shown; `stamp` is anything that changes with the file, so that a new version is another order.
    """

    source: str | bytes
    way: Way
    columns: int
    rows: int
    cell: tuple[int, int] = (8, 16)
    crop: Crop = WHOLE
    against: str | bytes | None = None
    stamp: int = 0
    palette: int = 64
    truecolor: bool = True
    blocks: Blocks = "quadrants"
    budget: int = WIRE_BYTES


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture ready to be framed: it takes `columns` x `rows` cells and holds `width` x `height` pixels.

    `data` is a PNG (kitty), a JPEG (iterm), a whole sixel sequence, or packed cells row by row, each of two by two
    points or, where `height` is three times `rows`, two by three: glyph, foreground and background, the colours as
    three bytes each, or as one byte of the 256-colour palette when not `truecolor`.
    `wire` is about how many bytes it costs on the line; `coarse`: its budget made it coarser than its box could show.
    """

    way: Way
    columns: int
    rows: int
    width: int
    height: int
    data: bytes
    truecolor: bool = True
    wire: int = 0
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make of one decode: these measures, and a preview or not."""

    measures: tuple[Measure, ...] = ()
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Task(Quick):
    """`key` is the caller's, given back with the outcome; `order` goes with RENDER, which takes the path from it,
    `square` with SQUARE, `wanted` with MEASURE; with PICTURE it asks for the quality of the same decode."""

    key: int
    path: str
    order: RenderOrder | None = None
    square: Square | None = None
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Reading(Quick):
    """What a photo's pixels tell, or its head alone: that has no `fingerprint`, and a `look` only where the file holds
    a small picture. `measured` is its quality where that was asked for and the decode was large enough."""

    metadata: Metadata
    look: Look | None
    fingerprint: bytes | None = None
    measured: object = None


@dataclass(frozen=True, slots=True)
class Outcome(Quick):
    """`value` as the job promises, or `why` it could not be done, in words; `lasting` when another try is in vain."""

    key: int
    value: object = None
    why: str | None = None
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What was wanted: the measures' values, and the preview (JPEG, sRGB, long side at most 320 pixels)."""

    values: Mapping[Measure, object]
    preview: bytes | None = None
