"""A square of a picture, turned as a face is: cut out for a model, and what the model says brought back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Points = NDArray[np.float64]
"""[n, 2] x and y in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class Square:
    """Centre and side in pixels, angle in radians clockwise from the picture's rows."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    def cut(self, image: Image.Image, side: int, *, mirrored: bool = False) -> NDArray[np.float32]:
        """[side, side, 3], 0 to 1; black beyond the picture's edge."""
        step = self.side / side
        along, down = step * math.cos(self.angle), step * math.sin(self.angle)
        left = self.x - (along - down) * side / 2
        top = self.y - (down + along) * side / 2
        # A square much larger than the model's is scaled down first, or its detail would alias.
        shrunk = max(1, int(step))
        source = image.reduce(shrunk) if shrunk > 1 else image
        matrix = tuple(each / shrunk for each in (along, -down, left, down, along, top))
        part = source.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        pixels = np.asarray(part, np.float32) / 255
        return np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels, np.float32)

    def back(self, points: Points, *, mirrored: bool = False) -> Points:
        """Points as fractions of the square [n, 2] → in pixels of the picture."""
        x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
        if mirrored:
            x = -x
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return np.stack(
            (self.x + self.side * (x * cosine - y * sine), self.y + self.side * (x * sine + y * cosine)), axis=1
        )


def around(corners: Points, scale: float) -> Square:
    """The square around two points, turned so that they lie level; its side is their distance times `scale`."""
    (x0, y0), (x1, y1) = corners
    return Square((x0 + x1) / 2, (y0 + y1) / 2, scale * math.hypot(x1 - x0, y1 - y0), math.atan2(y1 - y0, x1 - x0))
