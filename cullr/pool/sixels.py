"""A palette picture → one whole sixel sequence (DCS … ST), run-length encoded.

Format: DEC's sixel graphics; a character carries six pixels of one colour, one below the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BAND = 6


def encode(image: Image.Image) -> bytes:
    """`image` is of mode P, as `quantize` gives it. Every pixel is painted: what was below does not shine through."""
    pixels = np.asarray(image, dtype=np.uint8)
    height, width = pixels.shape
    used = np.unique(pixels)
    parts = [b'\x1bP0;1;0q"1;1;%d;%d' % (width, height), *_palette(image, used)]
    for top in range(0, height, BAND):
        parts.append(b"$".join(_band(pixels[top : top + BAND])))
        parts.append(b"-")
    parts[-1] = b"\x1b\\"  # a line feed after the last band would scroll the screen
    return b"".join(parts)


def _palette(image: Image.Image, used: NDArray[np.uint8]) -> list[bytes]:
    """`#n;2;r;g;b`, in per cent, for the colours that occur."""
    values = image.getpalette("RGB") or []
    named = []
    for index in used.tolist():
        red, green, blue = (round(value * 100 / 255) for value in values[3 * index : 3 * index + 3])
        named.append(b"#%d;2;%d;%d;%d" % (index, red, green, blue))
    return named


def _band(rows: NDArray[np.uint8]) -> list[bytes]:
    """One line of sixels for each colour in up to six rows."""
    colours = np.unique(rows)
    weights = (1 << np.arange(len(rows), dtype=np.uint8))[:, None]
    lines = []
    for colour in colours.tolist():
        codes = ((rows == colour) * weights).sum(axis=0, dtype=np.uint8) + 63
        lines.append(b"#%d" % colour + _runs(codes.astype(np.uint8)))
    return lines


def _runs(codes: NDArray[np.uint8]) -> bytes:
    """Four or more of a kind become `!n` and one; the empty end of a line is left out."""
    starts = np.flatnonzero(np.diff(codes, prepend=codes[0] ^ 1))
    lengths = np.diff(starts, append=len(codes)).tolist()
    kinds = codes[starts].tolist()
    if kinds[-1] == 63:
        kinds.pop()
        lengths.pop()
    return b"".join(
        b"!%d%c" % (length, kind) if length > 3 else bytes((kind,)) * length
        for kind, length in zip(kinds, lengths, strict=True)
    )
