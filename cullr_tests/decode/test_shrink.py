"""The 32x32 greys are to the last bit those that Pillow, and so imagehash, makes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cullr.decode import shrink
from cullr_tests import pictures

SIZES = [
    (512, 512),
    (1024, 1536),
    (1537, 683),
    (1501, 999),
    (9000, 33),
    (40, 8191),
    (2048, 300),
    (700, 1380),
    (160, 120),
    (151, 113),
]


@pytest.mark.parametrize("size", SIZES)
def test_a_large_grey_shrinks_as_pillow_shrinks_it(size: tuple[int, int]) -> None:
    drawn = np.random.default_rng(3)
    noise = Image.fromarray(drawn.integers(0, 256, size[::-1], dtype=np.uint8))
    harsh = noise.point(lambda level: 255 if level > 127 else 0)
    for grey in (noise, harsh, pictures.scene(2, *size).convert("L"), Image.new("L", size, 255)):
        wanted = grey.resize((shrink.SIDE, shrink.SIDE), Image.Resampling.LANCZOS)
        assert shrink.small(grey).tobytes() == wanted.tobytes()
