"""A shot and the index's rows of its photos → ShotFacts, sidecars read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cullr import names, sidecars
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer.reconcile import place
from cullr.model import File, Marks, Metadata, Shot, ShotFacts, Taken, TimeSource


def gather(roots: Sequence[Path], shots: Iterable[Shot], rows: dict[File, PhotoRow], store: Store) -> list[ShotFacts]:
    """Facts of every shot whose face was read, in the shots' order."""
    found = []
    for shot in shots:
        row = rows[shot.face]
        if row.metadata is not None:
            found.append(_facts(shot, row, row.metadata, rows, _marks(roots, shot, store)))
    return found


def _facts(shot: Shot, row: PhotoRow, metadata: Metadata, rows: dict[File, PhotoRow], marks: Marks) -> ShotFacts:
    return ShotFacts(
        id=row.id,
        shot=shot,
        metadata=metadata,
        taken=metadata.taken or names.taken(shot.face.name) or _modified(shot.face),
        look=row.look,
        stage=names.stage(shot.face.name),
        marks=sidecars.merge(marks, metadata.marks),
        content=tuple(rows[photo].content for photo in shot.photos),
        fingerprint=row.fingerprint,
    )


def _modified(file: File) -> Taken:
    return Taken(file.mtime_ns // 1000, TimeSource.MTIME, 0)


def _marks(roots: Sequence[Path], shot: Shot, store: Store) -> Marks:
    """What the shot's sidecars say; the index remembers unchanged ones."""
    found = []
    for file in sidecars.in_order(shot.companions):
        folder, name = place(roots[file.root], file)
        marks = sidecars.without_reading(file.name) or store.sidecar(folder, name, file.size, file.mtime_ns)
        if marks is None:
            marks = _read(file.name, os.path.join(folder, name))  # noqa: PTH118  bytes
            store.save_sidecar(folder, name, file.size, file.mtime_ns, marks)
        found.append(marks)
    return sidecars.merge(*found)


def _read(name: str, path: bytes) -> Marks:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  bytes
            return sidecars.read(name, stream.read(sidecars.LARGEST + 1))
    except OSError:
        return Marks()
