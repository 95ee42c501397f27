"""Grey pictures → 32x32, to the last bit as Pillow's LANCZOS gives them, by matrix products: 2.2 ms where it takes 5.3,
and of small ones of one size as many as there are at once, 40 µs each where it takes 120.

Pillow's weights are whole multiples of 2⁻²² and its sums of them and bytes fit a float64: none is ever rounded.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cullr.decode.turns import turned

SIDE = 32
WORTH = 1 << 14
"""Pixels. For fewer Pillow takes less than 0.1 ms."""
SUPPORT = 3
UNIT = 1 << 22
LATER = 1 << 16
"""Pixels up to which a picture may wait for others of its size."""
BAND = 8
"""Columns that share one product of a large picture: each sees less than half of it."""
FEW = 1 << 15
"""Pixels up to which four products cost more than one."""
STRIP = 1 << 16
"""Pixels converted at a time: 512 KiB of float64 stay in the core's own cache, where more take half as long again."""

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Small:
    """A grey on its way to 32x32: `pixels` [height, width], to be turned as this EXIF `orientation` tells once it is
    there."""

    pixels: Bytes
    orientation: int = 1


def waiting(grey: Image.Image, orientation: int = 1) -> Small:
    """A picture of mode L, already 32x32 if it is too large to wait."""
    return Small(np.asarray(grey if grey.width * grey.height <= LATER else small(grey)), orientation)


def greys(pictures: Sequence[Small]) -> list[bytes]:
    """Each one's 32x32 bytes, row by row, as shown."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for at, each in enumerate(pictures):
        alike.setdefault(each.pixels.shape, []).append(at)
    found = [b""] * len(pictures)
    for shape, places in alike.items():
        made = _shrunk([pictures[at].pixels for at in places], shape)
        for at, grey in zip(places, made, strict=True):
            how = pictures[at].orientation
            found[at] = grey.tobytes() if how == 1 else turned(Image.fromarray(grey), how).tobytes()
    return found


def _shrunk(pictures: Sequence[Bytes], shape: tuple[int, ...]) -> Iterable[Bytes]:
    height, width = shape
    if shape == (SIDE, SIDE):
        yield from pictures
    elif len(pictures) == 1 or not _fits(width, height):
        yield from (np.asarray(small(Image.fromarray(each))) for each in pictures)
    else:
        step = max(1, STRIP // (width * height))
        for start in range(0, len(pictures), step):
            stack = np.stack(pictures[start : start + step]).reshape(-1, width)
            yield from _rounded(_weights(height).T @ _narrowed(stack).reshape(-1, height, SIDE))


def small(grey: Image.Image) -> Image.Image:
    """Mode L, any size → 32x32: the very resize that `imagehash.phash` uses. Tall ones are left to Pillow, which scales
    them down before across."""
    if grey.width * grey.height < WORTH or not _fits(*grey.size):
        return grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(grey)
    return Image.fromarray(_rounded(_weights(grey.height).T @ _narrowed(pixels)))


def _fits(width: int, height: int) -> bool:
    """Whether Pillow scales such pictures across before down, as we do: not tall ones."""
    return min(width, height) >= SIDE and 2 * height <= 3 * width and height + SIDE <= 2 * width


def _narrowed(rows: Bytes) -> Bytes:
    """[n, width] → [n, 32]."""
    width = rows.shape[1]
    narrow = np.empty((len(rows), SIDE))
    step = max(1, STRIP // width)
    for top in range(0, len(rows), step):
        strip = rows[top : top + step].astype(np.float64)
        for columns, seen, weights in _bands(width, SIDE if rows.size <= FEW else BAND):
            narrow[top : top + step, columns] = strip[:, seen] @ weights
    return _rounded(narrow)


def _rounded(values: Floats) -> Bytes:
    return np.floor(values + 0.5).clip(0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=16)
def _bands(size: int, band: int) -> list[tuple[slice, slice, Floats]]:
    """The weights of every `band` columns: which they are, the pixels they see, [pixels, columns]."""
    weights, found = _weights(size), []
    for column in range(0, SIDE, band):
        part = weights[:, column : column + band]
        seen = np.flatnonzero(part.any(axis=1))
        first, last = int(seen[0]), int(seen[-1]) + 1
        found.append((slice(column, column + band), slice(first, last), np.ascontiguousarray(part[first:last])))
    return found


@functools.lru_cache(maxsize=32)
def _weights(size: int) -> Floats:
    """[size, 32], as `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's Resample.c make them."""
    scale = size / SIDE
    centres = (np.arange(SIDE) + 0.5) * scale
    pixels = np.arange(size)[:, None]
    first, last = (np.trunc(centres + sign * SUPPORT * scale + 0.5) for sign in (-1, 1))
    at = (pixels - centres + 0.5) * (1 / scale)
    seen = (pixels >= first) & (pixels < last) & (at >= -SUPPORT) & (at < SUPPORT)
    raw = np.where(seen, np.sinc(at) * np.sinc(at / SUPPORT), 0.0)
    weights: Floats = np.trunc(np.copysign(0.5, raw) + raw / raw.sum(axis=0) * UNIT) / UNIT
    return weights
