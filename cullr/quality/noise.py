"""Bands → the standard deviation of a picture's noise, in grey levels.

Source: J. Immerkær, Fast Noise Variance Estimation, CVIU 64 (1996): the difference of two Laplacians sees no edges of
first or second order; here over the calmest tiles, because texture passes for noise everywhere else.
"""

from __future__ import annotations

import math

import numpy as np

from cullr.quality.bands import TILES, Bands

DARK, BRIGHT = 24, 231
BLACK, WHITE = 8, 247
"""Beyond, a tile is clipped and shows nothing."""
GAIN = 6 * math.sqrt(2 / math.pi)
"""The mean amount that the Laplacians' difference makes of normal noise of deviation 1."""


def deviation(bands: Bands) -> float:
    """Grey levels. Tiles near black or white testify only that there is no more than twice their noise: clipping
    halves it. Without them, grass below a white sky would pass for noise."""
    exposed = bands.ripple[(bands.level > DARK) & (bands.level < BRIGHT)]
    calmest = np.sort(exposed)[: TILES * TILES // 8]
    barely = bands.ripple[(bands.level > BLACK) & (bands.level < WHITE)]
    most = 2 * float(barely.min() if len(barely) else bands.ripple.min())
    return min(float(calmest.mean()), most) / GAIN if len(calmest) else most / 2 / GAIN
