"""A picture of two by two points a cell → a glyph and two colours for each cell, whichever fits the four points best.

A glyph's number has one bit for each point in the foreground colour: 1 top left, 2 top right, 4 bottom left, 8 bottom
right. 0 is a blank, 3 the upper half block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

STEPS = (1, 8, 16, 24, 32, 48, 64, 96, 128)
"""How coarse the colours may become, one after another, so that equal neighbours share one escape."""
SPLITS = (0, 1, 2, 3, 4, 5, 6, 7)
"""Of a pattern and its opposite only one is tried: the colours change places instead."""
ESCAPE = {True: 42, False: 24}
"""Bytes that a change of both colours costs on the line, with truecolor and without."""
GLYPH = 3
CUBE = np.array([0, 95, 135, 175, 215, 255], dtype=np.float32)


def encode(image: Image.Image, *, truecolor: bool, halves: bool = False, step: int = 1) -> tuple[bytes, int]:
    """Packed cells as `Rendered` describes them, and about how many bytes they cost on the line."""
    points = _points(np.asarray(image.convert("RGB"), dtype=np.float32))
    glyphs, front, back = _best(points, (0, 3) if halves else SPLITS)
    if truecolor:
        packed = np.concatenate([glyphs[..., None], _coarse(front, step), _coarse(back, step)], axis=2)
    else:
        packed = np.stack([glyphs, to_256(_coarse(front, step)), to_256(_coarse(back, step))], axis=2)
    return packed.tobytes(), _cost(packed, truecolor)


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


def _points(pixels: Floats) -> Floats:
    """(rows, columns, 4 points, 3 colours), the points in the order of the glyph's bits."""
    top, bottom = pixels[0::2], pixels[1::2]
    return np.stack([top[:, 0::2], top[:, 1::2], bottom[:, 0::2], bottom[:, 1::2]], axis=2)


def _best(points: Floats, splits: tuple[int, ...]) -> tuple[Bytes, Floats, Floats]:
    """For each cell the split into two even colours that leaves the least error; the brighter one is in front."""
    shape = points.shape[:2]
    least = np.full(shape, np.inf, dtype=np.float32)
    glyphs = np.zeros(shape, dtype=np.uint8)
    front, back = np.zeros((*shape, 3), dtype=np.float32), np.zeros((*shape, 3), dtype=np.float32)
    for split in splits:
        inside = np.array([bool(split & bit) for bit in (1, 2, 4, 8)])
        outer = points[:, :, ~inside].mean(axis=2)
        inner = points[:, :, inside].mean(axis=2) if inside.any() else outer
        error = ((points - np.where(inside[:, None], inner[:, :, None], outer[:, :, None])) ** 2).sum(axis=(2, 3))
        better = error < least - 1e-3
        least[better], glyphs[better] = error[better], split
        front[better], back[better] = inner[better], outer[better]
    dark = front.sum(axis=2) < back.sum(axis=2)
    front[dark], back[dark] = back[dark], front[dark].copy()
    glyphs[dark] = 15 - glyphs[dark]
    return glyphs, front, back


def _coarse(colours: Floats, step: int) -> Bytes:
    rounded: Bytes = np.clip(np.rint(colours / step) * step, 0, 255).astype(np.uint8)
    return rounded


def _cost(packed: Bytes, truecolor: bool) -> int:
    """A blank beside its own background needs no escape of its own."""
    depth = 3 if truecolor else 1
    before, after = packed[:, :-1], packed[:, 1:]
    same_back = (before[:, :, 1 + depth :] == after[:, :, 1 + depth :]).all(axis=2)
    same_front = (before[:, :, 1 : 1 + depth] == after[:, :, 1 : 1 + depth]).all(axis=2) | (after[:, :, 0] == 0)
    changes = int((~(same_back & same_front)).sum()) + len(packed)
    return changes * ESCAPE[truecolor] + int(packed.shape[0] * packed.shape[1]) * GLYPH
