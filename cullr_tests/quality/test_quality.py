"""Sharpness falls with blur, ignores light, and is not bought by noise."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cullr import quality
from cullr_tests.match.facts import opened, scaled

PHOTOS = (
    "singles/cyclamen_persicum.jpg",
    "singles/ocelot.jpg",
    "singles/tanners_ridge.jpg",
    "bursts/serengeti/S1_E03_R3_PICT0038.jpeg",
    "transforms/bridge/aaa-orig.jpg",
)


@pytest.fixture(params=PHOTOS)
def grey(request: pytest.FixtureRequest, shared_photos: Path) -> np.ndarray:
    return scaled(opened(shared_photos / request.param))


def sharpness(grey: np.ndarray) -> float:
    return quality.measure(grey).sharpness


def blurred(grey: np.ndarray, radius: float) -> np.ndarray:
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(radius)))


def noisy(grey: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(5).normal(0, sigma, grey.shape)
    return np.clip(grey + noise, 0, 255).round().astype(np.uint8)


def test_the_more_a_photo_is_blurred_the_lower_it_scores(grey: np.ndarray) -> None:
    scores = [sharpness(grey), *(sharpness(blurred(grey, radius)) for radius in (0.5, 1, 2, 4))]
    assert all(after < 0.95 * before for before, after in itertools.pairwise(scores))


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.2])
def test_light_barely_matters(grey: np.ndarray, factor: float) -> None:
    lit = np.clip(grey * factor, 0, 255).round().astype(np.uint8)
    assert sharpness(lit) == pytest.approx(sharpness(grey), rel=0.12)


@pytest.mark.parametrize("sigma", [3, 8, 20])
def test_noise_sharpens_nothing(grey: np.ndarray, sigma: float) -> None:
    assert sharpness(noisy(grey, sigma)) <= 1.05 * sharpness(grey)
    assert sharpness(noisy(blurred(grey, 2), sigma)) < 0.7 * sharpness(grey)


@pytest.mark.parametrize("sigma", [5, 20, 50])
def test_noise_alone_is_not_sharp(sigma: float) -> None:
    assert sharpness(noisy(np.full((700, 1000), 128, np.uint8), sigma)) < 0.02


def test_a_smaller_copy_does_not_beat_the_picture_it_was_made_from(grey: np.ndarray) -> None:
    image = Image.fromarray(grey)
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    assert sharpness(np.asarray(half)) < 0.9 * sharpness(grey)
    assert sharpness(np.asarray(half.resize(image.size, Image.Resampling.BICUBIC))) < 0.9 * sharpness(grey)


def test_one_sharp_corner_makes_a_picture_sharp_and_its_tile_says_which(shared_photos: Path) -> None:
    grey = scaled(opened(shared_photos / "singles/tanners_ridge.jpg"))
    soft = blurred(grey, 3)
    rows, columns = grey.shape[0] // 2, grey.shape[1] // 2
    mixed = soft.copy()
    mixed[rows:, columns:] = grey[rows:, columns:]
    assert sharpness(mixed) > 1.5 * sharpness(soft)
    tiles = np.array(quality.measure(mixed).tiles).reshape(8, 8)
    assert tiles[4:, 4:].mean() > 1.5 * tiles[4:, :4].mean()


def test_clipped_pixels_and_brightness_are_fractions() -> None:
    grey = np.full((100, 100), 128, np.uint8)
    grey[:25] = 0
    grey[90:] = 255
    measured = quality.measure(grey)
    assert (measured.shadows, measured.highlights) == (0.25, 0.1)
    assert measured.brightness == pytest.approx((65 * 128 + 10 * 255) / 25500)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1024), (63, 200), (64, 64), (65, 1024), (1024, 67)])
def test_any_shape_can_be_measured(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    measured = quality.measure(grey)
    assert len(measured.tiles) == 64
    assert all(np.isfinite(measured.tiles))
    assert measured.sharpness >= 0


def test_a_picture_of_one_colour_has_no_sharpness() -> None:
    assert quality.measure(np.full((600, 800), 77, np.uint8)).sharpness == 0
