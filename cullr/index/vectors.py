"""Vectors in SQLite, each in a row with its photo, model and checksum: there is no order that could drift.

A vector is handed out only if its checksum holds for the photo's present fingerprint; one that fails is dropped and
named, and so is missing again.
"""

from __future__ import annotations

import itertools
import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cullr.index.database import Database
from cullr.model import ShotId

Matrix = NDArray[np.float32]
STORED = np.dtype("<f2")
PAGE = 4096
"""Photos asked for at once: their ids are one JSON text of 40 KiB, and memory stays flat beside the matrix."""
SAME = 0.999
"""Least cosine of a vector with itself made again; float16 costs 1e-7 of it, another batch size 1e-6."""

DAMAGED = "its checksum does not hold for this photo and model"
UNUSABLE = "it is not finite, or has no direction"
CHANGED = "the photo changed while it was embedded, or is gone"


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """`vectors` [n, d] float32 of unit length belong to `photos` [n], row by row; `dropped` are those that were bad."""

    photos: tuple[ShotId, ...]
    vectors: Matrix
    dropped: tuple[ShotId, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A vector that is not what its photo gives, and why in words."""

    photo: ShotId
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many vectors there were, how many of them were made anew, and what is wrong."""

    checked: int
    made_anew: int
    faults: tuple[Fault, ...]


class Vectors:
    """The vectors of one model. `model` names weights and precision: those of two names are never mixed."""

    def __init__(self, database: Database, model: str, dimension: int) -> None:
        self._database = database
        self._db = database.connection
        self.model = model
        self.dimension = dimension

    def commit(self) -> None:
        self._database.commit()

    def save(self, photo: ShotId, fingerprint: bytes, vector: NDArray[np.floating]) -> str:
        """Store what was made from the bytes with this fingerprint; why it was refused, empty when it is stored."""
        if vector.shape != (self.dimension,):
            raise ValueError(f"{self.model} gives {self.dimension} numbers, not {vector.shape}")
        wide = vector.astype(np.float64)
        length = float(np.linalg.norm(wide))
        if not 0.0 < length < np.inf:  # false for NaN, too
            return UNUSABLE
        data = (wide / length).astype(STORED).tobytes()
        total = self._sum(photo, fingerprint, data)
        # The photo's row is asked in the same statement: a vector of bytes that are gone by now is never stored.
        done = self._database.write(
            "INSERT OR REPLACE INTO vector (photo, model, data, sum)"
            " SELECT id, ?, ?, ? FROM photo WHERE id = ? AND fingerprint = ?",
            (self.model, data, total, photo, fingerprint),
        )
        return "" if done.rowcount else CHANGED

    def load(self, photos: Iterable[ShotId]) -> Loaded:
        """The vectors there are of these photos, in their order; bad ones are dropped from the index."""
        wanted = list(dict.fromkeys(photos))
        ids: list[ShotId] = []
        bad: list[ShotId] = []
        rows = np.empty((len(wanted), self.dimension), STORED)
        for photo, data in self._read(wanted):
            if data is None:
                bad.append(photo)
                continue
            rows[len(ids)] = np.frombuffer(data, STORED)
            ids.append(photo)
        for photo in bad:
            self._database.write("DELETE FROM vector WHERE photo = ? AND model = ?", (photo, self.model))
        if bad:
            self.commit()
        vectors = rows[: len(ids)].astype(np.float32)
        del rows
        vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]  # norm() would make their squares: 2 GB
        return Loaded(tuple(ids), vectors, tuple(bad))

    def missing(self, photos: Iterable[ShotId]) -> list[ShotId]:
        """Those of the photos that have none, in their order: what is left to embed."""
        wanted = list(dict.fromkeys(photos))
        there: set[int] = set()
        for page in _pages(wanted):
            sql = "SELECT photo FROM vector WHERE model = ? AND photo IN (SELECT value FROM json_each(?))"
            there |= {photo for (photo,) in self._db.execute(sql, (self.model, page))}
        return [photo for photo in wanted if photo not in there]

    def verify(
        self, photos: Iterable[ShotId], sample: int, again: Callable[[Sequence[ShotId]], NDArray[np.floating]]
    ) -> Verdict:
        """Every checksum of these photos' vectors is checked, and a sample made anew.

        `again` turns photos into vectors [n, d], rows of NaN where it cannot. The sample is spread evenly over all
        ids: of the 3.4 million vectors of the known disaster the first 300 000 were right. Changes nothing.
        """
        faults: list[Fault] = []
        good: list[tuple[ShotId, bytes]] = []
        checked = 0
        for photo, data in self._read(sorted(set(photos))):
            checked += 1
            if data is None:
                faults.append(Fault(photo, DAMAGED))
            else:
                good.append((photo, data))
        drawn = [good[place] for place in _spread(len(good), sample)]
        if not drawn:
            return Verdict(checked, 0, tuple(faults))
        made = np.asarray(again([photo for photo, _ in drawn]), np.float64)
        for (photo, data), fresh in zip(drawn, made, strict=True):
            why = _difference(np.frombuffer(data, STORED).astype(np.float64), fresh)
            if why:
                faults.append(Fault(photo, why))
        return Verdict(checked, len(drawn), tuple(faults))

    def _read(self, photos: Sequence[ShotId]) -> Iterator[tuple[ShotId, bytes | None]]:
        """The stored vectors in the photos' order; None for one whose checksum or length is wrong."""
        sql = (
            "SELECT vector.photo, fingerprint, data, sum FROM vector JOIN photo ON photo.id = vector.photo"
            " WHERE model = ? AND vector.photo IN (SELECT value FROM json_each(?))"
        )
        for start, page in zip(range(0, len(photos), PAGE), _pages(photos), strict=True):
            found = {photo: rest for photo, *rest in self._db.execute(sql, (self.model, page))}
            for photo in photos[start : start + PAGE]:
                if photo in found:
                    fingerprint, data, total = found[photo]
                    whole = fingerprint is not None and isinstance(data, bytes)
                    whole = whole and len(data) == self.dimension * STORED.itemsize
                    yield photo, data if whole and self._sum(photo, fingerprint, data) == total else None

    def _sum(self, photo: ShotId, fingerprint: bytes, data: bytes) -> int:
        return _checksum(photo, self.model, fingerprint, data)


def damaged(database: Database, photos: Iterable[ShotId]) -> tuple[list[str], list[tuple[ShotId, str]]]:
    """The models that these photos have vectors of, and the vectors, photo and model, whose checksum does not hold. No
    encoder is needed for that."""
    sql = (
        "SELECT vector.photo, model, fingerprint, data, sum FROM vector JOIN photo ON photo.id = vector.photo"
        " WHERE vector.photo IN (SELECT value FROM json_each(?))"
    )
    models: set[str] = set()
    bad: list[tuple[ShotId, str]] = []
    for page in _pages(sorted(set(photos))):
        for photo, model, fingerprint, data, total in database.connection.execute(sql, (page,)):
            models.add(model)
            whole = fingerprint is not None and isinstance(data, bytes)
            if not whole or _checksum(photo, model, fingerprint, data) != total:
                bad.append((photo, model))
    return sorted(models), sorted(bad)


def _checksum(photo: ShotId, model: str, fingerprint: bytes, data: bytes) -> int:
    head = f"{photo}\0{model}\0{fingerprint.hex()}\0".encode()
    return zlib.crc32(data, zlib.crc32(head))


def _pages(photos: Sequence[ShotId]) -> Iterator[str]:
    for start in range(0, len(photos), PAGE):
        yield json.dumps(photos[start : start + PAGE])


def _spread(count: int, sample: int) -> list[int]:
    """`sample` of `count` places, one at random from each of as many equal stretches; the same ones every time."""
    draw = random.Random(0)
    sample = min(sample, count)
    bounds = [count * step // sample for step in range(sample + 1)] if sample else [0]
    return [draw.randrange(low, high) for low, high in itertools.pairwise(bounds)]


def _difference(stored: NDArray[np.float64], fresh: NDArray[np.float64]) -> str:
    """Why the stored vector is not this one, empty when it is."""
    length = float(np.linalg.norm(stored) * np.linalg.norm(fresh))
    if not 0.0 < length < np.inf:
        return "it cannot be made again"
    cosine = float(stored @ fresh) / length
    return "" if cosine >= SAME else f"the photo gives another vector now: cosine {cosine:.3f}"
