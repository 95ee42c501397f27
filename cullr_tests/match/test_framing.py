"""A slightly other framing is taken off a difference; what was pasted in is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cullr.match import framing, looks
from cullr.match.sets import LOCAL
from cullr_tests.match.facts import LANCZOS, look_of, opened, shot

PHOTOS = (
    "singles/ocelot.jpg",
    "singles/el_torcal_rocks.jpg",
    "stage_sets/renders/20250705_230713_stage1_generated.png",
)
Share = tuple[float, float, float, float]


def grey(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L").resize((32, 32), LANCZOS))


def cropped(image: Image.Image, borders: Share) -> Image.Image:
    left, top, right, bottom = borders
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width - width * right), round(height - height * bottom))
    )


def differences(*pairs: tuple[Image.Image, Image.Image]) -> list[float]:
    facts = [
        shot(str(n), look=look_of(grey(image))) for n, image in enumerate(image for pair in pairs for image in pair)
    ]
    found: list[float] = looks.local_differences(facts, np.arange(len(facts), dtype=np.int32).reshape(-1, 2)).tolist()
    return found


def planes(*images: Image.Image) -> NDArray[np.float32]:
    made = np.stack([grey(image) for image in images]).astype(np.float32)
    return np.asarray(made - made.mean(axis=(1, 2), keepdims=True))


@pytest.mark.parametrize("borders", [(0.01, 0.01, 0.01, 0.01), (0.01, 0, 0, 0.01), (0.0, 0.015, 0, 0)])
def test_a_crop_of_a_hundredth_is_the_same_picture(shared_photos: Path, borders: Share) -> None:
    """Without taking it off, these differ by 13 to 40 grey levels."""
    images = [opened(shared_photos / name) for name in PHOTOS]
    assert max(differences(*((image, cropped(image, borders)) for image in images))) <= LOCAL


def test_a_crop_that_moves_the_frame_by_more_than_a_cell_is_not_explained(shared_photos: Path) -> None:
    images = [opened(shared_photos / name) for name in PHOTOS]
    first, second = planes(*images), planes(*(cropped(image, (0.04, 0, 0, 0)) for image in images))
    assert not framing.reframed(first, second)[1].any()


@pytest.mark.parametrize("crop", [0.0, 0.01])
def test_what_was_pasted_in_stays_whatever_the_frame_did(shared_photos: Path, crop: float) -> None:
    """A twelfth of the width, of another photo."""
    pairs = []
    for image, other in zip((images := [opened(shared_photos / name) for name in PHOTOS]), images[::-1], strict=True):
        made, side = cropped(image, (crop, crop, crop, crop)), image.width // 12
        made.paste(
            Image.eval(other.resize((side, side)), lambda level: 255 - level), (image.width * 2 // 5, image.height // 4)
        )
        pairs.append((image, made))
    assert min(differences(*pairs)) > LOCAL


def test_pictures_of_one_colour_have_no_difference_and_spoil_no_other() -> None:
    plain, ramp = Image.new("L", (64, 64), 90), Image.linear_gradient("L")
    found = differences((plain, ramp), (ramp, ramp))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(0, abs=1e-3)
