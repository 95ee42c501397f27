"""An opened JPEG → how strongly it was compressed, as the quality that most programs' sliders would show.

From the sum of its luminance table against the standard's (ITU T.81, K.1), by which the Independent JPEG Group's code
scales it: exact for tables made that way, within some 5 of what other makers' tables do to a picture.
"""

from __future__ import annotations

from PIL import Image

STANDARD = 3688
"""Sum of the standard's 64 steps, those of quality 50."""


def quality(image: Image.Image) -> int | None:
    """1 to 100; None where the file has no such table."""
    tables = getattr(image, "quantization", None)
    if not isinstance(tables, dict) or not tables.get(0):
        return None
    return of_steps(sum(tables[0]))


def of_steps(total: int) -> int:
    """The same by the sum of the luminance table, not 0."""
    scale = 100 * total / STANDARD
    found = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return max(1, min(100, round(found)))
