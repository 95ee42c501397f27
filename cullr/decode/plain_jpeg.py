"""A small, plain JPEG's bytes → what its head tells and its drafted grey, without Pillow, which takes as long to open a
640x480 one as a third of its decode.

Plain is what cameras, phones and encoders write by default: one baseline picture, 8 bits, grey or YCbCr, at most EXIF
and a colour profile before it. Of anything else, and of whatever looks damaged, None: Pillow reads it, or says why not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCALES = (8, 4, 2, 1)
"""Of the DCT, as Pillow's `draft` takes them."""

_START, _SCAN, _TABLES, _EXIF, _PROFILE = 0xD8, 0xDA, 0xDB, 0xE1, 0xE2
_FRAMES = frozenset({0xC0, 0xC1})
_OF_NO_MATTER = frozenset({0xC4, 0xDD, 0xFE, 0xE0, 0xED, *range(0xE3, 0xED)})
"""Huffman tables and restarts, which the decoder reads; comments, JFIF, Photoshop's and makers' own segments."""


@dataclass(frozen=True, slots=True)
class PlainJpeg:
    """Stored width and height; `exif` as Pillow takes it, empty where there is none; `steps` is the sum of its
    luminance table."""

    width: int
    height: int
    exif: bytes
    steps: int


def head(data: bytes) -> PlainJpeg | None:
    """What stands before the pixels."""
    size, exif, steps = None, b"", 0
    if data[:2] != bytes((0xFF, _START)):
        return None
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], data[at + 2] << 8 | data[at + 3]
        if kind == _SCAN:
            return PlainJpeg(*size, exif, steps) if size and steps else None
        part = data[at + 4 : at + 2 + length]
        if kind in _FRAMES and size is None:
            size = _frame(part)
            if size is None:
                return None
        elif kind == _TABLES:
            first = _luminance(part)
            if first is None:
                return None
            steps = first or steps
        elif kind == _EXIF and part.startswith(b"Exif\0\0") and not exif:
            exif = part
        elif kind not in _OF_NO_MATTER and not (kind == _PROFILE and part.startswith(b"ICC_PROFILE\0")):
            return None
        at += 2 + length
    return None


def drafted(size: tuple[int, int], least: int) -> tuple[int, int]:
    """What `draft` makes of a picture of this size, asked for `least` pixels a side at least."""
    scale = min(size) // least
    by = next((each for each in SCALES if scale >= each), 1)
    return -(-size[0] // by), -(-size[1] // by)


def grey(data: bytes, size: tuple[int, int]) -> NDArray[np.uint8] | None:
    """The pixels at a drafted size, [height, width]."""
    width, height = size
    try:
        import simplejpeg

        pixels = simplejpeg.decode_jpeg(data, "GRAY", min_height=height, min_width=width)
    except (ValueError, ImportError):  # not every platform has a wheel of it
        return None
    found: NDArray[np.uint8] = pixels[..., 0]
    return found if found.shape == (height, width) else None


def _frame(part: bytes) -> tuple[int, int] | None:
    if len(part) < 6:
        return None
    depth, height, width, channels = struct.unpack_from(">BHHB", part)
    return (width, height) if depth == 8 and width and height and channels in {1, 3} else None


def _luminance(part: bytes) -> int | None:
    """The sum of table 0, 0 where it is not among these; None where there are tables of 16 bits."""
    found = 0
    for start in range(0, len(part), 65):
        if part[start] >> 4 or start + 65 > len(part):
            return None
        if part[start] == 0:
            found = sum(part[start + 1 : start + 65])
    return found
