"""Scanned photos × index → one row each: unchanged files keep theirs unread, moved ones theirs by content."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

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
    scanned = _by_folder(roots, photos)
    known = [folder for root in roots for folder in store.folders(root)]
    done = Reconciled({})
    lost: dict[Place, PhotoRow] = {}
    new: list[tuple[File, Place]] = []
    for folder in dict.fromkeys((*scanned, *known)):
        rows = {row.name: row for row in store.within(folder)}
        for file in scanned.get(folder, ()):
            name = os.fsencode(file.name)
            row = rows.pop(name, None)
            if row is None:
                new.append((file, (folder, name)))
            elif row.same_file(file.size, file.mtime_ns, file.inode):
                done.unchanged += 1
                done.rows[file] = row
            else:
                store.replace(row.id, file.size, file.mtime_ns, file.inode)
                done.fresh.add(file)
                done.rows[file] = PhotoRow(row.id, row.folder, name, file.size, file.mtime_ns, file.inode)
        lost |= {(folder, name): row for name, row in rows.items()}
    _take_in(store, new, lost, done)
    for spot, row in lost.items():
        if prune(spot):
            store.forget(row.id)
            done.gone += 1
    return done


def _by_folder(roots: Sequence[Path], photos: Sequence[File]) -> dict[bytes, list[File]]:
    """The photos of each folder, by its path as bytes."""
    found: dict[tuple[int, str], list[File]] = defaultdict(list)
    for file in photos:
        found[file.root, file.path.rpartition("/")[0]].append(file)
    return {place(roots[number], files[0])[0]: files for (number, _), files in found.items()}


def _take_in(store: Store, new: Sequence[tuple[File, Place]], lost: dict[Place, PhotoRow], done: Reconciled) -> None:
    """Rows for files the index does not know by this name: that of a file that is gone, else one of their own."""
    before: defaultdict[tuple[int, int], list[tuple[bytes, PhotoRow]]] = defaultdict(list)
    for folder, row in store.same_size_and_time((file.size, file.mtime_ns) for file, _ in new):
        if not os.path.lexists(os.path.join(folder, row.name)):  # noqa: PTH118  bytes
            before[row.size, row.mtime_ns].append((folder, row))
    for file, spot in new:
        adopted = _adopted(store, file, spot, before[file.size, file.mtime_ns], lost)
        if adopted:
            done.moved += 1
            done.rows[file] = adopted
            continue
        done.fresh.add(file)
        number = store.add(*spot, file.size, file.mtime_ns, file.inode)
        done.rows[file] = PhotoRow(number, store.folder(spot[0]), spot[1], file.size, file.mtime_ns, file.inode)


def _adopted(
    store: Store, file: File, spot: Place, before: list[tuple[bytes, PhotoRow]], lost: dict[Place, PhotoRow]
) -> PhotoRow | None:
    """The row of the file that this one was before it was renamed, moved or copied and deleted, if it is there."""
    for each in before:
        folder, row = each
        if row.inode == file.inode or _same_content(spot, row):
            before.remove(each)
            lost.pop((folder, row.name), None)
            store.move(row.id, *spot, file.inode)
            return row._replace(folder=store.folder(spot[0]), name=spot[1], inode=file.inode)
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
            from cullr.decode.opener import fingerprint  # with all of Pillow, for what few runs come to ask

            return row.fingerprint is not None and fingerprint(stream) == row.fingerprint
    except OSError:
        return False
