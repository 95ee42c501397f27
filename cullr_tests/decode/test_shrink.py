"""Greys are averaged over whole squares, and what that leaves is scaled to the last bit as Pillow scales it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cullr.decode import shrink
from cullr.decode.shrink import Small
from cullr_tests import pictures

SIZES = [
    (512, 512),
    (1024, 1536),
    (1537, 683),
    (1501, 999),
    (9000, 33),
    (40, 8191),
    (2048, 300),
    (700, 1380),
    (160, 120),
    (151, 113),
]


@pytest.mark.parametrize("size", SIZES)
def test_a_large_grey_is_averaged_over_the_largest_squares_that_leave_enough(size: tuple[int, int]) -> None:
    drawn = np.random.default_rng(3)
    noise = Image.fromarray(drawn.integers(0, 256, size[::-1], dtype=np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shrink, "LATER", noise.width * noise.height)
        found = shrink.waiting(noise)
    height, width = found.pixels.shape
    by = round(size[0] / found.size[0])
    assert found.size == (size[0] / by, size[1] / by)
    assert (width, height) == (-(-size[0] // by), -(-size[1] // by))
    assert by == 1 or min(size) / by >= shrink.LEAST > min(size) / (by + 1)
    pixels = np.asarray(noise, np.float64)
    for row, column in ((0, 0), (height // 2, width // 3), (height - 1, width - 1)):
        square = pixels[row * by : (row + 1) * by, column * by : (column + 1) * by]
        assert abs(square.mean() - found.pixels[row, column]) < 1


@pytest.mark.parametrize("size", [(1024, 1536), (1151, 863), (383, 511), (300, 2000)])
def test_an_averaged_grey_comes_out_as_the_whole_does_within_two_levels(size: tuple[int, int]) -> None:
    """Also where the last square is a fraction of one: taken as a whole one, it would move everything."""
    grey = pictures.scene(2, *size).convert("L")
    wanted = np.asarray(grey.resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS), np.int16)
    for alike in (1, 2):
        for found in shrink.greys([shrink.waiting(grey)] * alike):
            assert abs(np.frombuffer(found, np.uint8).reshape(shrink.SIDE, -1) - wanted).max() <= 2


@pytest.mark.parametrize("size", [(200, 60_000), (60_000, 250), (9_000, 300)])
def test_no_long_strip_is_held_while_it_waits(size: tuple[int, int]) -> None:
    strip = Image.linear_gradient("L").resize(size)
    found = shrink.waiting(strip, 6)
    assert found.pixels.size <= shrink.LATER
    assert found.pixels.shape == (shrink.SIDE, shrink.SIDE)
    wanted = strip.resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS).transpose(Image.Transpose.ROTATE_270)
    [grey] = shrink.greys([found])
    assert abs(np.frombuffer(grey, np.uint8).reshape(shrink.SIDE, -1) - np.asarray(wanted, np.int16)).max() <= 2


def small_of(pixels: NDArray[np.uint8], orientation: int = 1) -> Small:
    return Small(pixels, orientation, (float(pixels.shape[1]), float(pixels.shape[0])))


def one_by_one(each: Small) -> bytes:
    """By Pillow alone: scaled down as stored, then turned as EXIF tells."""
    grey = Image.fromarray(each.pixels)
    small = grey.resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS, box=(0, 0, *each.size))
    small.getexif()[0x0112] = each.orientation
    return ImageOps.exif_transpose(small).tobytes()


SHAPES = [
    (32, 32),
    (33, 32),
    (32, 33),
    (120, 160),
    (160, 120),
    (90, 80),
    (31, 200),
    (1, 1),
    (1, 70),
    (8, 40),
    (80, 120),
]
"""Height, width: as drafts come, turned, too small to scale down, larger than what Pillow scales in 0.1 ms."""
SHAPES += [(300, 219), (300, 200), (300, 199), (129, 130), (256, 256), (1000, 40), (40, 1000)]


@given(
    st.lists(
        st.tuples(st.sampled_from(SHAPES), st.integers(1, 8), st.booleans(), st.sampled_from([(0, 0), (0.25, 0.8)])),
        max_size=24,
    ),
    st.integers(0, 1 << 32),
    st.sampled_from([1, 1 << 10, 1 << 14, shrink.STRIP]),
)
@settings(max_examples=60)
def test_many_at_once_are_what_pillow_makes_of_each(
    pictures: list[tuple[tuple[int, int], int, bool, tuple[float, float]]], seed: int, strip: int
) -> None:
    chance = np.random.default_rng(seed)
    small = [
        Small(
            np.asarray(chance.integers(0, 2 if harsh else 256, shape) * (255 if harsh else 1), np.uint8),
            orientation,
            (shape[1] - less[0], shape[0] - less[1]),
        )
        for shape, orientation, harsh, less in pictures
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shrink, "STRIP", strip)
        assert shrink.greys(small) == [one_by_one(each) for each in small]


def test_every_orientation_of_every_shape_comes_out_at_its_own_place() -> None:
    chance = np.random.default_rng(1)
    small = [
        small_of(chance.integers(0, 256, shape, np.uint8), orientation)
        for _ in range(2)
        for orientation in range(1, 9)
        for shape in SHAPES
    ]
    assert shrink.greys(small) == [one_by_one(each) for each in small]
    assert shrink.greys([]) == []


@pytest.mark.parametrize("size", [(255, 300), (256, 256), (2000, 1500)])
def test_a_picture_that_was_averaged_is_turned_all_the_same(size: tuple[int, int]) -> None:
    grey = pictures.scene(2, *size).convert("L")
    found = shrink.waiting(grey, 6)
    assert (found.pixels.shape == size[::-1]) == (min(size) < 256)
    assert shrink.greys([found]) == [one_by_one(found)]


@pytest.mark.parametrize("size", [(33, 35), (40, 49), (40, 60), (50, 75), (62, 93)])
def test_small_upright_pictures_at_once_are_what_pillow_makes_of_each(size: tuple[int, int]) -> None:
    """Pillow scales these down before across."""
    chance = np.random.default_rng(1)
    small = [small_of(np.asarray(chance.choice((0, 255), size[::-1]), np.uint8)) for _ in range(8)]
    assert shrink.greys(small) == [one_by_one(each) for each in small]
