"""A plain JPEG read without Pillow gives what Pillow gives, whatever stands in its head or is wrong with it."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from cullr.decode import Unreadable, open_picture, opener, plain_jpeg
from cullr.model import Rung
from cullr.settings import Limits
from cullr_tests.pictures import exif, scene, with_preview, with_thumbnail

Told = tuple[object, ...]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RATED = '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/>'
PACKET = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{RATED}</rdf:RDF></x:xmpmeta>'.encode()
TAGS = exif("2024:05:01 10:00:00", "12", "+02:00", orientation=6)


def told(path: Path, limits: Limits, **how: object) -> Told:
    """All that a picture holds, or why there is none. Nothing but Unreadable is raised."""
    try:
        found = open_picture(path, limits, **how)  # type: ignore[arg-type]
    except Unreadable as error:
        return str(error), error.lasting
    return found.metadata, found.grey, found.rung, found.fingerprint, found.reference, found.measured


def both(path: Path, limits: Limits | None = None, **how: object) -> tuple[Told, Told, bool]:
    """What is told of a file, what Pillow alone tells, and whether Pillow had to be asked."""
    asked: list[str] = []
    use = opener.use

    def noting(stream: io.BytesIO, kind: str, limits: Limits, work: Callable[[Image.Image], object]) -> object:
        asked.append(kind)
        return use(stream, kind, limits, work)

    limits = limits or Limits()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opener, "use", noting)
        own = told(path, limits, **how)
        patch.setattr(plain_jpeg, "head", lambda _data: None)
        return own, told(path, limits, **how), len(asked) > 1


def written(image: Image.Image | None = None, **options: object) -> bytes:
    stream = io.BytesIO()
    (image or scene(1)).save(stream, "JPEG", **options)
    return stream.getvalue()


def segments(data: bytes) -> list[tuple[int, bytes]]:
    """What stands before the pixels: each one's kind and all its bytes."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((data[at + 1], data[at : at + length]))
        at += length
    return found


def segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, 2 + len(content)) + content


def after_start(data: bytes, more: bytes) -> bytes:
    return data[:2] + more + data[2:]


def with_wide_tables(data: bytes) -> bytes:
    """Its quantisation tables in 16 bits instead of 8."""
    for kind, part in segments(data):
        if kind == 0xDB:
            wide = bytes([0x10 | part[4]]) + b"".join(bytes((0, step)) for step in part[5:])
            data = data.replace(part, segment(kind, wide))
    return data


def with_renamed_table(data: bytes) -> bytes:
    """A grey picture whose only table is number 1."""
    for kind, part in segments(data):
        if kind == 0xDB:
            data = data.replace(part, segment(kind, b"\1" + part[5:]))
        elif kind == 0xC0:
            data = data.replace(part, part[:-1] + b"\1")
    return data


def without(data: bytes, kind: int) -> bytes:
    for each, part in segments(data):
        data = data.replace(part, b"") if each == kind else data
    return data


PLAIN: dict[str, Callable[[], bytes]] = {
    "as Pillow writes it": written,
    "grey": lambda: written(scene(1).convert("L")),
    "4:4:4": lambda: written(subsampling=0),
    "4:2:2": lambda: written(subsampling=1),
    "4:2:0": lambda: written(subsampling=2),
    "optimised": lambda: written(optimize=True),
    "restarts": lambda: written(restart_marker_rows=1),
    "profile": lambda: written(icc_profile=PROFILE),
    "comment": lambda: written(comment=b"a comment"),
    "dots per inch": lambda: written(dpi=(300, 300)),
    "EXIF": lambda: written(exif=TAGS),
    "EXIF, dots and profile": lambda: written(exif=TAGS, icc_profile=PROFILE, dpi=(72, 72)),
    "EXIF with a thumbnail": lambda: with_thumbnail(scene(1), scene(1, 160, 120), 8),
    "empty EXIF": lambda: after_start(written(), segment(0xE1, b"Exif\0\0")),
    "of a camera's maker": lambda: after_start(
        written(), segment(0xE4, b"QUALCOMM") + segment(0xED, b"Photoshop 3.0\0")
    ),
    "no JFIF": lambda: without(written(), 0xE0),
    "one quantisation table": lambda: written(qtables=[[16] * 64]),
    "coarse": lambda: written(quality=1),
    "fine": lambda: written(quality=100),
    "odd size": lambda: written(scene(1, 643, 481)),
    "narrow": lambda: written(scene(1, 2400, 170)),
    "just drafted": lambda: written(scene(1, 160, 160)),
    "drafted large": lambda: written(scene(1, 2400, 2400)),
}
PLAIN |= {
    f"orientation {turn}": lambda turn=turn: written(exif=exif(orientation=turn))  # type: ignore[misc]
    for turn in (*range(10), 300)
}
PILLOWS: dict[str, Callable[[], bytes]] = {
    "progressive": lambda: written(progressive=True),
    "CMYK": lambda: written(scene(1).convert("CMYK")),
    "RGB": lambda: written(keep_rgb=True),
    "XMP": lambda: written(xmp=PACKET, exif=TAGS),
    "MPO": lambda: with_preview(scene(1), scene(1, 320, 240)),
    "EXIF in two parts": lambda: after_start(written(exif=TAGS), segment(0xE1, b"Exif\0\0more")),
    "FlashPix": lambda: after_start(written(), segment(0xE2, b"FPXR\0")),
    "Adobe's": lambda: after_start(written(), segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")),
    "tables of 16 bits": lambda: with_wide_tables(written(quality=50)),
    "another table than the first": lambda: with_renamed_table(written(scene(1).convert("L"))),
    "no tables": lambda: without(written(), 0xDB),
    "two frames": lambda: after_start(written(), next(part for kind, part in segments(written()) if kind == 0xC0)),
    "padded markers": lambda: after_start(written(), b"\xff\xff"),
    "junk between markers": lambda: after_start(written(), segment(0xFE, b"") + b"junk"),
    "a row of pixels": lambda: written(scene(1, 500, 1)),
    "a column of pixels": lambda: written(scene(1, 1, 500)),
    "one pixel": lambda: written(scene(1, 1, 1)),
    "not drafted": lambda: written(scene(1, 159, 160)),
    "large": lambda: written(scene(1, 3000, 2000)),
    "too large for memory": lambda: written() + bytes(opener.WHOLE),
    "nothing": lambda: b"\xff\xd8\xff\xd9",
    "an end instead of pixels": lambda: written().replace(b"\xff\xda", b"\xff\xd9", 1),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jpg"


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_told_as_by_pillow_without_asking_it(path: Path, name: str) -> None:
    path.write_bytes(PLAIN[name]())
    own, pillows, asked = both(path)
    assert own == pillows
    assert own[2] is Rung.DRAFT
    assert not asked


@pytest.mark.parametrize("name", PILLOWS)
def test_of_all_else_pillow_is_asked(path: Path, name: str) -> None:
    path.write_bytes(PILLOWS[name]())
    own, pillows, asked = both(path)
    assert own == pillows
    assert asked


def test_a_jpeg_that_is_coded_as_rgb_and_does_not_say_so_is_told_as_by_pillow(path: Path) -> None:
    path.write_bytes(without(written(keep_rgb=True), 0xEE))
    own, pillows, _ = both(path)
    assert own == pillows


@pytest.mark.parametrize("size", [(640, 480), (160, 9000), (2400, 170), (1900, 1300), (81, 80), (959, 958)])
def test_a_measurer_is_given_what_it_is_given_without_the_plain_way(path: Path, size: tuple[int, int]) -> None:
    path.write_bytes(written(scene(1, *size), exif=exif(orientation=6)))
    own, pillows, _ = both(path, measurer=lambda image: (image.size, image.mode, image.tobytes()))
    assert own == pillows


def test_a_reference_hash_is_of_the_whole_picture(path: Path) -> None:
    path.write_bytes(written())
    own, pillows, asked = both(path, reference=lambda image: image.width)
    assert own == pillows
    assert own[4] == 640
    assert asked


@pytest.mark.parametrize("size", [(1000, 999), (1000, 1000), (1001, 1000)])
def test_the_limit_is_the_same_to_the_pixel(path: Path, size: tuple[int, int]) -> None:
    path.write_bytes(written(scene(1, *size)))
    own, pillows, _ = both(path, Limits(megapixels=1))
    assert own == pillows
    assert ("(limits.megapixels)" in str(own[0])) == (size == (1001, 1000))


HEADS = {"JFIF": written(scene(1, 320, 240), comment=b"hello"), "EXIF": written(scene(1, 320, 240), exif=TAGS)}


@pytest.mark.parametrize("name", HEADS)
def test_a_file_cut_short_anywhere_is_told_as_by_pillow(path: Path, name: str) -> None:
    data = HEADS[name]
    pixels = data.index(b"\xff\xda")
    for end in (*range(pixels + 20), *range(pixels + 20, len(data), 97), len(data) - 2, len(data) - 1):
        path.write_bytes(data[:end])
        own, pillows, _ = both(path)
        assert own == pillows, end


@pytest.mark.parametrize("name", HEADS)
def test_whatever_is_wrong_in_a_head_is_told_as_by_pillow(path: Path, name: str) -> None:
    """All but what is wrong within its EXIF."""
    data = HEADS[name]
    begin = data.find(b"Exif\0\0") + 6
    own = range(begin, begin + len(TAGS.tobytes()) - 6) if begin > 6 else ()
    places = [at for at in range(2, data.index(b"\xff\xda") + 14) if at not in own]
    chance = random.Random(1)
    for _ in range(600):
        damaged = bytearray(data)
        for at in chance.sample(places, chance.randint(1, 3)):
            damaged[at] = chance.choice((0, 1, 0xC0, 0xDA, 0xE1, 0xFF, chance.randrange(256)))
        path.write_bytes(damaged)
        found, pillows, _ = both(path)
        assert found == pillows, damaged[: data.index(b"\xff\xda") + 14].hex()


def test_the_shared_photos_are_told_as_by_pillow(shared_photos: Path) -> None:
    plain = 0
    for path in sorted(shared_photos.rglob("*")):
        if path.suffix.lower() in {".jpg", ".jpeg"} and path.parent.name != "corrupt":
            own, pillows, asked = both(path)
            plain += not asked
            assert own == pillows, path.name
    assert plain > 100


def broken(tags: bytes) -> bytes:
    return after_start(written(), segment(0xE1, b"Exif\0\0" + tags))


BROKEN = {
    "no directory": broken(b"junk that is no TIFF"),
    "cut short": broken(TAGS.tobytes()[6:30]),
    "one byte": broken(b"M"),
    "a directory far away": broken(b"MM\0\x2a\0\0\xff\xff"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_exif_is_as_good_as_none(path: Path, name: str) -> None:
    path.write_bytes(BROKEN[name])
    own, pillows, _ = both(path)
    assert own == pillows
    assert own[2] is Rung.DRAFT


@pytest.mark.parametrize("name", BROKEN)
def test_of_a_broken_exif_nobody_is_warned(path: Path, name: str, recwarn: pytest.WarningsRecorder) -> None:
    path.write_bytes(BROKEN[name])
    both(path)
    assert [str(each.message) for each in recwarn] == []


def test_the_damaged_ones_among_the_shared_photos_are_told_as_by_pillow(shared_photos: Path) -> None:
    other = []
    for path in sorted((shared_photos / "corrupt").glob("*.jpg")):
        own, pillows, _ = both(path)
        other += [(path.name, own[0], pillows[0])] * (own != pillows)
    assert other == []
