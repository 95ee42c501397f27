"""Bands → sharpness, without unit: the share of a tile's local contrast that its finest band still holds.

Contrast and brightness cancel; what white noise adds to either band is known and taken off first.
"""

from __future__ import annotations

import numpy as np

from cullr.quality.bands import Bands, Grid

CONTRAST_FLOOR = 2.0
"""Grey levels squared, at the usual brightness: ripple of 1.4 levels is no feature. It goes with the light, as contrast
does: two stops less or one and a half more then move a score by 7 % at most, by 20 % without."""
USUAL_LEVEL = 110
FAINT = 0.1
"""Of the contrast that a tenth of the tiles exceed: what is fainter cannot be the subject, and JPEG's ringing in a dark
corner is not sharp."""
STRONGEST = 8
"""Tiles that count: an eighth of the frame in focus makes a picture sharp, however soft its background."""
FINE_NOISE, COARSE_NOISE = 0.030, 0.040
"""Variance that white noise of variance 1 leaves in the two bands: 0.020 and 0.040, the fine one half again as much,
because the strongest of 64 tiles exceed the mean."""


def tiles(bands: Bands, noise: float) -> Grid:
    """[8, 8] sharpness, `noise` being the noise's variance.

    A smaller picture scores in proportion to its long side: it cannot hold the detail it does not resolve.
    """
    fine = np.maximum(bands.fine - FINE_NOISE * noise, 0)
    coarse = np.maximum(bands.coarse - COARSE_NOISE * noise, 0)
    light = float(bands.level.mean()) / USUAL_LEVEL
    floor = CONTRAST_FLOOR * min(max(light**2, 0.1), 4.0) + FAINT * float(np.quantile(coarse, 0.9))
    return np.asarray(np.sqrt(fine / (coarse + floor)) * bands.scale)


def overall(tiles: Grid) -> float:
    """Mean of the strongest tiles."""
    return float(np.sort(tiles, axis=None)[-STRONGEST:].mean())
