"""Pictures → unit vectors whose cosine says how alike they are; weights from open_clip, the package index or a file.

`load` finds an encoder and says which and why. torch and ONNX Runtime are imported by it, never by this module, and
nothing here opens a picture: callers bring squares of `encoder.side` pixels.
"""

from __future__ import annotations

from cullr.embed.encoder import Encoder, Fit, without_vector
from cullr.embed.loading import load

__all__ = ["Encoder", "Fit", "load", "without_vector"]
