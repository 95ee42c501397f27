"""Pairs of greys → how far the second has moved against the first, by normalised correlation over every translation.

Translations are tried by whole cells of the 32x32 grey (3 % of the frame) as long as at least 40 % of it overlaps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 32
FURTHEST = 19
PADDED = 54
"""No translation reaches around, and its factors are small."""
REACH = np.arange(-FURTHEST, FURTHEST + 1)
LEAST_VARIANCE = 4.0
"""Grey levels squared within the overlap: less is one colour, which correlates with anything."""


def shifts(
    first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """[n, 32, 32] twice → rows moved, columns moved, and the correlation there, each [n]. 0.15 ms a pair.

    A scene that moves to the left, as when the camera pans to the right, has negative columns.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    count = _overlaps(np.ones((1, SIDE, SIDE)))
    # The second picture's part of an overlap is the first one's of the opposite translation.
    sum_a, sum_b = _overlaps(a), _overlaps(b)[:, ::-1, ::-1]
    var_a = _overlaps(a**2) - sum_a**2 / count
    var_b = _overlaps(b**2)[:, ::-1, ::-1] - sum_b**2 / count
    covariance = _products(a, b) - sum_a * sum_b / count
    informative = np.minimum(var_a, var_b) > LEAST_VARIANCE * count
    scale = np.sqrt(np.where(informative, var_a * var_b, 1.0))
    correlation = np.where(informative, covariance / scale, -1.0).reshape(len(first), -1)
    best = correlation.argmax(axis=1)
    rows, columns = np.divmod(best, 2 * FURTHEST + 1)
    return FURTHEST - rows, FURTHEST - columns, correlation[np.arange(len(first)), best]


def _overlaps(planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, 39, 39] sums of the first picture's cells that lie within the second, for every translation:
    each a rectangle, and so four corners of the running sums."""
    running = np.zeros((len(planes), SIDE + 1, SIDE + 1))
    np.cumsum(np.cumsum(planes, axis=1), axis=2, out=running[:, 1:, 1:])
    low, high = np.maximum(REACH, 0), np.minimum(SIDE, SIDE + REACH)
    strips = running[:, high] - running[:, low]
    return np.asarray(strips[:, :, high] - strips[:, :, low])


def _products(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, 39, 39] sums of products over the overlap, for every translation."""
    spectra = np.fft.rfft2(a, (PADDED, PADDED)) * np.conj(np.fft.rfft2(b, (PADDED, PADDED)))
    sums = np.fft.irfft2(spectra, (PADDED, PADDED))
    return np.asarray(sums[:, REACH[:, None], REACH[None, :]])
