"""Camera RAW → its embedded preview, else LibRaw's half-size development."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from cullr.decode.errors import Unreadable
from cullr.decode.opener import reasons
from cullr.model import Exposure, Rung, Taken, TimeSource

if TYPE_CHECKING:
    import rawpy

# LibRaw's `flip` → EXIF orientation.
_ORIENTATION = {0: 1, 3: 3, 5: 8, 6: 6}


@dataclass(frozen=True, slots=True)
class Developed:
    """A RAW's picture as stored (not yet turned), the orientation to turn it by, and LibRaw's own metadata."""

    image: Image.Image
    rung: Rung
    orientation: int
    width: int
    height: int
    taken: Taken | None
    exposure: Exposure


def develop(stream: BinaryIO) -> Developed:
    """Raises Unreadable when LibRaw does not know the file or finds no picture in it."""
    import rawpy

    with reasons("camera RAW"), rawpy.imread(stream) as raw:
        flip = _ORIENTATION.get(raw.sizes.flip, 1)
        found = _preview(raw, flip)
        image, rung, orientation = found or (_developed(raw), Rung.FULL, 1)
        turned = flip >= 5
        width, height = raw.sizes.width, raw.sizes.height
        return Developed(
            image,
            rung,
            orientation,
            height if turned else width,
            width if turned else height,
            _taken(raw),
            _exposure(raw),
        )


def _preview(raw: rawpy.RawPy, flip: int) -> tuple[Image.Image, Rung, int] | None:
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if isinstance(thumb.data, bytes):
        if thumb.format != rawpy.ThumbFormat.JPEG:
            return None
        image = Image.open(io.BytesIO(thumb.data), formats=["JPEG"])
        # Most cameras tag the preview too; where they do not, the RAW's own turn holds.
        tagged = int(image.getexif().get(0x0112, 0))
        return image, Rung.PREVIEW, tagged if tagged in range(1, 9) else flip
    return Image.fromarray(np.asarray(thumb.data)), Rung.PREVIEW, flip


def _developed(raw: rawpy.RawPy) -> Image.Image:
    pixels = raw.postprocess(half_size=True, use_camera_wb=True)
    if not pixels.any():
        # LibRaw does this, without an error, for a file whose pixel data is cut off.
        raise Unreadable("damaged: its RAW data develops to a black picture")
    return Image.fromarray(pixels)


def _taken(raw: rawpy.RawPy) -> Taken | None:
    stamp = getattr(raw.other, "timestamp", None)
    if not isinstance(stamp, datetime) or stamp.year < 1980:
        return None
    wall = int((stamp.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return Taken(wall * 1_000_000, TimeSource.EXIF)


def _exposure(raw: rawpy.RawPy) -> Exposure:
    def positive(name: str) -> float | None:
        value = float(getattr(raw.other, name, 0) or 0)
        return value if value > 0 else None

    iso = positive("iso_speed")
    return Exposure(positive("shutter_speed"), positive("aperture"), int(iso) if iso else None)
