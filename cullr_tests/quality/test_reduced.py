"""A picture is brought to the size that is measured as Pillow's thumbnails are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cullr.quality.reduced import reduced
from cullr_tests.keepers import cases


@pytest.mark.parametrize("size", [(1500, 1000), (683, 1025), (1025, 1024), (1023, 2047), (5000, 3333), (4100, 30)])
def test_it_is_lanczos(shared_photos: Path, size: tuple[int, int]) -> None:
    scene = Image.fromarray(cases.opened(shared_photos / "pairs/leuvenA.jpg").astype(np.uint8)).convert("L")
    # Pillow clips between its two passes: soft edges do not overshoot.
    grey = scene.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.5))
    expected = grey.copy()
    expected.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
    found = reduced(grey, 1024)
    assert found.shape == (expected.height, expected.width)
    assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 2


@pytest.mark.parametrize("size", [(1, 1), (1024, 7), (640, 480)])
def test_what_is_small_enough_stays_as_it_is(size: tuple[int, int]) -> None:
    grey = Image.effect_noise(size, 50)
    assert np.array_equal(reduced(grey, 1024), np.asarray(grey))


@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (2000, 3), (9000, 2)])
def test_a_thread_stays_a_pixel_wide(size: tuple[int, int]) -> None:
    height, width = reduced(Image.new("L", size, 200), 1024).shape
    assert max(height, width) == 1024
    assert min(height, width) >= 1
    assert np.all(reduced(Image.new("L", size, 200), 1024) == 200)
