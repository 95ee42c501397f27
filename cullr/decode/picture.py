"""A path → its metadata and the 32x32 grey that every perceptual hash here starts from; larger pictures on request.

JPEGs are decoded DCT-scaled to at least 80 pixels a side (24 megapixels: 57 ms instead of 239, 640x480 0.6 instead of
2.6), everything else in full. Of 280 real pictures the pHash is that of `imagehash` for nine in ten, and 2 bits off for
most of the others.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from cullr.decode import compression, opener, pixels, plain_jpeg, raw, shrink
from cullr.decode import exif as exif_tags
from cullr.decode import metadata as describe
from cullr.decode.errors import Unreadable
from cullr.decode.opener import Content
from cullr.decode.shrink import Small
from cullr.decode.turns import turned
from cullr.model import Metadata, Rung
from cullr.settings import Limits

Reference = Callable[[Image.Image], int]
Measurer = Callable[[Image.Image, Image.Image | None], object]
"""Of a picture as shown, RGB, and of its grey where that is made already."""
LARGE, WORKING = 6_000_000, 960
"""From so many pixels on a baseline JPEG is drafted to at least 960 on its long side, not to 80: its Huffman codes
cost the most, so 1500x1000 of 24 megapixels takes 20 % longer than 750x500, and saves the decode for measuring."""
DRAFT_SIDE = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """What one decode gives: `small` is the grey that becomes 32x32 bytes, as shown; `fingerprint` stands for the
    content; `reference` is the hash that was asked for, if any, `measured` what the measurer made of the picture
    if it was decoded large enough. pHashes are computed from `grey` in batches."""

    metadata: Metadata
    small: Small
    rung: Rung
    fingerprint: bytes
    reference: int | None = None
    measured: object = None

    @property
    def grey(self) -> bytes:
        """32x32 bytes, row by row; `shrink.greys` makes many at once."""
        return shrink.greys([self.small])[0]


def open_picture(
    path: Path, limits: Limits, reference: Reference | None = None, measurer: Measurer | None = None
) -> Picture:
    """Decode once. `reference` makes a hash of the whole picture, which then is decoded in full; `measurer` is given
    the very picture that `open_measurable` gives, where this decode yields it.

    Raises Unreadable with the reason.
    """
    with opener.opened(path) as stream:
        content = opener.content(stream, limits)
        fingerprint = opener.fingerprint(stream)
        if opener.is_raw(path.name, content.type):
            found = _raw_picture(stream, content, limits, reference, fingerprint)
            if found:
                return found
        plain = None if reference else _plain(stream, content, limits, fingerprint, measurer)
        return plain or opener.use(
            stream,
            content.type,
            limits,
            lambda image: _rendered(image, stream, content, reference, fingerprint, measurer),
        )


def open_large(path: Path, limits: Limits, side: int) -> Image.Image:
    """The picture as shown, RGB, scaled down so that its long side is at most `side`. Raises Unreadable."""
    return scaled(_open_whole(path, limits, side), side)


def open_measurable(path: Path, limits: Limits) -> Image.Image:
    """The picture as shown, RGB, as large as it was decoded: enough to be measured. Raises Unreadable."""
    return _open_whole(path, limits, WORKING)


def _open_whole(path: Path, limits: Limits, least: int) -> Image.Image:
    """As shown, RGB, its long side at least `least` where the file has as much."""
    with opener.opened(path) as stream:
        content = opener.content(stream, limits)
        if opener.is_raw(path.name, content.type):
            try:
                developed = raw.develop(stream)
                return _rgb(turned(developed.image, developed.orientation))
            except Unreadable:
                if content.type not in opener.READERS:
                    raise
        return opener.use(stream, content.type, limits, lambda image: _whole(image, stream, content.type, least))


def open_stored(path: Path, limits: Limits) -> tuple[Image.Image, Sequence[int] | None]:
    """A rendered picture's grey, unscaled and unturned, and the steps of its JPEG, down and across; None of others'.

    Raises Unreadable.
    """
    with opener.opened(path) as stream:
        content = opener.content(stream, limits)
        return opener.use(stream, content.type, limits, lambda image: _stored(image, stream))


def to_grey(image: Image.Image) -> Image.Image:
    """Mode L. Deeper than 8 bits is scaled by its brightest pixel: Pillow alone would clip it to white."""
    if image.mode == "L":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0).clip(0)
        return Image.fromarray((values * (255.0 / max(float(values.max()), 1.0))).astype(np.uint8))
    return (image if image.mode == "RGB" else image.convert("RGB")).convert("L")


def _plain(
    stream: BinaryIO, content: Content, limits: Limits, fingerprint: bytes, measurer: Measurer | None
) -> Picture | None:
    """A plain JPEG's, drafted; None where it is none, or must be decoded larger than that."""
    if content.type != "jpeg" or not isinstance(stream, io.BytesIO):
        return None
    data = stream.getvalue()
    head = plain_jpeg.head(data)
    if head is None or head.width * head.height >= min(LARGE, limits.megapixels * 1_000_000):
        return None
    stored = head.width, head.height
    size = plain_jpeg.drafted(stored, DRAFT_SIDE)
    if size == stored or (measurer is not None and max(size) >= min(WORKING, *stored)):
        return None
    exif = _exif(head.exif)
    pixels = plain_jpeg.grey(data, size) if exif is not None else None
    if exif is None or pixels is None:
        return None
    orientation = exif_tags.orientation(exif)
    facts = describe.told(exif, None, content.type, orientation, stored, compression.of_steps(head.steps))
    return Picture(facts, shrink.waiting(Image.fromarray(pixels), orientation), Rung.DRAFT, fingerprint)


def _exif(data: bytes) -> Image.Exif | None:
    """The tags; None where they are damaged, of which Pillow may yet make something, or an error in its words."""
    exif = Image.Exif()
    if not data:
        return exif
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(data)
            exif_tags.orientation(exif)  # read only now
            exif_tags.sub_tags(exif)
    except Exception:  # noqa: BLE001  as with every decoder, any will do
        return None
    return exif


def _rendered(
    opened: Image.Image,
    stream: BinaryIO,
    content: Content,
    reference: Reference | None,
    fingerprint: bytes,
    measurer: Measurer | None,
) -> Picture:
    stored = opened.size
    large = stored[0] * stored[1] >= LARGE and not opened.info.get("progressive")
    least = _enough(stored, WORKING) if large else (DRAFT_SIDE, DRAFT_SIDE)
    image = pixels.load(opened, stream, "RGB" if large else "L", None if reference else least)
    # Pillow's own for PNG would decode once more to look behind the pixels, where there is nothing left.
    exif = opened.getexif() if image is opened else Image.Image.getexif(opened)
    orientation = 1 if content.type == "jxl" else exif_tags.orientation(exif)
    facts = describe.metadata(opened, exif, content, orientation, stored)
    rung = Rung.FULL if image.size == stored else Rung.DRAFT
    grey = to_grey(image)
    # Turned once it is small: turning 24 megapixels costs 40 ms.
    small = shrink.waiting(grey, orientation)
    told = reference(turned(image, orientation).convert("RGB")) if reference else None
    measured = None
    if measurer and reference is None and max(image.size) >= min(WORKING, max(stored)):
        measured = measurer(_rgb(turned(image, orientation)), turned(grey, orientation))
    return Picture(facts, small, rung, fingerprint, told, measured)


def _raw_picture(
    stream: BinaryIO, content: Content, limits: Limits, reference: Reference | None, fingerprint: bytes
) -> Picture | None:
    """The RAW's picture, or None when LibRaw fails but Pillow may still read the file as a TIFF."""
    try:
        developed = raw.develop(stream)
    except Unreadable:
        if content.type not in opener.READERS:
            raise
        return None
    with opener.reasons("camera RAW"):
        if developed.image.width * developed.image.height > limits.megapixels * 1_000_000:
            raise Unreadable(f"its preview has more than {limits.megapixels} megapixels (limits.megapixels)")
        developed.image.draft("L", (DRAFT_SIDE, DRAFT_SIDE))
        shown = turned(to_grey(developed.image), developed.orientation)
        facts = describe.metadata(
            developed.image, developed.image.getexif(), content, 1, (developed.width, developed.height)
        )
        facts = replace(
            facts, format="raw", taken=developed.taken or facts.taken, exposure=developed.exposure, orientation=1
        )
        facts = describe.with_tiff_tags(facts, stream, content)
        return Picture(
            facts,
            shrink.waiting(shown),
            developed.rung,
            fingerprint,
            reference(shown.convert("RGB")) if reference else None,
        )


def _whole(opened: Image.Image, stream: BinaryIO, kind: str, least: int) -> Image.Image:
    image = pixels.load(opened, stream, "RGB", _enough(opened.size, least))
    exif = opened.getexif() if image is opened else Image.Image.getexif(opened)
    return _rgb(image if kind == "jxl" else turned(image, exif_tags.orientation(exif)))


def _stored(opened: Image.Image, stream: BinaryIO) -> tuple[Image.Image, Sequence[int] | None]:
    tables = getattr(opened, "quantization", None)
    grey = to_grey(pixels.load(opened, stream, "L", opened.size))
    return grey, tables.get(0) if isinstance(tables, dict) else None


def _enough(size: tuple[int, int], side: int) -> tuple[int, int]:
    """What to ask the DCT for so that the long side comes out at `side` or more: 1500x1000 of 24 megapixels for 1024,
    where a square of that side would get 3000x2000 and take 1.6 times as long."""
    scale = min(1.0, side / max(size))
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


def scaled(image: Image.Image, side: int) -> Image.Image:
    """An RGB picture, in its place, so that its long side is at most `side`."""
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    return to_grey(image).convert("RGB") if image.mode.startswith("I") or image.mode == "F" else image.convert("RGB")
