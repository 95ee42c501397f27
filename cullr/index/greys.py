"""The 32x32 greys, left in the index until two shots may be alike: those of a million photos are a gigabyte."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import islice

from cullr.model import ShotId

HELD = 1 << 15
"""Greys held in case they are asked for again, as those of a timelapse are: 32 MiB."""
BYTES = 1024


class Greys:
    """Of the photos of one index; what is held is forgotten when another picture is saved."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._held: dict[ShotId, bytes] = {}

    def of(self, photos: Sequence[ShotId]) -> list[bytes]:
        """In the photos' order; 2 µs each. Raises sqlite3.DatabaseError where the index lacks one it must have."""
        found = {photo: self._held[photo] for photo in photos if photo in self._held}
        lacking = [photo for photo in photos if photo not in found]
        if lacking:
            sql = "SELECT id, grey FROM photo WHERE id IN (SELECT value FROM json_each(?))"
            read = {ShotId(photo): grey for photo, grey in self._db.execute(sql, (json.dumps(lacking),))}
            if any(len(read.get(photo) or b"") != BYTES for photo in lacking):
                raise sqlite3.DatabaseError("a picture's hash is there without its grey")
            found |= read
            self._hold(read)
        return [found[photo] for photo in photos]

    def forget(self, photo: ShotId) -> None:
        """Another picture takes its place."""
        self._held.pop(photo, None)

    def _hold(self, read: dict[ShotId, bytes]) -> None:
        self._held |= read
        if len(self._held) > HELD:
            for photo in list(islice(self._held, len(self._held) - HELD // 2)):
                del self._held[photo]
