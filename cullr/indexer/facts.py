"""A shot and the index's rows of its photos → ShotFacts, sidecars read."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cullr import names, sidecars
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer.reconcile import place
from cullr.model import File, Marks, Metadata, Shot, ShotFacts, Taken, TimeSource


class Gatherer:
    """Gathers facts as often as it is asked, and makes anew only those of shots of which something was read since."""

    def __init__(self, roots: Sequence[Path], rows: Mapping[File, PhotoRow], store: Store) -> None:
        self._beside = _Sidecars(roots, store)
        self._rows = rows
        self._made: dict[File, tuple[Shot, list[PhotoRow], ShotFacts]] = {}

    def facts(self, shots: Iterable[Shot]) -> list[ShotFacts]:
        """Facts of every shot whose face was read, in the shots' order."""
        found = []
        for shot in shots:
            face = self._rows[shot.face]
            if face.metadata is not None:
                found.append(self._of(shot, face, face.metadata))
        return found

    def _of(self, shot: Shot, face: PhotoRow, metadata: Metadata) -> ShotFacts:
        rows = [self._rows[photo] for photo in shot.photos]
        before = self._made.get(shot.face)
        if before and before[0] is shot and all(map(operator.is_, before[1], rows)):
            return before[2]
        marks = self._beside.marks(shot) if shot.companions else Marks()
        made = _facts(shot, face, metadata, rows, marks)
        self._made[shot.face] = shot, rows, made
        return made


def _facts(shot: Shot, row: PhotoRow, metadata: Metadata, rows: Iterable[PhotoRow], marks: Marks) -> ShotFacts:
    return ShotFacts(
        id=row.id,
        shot=shot,
        metadata=metadata,
        taken=metadata.taken or names.taken(shot.face.name) or _modified(shot.face),
        look=row.look,
        stage=names.stage(shot.face.name),
        marks=sidecars.merge(marks, metadata.marks),
        content=tuple(each.content for each in rows),
        fingerprint=row.fingerprint,
    )


def _modified(file: File) -> Taken:
    return Taken(file.mtime_ns // 1000, TimeSource.MTIME, 0)


FOLDERS = 8
"""Held at once: photos have sidecars beside them and in programs' own folders, in turn."""


class _Sidecars:
    """What sidecars say; the index remembers unchanged ones and is asked once a folder."""

    def __init__(self, roots: Sequence[Path], store: Store) -> None:
        self._roots = roots
        self._store = store
        self._known: dict[bytes, dict[tuple[bytes, int, int], Marks]] = {}

    def marks(self, shot: Shot) -> Marks:
        """Those of the shot, the strongest word first."""
        return sidecars.merge(*(self._of(file) for file in sidecars.in_order(shot.companions)))

    def _of(self, file: File) -> Marks:
        folder, name = place(self._roots[file.root], file)
        known = self._known.get(folder)
        if known is None:
            if len(self._known) == FOLDERS:
                self._known.pop(next(iter(self._known)))
            known = self._known[folder] = self._store.sidecars(folder)
        key = (name, file.size, file.mtime_ns)
        marks = sidecars.without_reading(file.name) or known.get(key)
        if marks is None:
            marks = _read(file.name, os.path.join(folder, name))  # noqa: PTH118  bytes
            known[key] = marks
            self._store.save_sidecar(folder, *key, marks)
        return marks


def _read(name: str, path: bytes) -> Marks:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  bytes
            return sidecars.read(name, stream.read(sidecars.LARGEST + 1))
    except OSError:
        return Marks()
