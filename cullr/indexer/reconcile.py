"""Scanned photos × index → one row each: unchanged files keep theirs unread, moved ones theirs by content."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from cullr.decode.opener import fingerprint
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.model import File

Place = tuple[bytes, bytes]
"""A photo's folder and name, as the file system's bytes."""


@dataclass(slots=True)
class Reconciled:
    """`rows` holds a row for every scanned photo; faces without metadata are still to be read. `fresh` photos were not
    there last time, or differ."""

    rows: dict[File, PhotoRow]
    fresh: set[File] = field(default_factory=set)
    unchanged: int = 0
    moved: int = 0
    gone: int = 0


def place(root: Path, file: File) -> Place:
    """Where the file lies, as bytes."""
    folder = os.fsencode(root)
    inner = os.fsencode(file.folder)
    return (os.path.join(folder, inner) if inner else folder), os.fsencode(file.name)  # noqa: PTH118  bytes


def reconcile(
    store: Store, roots: Sequence[Path], photos: Sequence[File], prune: Callable[[Place], bool]
) -> Reconciled:
    """Give each photo its row and drop rows whose file is gone from a scanned root.

    `prune` says whether a row that was not scanned may be forgotten (an unreadable folder's rows may not).
    """
    known: dict[Place, PhotoRow] = {}
    for root in roots:
        for folder, row in store.below(root):
            known[folder, row.name] = row
    places = {file: place(roots[file.root], file) for file in photos}
    scanned = set(places.values())
    lost = {spot: row for spot, row in known.items() if spot not in scanned}
    done = Reconciled({})
    for file in photos:
        done.rows[file] = _row(store, file, places[file], known, lost, done)
    for spot, row in lost.items():
        if prune(spot):
            store.forget(row.id)
            done.gone += 1
    return done


def _row(
    store: Store, file: File, spot: Place, known: dict[Place, PhotoRow], lost: dict[Place, PhotoRow], done: Reconciled
) -> PhotoRow:
    row = known.get(spot)
    if row and row.same_file(file.size, file.mtime_ns, file.inode):
        done.unchanged += 1
        return row
    adopted = None if row else _adopted(store, file, spot, lost)
    if adopted:
        done.moved += 1
        return adopted
    done.fresh.add(file)
    if row:
        store.replace(row.id, file.size, file.mtime_ns, file.inode)
        number = row.id
    else:
        number = store.add(*spot, file.size, file.mtime_ns, file.inode)
    return PhotoRow(number, store.folder(spot[0]), spot[1], file.size, file.mtime_ns, file.inode)


def _adopted(store: Store, file: File, spot: Place, lost: dict[Place, PhotoRow]) -> PhotoRow | None:
    """The row of the file that this one was before it was renamed, moved or copied and deleted."""
    for folder, row in store.same_size_and_time(file.size, file.mtime_ns):
        old = (folder, row.name)
        if os.path.lexists(os.path.join(*old)):  # noqa: PTH118  bytes
            continue
        if row.inode != file.inode and not _same_content(spot, row):
            continue
        store.move(row.id, *spot, file.inode)
        lost.pop(old, None)
        return PhotoRow(
            row.id,
            store.folder(spot[0]),
            spot[1],
            file.size,
            file.mtime_ns,
            file.inode,
            row.why,
            row.fingerprint,
            row.content,
            row.metadata,
            row.look,
            row.dialects,
        )
    return None


def _same_content(spot: Place, row: PhotoRow) -> bool:
    """Size and time agree already; every byte where the old row has a full digest, else its fingerprint."""
    try:
        with open(os.path.join(*spot), "rb") as stream:  # noqa: PTH118, PTH123  bytes
            if row.content:
                digest = blake3()
                while block := stream.read(1 << 20):
                    digest.update(block)
                return digest.digest() == row.content
            return row.fingerprint is not None and fingerprint(stream) == row.fingerprint
    except OSError:
        return False
