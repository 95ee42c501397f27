"""A shot and the index's rows of its photos → ShotFacts, sidecars read."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import names, sidecars
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer.reconcile import place
from cullr.model import File, Marks, Metadata, Shot, ShotFacts, Taken, TimeSource


@dataclass(frozen=True, slots=True)
class _Made:
    """Facts, and what they were made from."""

    shot: Shot
    rows: Sequence[PhotoRow]
    facts: ShotFacts


class Gatherer:
    """Gathers facts as often as it is asked, in one run or several, and makes anew only those of shots of which
    something changed since: who asks twice gets the same object."""

    def __init__(self, roots: Sequence[Path], store: Store) -> None:
        self._roots = roots
        self._store = store
        self._rows: Mapping[File, PhotoRow] = {}
        self._before: dict[File, _Made] = {}
        self._made: dict[File, _Made] = {}
        self._beside = _Sidecars(roots, store)

    def begin(self, rows: Mapping[File, PhotoRow]) -> None:
        """A new run, which knows this of the photos."""
        self._rows = rows
        self._before, self._made = self._made, {}
        self._beside = _Sidecars(self._roots, self._store)

    def facts(self, shots: Iterable[Shot]) -> list[ShotFacts]:
        """Facts of every shot whose face was read, in the shots' order."""
        found = []
        for shot in shots:
            face = self._rows[shot.face]
            if face.metadata is not None:
                found.append(self._of(shot, face, face.metadata))
        return found

    def measured(self, facts: Iterable[ShotFacts]) -> None:
        """These are now known of their shots: what facts tell and what was measured."""
        for each in facts:
            made = self._made.get(each.shot.face)
            if made and made.facts.id == each.id:
                self._made[each.shot.face] = replace(made, facts=each)

    def _of(self, shot: Shot, face: PhotoRow, metadata: Metadata) -> ShotFacts:
        rows = [self._rows[photo] for photo in shot.photos]
        now = self._made.get(shot.face)
        if now and now.shot is shot and all(map(operator.is_, now.rows, rows)):
            return now.facts
        before = self._before.pop(shot.face, None)
        if before and before.rows == rows and _same(before.shot, shot):
            facts = before.facts
        else:
            marks = self._beside.marks(shot) if shot.companions else Marks()
            facts = _facts(shot, face, metadata, rows, marks)
        self._made[shot.face] = _Made(shot, rows, facts)
        return facts


def _same(one: Shot, two: Shot) -> bool:
    """Whether they are the same files in the same state."""
    return one == two and all(
        (a.size, a.mtime_ns, a.inode) == (b.size, b.mtime_ns, b.inode)
        for a, b in zip((*one.photos, *one.companions), (*two.photos, *two.companions), strict=True)
    )


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
