"""A JPEG's first bytes → metadata and, from its EXIF thumbnail or MPF preview, a provisional grey.

1 400 times as fast as decoding (preview: 92 times). Either can be stale after an edit, so what they suggest is shown
early and always replaced by pixels later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from cullr.decode import exif as exif_tags
from cullr.decode import fresh, opener, raw, shrink, thumbnail
from cullr.decode import metadata as describe
from cullr.decode.errors import Unreadable
from cullr.decode.opener import Content
from cullr.decode.shrink import Small
from cullr.model import Marks, Metadata, Rung
from cullr.settings import Limits


@dataclass(frozen=True, slots=True)
class Head:
    """`small` is the grey that becomes 32x32 bytes, None when the file carries no small picture that fits it."""

    metadata: Metadata
    small: Small | None
    rung: Rung = Rung.THUMBNAIL

    @property
    def grey(self) -> bytes | None:
        """32x32 bytes, row by row; `shrink.greys` makes many at once."""
        return shrink.greys([self.small])[0] if self.small else None


def read_head(path: Path, limits: Limits) -> Head | None:
    """None for what is no JPEG: other formats must be decoded to learn anything. Raises Unreadable."""
    with opener.reasons("file"), path.open("rb") as stream:
        content = opener.content(stream, limits)
        if content.type != "jpeg":
            return None
        return opener.use(stream, content.type, limits, lambda image: _head(image, content, stream))


def read_fresh(path: Path, limits: Limits) -> Head | None:
    """The same where the small picture, the preview rather than the thumbnail, shows what the file's first rows show:
    a tenth of the work of reading the pixels, and its pHash is off by 0.4 bits in the mean, 2 at most. Else None.
    Raises Unreadable."""
    with opener.reasons("file"), path.open("rb") as stream:
        content = opener.content(stream, limits)
        if content.type != "jpeg":
            return None
        return opener.use(stream, content.type, limits, lambda image: _fresh(image, content, stream))


def read_marks(path: Path, limits: Limits) -> Marks | None:
    """What a person said of it, as the file's head tells; None where the head tells nothing. Raises Unreadable.

    No pixel is decoded but a RAW's preview.
    """
    with opener.reasons("file"), path.open("rb") as stream:
        content = opener.content(stream, limits)
        if opener.is_raw(path.name, content.type):
            try:
                return describe.raw_marks(raw.develop(stream).image, stream, content)
            except Unreadable:
                if content.type not in opener.READERS:
                    raise
        return opener.use(stream, content.type, limits, lambda image: describe.marks(image, content))


def _head(image: Image.Image, content: Content, stream: BinaryIO) -> Head:
    exif = image.getexif()
    orientation = exif_tags.orientation(exif)
    facts = describe.metadata(image, exif, content, orientation, image.size)
    rung, small = Rung.THUMBNAIL, thumbnail.grey(image, exif)
    if small is None:
        rung, small = Rung.PREVIEW, thumbnail.preview(image, stream)
    return Head(facts, shrink.waiting(small, orientation) if small else None, rung)


def _fresh(image: Image.Image, content: Content, stream: BinaryIO) -> Head | None:
    exif = image.getexif()
    rung, small = Rung.PREVIEW, thumbnail.preview(image, stream)
    if small is None:
        rung, small = Rung.THUMBNAIL, thumbnail.grey(image, exif)
    if small is None or not fresh.shows(small, image.size, stream):
        return None
    orientation = exif_tags.orientation(exif)
    facts = describe.metadata(image, exif, content, orientation, image.size)
    return Head(facts, shrink.waiting(small, orientation), rung)
