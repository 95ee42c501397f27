"""torchvision, importable even where pip put its GPU build beside a CPU-only torch.

That build (0.28.0 is what the package index serves for Linux) registers its operators from a library that needs CUDA;
without them `import torchvision` ends in `operator torchvision::nms does not exist`, and open_clip and timm with it.
Declaring the two operators it looks for is enough: nothing here ever calls them. Where the plain import works, nothing
is touched.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_declared: list[Any] = []
"""torch withdraws the operators when their library object goes, so it is kept as long as the process lives."""


def load() -> bool:
    """Import torchvision; whether it needed help. Raises ImportError or RuntimeError when even that does not do."""
    try:
        importlib.import_module("torchvision")
        return False
    except RuntimeError as error:
        if _declared or "torchvision::nms" not in str(error):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]  # half-imported; a second import would find the pieces
    library: Any = importlib.import_module("torch").library.Library("torchvision", "FRAGMENT")
    library.define(f"nms{_SCHEMA}")
    library.define(f"qnms{_SCHEMA}")
    _declared.append(library)
    importlib.import_module("torchvision")
    return True
