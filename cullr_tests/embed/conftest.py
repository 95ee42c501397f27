"""A tiny CLIP with weights of its own, in every form a checkpoint comes in; and no look into the person's caches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cullr.embed import extras

CONFIG = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 8, "heads": 1, "layers": 1},
}


@dataclass(frozen=True)
class Tiny:
    """The model, and where its weights lie."""

    model: Any
    pt: Path
    safetensors: Path
    folder: Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    at = tmp_path_factory.mktemp("tiny")
    open_clip, torch = extras.require("open_clip"), extras.require("torch")
    (at / "cullr-tiny.json").write_text(json.dumps(CONFIG))
    wider = CONFIG | {"embed_dim": 32}
    (at / "cullr-narrow.json").write_text(json.dumps(wider))
    open_clip.add_model_config(at)
    torch.manual_seed(7)
    model = open_clip.create_model("cullr-tiny").eval()
    folder = at / "saved"
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}}))
    save = extras.require("safetensors.torch").save_file
    made = Tiny(model, at / "tiny.pt", at / "tiny.safetensors", folder)
    torch.save(model.state_dict(), made.pt)
    save(model.state_dict(), made.safetensors)
    save(model.state_dict(), folder / "open_clip_model.safetensors")
    return made


@pytest.fixture(autouse=True)
def no_weights_of_the_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extras.require("huggingface_hub.constants"), "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def pictures() -> NDArray[np.uint8]:
    """Five unlike pictures of 32 pixels."""
    return np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
