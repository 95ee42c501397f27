"""One photo as the index keeps it, and the way between that and a row of SQL values."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, NamedTuple

from cullr.model import Exposure, Kept, Look, Marks, Metadata, Rung, ShotId, Taken, TimeSource

METADATA = (
    "format, width, height, orientation, wall_us, time_source, offset_minutes, camera, "
    "seconds, f_number, iso, bias_ev, rating, label, pick, edited, tags, panorama, compression"
)
SEEN = "rung, hash_name, hash, contrast"
LOOK = f"{SEEN}, grey"
COLUMNS = f"id, folder, name, size, mtime_ns, inode, why, fingerprint, content, dialects, {SEEN}, {METADATA}"
"""Without the grey, which nobody may ask for."""

_SIGN = 1 << 63
_ALL = (1 << 64) - 1
_RUNGS = {rung.value: rung for rung in Rung}  # ten times as fast as asking the enum
_SOURCES = {source.value: source for source in TimeSource}


class PhotoRow(NamedTuple):
    """`folder` is the folder's id; `name` the file name's bytes; `look` is None for another hash than asked for.

    A tuple, for it is made of each photo in each run: twice as fast as a frozen dataclass.
    """

    id: ShotId
    folder: int
    name: bytes
    size: int
    mtime_ns: int
    inode: int
    why: str | None = None
    fingerprint: bytes | None = None
    content: bytes | None = None
    metadata: Metadata | None = None
    look: Look | None = None
    dialects: int = 0
    """By which its marks were read; see `sidecars.DIALECTS`."""

    @property
    def provisional(self) -> bool:
        """Whether the look comes from a small picture inside a JPEG, which may show an earlier state of it."""
        if self.look is None or self.metadata is None:
            return self.look is None
        inside = self.look.rung is Rung.PREVIEW and self.metadata.format == "jpeg"
        return inside or self.look.rung is Rung.THUMBNAIL

    def same_file(self, size: int, mtime_ns: int, inode: int) -> bool:
        """Whether a file with this stat needs no second reading."""
        return (self.size, self.mtime_ns, self.inode) == (size, mtime_ns, inode)


def from_sql(row: tuple[Any, ...], hash_name: str, greys: Kept) -> PhotoRow:
    """A row of COLUMNS; its grey stays with `greys`."""
    rung, name_of_hash, phash, contrast = row[10:14]
    metadata = _metadata(row[14:]) if row[14] is not None else None
    look = Look(phash & _ALL, greys, contrast, _RUNGS[rung]) if name_of_hash == hash_name else None
    return PhotoRow._make((*row[:9], metadata, look, row[9]))


def metadata_values(facts: Metadata) -> tuple[object, ...]:
    """The values of METADATA's columns."""
    taken, shot, marks = facts.taken, facts.exposure, facts.marks
    return (
        facts.format,
        facts.width,
        facts.height,
        facts.orientation,
        taken.wall_us if taken else None,
        taken.source.value if taken else None,
        taken.offset_minutes if taken else None,
        facts.camera,
        shot.seconds,
        shot.f_number,
        shot.iso,
        shot.bias_ev,
        marks.rating,
        marks.label,
        marks.pick,
        int(marks.edited),
        facts.tags,
        int(facts.panorama),
        facts.compression,
    )


def look_values(look: Look, hash_name: str) -> tuple[object, ...]:
    """The values of LOOK's columns."""
    return (look.rung.value, hash_name, _signed(look.phash), look.contrast, look.grey)


def _metadata(row: tuple[Any, ...]) -> Metadata:
    taken = Taken(row[4], _SOURCES[row[5]], row[6]) if row[4] is not None else None
    kind, width, height, orientation = row[:4]
    camera = row[7] and sys.intern(row[7])
    exposure, marks = _exposure(*row[8:12]), _marks(*row[12:16])
    kind = sys.intern(kind)
    return Metadata(kind, width, height, orientation, taken, camera, exposure, marks, row[16], bool(row[17]), row[18])


@lru_cache(maxsize=1 << 12)
def _exposure(*values: Any) -> Exposure:
    """A shoot has a few dozen of them: one value for all photos that share it is 250 bytes less a photo."""
    return Exposure(*values)


@lru_cache(maxsize=1 << 12)
def _marks(rating: int | None, label: str | None, pick: int | None, edited: int) -> Marks:
    return Marks(rating, label, pick, bool(edited))


def _signed(value: int) -> int:
    return value - 2 * _SIGN if value >= _SIGN else value
