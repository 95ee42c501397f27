"""What other programs wrote beside or into a photo → stars, label, pick, whether it was worked on; and stars back out.

`read` takes any sidecar by its name, `xmp` packets from wherever; `merge` puts the strongest word first.
"""

from cullr.sidecars.labels import colour, in_words_of
from cullr.sidecars.reading import LARGEST, in_order, is_duplicate, is_sidecar, merge, read, without_reading
from cullr.sidecars.xmp import DIALECTS

__all__ = [
    "DIALECTS",
    "LARGEST",
    "colour",
    "in_order",
    "in_words_of",
    "is_duplicate",
    "is_sidecar",
    "merge",
    "read",
    "without_reading",
]
