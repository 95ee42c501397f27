"""The first scan of a progressive JPEG is the picture at an eighth; what is not whole is never taken for it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.decode import Unreadable, open_picture, progressive
from cullr.decode.picture import open_large
from cullr.settings import Limits
from cullr_tests.pictures import scene


def written(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90, **options)
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_the_first_scan_is_the_picture_at_an_eighth(mode: str, subsampling: int) -> None:
    data = written(scene(1, 1601, 1203).convert(mode), progressive=True, subsampling=subsampling)
    scan = progressive.first_scan(io.BytesIO(data))
    assert scan is not None
    assert len(scan.getvalue()) < len(data) / 3
    found = []
    for stream in (io.BytesIO(data), scan):
        with Image.open(stream) as image:
            image.draft("L", (128, 128))
            found.append(np.asarray(image.convert("L"), np.int16))
    assert found[0].shape == (151, 201)
    # The means' last bit comes with a later scan, and libjpeg smooths the row before the last of an unfinished picture.
    assert np.quantile(np.abs(found[0] - found[1]), 0.99) <= 2


def test_a_large_progressive_jpeg_hashes_as_its_baseline_twin(tmp_path: Path) -> None:
    image = scene(2, 1700, 1300)
    greys = []
    for name, options in {"baseline": {}, "progressive": {"progressive": True}}.items():
        (tmp_path / f"{name}.jpg").write_bytes(written(image, **options))
        found = open_picture(tmp_path / f"{name}.jpg", Limits())
        assert (found.metadata.width, found.metadata.height) == (1700, 1300)
        greys.append(np.frombuffer(found.grey, np.uint8).astype(int))
    assert np.abs(greys[0] - greys[1]).max() <= 2


def test_one_whose_end_is_missing_is_still_cut_short(tmp_path: Path) -> None:
    data = written(scene(3, 1700, 1300), progressive=True)
    cut = data[: len(data) // 2]
    assert progressive.first_scan(io.BytesIO(cut)) is None
    (tmp_path / "cut.jpg").write_bytes(cut)
    with pytest.raises(Unreadable, match="cut short"):
        open_picture(tmp_path / "cut.jpg", Limits())


def test_baseline_files_and_rubbish_have_no_first_scan() -> None:
    assert progressive.first_scan(io.BytesIO(written(scene(1)))) is None
    for rubbish in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc2\x00\x03\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x00\xff\xd9",
        b"x" * 99,
    ):
        assert progressive.first_scan(io.BytesIO(rubbish)) is None


def test_a_large_view_of_it_needs_every_scan(tmp_path: Path) -> None:
    image = scene(4, 1700, 1300)
    (tmp_path / "a.jpg").write_bytes(written(image, progressive=True))
    shown = open_large(tmp_path / "a.jpg", Limits(), 900)
    expected = image.copy()
    expected.thumbnail((900, 900), Image.Resampling.LANCZOS)
    assert shown.size == expected.size
    assert np.abs(np.asarray(shown, int) - np.asarray(expected, int)).mean() < 2
