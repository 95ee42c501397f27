"""A path → an opened, not yet decoded, Pillow picture of the type its bytes say, within the limits."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from PIL import Image

from cullr import fingerprint as prints
from cullr import formats
from cullr.decode.errors import Unreadable, explained
from cullr.settings import Limits

# Content type → Pillow's names for it, in the order to try. One container, two codecs: HEIF may hold AV1, and which
# of the two readers can decode it shows only on load.
READERS: dict[str, tuple[str, ...]] = {
    "jpeg": ("JPEG",),  # Pillow turns to MPO by itself
    "png": ("PNG",),
    "webp": ("WEBP",),
    "tiff": ("TIFF",),
    "gif": ("GIF",),
    "bmp": ("BMP",),
    "heif": ("HEIF", "AVIF"),
    "avif": ("AVIF", "HEIF"),
    "jxl": ("JXL",),
    "jp2": ("JPEG2000",),
    "pnm": ("PPM",),
    "ico": ("ICO",),
}
RAW_TYPES = frozenset({"cr3", "raf", "orf", "rw2", "crw", "x3f", "mrw"})
HEAD_BYTES = 1 << 16
WHOLE = 4 << 20
"""Bytes. A file up to here is read in one go: Pillow alone asks for a 640x480 JPEG in 40 pieces."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file's first bytes say it is."""

    type: str
    head: bytes
    size: int


def register(kind: str) -> None:
    """Teach Pillow HEIF or JPEG XL when the first one comes; both register themselves once a process."""
    if kind in {"heif", "avif"}:
        import pillow_heif

        pillow_heif.register_heif_opener()
    elif kind == "jxl":
        import pillow_jxl  # noqa: F401


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, a small one's in memory. Raises Unreadable for whatever happens to it meanwhile."""
    with reasons("file"), open(path, "rb", buffering=0) as file:  # noqa: PTH123  pathlib's takes as long again
        small = os.fstat(file.fileno()).st_size <= WHOLE
        yield io.BytesIO(file.readall()) if small else io.BufferedReader(file)


def content(stream: BinaryIO, limits: Limits) -> Content:
    """The type by content. Raises Unreadable for what is empty, too large or no picture at all."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise Unreadable("empty file")
    if size > limits.megabytes << 20:
        raise Unreadable(
            f"{size >> 20} MiB, more than the limit of {limits.megabytes} (limits.megabytes)", lasting=False
        )
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    kind = formats.sniff(head)
    if kind is None:
        raise Unreadable(f"not a picture: {_guess(head)}")
    return Content(kind, head, size)


def fingerprint(stream: BinaryIO) -> bytes:
    """16 bytes that stand for the content; leaves the stream at its beginning."""

    def read(offset: int, length: int) -> bytes:
        stream.seek(offset)
        return stream.read(length)

    found = prints.fingerprint(stream.seek(0, io.SEEK_END), read)
    stream.seek(0)
    return found


def is_raw(name: str, kind: str) -> bool:
    """Whether LibRaw should have the first try. Most RAWs are TIFFs inside: there the extension must tell."""
    extension = name.rpartition(".")[2].lower()
    return kind in RAW_TYPES or (kind == "tiff" and extension in formats.RAW_EXTENSIONS)


def _guess(head: bytes) -> str:
    start = head[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page under a picture's name"
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    printable = sum(byte in b"\t\n\r" or 32 <= byte < 127 for byte in head[:512])
    return "a text under a picture's name" if printable == len(head[:512]) else "its first bytes are of no known type"


@contextmanager
def reasons(kind: str) -> Iterator[None]:
    """Turn whatever a decoder raises into Unreadable with the reason in words: decoders raise anything at all."""
    try:
        yield
    except Exception as error:
        raise explained(error, kind) from error


def use(stream: BinaryIO, kind: str, limits: Limits, work: Callable[[Image.Image], Result]) -> Result:
    """Open the picture, hand it to `work` and return what that made of it; each reader for this type gets a try.

    Raises Unreadable with the first reader's reason when none succeeds.
    """
    register(kind)
    # Pillow refuses above twice this number and only warns between the two.
    Image.MAX_IMAGE_PIXELS = limits.megapixels * 1_000_000 // 2
    first: Unreadable | None = None
    for reader in READERS[kind]:
        try:
            with reasons(kind), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                stream.seek(0)
                with Image.open(stream, formats=[reader]) as image:
                    _check_size(image, limits)
                    return work(image)
        except Unreadable as error:
            first = first or error
    raise first or Unreadable(f"no reader for {kind}")


def _check_size(image: Image.Image, limits: Limits) -> None:
    pixels = image.width * image.height
    if pixels == 0:
        raise Unreadable("damaged: a picture without a single pixel")
    if pixels > limits.megapixels * 1_000_000:
        size = f"{pixels / 1e6:.0f} megapixels"
        raise Unreadable(f"{size}, more than the limit of {limits.megapixels} (limits.megapixels)", lasting=False)
