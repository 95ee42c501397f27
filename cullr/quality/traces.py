"""A whole picture's grey → the JPEG quality that it was once saved at, more coarsely than now, if its pixels show it.

A JPEG rounds the frequencies of each 8x8 block to multiples of a step. Saved again more finely, by whatever program and
in whatever format, they still stand in rows at multiples of the old step, as long as nobody scaled or turned the
picture in between. Source: J. Lukáš, J. Fridrich, Estimation of Primary Quantization Matrix in Double Compressed JPEG
Images, DFRWS 2003.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIDE = 8
NONE = 100
"""No trace: as good as never compressed."""
BLOCKS = 8192
"""Of which so many at least are looked at, where there are as many: the tenth part would tell."""
LOW = {1: 11, 8: 12, 2: 10, 9: 12, 16: 14, 3: 16, 10: 14, 17: 13, 24: 14, 4: 24, 11: 19, 18: 16, 25: 17, 32: 18}
"""Frequencies that most pictures are full of, 8 · down + across, and their steps at quality 50 (ITU T.81, K.1)."""
STEPS = np.arange(2, 100)
FARTHEST = 512
"""Of the rounded amounts of a frequency, the largest that are looked at."""
BEYOND = 0.6
"""Of a step: what is nearer to 0 says nothing, for most amounts lie there."""
FEWEST = 40
"""Amounts beyond, of which a comb can be told."""
CLEAR = 0.6
"""How much better than by chance, 0 to 1, the amounts keep to multiples of a step: saved again at 97 after 15 to 75 by
0.8 and more, where no JPEG came before by 0.2 at most."""
OWN = 1.25
"""A step so many times the file's own is an older one."""


def coarsest(grey: NDArray[np.uint8], table: Sequence[int] | None = None) -> int:
    """1 to 99, as the Independent JPEG Group's tables have it, if coarser than the file's own `table`; else 100.

    `grey` is [height, width], unscaled and unturned.
    """
    own = np.ones(SIDE * SIDE) if table is None else np.asarray(table)
    scales = []
    for place, amounts in zip(LOW, _frequencies(grey), strict=True):
        step = _step(amounts)
        if step is not None and step > OWN * own[place]:
            scales.append(step / LOW[place])
    if len(scales) < len(LOW) // 2:
        return NONE
    scale = 100 * float(np.median(scales))
    return round(min(max((200 - scale) / 2 if scale <= 100 else 5000 / scale, 1), NONE - 1))


def _step(amounts: NDArray[np.float32]) -> int | None:
    """The largest step to whose multiples they keep."""
    combs, beyond = _combs()
    counts = np.bincount(np.minimum(np.rint(np.abs(amounts)), FARTHEST).astype(np.intp), minlength=FARTHEST + 1)[:-1]
    many = beyond @ counts
    kept = np.where(many >= FEWEST, combs @ counts / np.maximum(many, 1), 0)
    clear = np.flatnonzero(kept > max(CLEAR, 0.9 * float(kept.max())))
    return int(STEPS[clear[-1]]) if len(clear) else None


def _frequencies(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """[14, blocks], of whole rows of blocks."""
    height, width = (size // SIDE for size in grey.shape)
    rows = grey[: height * SIDE, : width * SIDE].reshape(height, SIDE, width, SIDE)[:: 1 + height * width // BLOCKS]
    blocks = rows.swapaxes(1, 2).reshape(-1, SIDE * SIDE).astype(np.float32)
    return np.asarray(_waves() @ blocks.T)


@functools.cache
def _waves() -> NDArray[np.float32]:
    """[14, 64]."""
    at = np.arange(SIDE)
    waves = np.cos((2 * at + 1) * at[:, None] * np.pi / (2 * SIDE)) / 2
    waves[0] /= np.sqrt(2)
    return np.array([np.outer(*waves[list(divmod(place, SIDE))]).ravel() for place in LOW], np.float32)


@functools.cache
def _combs() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """[steps, amounts]: how well each amount keeps to multiples of each step, and whether it lies beyond."""
    amounts = np.arange(FARTHEST)
    beyond = (amounts > BEYOND * STEPS[:, None]).astype(np.float32)
    return np.cos(2 * np.pi * amounts / STEPS[:, None], dtype=np.float32) * beyond, beyond
