"""A grey picture → the energy of its fine, coarse and noise bands in an 8x8 grid of tiles: what the measures share.

They are seen at every second pixel of every second row: a quarter of the work, for figures that differ by 1 %. In
strips, whose planes stay in the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cullr.quality.binomial import Values, around, curve, slope, smooth, smoother

TILES = 8
LONG_SIDE = 1024
SMALLEST = 64
"""Pixels. Below, a tile is narrower than the coarse band's filter."""
SMALL = 512
"""Pixels of the long side, up to which all pixels are seen: a quarter of a small tile's would tell too little."""
ABOVE, BELOW = 3, 5
"""Pairs of rows around a strip, which its filters lose."""
ENDS = 6
"""Columns, which the filters lose."""

Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Mean squares of the bands in each tile, [8, 8]; of `ripple` mean amounts, which few edges change little. `level`
    is the mean grey, 0 to 255.

    `slopes` [3, 8, 8] is the structure tensor (gx², gy², gx·gy) of the picture smoothed once. `scale` is the long side
    as a fraction of 1024, 0 for what is too small to be measured.
    """

    fine: Grid
    coarse: Grid
    ripple: Grid
    level: Grid
    slopes: Grid
    scale: float


def split(grey: NDArray[np.uint8], *, whole: int = 0, smallest: int = SMALLEST) -> Bands:
    """Bands of a grey picture [height, width] of 1024 pixels at most; all 0 below `smallest` pixels a side.

    Of a part of a picture, `whole` is the long side of all of it.
    """
    height, width = grey.shape
    if min(height, width) < smallest:
        nothing = np.zeros((TILES, TILES))
        return Bands(nothing, nothing, nothing, nothing, np.stack([nothing] * 3), 0.0)
    places = [(0, 0), (0, 1), (1, 0), (1, 1)] if max(height, width) <= SMALL else [(0, 0)]
    fine, coarse, ripple, level, *slopes = np.mean([_tiles(grey[down:, right:]) for down, right in places], axis=0)
    return Bands(fine, coarse, ripple, level, np.stack(slopes), (whole or max(height, width)) / LONG_SIDE)


def _tiles(grey: NDArray[np.uint8]) -> Grid:
    """[7, 8, 8]: fine, coarse, ripple, level, three slopes, seen at the even pixels of the even rows."""
    rows, columns = grey.shape[0] // 2, grey.shape[1] // 2
    couples = np.ascontiguousarray(grey[: 2 * rows, : 2 * columns]).view("<u2").reshape(rows, 2, columns)
    sums = []
    for top, end in pairwise(np.linspace(0, rows, TILES + 1).astype(int)):
        first = max(min(top - ABOVE, rows - ABOVE - BELOW - 1), 0)
        sums.append(_columns(couples[first : max(end + BELOW, first + ABOVE + BELOW + 1)]))
    edges = np.linspace(0, columns - ENDS, TILES + 1).astype(int)
    return np.asarray(np.add.reduceat(np.stack(sums, axis=1), edges[:-1], axis=-1) / np.diff(edges))


def _columns(couples: Values) -> Grid:
    """Means of each column of a strip: fine, coarse, ripple, level, three slopes; [7, width / 2 - 6]. A couple is two
    pixels of a row, the left one in the low byte: [rows / 2, 2, width / 2]."""
    rows, _, width = couples.shape
    planes = np.empty((2, 2, rows, width), np.uint16)  # upper and lower rows, left and right pixels
    np.bitwise_and(couples.swapaxes(0, 1), 255, out=planes[:, 0])
    np.right_shift(couples.swapaxes(0, 1), 8, out=planes[:, 1])
    down = around(*planes.swapaxes(1, 2))
    # Across, one row follows the other: what is reckoned around their ends is left out below.
    once, twice, steep, bent = (
        around(*filtered(down).swapaxes(0, 1).reshape(2, -1)) for filtered in (smooth, smoother, slope, curve)
    )
    finest, halved = smooth(once), smoother(twice)
    finest <<= 4
    finest -= halved
    halved >>= 4
    bands = (finest, _coarse(halved, width), slope(once), smooth(steep), curve(bent), halved)
    fine, coarse, across, along, ripple, level = (_floats(band, width) for band in bands)
    return np.stack(
        [
            _products(fine, fine) / 256**2,
            _products(coarse, coarse) / 16**2,
            np.abs(ripple, out=ripple).mean(axis=0),
            level.mean(axis=0) / 16,
            *(_products(*pair) / 16**2 for pair in ((across, across), (along, along), (across, along))),
        ]
    )


def _coarse(halved: Values, width: int) -> Values:
    """What smoothing takes from the picture of half the size: sixteenths of a grey level, as it is."""
    smoothed = halved
    for step in (width, 1):
        ends = len(smoothed) - 4 * step
        smoothed = smoother([smoothed[place * step : place * step + ends] for place in range(5)])
        smoothed >>= 4
    return halved[2 * width + 2 : -2 * width - 2] - smoothed


def _floats(band: Values, width: int) -> NDArray[np.float32]:
    """[rows, width - 6]: whole rows of what is two's complement, without the columns that any of the filters lost."""
    lost = -len(band) % width
    whole = band[(ENDS - lost) // 2 :]
    rows = len(whole) // width
    return whole[: rows * width].view(np.int16).reshape(rows, width)[:, :-ENDS].astype(np.float32)


def _products(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of each column."""
    return np.asarray(np.einsum("rc,rc->c", one, other) / np.float32(len(one)))
