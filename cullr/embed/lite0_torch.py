"""The built-in encoder through torch and timm, for machines ONNX Runtime has no package for.

The packaged tensors stand in the order of timm's own; its output equals the ONNX graph's to the sixth digit, so both
share a name. It is four times slower.
"""

from __future__ import annotations

import torch
from torch import nn

from cullr.embed import extras, lite0
from cullr.embed.pth import Tensors
from cullr.embed.tower import TorchEncoder, Tower


class GemTrunk(nn.Module):
    """EfficientNet-Lite0 without its classifier, GeM-pooled with p = 3."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__()
        self.net: nn.Module = extras.require("timm").create_model("tf_efficientnet_lite0", pretrained=False)
        own = zip(self.net.state_dict(), tensors.values(), strict=True)
        self.net.load_state_dict({name: torch.from_numpy(values) for name, values in own}, strict=True)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.net.forward_features(pictures)  # type: ignore[operator]
        return features.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3)


def encoder(tensors: Tensors, name: str, threshold: float) -> TorchEncoder:
    """On the CPU and in float32 always: that is what the name says."""
    tower = Tower(GemTrunk(tensors), (0.5,) * 3, (0.5,) * 3)
    return TorchEncoder(tower, name, side=lite0.SIDE, fit="squash", threshold=threshold, device="cpu")
