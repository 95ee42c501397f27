"""A blink, drawn into a real portrait: the upper lids pulled down over the eyes, whose places were marked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cullr_tests.keepers.harm import Pixels

Corner = NDArray[np.float64]
Point = tuple[float, float]
Eye = tuple[Point, Point, float]
"""The corners from left to right, and how far the lids are apart, in pixels of `WIDTH`."""

WIDTH = 840
PORTRAITS: Mapping[str, Sequence[Eye]] = {
    "exif_orientation/portrait.jpg": (((292, 209), (310, 210), 5.0), ((330, 210), (346, 210), 5.0)),
    "formats/hopper/hopper.png": (((310, 284), (372, 282), 13.0), ((451, 277), (512, 272), 13.0)),
}


def portrait(photos: Path, path: str) -> Pixels:
    """The portrait, 840 pixels wide."""
    with Image.open(photos / path) as image:
        shown = ImageOps.exif_transpose(image).convert("RGB")
    size = (WIDTH, round(shown.height * WIDTH / shown.width))
    return np.asarray(shown.resize(size, Image.Resampling.BICUBIC), np.float32)


def blink(pixels: Pixels, eyes: Sequence[Eye], shut: float) -> Pixels:
    """The same portrait with its lids `shut` of the way, 0 to 1."""
    drawn = pixels.copy()
    for one, other, opening in eyes:
        _close(pixels, drawn, np.array(one), np.array(other), opening, shut)
    return drawn


def _close(pixels: Pixels, drawn: Pixels, one: Corner, other: Corner, opening: float, shut: float) -> None:
    """Stretch the skin between brow and upper lid down towards the lower lid, along the eye's almond."""
    width, middle = float(np.linalg.norm(other - one)), (one + other) / 2
    along = (other - one) / width
    across = np.array((-along[1], along[0]))
    reach = int(1.2 * width)
    rows, columns = np.mgrid[-reach:reach, -reach:reach] + np.round(middle[::-1]).astype(int)[:, None, None]
    x, y = columns - middle[0], rows - middle[1]
    u, v = (x * along[0] + y * along[1]) * 2 / width, x * across[0] + y * across[1]
    almond = np.sqrt(np.clip(1 - (u / 1.15) ** 2, 0, 1))
    upper, lower = -0.75 * opening * almond, 0.5 * opening * almond
    brow = upper - 0.35 * width * almond
    lid = upper + shut * (lower - upper)
    inside = (v > brow) & (v < lid) & (abs(u) < 1.15)
    source = np.where(inside, brow + (v - brow) * (upper - brow) / np.maximum(lid - brow, 1e-6), v)
    from_x = middle[0] + u * width / 2 * along[0] + source * across[0]
    from_y = middle[1] + u * width / 2 * along[1] + source * across[1]
    drawn[rows, columns] = np.where(inside[..., None], _at(pixels, from_x, from_y), drawn[rows, columns])


def _at(pixels: Pixels, x: Corner, y: Corner) -> Corner:
    """Bilinear samples."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = (x - left)[..., None], (y - top)[..., None]
    above = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
    below = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
    return np.asarray(above * (1 - down) + below * down)
