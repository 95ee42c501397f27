"""Which precision a model proved to run best in on this machine, kept from run to run.

A trial on a busy day may end otherwise, and then every vector would be made again under another name. A file that
cannot be read or written only means another trial.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import tempfile
from pathlib import Path

import torch

from cullr.machine import cache_folder

_LARGEST = 1 << 20
_KNOWN = ("float32", "bfloat16")


def remembered(model: str, device: str) -> str | None:
    """The precision this model was found to run best in here, or None."""
    verdict = _read().get(_key(model, device))
    return verdict if verdict in _KNOWN else None


def remember(model: str, device: str, precision: str) -> None:
    """Keep the verdict."""
    text = json.dumps(_read() | {_key(model, device): precision}, indent=1)
    with contextlib.suppress(OSError):
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(path)


def _key(model: str, device: str) -> str:
    """The cache folder may be shared by machines with and without AMX, and torch learns new tricks."""
    return f"{model} on {device} of {platform.node()}, torch {torch.__version__}"


def _path() -> Path:
    return cache_folder() / "models" / "precision.json"


def _read() -> dict[str, str]:
    try:
        with _path().open("rb") as stream:
            found = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
