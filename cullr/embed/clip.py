"""open_clip models with real weights → Encoders: by tag, by checkpoint file, or from a folder.

Random weights never get through, and no checkpoint can run code: pickles are read as weights only.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from cullr.embed import checkpoints, extras
from cullr.embed.download import Patience, Progress
from cullr.embed.encoder import Encoder, Precision
from cullr.errors import CullrError, Failed, UsageError
from cullr.tomlfile import nearest

THRESHOLDS = {"ViT-B-32::laion2b_s34b_b79k": 0.92}
"""Not measured: its weights were out of reach. Lies between what imagededup takes for look-alikes by its network (0.90)
and Immich for duplicates by CLIP (0.97 in its pull request 8228, 0.9845 in 9781, 0.99 in 10703)."""
CAUTIOUS = 0.95
"""For models nobody has calibrated: their cosines may all lie high, and a group too few costs nothing.
`scripts/evaluate thresholds FOLDER --encoder SPEC` measures one, `cosine` under [match] sets it."""

_DAMAGED = (
    RuntimeError, AssertionError, ValueError, LookupError, TypeError, AttributeError, EOFError, OSError, StopIteration,
    pickle.UnpicklingError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What open_clip is told: a model, the file with its weights, and how pictures are prepared for it."""

    title: str
    model: str
    weights: Path
    folder: Path | None = None
    quick_gelu: bool = False
    preprocess: Mapping[str, Any] = field(default_factory=dict)


def by_tag(model: str, tag: str, patience: Patience, progress: Progress | None = None) -> tuple[Source, str]:
    """A released model, and how its weights were come by. Raises UsageError for unknown names, Failed."""
    open_clip = extras.require("open_clip")
    known_model(model)
    entry = open_clip.pretrained.get_pretrained_cfg(model, tag)
    if not entry:
        known = open_clip.list_pretrained_tags_by_model(model)
        raise UsageError(f"{model} has no weights {tag!r}", nearest(tag, known) if known else "It has none at all.")
    if model.endswith("-quickgelu") and not entry.get("quick_gelu"):
        plain = model.removesuffix("-quickgelu")
        raise UsageError(f"{model}::{tag} was not trained with QuickGELU", f"Use {plain}::{tag}.")
    weights, how = checkpoints.here(entry), "its weights are here"
    if weights is None:
        weights, how = checkpoints.fetched(entry, patience, progress), "its weights were fetched"
    prepare = {key: entry[key] for key in ("mean", "std", "interpolation", "resize_mode") if entry.get(key)}
    return Source(f"{model}::{tag}", model, weights, None, bool(entry.get("quick_gelu")), prepare), how


def by_file(model: str, path: Path) -> Source:
    """A checkpoint file. The architecture's own preprocessing is assumed, since a bare file brings none."""
    known_model(model)
    if not path.is_file():
        raise UsageError(f"there is no checkpoint {path}", "Give MODEL::TAG or MODEL::/path/to/checkpoint.")
    return Source(f"{model}::file", model, path)


def by_folder(folder: Path) -> Source:
    """A folder with `open_clip_config.json` and weights, as open_clip saves them."""
    if not (folder / "open_clip_config.json").is_file():
        raise UsageError(f"{folder} holds no open_clip_config.json", "Give the folder of a saved open_clip model.")
    names = ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")
    files = [folder / name for name in names if (folder / name).is_file()]
    if not files:
        raise UsageError(f"{folder} holds no weights", f"It needs {names[0]} beside its configuration.")
    return Source("local-dir", f"local-dir:{folder}", files[0], folder)


def known_model(model: str) -> None:
    """Raise UsageError unless open_clip knows the architecture."""
    models = extras.require("open_clip").list_models()
    if model not in models:
        raise UsageError(f"open_clip knows no model {model!r}", nearest(model, models))


def load(source: Source, device: str = "auto", precision: Precision = "auto", *, text: bool = False) -> Encoder:
    """The encoder. Without `text` the text tower is dropped (100 to 250 MB). Raises Failed for a damaged checkpoint."""
    from cullr.embed.precision import settle
    from cullr.embed.tower import TorchEncoder, Tower, pick_device

    device = pick_device(device)
    model = _model(source)
    prepare = model.visual.preprocess_cfg
    side = _side(source, prepare["size"])
    title = f"{source.title}#{_digest(source, prepare)}"
    tower = Tower(model.visual, prepare["mean"], prepare["std"])
    model.visual = None  # the tower has it, and may get it in another precision
    if not text:
        model = None  # before the trial, which takes memory of its own
    tower, chosen = settle(tower, title, side, device, precision)
    return TorchEncoder(
        tower, f"{title} {chosen}", side=side, fit="squash" if prepare["resize_mode"] == "squash" else "crop",
        threshold=THRESHOLDS.get(source.title, CAUTIOUS), device=device,
        texts=_Texts(model.to(device), source.model, device) if text else None,
    )  # fmt: skip


def _model(source: Source) -> Any:
    open_clip = extras.require("open_clip")
    # Before torch 2.6 open_clip's second attempt at a strange pickle would have run its code.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    try:
        model = open_clip.create_model(
            source.model, pretrained=None if source.folder else str(source.weights), require_pretrained=True,
            force_quick_gelu=source.quick_gelu, force_preprocess_cfg=dict(source.preprocess), device="cpu",
        )  # fmt: skip
    except (*_DAMAGED, extras.require("safetensors").SafetensorError) as error:
        raise _unusable(source, error) from error
    return model.eval()


def _unusable(source: Source, error: BaseException) -> CullrError:
    text = str(error)
    if isinstance(error, OSError):
        return Failed(f"{source.weights} cannot be read: {extras.first_line(error)}", "Check the file.")
    if (
        "size mismatch" in text
        or "Missing key" in text
        or "Unexpected key" in text
        or isinstance(error, AssertionError)
    ):
        return UsageError(
            f"{source.weights} does not fit the model {source.model}: {extras.first_line(error)}",
            "Name the model the weights were made for (see open_clip's list of models).",
        )
    # torch advises to read it as a pickle, "which will likely succeed", and run whatever code it holds.
    why = "it holds no weights" if isinstance(error, pickle.UnpicklingError) else extras.first_line(error)
    return Failed(
        f"{source.weights} is no usable checkpoint: {why}",
        "It may be damaged: delete it and fetch it again.",
    )


def _side(source: Source, size: int | Sequence[int]) -> int:
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) != 1:
        raise UsageError(f"{source.title} takes pictures of {size}, not squares", "Choose a model with square input.")
    return int(sides.pop())


def _digest(source: Source, prepare: Mapping[str, Any]) -> str:
    """12 hex digits of weights, preprocessing and architecture: what decides a vector, wherever the file may lie."""
    weights = blake3(max_threads=blake3.AUTO)
    weights.update_mmap(source.weights)
    shape = extras.require("open_clip").get_model_config(source.model)
    rest = json.dumps([dict(prepare), shape, source.quick_gelu], sort_keys=True, default=str)
    return blake3(weights.digest() + rest.encode()).hexdigest()[:12]


class _Texts:
    """Phrases → rows of the text tower."""

    def __init__(self, model: Any, name: str, device: str) -> None:
        try:
            self._tokens = extras.require("open_clip").get_tokenizer(name)
        except (OSError, RuntimeError, ValueError, ImportError, AttributeError) as error:
            raise Failed(f"{name}: no tokenizer: {extras.first_line(error)}", "Leave text search out.") from error
        self._model, self._device = model, device

    def __call__(self, phrases: Sequence[str]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            found = self._model.encode_text(self._tokens(list(phrases)).to(self._device))
        rows: NDArray[np.float32] = found.float().cpu().numpy()
        return rows
