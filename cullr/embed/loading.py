"""What the person asked for in a word → an encoder, and a sentence that says which it is and why.

`auto` must never cost a run: whatever keeps CLIP away becomes part of the sentence, and the built-in encoder is taken.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from cullr.embed import builtin, checkpoints, extras, onnx_digest
from cullr.embed.download import Patience, Progress
from cullr.embed.encoder import Encoder, Precision
from cullr.errors import CullrError, UsageError
from cullr.tomlfile import nearest

MODEL, TAG = "ViT-B-32", "laion2b_s34b_b79k"
HUB = {"hf_hub": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K/"}
"""open_clip's entry for that tag, here so that finding it absent does not cost the 2 to 6 s of importing open_clip."""

AT_ONCE, PATIENT = Patience(1.0, 600.0), Patience(4.0)
"""When nobody asked for these weights by name, and when somebody did: 605 MB in ten minutes are 1 MB/s."""

_SPECS = "Encoders: auto, builtin, MODEL::TAG, MODEL::/path/to/checkpoint, local-dir:FOLDER, onnx:FILE."
_WEIGHTS = frozenset({".pt", ".pth", ".bin", ".safetensors", ".ckpt", ".npz"})


def load(
    spec: str,
    device: str = "auto",
    *,
    precision: Precision = "auto",
    text: bool = False,
    progress: Progress | None = None,
) -> tuple[Encoder, str]:
    """The encoder `spec` names, and the sentence. `progress` hears of a download; `text` keeps the text tower.

    Raises UsageError for what is written wrongly or not installed, Failed for weights that cannot be had or read.
    """
    if device.split(":", maxsplit=1)[0] not in ("auto", "cuda", "mps", "cpu"):
        raise UsageError(f"unknown device {device!r}", nearest(device, ("auto", "cuda", "mps", "cpu")))
    if spec == "auto":
        return _auto(device, precision, text, progress)
    if spec == "builtin":
        return builtin.load(device), "The built-in encoder EfficientNet-Lite0, as asked."
    if spec.startswith("onnx:"):
        return _onnx(Path(spec.removeprefix("onnx:")).expanduser(), device)
    encoder, how = _clip(spec, device, precision, text, PATIENT, progress)
    return encoder, f"{encoder.name}, as asked: {how}."


def _auto(device: str, precision: Precision, text: bool, progress: Progress | None) -> tuple[Encoder, str]:
    why = _cannot_have_clip()
    if not why:
        try:
            encoder, how = _clip(f"{MODEL}::{TAG}", device, precision, text, AT_ONCE, progress)
            return encoder, f"{encoder.name}: {how}."
        except CullrError as error:
            why = error.message
    return builtin.load(device), f"The built-in encoder EfficientNet-Lite0, because CLIP cannot be had: {why}."


def _cannot_have_clip() -> str:
    """The reason, when it can be known before the imports; else nothing."""
    if not extras.has("torch", "open_clip"):
        return f"open_clip is not installed ({extras.INSTALL})"
    if checkpoints.here(HUB) is None:
        return checkpoints.out_of_reach(HUB, AT_ONCE)
    return ""


def _clip(
    spec: str, device: str, precision: Precision, text: bool, patience: Patience, progress: Progress | None
) -> tuple[Encoder, str]:
    if not spec.startswith("local-dir:") and "::" not in spec:
        meant = get_close_matches(spec, ("auto", "builtin"), n=1)
        raise UsageError(f"unknown encoder {spec!r}", f"Did you mean {meant[0]!r}? {_SPECS}" if meant else _SPECS)
    extras.require("torch")
    from cullr.embed import clip

    if spec.startswith("local-dir:"):
        source, how = clip.by_folder(Path(spec.removeprefix("local-dir:")).expanduser()), "read from that folder"
    else:
        model, _, rest = spec.partition("::")
        path = Path(rest).expanduser()
        if path.suffix in _WEIGHTS or "/" in rest or path.is_file():
            source, how = clip.by_file(model, path), "read from that file"
        else:
            source, how = clip.by_tag(model, rest, patience, progress)
    return clip.load(source, device, precision, text=text), how


def _onnx(path: Path, device: str) -> tuple[Encoder, str]:
    from cullr.embed.runtime import RuntimeEncoder

    if not path.is_file():
        raise UsageError(f"there is no ONNX file {path}", _SPECS)
    encoder = RuntimeEncoder(str(path), f"onnx#{onnx_digest.of(path)} float32", device)
    return encoder, f"{encoder.name}, as asked: {encoder.side}×{encoder.side} in, {encoder.dimension} numbers out."
