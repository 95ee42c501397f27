"""kornia-rs and Pillow: the same pixels for what is plain, Pillow's word for everything else."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cullr.decode import Unreadable, open_picture, png
from cullr.settings import Limits
from cullr_tests.pictures import scene

SIZE = (90, 60)


def written(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def quick(data: bytes) -> Image.Image | None:
    stream = io.BytesIO(data)
    with Image.open(stream, formats=["PNG"]) as image:
        return png.loaded(image, stream)


def whole(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.copy()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("level", [0, 6])
def test_plain_pictures_have_the_same_pixels(mode: str, level: int) -> None:
    data = written(scene(1, *SIZE).convert(mode), compress_level=level)
    found = quick(data)
    assert found is not None
    assert found.mode == mode
    assert np.array_equal(np.asarray(found), np.asarray(whole(data)))


@pytest.mark.parametrize("plain", [True, False])
def test_a_look_is_the_same_whether_the_picture_is_measured_or_not(tmp_path: Path, plain: bool) -> None:
    """What is not plain is decoded by Pillow."""
    frames = {} if plain else {"save_all": True, "append_images": [scene(2, 900, 600)]}
    path = tmp_path / "a.png"
    path.write_bytes(written(scene(1, 900, 600), **frames))
    limits = Limits()
    measured = open_picture(path, limits, measurer=lambda _image, _grey: "measured")
    assert measured.measured == "measured"
    assert measured.grey == open_picture(path, limits).grey


def test_transparency_by_colour_changes_no_pixel() -> None:
    data = written(scene(1, *SIZE), transparency=(1, 2, 3))
    found = quick(data)
    assert found is not None
    assert np.array_equal(np.asarray(found), np.asarray(whole(data)))


@pytest.mark.parametrize("mode", ["P", "1", "LA", "I;16"])
def test_other_pixels_are_left_to_pillow(mode: str) -> None:
    image = Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90)) if mode == "I;16" else scene(1, *SIZE)
    assert quick(written(image if mode == "I;16" else image.convert(mode))) is None


def test_sixteen_bits_a_channel_are_left_to_pillow() -> None:
    header = struct.pack(">IIBBBBB", 3, 2, 16, 2, 0, 0, 0)
    rows = (b"\0" + bytes(range(18))) * 2
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    data = b"\x89PNG\r\n\x1a\n" + body
    assert whole(data).mode == "RGB"
    assert quick(data) is None


def test_animations_are_left_to_pillow() -> None:
    assert quick(written(scene(1, *SIZE), save_all=True, append_images=[scene(2, *SIZE)])) is None


def test_what_stands_behind_the_pixels_is_not_missed(tmp_path: Path) -> None:
    plain = written(scene(1, *SIZE))
    exif = Image.Exif()
    exif[0x0112] = 6
    late = plain[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + plain[-12:]
    assert quick(plain) is not None
    assert quick(late) is None
    (tmp_path / "late.png").write_bytes(late)
    assert open_picture(tmp_path / "late.png", Limits()).metadata.orientation == 6


def test_metadata_before_the_pixels_is_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    exif[0x0110] = "Test 1"
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>')
    data = written(scene(1, *SIZE), exif=exif, pnginfo=notes)
    assert quick(data) is not None
    (tmp_path / "a.png").write_bytes(data)
    found = open_picture(tmp_path / "a.png", Limits())
    assert (found.metadata.orientation, found.metadata.camera) == (8, "Test 1")
    assert (found.metadata.width, found.metadata.height) == SIZE[::-1]
    assert found.metadata.tags >= 12  # two of EXIF, and an XMP packet


def test_damage_is_left_to_pillow_which_says_why(tmp_path: Path) -> None:
    data = written(scene(1, *SIZE))
    body = data.index(b"IDAT") + 4
    for name, broken in {
        "cut": data[: len(data) // 2],
        "flipped": data[: body + 300] + bytes([data[body + 300] ^ 0xFF]) + data[body + 301 :],
    }.items():
        assert quick(broken) is None
        (tmp_path / f"{name}.png").write_bytes(broken)
        with pytest.raises(Unreadable, match=r"cut short|damaged"):
            open_picture(tmp_path / f"{name}.png", Limits())


def test_the_bytes_after_the_end_do_not_matter(tmp_path: Path) -> None:
    data = written(scene(1, *SIZE))
    (tmp_path / "a.png").write_bytes(data)
    (tmp_path / "b.png").write_bytes(data + b"\0" * 1000)
    assert open_picture(tmp_path / "a.png", Limits()).grey == open_picture(tmp_path / "b.png", Limits()).grey


def test_every_shared_png_gives_pillows_pixels(shared_photos: Path) -> None:
    taken = 0
    for path in sorted(shared_photos.rglob("*.png")):
        try:
            found, expected = quick(path.read_bytes()), whole(path.read_bytes())
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            continue
        if found is not None:
            taken += 1
            assert np.array_equal(np.asarray(found), np.asarray(expected)), path
    assert taken > 10
