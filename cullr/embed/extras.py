"""The heavy libraries, imported when first needed; a missing one is an error that says how to get it."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Any

from cullr.errors import UsageError

INSTALL = "Install it with: pip install 'cullr[all]'"


def require(name: str) -> Any:
    """The module. Raises UsageError when it is not installed or does not load on this machine."""
    if name.split(".", maxsplit=1)[0] in ("open_clip", "timm"):
        return _with_torchvision(name)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{name} cannot be imported: {first_line(error)}", INSTALL) from error


def has(*names: str) -> bool:
    """Whether all are installed, without loading them."""
    return all(importlib.util.find_spec(name) is not None for name in names)


def first_line(error: BaseException) -> str:
    """The first line of an error, or its kind when it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def _with_torchvision(name: str) -> ModuleType:
    """open_clip and timm import torchvision, which may need help first."""
    from cullr.embed import torchvision_shim

    require("torch")
    try:
        torchvision_shim.load()
        return importlib.import_module(name)
    except (ImportError, RuntimeError) as error:
        raise UsageError(f"{name} cannot be imported: {first_line(error)}", INSTALL) from error
