"""Laws of the measures on real photos: a frame beats its own spoilt copy, whatever the scene, the light or the size."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cullr import quality, seen
from cullr.model import Quality
from cullr_tests.keepers import cases, harm
from cullr_tests.rules.known_shots import shot

SCENES = (
    "singles/cyclamen_persicum.jpg",
    "singles/prairie_falcon.jpg",
    "pairs/leuvenA.jpg",
    "singles/tanners_ridge.jpg",
)
MARGIN = 0.9
"""Less is worse, for the shipped rules: their margin is 10 %."""


@cache
def scene(photos: Path, path: str) -> harm.Pixels:
    return cases.opened(photos / path)


def measured(pixels: harm.Pixels, seed: int = 0, noise: float = 1.5, jpeg: int = 92) -> Quality:
    """As it comes from a camera: with its own noise, through a JPEG."""
    return quality.measured(Image.open(io.BytesIO(harm.jpeg(harm.noise(pixels, noise, seed), jpeg))))


@given(path=st.sampled_from(SCENES), radius=st.floats(1.2, 9), noise=st.floats(0.5, 16), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_frame_out_of_focus_by_a_thousandth_loses_however_noisy_it_is(
    shared_photos: Path, path: str, radius: float, noise: float, seed: int
) -> None:
    pixels = scene(shared_photos, path)
    sharp, soft = measured(pixels), measured(harm.defocus(pixels, radius), seed, noise)
    assert soft.sharpness < MARGIN * sharp.sharpness


@given(path=st.sampled_from(SCENES), length=st.floats(6, 30), angle=st.floats(0, 180))
@settings(max_examples=25, deadline=None)
def test_a_frame_that_moved_by_six_thousandths_loses(
    shared_photos: Path, path: str, length: float, angle: float
) -> None:
    pixels = scene(shared_photos, path)
    frames = [replace(shot(1), quality=measured(pixels))]
    frames.append(replace(shot(2), quality=measured(harm.motion(pixels, length, angle), 1)))
    still, moved = seen.sharpness(frames)
    assert still is not None
    assert moved is not None
    assert moved < MARGIN * still


@pytest.mark.parametrize("stops", [-2, -1, 1])
@pytest.mark.parametrize("path", SCENES)
def test_light_decides_nothing_about_sharpness(shared_photos: Path, path: str, stops: float) -> None:
    pixels = scene(shared_photos, path)
    lit = measured(harm.expose(pixels, stops), 1)
    assert lit.sharpness == pytest.approx(measured(pixels).sharpness, rel=0.1)


@pytest.mark.parametrize("path", SCENES)
def test_what_is_larger_than_is_looked_at_ties_at_any_size(shared_photos: Path, path: str) -> None:
    """1024 pixels are looked at: the same picture brought there from twice and three times the size."""
    image = Image.fromarray(scene(shared_photos, path).astype(np.uint8))
    size = (quality.LONG_SIDE, round(image.height * quality.LONG_SIDE / image.width))
    large = [image.resize((n * size[0], n * size[1]), Image.Resampling.BICUBIC) for n in (2, 3)]
    two, three = (quality.measured(each.resize(size, Image.Resampling.LANCZOS)).sharpness for each in large)
    assert two == pytest.approx(three, rel=0.03)


@pytest.mark.parametrize("path", SCENES)
def test_noise_is_told_in_grey_levels(shared_photos: Path, path: str) -> None:
    """The deviation of the brightness, where each channel has its own noise: 0.67 of theirs."""
    pixels = 40 + scene(shared_photos, path) * 0.7  # nothing near black or white
    clean, noisy = (measured(pixels, noise=deviation, jpeg=98).noise for deviation in (0, 12))
    assert noisy == pytest.approx(np.hypot(clean, 0.67 * 12), rel=0.15)


@pytest.mark.parametrize("path", SCENES)
def test_movement_is_told_from_wrong_focus(shared_photos: Path, path: str) -> None:
    pixels = scene(shared_photos, path)
    sharp = replace(shot(1), quality=measured(pixels))
    for angle in (10, 80, 130):
        moved = replace(shot(2), quality=measured(harm.motion(pixels, 10, angle), 1))
        assert seen.is_shaken(moved, sharp)
    soft = replace(shot(3), quality=measured(harm.defocus(pixels, 2), 2))
    assert not seen.is_shaken(soft, sharp)


@pytest.mark.parametrize("path", (*SCENES, "singles/ocelot.jpg"))
@pytest.mark.parametrize("spoilt", [lambda same: harm.expose(same, 2.5), lambda same: harm.harden(same, 2.5)])
def test_what_clips_passes_for_neither_sharper_nor_cleaner(
    shared_photos: Path, path: str, spoilt: Callable[[harm.Pixels], harm.Pixels]
) -> None:
    """Of the ocelot at 2.5 stops too much the bare figure is 18 % higher: hard edges around plain white."""
    pixels = scene(shared_photos, path)
    frames = [replace(shot(1), quality=measured(pixels)), replace(shot(2), quality=measured(spoilt(pixels), 1))]
    for scores in (seen.sharpness(frames), seen.noise(frames)):
        whole, clipped = scores
        assert whole is not None
        assert clipped is not None
        assert clipped <= max(whole, MARGIN * whole)


def test_a_red_that_is_full_is_clipped_though_its_grey_is_not() -> None:
    red = np.zeros((100, 100, 3), np.uint8)
    red[..., 0], red[..., 1:] = 255, 40
    assert quality.measured(Image.fromarray(red)).highlights == 1
