"""The encoder everyone has: real weights on real pictures, and the same vectors by either engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cullr.embed import Encoder, builtin, lite0, lite0_torch, loading, pth, without_vector
from cullr.embed.encoder import trial_pictures
from cullr.errors import Failed

BURSTS = (
    ("bursts/serengeti/S1_E03_R3_PICT0038.jpeg", "bursts/serengeti/S1_E03_R3_PICT0039.jpeg"),
    ("bursts/ducky_pan/out01.jpg", "bursts/ducky_pan/out02.jpg"),
    ("pairs/rubberwhale1.png", "pairs/rubberwhale2.png"),
    ("bursts/iphone_hdr/iphone_hdr_NO.jpg", "bursts/iphone_hdr/iphone_hdr_YES.jpg"),
)
UNLIKE = ("singles/silver_fir.jpg", "singles/prairie_falcon.jpg", "singles/american_black_bear.jpg", "formats/bee.jpg")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return loading.load("builtin")[0]


def square(path: Path, side: int) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return np.asarray(upright.resize((side, side), Image.Resampling.BICUBIC))


def vectors(encoder: Encoder, root: Path, names: tuple[str, ...]) -> NDArray[np.float32]:
    return encoder.encode(np.stack([square(root / name, encoder.side) for name in names]))


def test_frames_of_one_moment_pass_the_threshold(encoder: Encoder, shared_photos: Path) -> None:
    for names in BURSTS:
        one, other = vectors(encoder, shared_photos, names)
        assert one @ other >= encoder.threshold, names


def test_unrelated_photos_stay_well_below_the_threshold(encoder: Encoder, shared_photos: Path) -> None:
    firsts = tuple(names[0] for names in BURSTS)
    found = vectors(encoder, shared_photos, firsts + UNLIKE)
    cosines = (found @ found.T)[np.triu_indices(len(found), 1)]
    assert cosines.max() < encoder.threshold - 0.1


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(encoder: Encoder) -> None:
    pictures = trial_pictures(encoder.side, 19)  # more than one call takes
    together = encoder.encode(pictures)
    assert together.shape == (19, encoder.dimension) and together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(19), abs=1e-5)
    assert np.array_equal(together, encoder.encode(pictures))
    alone = np.concatenate([encoder.encode(pictures[row : row + 1]) for row in (0, 17)])
    assert (together[[0, 17]] * alone).sum(axis=1).min() > 0.99999


def test_no_pictures_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode(np.empty((0, 224, 224, 3), np.uint8)).shape == (0, encoder.dimension)


def test_a_photo_of_one_pixel_has_a_vector(encoder: Encoder) -> None:
    flat = np.stack([np.full((224, 224, 3), level, np.uint8) for level in (0, 127, 255)])
    assert without_vector(encoder.encode(flat)) == []


def test_the_graph_written_by_hand_computes_what_timm_computes(encoder: Encoder, shared_photos: Path) -> None:
    by_torch = lite0_torch.encoder(builtin.weights(), builtin.NAME, builtin.THRESHOLD)
    assert (by_torch.name, by_torch.dimension, by_torch.side) == (encoder.name, encoder.dimension, encoder.side)
    real = vectors(encoder, shared_photos, UNLIKE)
    again = vectors(by_torch, shared_photos, UNLIKE)
    assert np.abs(real - again).max() < 1e-5


def test_the_graph_is_the_same_bytes_every_time() -> None:
    tensors = builtin.weights()
    assert lite0.onnx_file(tensors) == lite0.onnx_file(tensors)


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / builtin.PACKAGE
    shutil.copytree(builtin._weights_path().parents[1], package)
    weights = package / "models" / builtin._weights_path().name
    data = bytearray(weights.read_bytes())
    data[5_000_000] ^= 1
    weights.write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Failed, match="damaged") as caught:
        builtin.load()
    assert "Reinstall" in caught.value.remedy


def test_every_packaged_tensor_is_read_as_torch_reads_it() -> None:
    import torch

    path = builtin._weights_path()
    wanted = torch.load(path, weights_only=True)
    with path.open("rb") as stream:
        found = pth.read(stream)
    assert list(found) == list(wanted)
    assert all(np.array_equal(found[name], wanted[name].numpy()) for name in wanted)
