"""open_clip for real, with a model small enough to make here: every way in, and every way it goes wrong."""

from __future__ import annotations

import gc
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cullr import embed
from cullr.embed import extras, without_vector
from cullr.errors import Failed, UsageError
from cullr_tests.embed.conftest import Tiny


def load(spec: str, **how: Any) -> embed.Encoder:
    return embed.load(spec, "cpu", **({"precision": "float32"} | how))[0]


def reference(tiny: Tiny, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What open_clip itself makes of these pictures."""
    prepare = tiny.model.visual.preprocess_cfg
    mean, std = (torch.tensor(prepare[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    with torch.inference_mode():
        given = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255 - mean) / std
        found: NDArray[np.float32] = tiny.model.encode_image(given, normalize=True).numpy()
    return found


def test_the_same_weights_give_the_same_bits_in_every_form(tiny: Tiny, pictures: NDArray[np.uint8]) -> None:
    specs = (f"cullr-tiny::{tiny.pt}", f"cullr-tiny::{tiny.safetensors}", f"local-dir:{tiny.folder}")
    found = [load(spec).encode(pictures) for spec in specs]
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
    assert np.abs(found[0] - reference(tiny, pictures)).max() < 1e-6
    assert (found[0] @ found[0].T)[np.triu_indices(5, 1)].max() < 0.9999  # the pictures are told apart


def test_an_encoder_says_what_it_is(tiny: Tiny) -> None:
    encoder, why = embed.load(f"cullr-tiny::{tiny.pt}", "cpu", precision="float32")
    assert (encoder.dimension, encoder.side, encoder.fit, encoder.threshold) == (64, 32, "crop", 0.95)
    assert encoder.name.startswith("cullr-tiny::file#") and encoder.name.endswith(" float32")
    assert encoder.name in why and "as asked" in why


def test_other_weights_precision_or_preprocessing_are_another_name(tiny: Tiny, tmp_path: Path) -> None:
    changed = {key: value.clone() for key, value in tiny.model.state_dict().items()}
    changed["visual.proj"] += 1
    torch.save(changed, tmp_path / "changed.pt")
    grey = tmp_path / "grey"
    grey.mkdir()
    (grey / "open_clip_model.safetensors").symlink_to(tiny.safetensors)
    prepare = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}
    config = json.loads((tiny.folder / "open_clip_config.json").read_text()) | {"preprocess_cfg": prepare}
    (grey / "open_clip_config.json").write_text(json.dumps(config))
    encoders = [
        load(f"cullr-tiny::{tiny.pt}"),
        load(f"cullr-tiny::{tiny.pt}", precision="bfloat16"),
        load(f"cullr-tiny::{tmp_path / 'changed.pt'}"),
        load(f"local-dir:{tiny.folder}"),
        load(f"local-dir:{grey}"),
    ]
    assert len({encoder.name for encoder in encoders}) == len(encoders)
    assert encoders[-1].fit == "squash"
    assert load(f"cullr-tiny::{tiny.pt}").name == encoders[0].name


def test_phrases_and_pictures_share_a_space_when_asked(tiny: Tiny, pictures: NDArray[np.uint8]) -> None:
    encoder = load(f"cullr-tiny::{tiny.pt}", text=True)
    found = encoder.text(["a dog", "a cat on a mat"])
    tokens = extras.require("open_clip").get_tokenizer("cullr-tiny")(["a dog", "a cat on a mat"])
    with torch.inference_mode():
        wanted = tiny.model.encode_text(tokens, normalize=True).numpy()
    assert found is not None and np.abs(found - wanted).max() < 1e-6
    assert found.shape == (2, encoder.dimension)
    assert np.array_equal(encoder.encode(pictures), load(f"cullr-tiny::{tiny.pt}").encode(pictures))
    empty = encoder.text([])
    assert empty is not None and empty.shape == (0, 64)


def test_the_text_tower_is_dropped_when_only_pictures_are_embedded(tiny: Tiny) -> None:
    encoder = load(f"cullr-tiny::{tiny.pt}")
    assert encoder.text(["a dog"]) is None
    kept = sum(weight.numel() for weight in encoder._tower.parameters())  # type: ignore[attr-defined]
    assert kept == sum(weight.numel() for weight in tiny.model.visual.parameters())
    gc.collect()
    ours = tiny.model.token_embedding.weight
    embeddings = [thing for thing in gc.get_objects() if type(thing) is torch.nn.Embedding]
    assert [one for one in embeddings if one.weight.shape == ours.shape and one.weight is not ours] == []


def test_bfloat16_weights_stay_close(tiny: Tiny, pictures: NDArray[np.uint8]) -> None:
    exact, small = (load(f"cullr-tiny::{tiny.pt}", precision=kind) for kind in ("float32", "bfloat16"))
    found, wanted = small.encode(pictures), exact.encode(pictures)
    assert (found * wanted).sum(axis=1).min() >= 0.999
    assert not np.array_equal(found, wanted)
    assert small.name.endswith(" bfloat16")


def test_a_photo_of_one_pixel_has_a_vector(tiny: Tiny) -> None:
    flat = np.stack([np.full((32, 32, 3), level, np.uint8) for level in (0, 127, 255)])
    assert without_vector(load(f"cullr-tiny::{tiny.pt}").encode(flat)) == []


def test_weights_of_nan_are_refused(tiny: Tiny, tmp_path: Path) -> None:
    broken = {key: value.clone() for key, value in tiny.model.state_dict().items()}
    broken["visual.proj"][0, 0] = float("nan")
    torch.save(broken, tmp_path / "nan.pt")
    with pytest.raises(Failed, match="no usable vectors"):
        load(f"cullr-tiny::{tmp_path / 'nan.pt'}")


def test_weights_of_another_shape_are_a_usage_error(tiny: Tiny) -> None:
    for weights in (tiny.pt, tiny.safetensors):
        with pytest.raises(UsageError, match="does not fit the model cullr-narrow") as caught:
            load(f"cullr-narrow::{weights}")
        assert "Name the model" in caught.value.remedy


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "text"])
def test_a_damaged_checkpoint_is_said_to_be_one(tiny: Tiny, tmp_path: Path, kind: str, damage: str) -> None:
    whole: bytes = getattr(tiny, kind).read_bytes()
    noise = np.random.default_rng(3).integers(0, 256, 5_000, dtype=np.uint8).tobytes()
    path = tmp_path / f"broken.{kind}"
    path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "noise": noise, "text": b"<html>"}[damage])
    with pytest.raises(Failed, match=r"broken\.\w+ is no usable checkpoint"):
        load(f"cullr-tiny::{path}")


@pytest.mark.parametrize("content", [{}, {"state_dict": 3}, [1, 2], {"a": "b"}, None])
def test_a_pickle_that_is_no_checkpoint_is_said_to_be_none(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pt"
    torch.save(content, path)
    with pytest.raises((Failed, UsageError), match=r"other\.pt"):
        load(f"cullr-tiny::{path}")


class Harm:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def test_a_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    torch.save({"visual.proj": Harm(f"touch {mark}")}, tmp_path / "harm.pt")
    with pytest.raises(Failed) as caught:
        load(f"cullr-tiny::{tmp_path / 'harm.pt'}")
    assert not mark.exists()
    assert "weights_only" not in caught.value.message, "nobody is told to read it in the way that would"


@pytest.mark.parametrize(
    ("spec", "message", "remedy"),
    [
        ("cullr-tiny::/nowhere/x.pt", "no checkpoint /nowhere/x.pt", "MODEL::TAG"),
        ("ViT-B-32::laion2b_s34b", "no weights 'laion2b_s34b'", "Did you mean 'laion2b_s34b_b79k'?"),
        ("ViT-B-23::openai", "no model 'ViT-B-23'", "Did you mean 'ViT-B-32'?"),
        ("ViT-B-32-quickgelu::laion2b_s34b_b79k", "has no weights", ""),
        ("ViT-B-32", "unknown encoder 'ViT-B-32'", "MODEL::TAG"),
        ("", "unknown encoder ''", "builtin"),
        ("bultin", "unknown encoder 'bultin'", "Did you mean 'builtin'? Encoders: auto"),
        ("local-dir:/nowhere", "holds no open_clip_config.json", "saved"),
    ],
)
def test_a_spec_that_is_wrong_says_what_would_be_right(spec: str, message: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(spec)
    assert message in caught.value.message and remedy in caught.value.remedy


def test_a_folder_without_weights_never_gives_random_ones(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "open_clip_config.json").write_bytes((tiny.folder / "open_clip_config.json").read_bytes())
    with pytest.raises(UsageError, match="holds no weights"):
        load(f"local-dir:{tmp_path}")


def test_a_folder_whose_configuration_is_damaged_is_said_to_be(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "open_clip_model.safetensors").symlink_to(tiny.safetensors)
    for text in ("{", "[]", "{}", '{"model_cfg": {}}', '{"model_cfg": 3}'):
        (tmp_path / "open_clip_config.json").write_text(text)
        with pytest.raises(Failed, match="no usable checkpoint"):
            load(f"local-dir:{tmp_path}")


def test_a_device_that_is_not_there_is_a_usage_error(tiny: Tiny) -> None:
    missing = next(
        name for name in ("mps", "cuda") if not getattr(torch, name if name == "cuda" else "mps").device_count()
    )
    with pytest.raises(UsageError, match="no device"):
        embed.load(f"cullr-tiny::{tiny.pt}", missing)
    with pytest.raises(UsageError, match="unknown device 'cpuu'") as caught:
        embed.load("builtin", "cpuu")
    assert "'cpu'" in caught.value.remedy
