"""A picture of two by two or two by three points a cell → a glyph and two colours for each cell, whichever fits the
points best.

A glyph's number has one bit for each point in the foreground colour, row by row: 1 top left, 2 top right, 4 below on
the left, and so on. 0 is a blank, of four points 3 is the upper half block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cullr.pool.jobs import Blocks

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

STEPS = (1, 8, 16, 24, 32, 48, 64, 96, 128)
"""How coarse the colours may become, one after another, so that equal neighbours share one escape."""
SPLITS: Mapping[Blocks, Sequence[int]] = {"halves": (0, 3), "quadrants": range(8), "sextants": range(32)}
"""Of a pattern and its opposite only one is tried: the colours change places instead."""
DOWN: Mapping[Blocks, int] = {"halves": 2, "quadrants": 2, "sextants": 3}
"""Points of a cell, one below the other."""
ESCAPE = {True: 42, False: 24}
"""Bytes that a change of both colours costs on the line, with truecolor and without."""
GLYPH = {2: 3, 3: 4}
"""Bytes of a character with so many points one below the other."""
CUBE = np.array([0, 95, 135, 175, 215, 255], dtype=np.float32)


def encode(image: Image.Image, *, truecolor: bool, blocks: Blocks = "quadrants", step: int = 1) -> tuple[bytes, int]:
    """Packed cells as `Rendered` describes them, and about how many bytes they cost on the line."""
    points = _points(np.asarray(image.convert("RGB"), dtype=np.float32), DOWN[blocks])
    glyphs, front, back = _best(points, SPLITS[blocks])
    if truecolor:
        packed = np.concatenate([glyphs[..., None], _coarse(front, step), _coarse(back, step)], axis=2)
    else:
        packed = np.stack([glyphs, to_256(_coarse(front, step)), to_256(_coarse(back, step))], axis=2)
    return packed.tobytes(), _cost(packed, truecolor, GLYPH[DOWN[blocks]])


def to_256(colours: Bytes) -> Bytes:
    """The nearest of xterm's 6x6x6 cube and its 24 greys for each colour; the last axis is red, green, blue."""
    wanted = colours.astype(np.float32)
    steps = np.abs(wanted[..., None] - CUBE).argmin(axis=-1)
    cube = 16 + 36 * steps[..., 0] + 6 * steps[..., 1] + steps[..., 2]
    grey = np.clip(np.rint((wanted.mean(axis=-1) - 8) / 10), 0, 23)
    far_cube = ((CUBE[steps] - wanted) ** 2).sum(axis=-1)
    far_grey = (((8 + 10 * grey)[..., None] - wanted) ** 2).sum(axis=-1)
    nearest: Bytes = np.where(far_grey < far_cube, 232 + grey, cube).astype(np.uint8)
    return nearest


def _points(pixels: Floats, down: int) -> Floats:
    """(rows, columns, points, 3 colours), the points in the order of the glyph's bits."""
    return np.stack([pixels[row::down, column::2] for row in range(down) for column in range(2)], axis=2)


def _best(points: Floats, splits: Sequence[int]) -> tuple[Bytes, Floats, Floats]:
    """For each cell the split into two even colours that leaves the least error; the brighter one is in front."""
    shape = points.shape[:2]
    least = np.full(shape, np.inf, dtype=np.float32)
    glyphs = np.zeros(shape, dtype=np.uint8)
    front, back = np.zeros((*shape, 3), dtype=np.float32), np.zeros((*shape, 3), dtype=np.float32)
    for split in splits:
        inside = np.array([bool(split >> bit & 1) for bit in range(points.shape[2])])
        outer = points[:, :, ~inside].mean(axis=2)
        inner = points[:, :, inside].mean(axis=2) if inside.any() else outer
        error = ((points - np.where(inside[:, None], inner[:, :, None], outer[:, :, None])) ** 2).sum(axis=(2, 3))
        better = error < least - 1e-3
        least[better], glyphs[better] = error[better], split
        front[better], back[better] = inner[better], outer[better]
    dark = front.sum(axis=2) < back.sum(axis=2)
    front[dark], back[dark] = back[dark], front[dark].copy()
    glyphs[dark] = (1 << points.shape[2]) - 1 - glyphs[dark]
    return glyphs, front, back


def _coarse(colours: Floats, step: int) -> Bytes:
    rounded: Bytes = np.clip(np.rint(colours / step) * step, 0, 255).astype(np.uint8)
    return rounded


def _cost(packed: Bytes, truecolor: bool, glyph: int) -> int:
    """A blank beside its own background needs no escape of its own."""
    depth = 3 if truecolor else 1
    before, after = packed[:, :-1], packed[:, 1:]
    same_back = (before[:, :, 1 + depth :] == after[:, :, 1 + depth :]).all(axis=2)
    same_front = (before[:, :, 1 : 1 + depth] == after[:, :, 1 : 1 + depth]).all(axis=2) | (after[:, :, 0] == 0)
    changes = int((~(same_back & same_front)).sum()) + len(packed)
    return changes * ESCAPE[truecolor] + int(packed.shape[0] * packed.shape[1]) * glyph
