"""What was measured of photos, and their previews: rows apart from the photo's own, gone when its bytes change.

A measure's row bears its name and the number of its recipe: one that is computed otherwise is missing, not wrong.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from cullr.model import Face, Measure, Quality, ShotId

PAGE = 4096
"""Photos asked for at once: their ids are one JSON text."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a measure is kept: under `name`, as bytes."""

    name: str
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], object]


_QUALITY = struct.Struct("<72d")


def _pack_quality(value: Quality) -> bytes:
    light = (value.shadows, value.highlights, value.brightness)
    return _QUALITY.pack(value.sharpness, *light, value.noise, *value.slopes, *value.tiles)


def _unpack_quality(data: bytes) -> Quality:
    sharpness, shadows, highlights, brightness, noise, across, down, both, *tiles = _QUALITY.unpack(data)
    return Quality(sharpness, tuple(tiles), shadows, highlights, brightness, noise, (across, down, both))


def _pack_faces(value: Sequence[Face]) -> bytes:
    return json.dumps([astuple(face) for face in value]).encode()


def _unpack_faces(data: bytes) -> tuple[Face, ...]:
    return tuple(Face(*face) for face in json.loads(data))


FORMS: dict[Measure, Form] = {
    Measure.QUALITY: Form("quality 3", _pack_quality, _unpack_quality),
    Measure.FACES: Form("faces", _pack_faces, _unpack_faces),
    Measure.TRACES: Form("traces", lambda value: bytes([value]), lambda data: data[0]),
}
INSERT = "INSERT OR REPLACE INTO measure VALUES (?, ?, ?)"
INSERT_PREVIEW = "INSERT OR REPLACE INTO preview VALUES (?, ?)"


def row(photo: ShotId, measure: Measure, value: object) -> tuple[object, ...]:
    """The values of INSERT."""
    return photo, FORMS[measure].name, FORMS[measure].pack(value)


def of(db: sqlite3.Connection, photos: Sequence[ShotId], measure: Measure) -> dict[ShotId, object]:
    """Those of the photos that have this measure."""
    form, found = FORMS[measure], {}
    sql = "SELECT photo, data FROM measure WHERE name = ? AND photo IN (SELECT value FROM json_each(?))"
    for page in _pages(photos):
        for photo, data in db.execute(sql, (form.name, page)):
            found[ShotId(photo)] = form.unpack(data)
    return found


def preview(db: sqlite3.Connection, photo: ShotId) -> bytes | None:
    """JPEG, sRGB, long side at most 320 pixels; None when it is not made yet."""
    found = db.execute("SELECT jpeg FROM preview WHERE photo = ?", (photo,)).fetchone()
    return found[0] if found else None


def without_preview(db: sqlite3.Connection, photos: Sequence[ShotId]) -> set[ShotId]:
    """Those of the photos that have none."""
    there: set[int] = set()
    sql = "SELECT photo FROM preview WHERE photo IN (SELECT value FROM json_each(?))"
    for page in _pages(photos):
        there |= {photo for (photo,) in db.execute(sql, (page,))}
    return {photo for photo in photos if photo not in there}


def _pages(photos: Iterable[ShotId]) -> Iterator[str]:
    wanted = list(photos)
    for start in range(0, len(wanted), PAGE):
        yield json.dumps(wanted[start : start + PAGE])
