"""What every encoder promises: square pictures in, unit vectors out, and a name under which vectors may be compared.

A picture that gets no vector (NaN, infinite or zero) is a row of NaN, never a number that looks like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Fit = Literal["squash", "crop"]
"""How a photo becomes a square: `squash` resizes both sides, `crop` resizes the shorter one and takes the middle."""

Precision = Literal["auto", "float32", "bfloat16"]
"""Of a torch tower's weights; `auto` tries both on this machine."""


class Encoder(Protocol):
    """`name` holds the model, a digest of weights and preprocessing, and the precision: two names, two worlds.

    `side` is the input square in pixels; `threshold` the cosine from which two pictures may stand in a `clip` group;
    `batch` how many pictures are best handed over at once, as memory is now.
    """

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def side(self) -> int: ...
    @property
    def fit(self) -> Fit: ...
    @property
    def threshold(self) -> float: ...
    @property
    def batch(self) -> int: ...

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """RGB [n, side, side, 3] → unit vectors [n, dimension]; a row without a vector is NaN."""

    def text(self, phrases: Sequence[str]) -> NDArray[np.float32] | None:
        """Unit vectors in the same space, or None when this encoder reads no text."""


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows that are zero or not finite become NaN throughout."""
    rows = rows.astype(np.float32, copy=False)
    # float64: the squares of a float32 above 1.8e19 overflow, and the row would look infinite.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        lengths = np.sqrt(np.square(rows, dtype=np.float64).sum(axis=1, keepdims=True))
        scaled: NDArray[np.float32] = (rows / lengths).astype(np.float32)
    fine = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
    scaled[~fine] = np.nan
    return scaled


def without_vector(vectors: NDArray[np.float32]) -> list[int]:
    """The rows that got no vector, in order: whoever encodes must name them to the person."""
    return [int(row) for row in np.flatnonzero(~np.isfinite(vectors).all(axis=1))]


def check_pictures(pictures: NDArray[np.uint8], side: int) -> None:
    """Raise ValueError unless these are uint8 RGB squares of `side`: anything else is a mistake of the caller."""
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[1:] != (side, side, 3):
        raise ValueError(f"pictures must be uint8 [n, {side}, {side}, 3], not {pictures.dtype} {pictures.shape}")


def trial_pictures(side: int, count: int) -> NDArray[np.uint8]:
    """Pictures to try an encoder on: smooth ramps under noise, the same ones every time."""
    chance = np.random.default_rng(20_250_817)
    ramp = np.linspace(0, 1, side)
    across = chance.uniform(-1, 1, (count, 1, 1, 3)) * ramp[None, None, :, None]
    down = chance.uniform(-1, 1, (count, 1, 1, 3)) * ramp[None, :, None, None]
    noise = chance.normal(0, 0.08, (count, side, side, 3))
    return ((across + down + noise + 1.0) * 127.5).clip(0, 255).astype(np.uint8)
