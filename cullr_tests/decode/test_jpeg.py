"""simplejpeg and Pillow: the same grey for what is whole, Pillow's word for everything else."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.decode import Unreadable, jpeg, open_picture
from cullr.settings import Limits
from cullr_tests.pictures import scene


def written(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90, **options)
    return stream.getvalue()


def both(data: bytes, least: int) -> tuple[Image.Image | None, Image.Image]:
    """By simplejpeg, and by Pillow alone."""
    stream = io.BytesIO(data)
    with Image.open(stream, formats=["JPEG"]) as image, Image.open(io.BytesIO(data), formats=["JPEG"]) as other:
        image.draft("L", (least, least))
        other.draft("L", (least, least))
        other.load()
        return jpeg.grey(image, stream), other.copy()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(640, 480), (333, 517), (81, 80)])
@pytest.mark.parametrize("least", [1, 80, 400])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_the_grey_is_pillows(mode: str, size: tuple[int, int], least: int, options: dict[str, object]) -> None:
    found, pillow = both(written(scene(3, *size).convert(mode), **options), least)
    assert found is not None
    assert found.mode == pillow.mode == "L"
    assert np.array_equal(np.asarray(found), np.asarray(pillow))


def test_a_file_cut_short_is_pillows_to_refuse(tmp_path: Path) -> None:
    data = written(scene(3, 640, 480))
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: len(data) // 2])
    stream = io.BytesIO(path.read_bytes())
    with Image.open(stream, formats=["JPEG"]) as image:
        image.draft("L", (80, 80))
        assert jpeg.grey(image, stream) is None
    with pytest.raises(Unreadable, match="cut short"):
        open_picture(path, Limits())
