"""A JPEG's first bytes → metadata and, from its EXIF thumbnail, a provisional grey: 1 400 times as fast as decoding.

A thumbnail can be stale after an edit, so what it suggests is shown early and always replaced by pixels later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from cullr.decode import exif as exif_tags
from cullr.decode import metadata as describe
from cullr.decode import opener, thumbnail
from cullr.decode.opener import Content
from cullr.decode.picture import small_grey, turned
from cullr.model import Metadata
from cullr.settings import Limits


@dataclass(frozen=True, slots=True)
class Head:
    """`grey` is 32x32 bytes as shown, None when the file carries no thumbnail that fits it."""

    metadata: Metadata
    grey: bytes | None


def read_head(path: Path, limits: Limits) -> Head | None:
    """None for what is no JPEG: other formats must be decoded to learn anything. Raises Unreadable."""
    with opener.reasons("file"), path.open("rb") as stream:
        content = opener.content(stream, limits)
        if content.type != "jpeg":
            return None
        return opener.use(stream, content.type, limits, lambda image: _head(image, content))


def _head(image: Image.Image, content: Content) -> Head:
    exif = image.getexif()
    orientation = exif_tags.orientation(exif)
    facts = describe.metadata(image, exif, content, orientation, image.size)
    thumb = thumbnail.grey(image, exif)
    return Head(facts, turned(small_grey(thumb), orientation).tobytes() if thumb else None)
