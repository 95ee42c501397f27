"""The small pictures inside a JPEG: the EXIF thumbnail, its letterbox removed, else the MPF preview (CIPA DC-007).

A provisional look for the price of reading the head, or of one more read near the file's end.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image

Array = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

LARGEST_PREVIEW = 8 << 20
DARK = 24
"""Grey level of 255. Bars are black up to JPEG ringing; a Nokia's thumbnail has none, so only dark borders go."""


def grey(image: Image.Image, exif: Image.Exif) -> Image.Image | None:
    """The thumbnail in grey, as stored (not turned), bars removed; None when absent, damaged or of another shape."""
    blob = _bytes(image, exif)
    if not blob:
        return None
    small = _decoded(blob)
    if small is None:
        return None
    return unboxed(small, image.width / image.height)


def preview(image: Image.Image, stream: BinaryIO) -> Image.Image | None:
    """The largest MPF preview as grey, as stored; None when there is none of the picture's shape.

    Other pictures in the container (a gain map, the second eye of a stereo pair) are of other types and never taken.
    """
    entries = getattr(image, "mpinfo", {}).get(0xB002, ())
    # Offsets count from the MPF header, which stands behind at most one EXIF segment of 64 KiB.
    stream.seek(0)
    header = stream.read(1 << 17).find(b"MPF\0") + 4
    found = [
        (entry["Size"], entry["DataOffset"] + header)
        for entry in entries
        if str(entry["Attribute"].get("MPType", "")).startswith("Large Thumbnail")
        and entry["DataOffset"]
        and header > 4
    ]
    for size, start in sorted(found, reverse=True):
        stream.seek(start)
        small = _decoded(stream.read(min(size, LARGEST_PREVIEW)))
        if small and abs(small.width / small.height / (image.width / image.height) - 1) < 0.02:
            return small
    return None


def _decoded(blob: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(blob), formats=["JPEG"]) as small:
            small.draft("L", (256, 256))
            return small.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _bytes(image: Image.Image, exif: Image.Exif) -> bytes:
    data = image.info.get("exif")
    if not isinstance(data, bytes):
        return b""
    tags = exif.get_ifd(ExifTags.IFD.IFD1)
    start, length = tags.get(0x0201), tags.get(0x0202)
    if not isinstance(start, int) or not isinstance(length, int) or start <= 0 or not 0 < length < 1 << 18:
        return b""
    return data[6 + start : 6 + start + length]


def unboxed(thumb: Image.Image, aspect: float) -> Image.Image | None:
    """Cut dark bars so that the thumbnail has the picture's aspect; None when the shapes differ for another reason.

    With the bars left in, a pHash is off by 11.8 bits on average and useless.
    """
    width, height = thumb.size
    if abs(width / height / aspect - 1) < 0.02:
        return thumb
    inner_width, inner_height = min(width, round(height * aspect)), min(height, round(width / aspect))
    left, top = (width - inner_width + 1) // 2, (height - inner_height + 1) // 2
    pixels = np.asarray(thumb)
    # A bar's innermost row may hold the picture's edge.
    rows, columns = max(top - 1, 0), max(left - 1, 0)
    bars = [pixels[:rows], pixels[height - rows :], pixels[:, :columns], pixels[:, width - columns :]]
    if any(bar.size and float(bar.mean()) > DARK for bar in bars):
        # Without bars it may still be the whole picture squeezed or slightly cropped; more than 8 % is another picture.
        return thumb if abs(width / height / aspect - 1) < 0.08 else None
    return thumb.crop((left, top, width - left, height - top)) if inner_width > 8 and inner_height > 8 else None
