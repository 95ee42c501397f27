"""A preview is trusted for now when the file's first rows show the same, and only then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr import hashes
from cullr.decode import open_picture, read_fresh
from cullr.model import Rung
from cullr.settings import Limits
from cullr_tests import pictures

LIMITS = Limits()
SIZE = (2400, 1600)


def scene(seed: int) -> Image.Image:
    return pictures.scene(seed, *SIZE)


def written(path: Path, image: Image.Image, preview: Image.Image) -> Path:
    path.write_bytes(pictures.with_preview(image, preview.resize((1200, round(1200 * preview.height / preview.width)))))
    return path


def phash(grey: bytes) -> int:
    return int(hashes.phash_batch(np.frombuffer(grey, np.uint8).reshape(1, 32, 32))[0][0])


@pytest.mark.parametrize("seed", range(6))
def test_a_fresh_preview_hashes_as_the_pixels_do(tmp_path: Path, seed: int) -> None:
    path = written(tmp_path / "a.jpg", scene(seed), scene(seed))
    found = read_fresh(path, LIMITS)
    assert found is not None
    assert found.rung is Rung.PREVIEW
    assert found.grey is not None
    assert (phash(found.grey) ^ phash(open_picture(path, LIMITS).grey)).bit_count() <= 2


@pytest.mark.parametrize("seed", range(6))
def test_the_preview_of_another_picture_is_not_trusted(tmp_path: Path, seed: int) -> None:
    assert read_fresh(written(tmp_path / "a.jpg", scene(seed), scene(seed + 10)), LIMITS) is None


@pytest.mark.parametrize("seed", range(6))
def test_the_preview_of_what_was_cropped_since_is_not_trusted(tmp_path: Path, seed: int) -> None:
    cropped = scene(seed).crop((600, 400, 2400, 1600))
    assert read_fresh(written(tmp_path / "a.jpg", cropped, scene(seed)), LIMITS) is None


def below_sky(seed: int, rows: int) -> Image.Image:
    image = scene(seed)
    image.paste((140, 170, 220), (0, 0, SIZE[0], rows))
    return image


def test_a_plain_sky_tells_nothing_and_what_lies_below_it_does(tmp_path: Path) -> None:
    low, high = below_sky(1, 200), below_sky(1, 600)
    assert read_fresh(written(tmp_path / "low.jpg", low, low), LIMITS) is not None
    assert read_fresh(written(tmp_path / "other.jpg", low, below_sky(11, 200)), LIMITS) is None
    assert read_fresh(written(tmp_path / "high.jpg", high, high), LIMITS) is None


@pytest.mark.parametrize("seed", range(6))
def test_without_a_preview_the_thumbnail_serves_when_it_is_fresh(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(pictures.with_thumbnail(scene(seed), scene(seed).resize((160, 107))))
    found = read_fresh(path, LIMITS)
    assert found is not None
    assert found.rung is Rung.THUMBNAIL
    assert found.grey is not None
    assert (phash(found.grey) ^ phash(open_picture(path, LIMITS).grey)).bit_count() <= 4
    path.write_bytes(pictures.with_thumbnail(scene(seed), scene(seed + 10).resize((160, 107))))
    assert read_fresh(path, LIMITS) is None


def test_what_has_no_small_picture_has_none(tmp_path: Path) -> None:
    plain = pictures.save(tmp_path / "plain.jpg", scene(1))
    assert read_fresh(plain, LIMITS) is None
    assert read_fresh(pictures.save(tmp_path / "a.png", pictures.scene(1)), LIMITS) is None
