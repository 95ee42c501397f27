"""Pairs of greys → how far the second has moved against the first, by normalised correlation over every translation.

Translations are tried by whole cells of the 32x32 grey (3 % of the frame) as long as at least 40 % of it overlaps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 32
FURTHEST = 19
PADDED = 64
LEAST_VARIANCE = 4.0
"""Grey levels squared within the overlap: less is one colour, which correlates with anything."""


def shifts(
    first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """[n, 32, 32] twice → rows moved, columns moved, and the correlation there, each [n]. 0.5 ms a pair.

    A scene that moves to the left, as when the camera pans to the right, has negative columns.
    """
    a, b = _spectra(first), _spectra(second)
    ones = np.conj(np.fft.rfft2(np.ones((SIDE, SIDE)), (PADDED, PADDED)))
    count = _overlap(np.conj(ones)[None] * ones)
    sum_a, sum_b = _overlap(a[0] * ones), _overlap(np.conj(ones) * np.conj(b[0]))
    var_a = _overlap(a[1] * ones) - sum_a**2 / count
    var_b = _overlap(np.conj(ones) * np.conj(b[1])) - sum_b**2 / count
    covariance = _overlap(a[0] * np.conj(b[0])) - sum_a * sum_b / count
    informative = np.minimum(var_a, var_b) > LEAST_VARIANCE * count
    scale = np.sqrt(np.where(informative, var_a * var_b, 1.0))
    correlation = np.where(informative, covariance / scale, -1.0).reshape(len(first), -1)
    best = correlation.argmax(axis=1)
    rows, columns = np.divmod(best, 2 * FURTHEST + 1)
    return FURTHEST - rows, FURTHEST - columns, correlation[np.arange(len(first)), best]


def _spectra(grey: NDArray[np.uint8]) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Of the picture and of its square."""
    plane = grey.astype(np.float64)
    return np.fft.rfft2(plane, (PADDED, PADDED)), np.fft.rfft2(plane**2, (PADDED, PADDED))


def _overlap(product: NDArray[np.complex128]) -> NDArray[np.float64]:
    """[n, 39, 39] sums over the overlap for every translation from -19 to 19."""
    sums = np.fft.irfft2(product, (PADDED, PADDED))
    reach = np.arange(-FURTHEST, FURTHEST + 1)
    return np.asarray(sums[:, reach[:, None], reach[None, :]])
