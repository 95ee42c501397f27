"""What the first bytes of a file say about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr import formats, names

KINDS = {
    "jpeg": "jpg jpeg mpo",
    "png": "png apng",
    "gif": "gif",
    "webp": "webp",
    "tiff": "tif tiff cr2 arw",
    "bmp": "bmp",
    "heif": "heic",
    "avif": "avif",
    "jxl": "jxl",
    "jp2": "jp2 j2k",
    "pnm": "pnm pbm pgm ppm",
    "ico": "ico",
    "crw": "crw",
}
NO_PICTURES = {"empty.heic", "html_page.jpg", "zero_bytes.jpg"}
RENAMED = {"png_named.jpg": "png", "duck.jp2": "jpeg"}


def test_every_shared_photo_is_known_by_its_content(shared_photos: Path) -> None:
    by_extension = {extension: kind for kind, row in KINDS.items() for extension in row.split()}
    seen = set()
    for path in sorted(shared_photos.rglob("*")):
        extension = names.split(path.name)[1]
        if not path.is_file() or extension not in formats.PHOTO_EXTENSIONS:
            continue
        with path.open("rb") as stream:
            kind = formats.sniff(stream.read(formats.HEAD))
        expected = None if path.name in NO_PICTURES else RENAMED.get(path.name, by_extension[extension])
        assert kind == expected, path
        seen.add(kind)
    assert seen == KINDS.keys() | {None}


def box(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"meta" * 4


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (box(b"heic", b"mif1", b"heic"), "heif"),
        (box(b"mif1", b"miaf", b"heic"), "heif"),
        (box(b"mif1", b"miaf", b"avif"), "avif"),
        (box(b"mif1", b"heic")[:20] + b"avif" * 3, "heif"),
        (box(b"avis", b"msf1"), "avif"),
        (box(b"crx ", b"isom"), "cr3"),
        (box(b"isom", b"mp42"), None),
        (box(b"qt  "), None),
        (b"IIRO\x08\0\0\0" + bytes(24), "orf"),
        (b"IIU\0\x18\0\0\0" + bytes(24), "rw2"),
        (b"FUJIFILMCCD-RAW 0201FF129502", "raf"),
        (b"II\x2b\0\x08\0\0\0" + bytes(24), "tiff"),
        (b"\xff\x0a\xfa\x7f" + bytes(28), "jxl"),
        (b"BM, the company, sent these notes", None),
        (b"P3 is the third of our projects..", None),
        (b"P5\n# made by hand\n4 4\n255\n", "pnm"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"\0\0\1\0" + bytes(28), None),
        (b"\0\0\1\0\1\0" + bytes(26), None),
        (b"%PDF-1.7\n", None),
        (b"", None),
        (b"\xff\xd8", None),
    ],
)
def test_look_alikes_are_told_apart(head: bytes, kind: str | None) -> None:
    assert formats.sniff(head) == kind


@given(st.sampled_from([b"", b"\0\0\0\x18ftyp", b"\0\0\1\0", b"BM", b"P6", b"RIFF"]), st.binary(max_size=40))
def test_any_bytes_may_be_sniffed(start: bytes, rest: bytes) -> None:
    assert formats.sniff(start + rest) in {None, *KINDS, "cr3", "raf", "orf", "rw2", "x3f", "mrw"}


def test_no_extension_is_photo_and_other_at_once() -> None:
    assert not formats.PHOTO_EXTENSIONS & formats.OTHER_EXTENSIONS
    assert formats.RAW_EXTENSIONS < formats.PHOTO_EXTENSIONS
    assert all(names.split(f"x.{extension}") == ("x", extension) for extension in formats.PHOTO_EXTENSIONS)
