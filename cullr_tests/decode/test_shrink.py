"""The 32x32 greys are to the last bit those that Pillow, and so imagehash, makes."""

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
def test_a_large_grey_shrinks_as_pillow_shrinks_it(size: tuple[int, int]) -> None:
    drawn = np.random.default_rng(3)
    noise = Image.fromarray(drawn.integers(0, 256, size[::-1], dtype=np.uint8))
    harsh = noise.point(lambda level: 255 if level > 127 else 0)
    for grey in (noise, harsh, pictures.scene(2, *size).convert("L"), Image.new("L", size, 255)):
        wanted = grey.resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS)
        assert shrink.small(grey).tobytes() == wanted.tobytes()


def one_by_one(pixels: NDArray[np.uint8], orientation: int) -> bytes:
    """By Pillow alone: scaled down as stored, then turned as EXIF tells."""
    small = Image.fromarray(pixels).resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS)
    small.getexif()[0x0112] = orientation
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
    st.lists(st.tuples(st.sampled_from(SHAPES), st.integers(1, 8), st.booleans()), max_size=24),
    st.integers(0, 1 << 32),
    st.sampled_from([1, 1 << 10, 1 << 14, shrink.STRIP]),
)
@settings(max_examples=60)
def test_many_at_once_are_what_pillow_makes_of_each(
    pictures: list[tuple[tuple[int, int], int, bool]], seed: int, strip: int
) -> None:
    chance = np.random.default_rng(seed)
    small = [
        Small(np.asarray(chance.integers(0, 2 if harsh else 256, shape) * (255 if harsh else 1), np.uint8), orientation)
        for shape, orientation, harsh in pictures
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shrink, "STRIP", strip)
        assert shrink.greys(small) == [one_by_one(each.pixels, each.orientation) for each in small]


def test_every_orientation_of_every_shape_comes_out_at_its_own_place() -> None:
    chance = np.random.default_rng(1)
    small = [
        Small(chance.integers(0, 256, shape, np.uint8), orientation)
        for _ in range(2)
        for orientation in range(1, 9)
        for shape in SHAPES
    ]
    assert shrink.greys(small) == [one_by_one(each.pixels, each.orientation) for each in small]
    assert shrink.greys([]) == []


@pytest.mark.parametrize("size", [(256, 256), (257, 256), (2000, 1500)])
def test_a_picture_too_large_to_wait_is_scaled_down_at_once_and_turned_all_the_same(size: tuple[int, int]) -> None:
    grey = pictures.scene(2, *size).convert("L")
    found = shrink.waiting(grey, 6)
    assert (found.pixels.shape == (shrink.SIDE, shrink.SIDE)) == (size != (256, 256))
    assert shrink.greys([found]) == [one_by_one(np.asarray(grey), 6)]


@pytest.mark.parametrize("size", [(33, 35), (40, 49), (40, 60), (50, 75), (62, 93)])
def test_small_upright_pictures_at_once_are_what_pillow_makes_of_each(size: tuple[int, int]) -> None:
    """Pillow scales these down before across."""
    chance = np.random.default_rng(1)
    small = [Small(np.asarray(chance.choice((0, 255), size[::-1]), np.uint8)) for _ in range(8)]
    assert shrink.greys(small) == [one_by_one(each.pixels, 1) for each in small]
