"""An opened picture's tags → Metadata. What is missing or senseless is None, never an error."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import BinaryIO

from PIL import Image

from cullr import sidecars
from cullr.decode import compression
from cullr.decode import exif as tags
from cullr.decode.opener import Content
from cullr.model import Marks, Metadata, Taken
from cullr.sidecars import xmp

_PACKET = 700
"""TIFF's tag for XMP."""
# Not xmp:CreateDate: that is when the file was made, and an editor makes it anew.
_PACKET_DATE = re.compile(rb"""(?:exif:DateTimeOriginal|photoshop:DateCreated)(?:=["']|>)([\dT:.+Z -]{19,40})""")


def metadata(
    image: Image.Image, exif: Image.Exif, content: Content, orientation: int, stored: tuple[int, int]
) -> Metadata:
    """`stored` is the full picture's width and height before the EXIF turn."""
    steps = compression.quality(image) if content.type == "jpeg" else None
    return told(exif, _packet(image, content), content.type, orientation, stored, steps)


def told(
    exif: Image.Exif,
    packet: bytes | None,
    kind: str,
    orientation: int,
    stored: tuple[int, int],
    quality: int | None,
) -> Metadata:
    """The same from what a file of this kind says; `packet` is its XMP, `quality` that of its JPEG tables."""
    sub = tags.sub_tags(exif)
    width, height = stored if orientation < 5 else stored[::-1]
    return Metadata(
        format=kind,
        width=width,
        height=height,
        orientation=orientation,
        taken=tags.taken(exif, sub) or _from_packet(packet),
        camera=tags.camera(exif, sub),
        exposure=tags.exposure(sub),
        marks=_marks(packet, exif),
        tags=tags.count(exif, sub) + (10 if packet else 0),
        panorama=bool(packet and b"GPano:" in packet),
        compression=quality,
    )


def marks(image: Image.Image, content: Content) -> Marks | None:
    """What stands in the head alone, None when no packet does: some PNGs have theirs behind the pixels."""
    packet = _packet(image, content)
    # Pillow's own for PNG would decode the pixels.
    return _marks(packet, Image.Image.getexif(image)) if packet else None


def _marks(packet: bytes | None, exif: Image.Exif) -> Marks:
    return sidecars.merge(xmp.read(packet) if packet else Marks(), Marks(rating=tags.rating(exif)))


def with_tiff_tags(facts: Metadata, stream: BinaryIO, content: Content) -> Metadata:
    """Add what a TIFF-based RAW's own directories tell (camera, zone, exposure, stars): its preview often carries
    less."""
    exif = _tiff_tags(stream, content)
    if exif is None:
        return facts
    sub = tags.sub_tags(exif)
    exposure = tags.exposure(sub)
    return replace(
        facts,
        taken=tags.taken(exif, sub) or facts.taken,
        camera=tags.camera(exif, sub) or facts.camera,
        exposure=exposure if exposure.seconds else facts.exposure,
        marks=sidecars.merge(_tiff_marks(exif), facts.marks),
        tags=max(facts.tags, tags.count(exif, sub)),
    )


def raw_marks(preview: Image.Image, stream: BinaryIO, content: Content) -> Marks | None:
    """As `marks`, of a RAW: its own directory before its preview."""
    exif = _tiff_tags(stream, content)
    own = _tiff_marks(exif) if exif is not None else Marks()
    told = marks(preview, content)
    return told if own == Marks() else sidecars.merge(own, told or Marks())


def _tiff_tags(stream: BinaryIO, content: Content) -> Image.Exif | None:
    """The first directory of a TIFF-based RAW, read by itself; None where it is none."""
    if content.type != "tiff":
        return None
    exif = Image.Exif()
    try:
        stream.seek(0)
        exif.load_from_fp(stream)
        exif.get(_PACKET)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return None
    return exif


def _tiff_marks(exif: Image.Exif) -> Marks:
    """Cameras and Adobe's programs put the packet anywhere in the file, often behind its first 64 KiB."""
    packet = exif.get(_PACKET)
    return _marks(packet if isinstance(packet, bytes) else None, exif)


def _from_packet(packet: bytes | None) -> Taken | None:
    """The capture time that an editor kept in XMP while it dropped EXIF."""
    found = _PACKET_DATE.search(packet) if packet else None
    return tags.moment(found[1].decode("ascii")) if found else None


def _packet(image: Image.Image, content: Content) -> bytes | None:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(found, str):
        found = found.encode("utf-8", "replace")
    if isinstance(found, bytes) or content.type == "jpeg":  # of a JPEG Pillow has read every segment before the pixels
        return found if isinstance(found, bytes) else None
    return xmp.packet(content.head)
