"""Grey pictures → 32x32: averaged over squares of pixels first, as JPEG decoders scale, then by Pillow's LANCZOS, as
many of one size at once as there are: 40 µs each where it takes 120.

The second step is Pillow's to the last bit: its weights are whole multiples of 2⁻²² and its sums of them and bytes fit
a float64, none is ever rounded.
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
LEAST = 128
"""Pixels a side that averaging leaves: the hash of one picture in ten then differs from `imagehash`'s, by 2 bits of 64;
with 80, as JPEGs are drafted, that of every other."""
SUPPORT = 3
UNIT = 1 << 22
LATER = 1 << 17
"""Pixels up to which a picture may wait for others of its size: once averaged, only long strips have more."""
BAND = 8
"""Columns that share one product of many rows: each sees less than half of them."""
FEW = 1 << 15
"""Pixels up to which four products cost more than one."""
STRIP = 1 << 16
"""Pixels converted at a time: 512 KiB of float64 stay in the core's own cache, where more take half as long again."""

Size = tuple[float, float]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Small:
    """A grey on its way to 32x32: `pixels` [height, width], to be turned as this EXIF `orientation` tells once it is
    there. `size` is (width, height) in these pixels, of which the last may stand for less than a whole one."""

    pixels: Bytes
    orientation: int
    size: Size


def waiting(grey: Image.Image, orientation: int = 1) -> Small:
    """A picture of mode L, as stored: the means of squares of its pixels, as large as leave `LEAST` a side.

    What then is still too large to wait, a long strip, is 32x32 at once."""
    by = max(min(grey.size) // LEAST, 1)
    pixels = np.asarray(grey.reduce(by) if by > 1 else grey)
    size = grey.width / by, grey.height / by
    if pixels.size > LATER:
        pixels, size = _resized(pixels, size), (float(SIDE), float(SIDE))
    return Small(pixels, orientation, size)


def greys(pictures: Sequence[Small]) -> list[bytes]:
    """Each one's 32x32 bytes, row by row, as shown."""
    alike: dict[tuple[Size, tuple[int, ...]], list[int]] = {}
    for at, each in enumerate(pictures):
        alike.setdefault((each.size, each.pixels.shape), []).append(at)
    found = [b""] * len(pictures)
    for (size, _), places in alike.items():
        made = _shrunk([pictures[at].pixels for at in places], size)
        for at, grey in zip(places, made, strict=True):
            how = pictures[at].orientation
            found[at] = grey.tobytes() if how == 1 else turned(Image.fromarray(grey), how).tobytes()
    return found


def _shrunk(pictures: Sequence[Bytes], size: Size) -> Iterable[Bytes]:
    """Of pictures of one shape and size."""
    height, width = pictures[0].shape
    if size == (float(SIDE), float(SIDE)):
        yield from pictures
    elif len(pictures) == 1 or min(size) < SIDE or not _fits(width, height):
        yield from (_resized(each, size) for each in pictures)
    else:
        step = max(1, STRIP // (width * height))
        down = _weights(height, size[1]).T
        for start in range(0, len(pictures), step):
            stack = np.stack(pictures[start : start + step]).reshape(-1, width)
            yield from _rounded(down @ _narrowed(stack, size[0]).reshape(-1, height, SIDE))


def _resized(pixels: Bytes, size: Size) -> Bytes:
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=(0, 0, *size)))


def _fits(width: int, height: int) -> bool:
    """Whether Pillow scales such pictures across before down, as we do: not tall ones."""
    return 2 * height <= 3 * width and height + SIDE <= 2 * width


def _narrowed(rows: Bytes, seen_width: float) -> Bytes:
    """[n, width] → [n, 32], the last pixel as much as `seen_width` has of it."""
    width = rows.shape[1]
    narrow = np.empty((len(rows), SIDE))
    step = max(1, STRIP // width)
    for top in range(0, len(rows), step):
        strip = rows[top : top + step].astype(np.float64)
        for columns, seen, weights in _bands(width, seen_width, SIDE if rows.size <= FEW else BAND):
            narrow[top : top + step, columns] = strip[:, seen] @ weights
    return _rounded(narrow)


def _rounded(values: Floats) -> Bytes:
    return np.floor(values + 0.5).clip(0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=16)
def _bands(size: int, extent: float, band: int) -> list[tuple[slice, slice, Floats]]:
    """The weights of every `band` columns: which they are, the pixels they see, [pixels, columns]."""
    weights, found = _weights(size, extent), []
    for column in range(0, SIDE, band):
        part = weights[:, column : column + band]
        seen = np.flatnonzero(part.any(axis=1))
        first, last = int(seen[0]), int(seen[-1]) + 1
        found.append((slice(column, column + band), slice(first, last), np.ascontiguousarray(part[first:last])))
    return found


@functools.lru_cache(maxsize=32)
def _weights(size: int, extent: float) -> Floats:
    """[size, 32], of so many pixels up to `extent`, as `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's
    Resample.c make them."""
    scale = float(np.float32(extent)) / SIDE  # Pillow's box is of these
    centres = (np.arange(SIDE) + 0.5) * scale
    pixels = np.arange(size)[:, None]
    first, last = (np.trunc(centres + sign * SUPPORT * scale + 0.5) for sign in (-1, 1))
    at = (pixels - centres + 0.5) * (1 / scale)
    seen = (pixels >= first) & (pixels < last) & (at >= -SUPPORT) & (at < SUPPORT)
    raw = np.where(seen, np.sinc(at) * np.sinc(at / SUPPORT), 0.0)
    weights: Floats = np.trunc(np.copysign(0.5, raw) + raw / raw.sum(axis=0) * UNIT) / UNIT
    return weights
