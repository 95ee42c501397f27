"""Bands → how steep a picture is along every direction: what tells shake from wrong focus among frames of one scene.

Moving blurs along the way of the movement and leaves edges across it sharp; wrong focus blurs all ways alike.
"""

from __future__ import annotations

from cullr.quality.bands import Bands

NOISE = 0.235
"""Mean square slope that white noise of variance 1 leaves in the picture smoothed once (measured)."""


def slopes(bands: Bands, noise: float) -> tuple[float, float, float]:
    """Mean gx², gy² and gx·gy, in grey levels squared: the structure tensor of the whole picture, x to the right and y
    down; `noise` is the noise's variance, which is taken off."""
    across, down, both = (float(each.mean()) for each in bands.slopes)
    return max(across - NOISE * noise, 0.0), max(down - NOISE * noise, 0.0), both
