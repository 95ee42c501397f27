"""A grey picture → what of it is lost to black and white, and how bright it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHADOW, HIGHLIGHT = 3, 252
"""Grey levels of 255, both inclusive: JPEG rings by some three levels around clipped edges."""


def shadows(grey: NDArray[np.uint8]) -> float:
    """The fraction of pixels that are plain black."""
    return float(np.count_nonzero(grey <= SHADOW) / grey.size)


def highlights(grey: NDArray[np.uint8]) -> float:
    """The fraction of pixels that are plain white."""
    return float(np.count_nonzero(grey >= HIGHLIGHT) / grey.size)


def brightness(grey: NDArray[np.uint8]) -> float:
    """Mean grey, 0 to 1."""
    return float(grey.sum(dtype=np.uint32) / grey.size / 255)
