"""A root of N shots and an index that knows them all: rows as the indexer writes them, without a picture decoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cullr import scan
from cullr.index import database
from cullr.index.store import Store
from cullr.indexer.reconcile import place
from cullr.model import Look, Measure, Metadata, Quality, Rung, Taken, TimeSource

EVERY, ALIKE = 10, 3
"""Of each ten shots, the first three are one burst: three of ten in groups, as in a calm shoot."""
GRAIN = 15.0
"""Grey levels by which frames of a burst differ: they correlate by 0.96, as those held by hand do."""


def tree(root: Path, count: int) -> None:
    """Files of distinct sizes with no block of data, a thousand a folder."""
    for first in range(0, count, 1000):
        folder = root / f"{first // 1000:04}"
        folder.mkdir(parents=True)
        for number in range(first, min(first + 1000, count)):
            with (folder / f"IMG_{number:07}.JPG").open("wb") as stream:
                stream.truncate(1_000_000 + number)


def index(root: Path, cache: Path) -> None:
    """Rows for every photo below the root: hashes, greys, times, and measures for those that lie in groups."""
    opened = database.open_for_writing(cache, print)
    store = Store(opened)
    rng = np.random.default_rng(6)
    burst = (0, np.zeros(1024))
    for number, shot in enumerate(scan.walk([root]).shots):
        file = shot.face
        inside = number % EVERY
        if inside == 0 or inside >= ALIKE:
            burst = int(rng.integers(0, 1 << 63)) << 1, rng.integers(0, 256, 1024).astype(np.float64)
        phash, scene = burst
        if inside < ALIKE:
            phash ^= 1 << int(rng.integers(0, 64))
        grey = (scene + rng.normal(0, GRAIN, 1024)).clip(0, 255).astype(np.uint8).tobytes()
        seconds = 1_700_000_000 + 20 * (number // EVERY) * EVERY + (0.4 * inside if inside < ALIKE else 20 * inside)
        facts = Metadata("jpeg", 6000, 4000, taken=Taken(int(seconds * 1e6), TimeSource.EXIF), camera="Bench 24")
        photo = store.add(*place(root, file), file.size, file.mtime_ns, file.inode)
        look = Look(phash, grey, 60.0, Rung.FULL)
        store.save_picture(photo, facts, look, photo.to_bytes(16, "big"))
        if inside < ALIKE:
            sharp = 0.5 + inside / 10
            slopes = (40.0 - inside, 30.0, 5.0 * inside)
            store.save_measure(photo, Measure.QUALITY, Quality(sharp, (sharp,) * 64, 0.01, 0.02, 0.4, 2.0, slopes))
    store.commit()
    opened.close()
