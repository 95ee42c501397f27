"""An opened picture → its pixels, by the cheapest decoder that gives the same ones."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

from cullr.decode import jpeg, png, progressive


def load(image: Image.Image, stream: BinaryIO, mode: str = "", least: tuple[int, int] | None = None) -> Image.Image:
    """The picture as stored, or `image` itself, loaded. A JPEG comes in `mode`, scaled to no less than `least`.

    What Pillow learnt of it stays with `image`. Raises what Pillow raises.
    """
    stored, place = image.size, stream.tell()
    found = None
    if image.format in {"JPEG", "MPO"}:
        if least:
            image.draft(mode, least)
        if image.info.get("progressive") and image.size == tuple(-(-each // progressive.EIGHTH) for each in stored):
            found = _eighth(image, stream)
        elif image.mode == "L":
            found = jpeg.grey(image, stream)
    elif image.format == "PNG":
        found = png.loaded(image, stream)
    if found is None:
        stream.seek(place)
        image.load()
        return image
    return found


def _eighth(image: Image.Image, stream: BinaryIO) -> Image.Image | None:
    """The drafted picture from its first scan."""
    scan = progressive.first_scan(stream)
    if scan is None:
        return None
    with Image.open(scan, formats=["JPEG"]) as first:
        first.draft(image.mode, image.size)
        first.load()
        return first.copy() if (first.size, first.mode) == (image.size, image.mode) else None
