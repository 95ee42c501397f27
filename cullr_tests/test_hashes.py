"""Hashes agree with imagehash to the last bit, on real photos and on any 32x32 grey."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import imagehash
import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageOps

from cullr import hashes
from cullr.settings import HASHES

GREYS = st.one_of(
    arrays.arrays(np.uint8, (32, 32)),
    st.integers(0, 255).map(lambda level: np.full((32, 32), level, np.uint8)),
    arrays.arrays(np.uint8, (32, 1)).map(lambda column: np.repeat(column, 32, axis=1)),
    arrays.arrays(np.uint8, (16, 16)).map(lambda quarter: np.pad(quarter, ((0, 16), (0, 16)), "symmetric")),
)


def reference(grey: np.ndarray) -> int:
    return int(str(imagehash.phash(Image.fromarray(grey))), 16)


@given(st.lists(GREYS, min_size=1, max_size=4))
@settings(deadline=None)
def test_any_grey_hashes_as_imagehash_does_ties_and_plain_colours_included(greys: list[np.ndarray]) -> None:
    hashed, _ = hashes.phash_batch(np.stack(greys))
    assert hashed.tolist() == [reference(grey) for grey in greys]


def test_every_readable_photo_of_the_shared_set_has_its_reference_hash(shared_photos: Path) -> None:
    expected = json.loads((shared_photos / "reference_hashes.json").read_text("utf-8"))["hashes"]
    pillow_heif.register_heif_opener()
    greys = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # broken files are part of the set, and Pillow says so
        for name in expected:
            with Image.open(shared_photos / name) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB").convert("L")
                greys.append(np.asarray(upright.resize((32, 32), Image.Resampling.LANCZOS)))
    hashed, _ = hashes.phash_batch(np.stack(greys))
    wrong = {
        name: f"{value:016x}"
        for name, value in zip(expected, hashed.tolist(), strict=True)
        if f"{value:016x}" != expected[name]["phash"]
    }
    assert wrong == {}


def test_blocks_do_not_change_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    greys = np.random.default_rng(1).integers(0, 256, (11, 32, 32), dtype=np.uint8)
    whole, dct = hashes.phash_batch(greys)
    oriented = hashes.orientations(dct)
    monkeypatch.setattr(hashes, "BLOCK", 4)
    assert hashes.phash_batch(greys)[0].tolist() == whole.tolist()
    assert hashes.orientations(dct).tolist() == oriented.tolist()


def test_no_greys_have_no_hashes() -> None:
    hashed, dct = hashes.phash_batch(np.empty((0, 32, 32), np.uint8))
    assert hashed.shape == (0,)
    assert hashes.orientations(dct).shape == (0, 8)


def test_greys_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="32 x 32"):
        hashes.phash_batch(np.zeros((2, 16, 16), np.uint8))


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_orientations_are_the_hashes_of_the_turned_picture(seed: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (1, 32, 32), dtype=np.uint8)
    _, dct = hashes.phash_batch(grey)
    expected = [reference(np.ascontiguousarray(hashes.turned(grey, column)[0])) for column in range(8)]
    assert hashes.orientations(dct)[0].tolist() == expected


def test_orientations_of_whole_photos_drift_by_two_bits_at_most(shared_photos: Path) -> None:
    with Image.open(shared_photos / "transforms/bridge/aaa-orig.jpg") as image:
        grey = image.convert("L")
    small = np.asarray(grey.resize((32, 32), Image.Resampling.LANCZOS))[None]
    _, dct = hashes.phash_batch(small)
    for column, oriented in enumerate(hashes.orientations(dct)[0].tolist()):
        turned = Image.fromarray(np.ascontiguousarray(hashes.turned(np.asarray(grey)[None], column)[0]))
        drift = (oriented ^ hashes.reference_hash(turned, "phash")).bit_count()
        assert drift <= (2 if column & 4 else 0)


@pytest.mark.parametrize("name", HASHES)
def test_every_hash_of_the_settings_is_known_and_has_64_bits(name: str, shared_photos: Path) -> None:
    expected = json.loads((shared_photos / "reference_hashes.json").read_text("utf-8"))["hashes"]
    path = "transforms/bridge/aaa-orig.jpg"
    with Image.open(shared_photos / path) as image:
        value = hashes.reference_hash(image.convert("RGB"), name)
    assert 0 < value < 2**64
    assert f"{value:016x}" == expected[path].get(name, f"{value:016x}")
