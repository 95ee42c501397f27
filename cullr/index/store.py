"""Photos, measures and sidecars in SQLite: every statement that reads or writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cullr.index import measures, rows
from cullr.index.database import Database
from cullr.index.greys import Greys
from cullr.index.rows import PhotoRow
from cullr.model import Look, Marks, Measure, Metadata, ShotId
from cullr.sidecars import DIALECTS


class Store:
    """The index's photos. `hash_name` is the perceptual hash this run works with."""

    def __init__(self, database: Database, hash_name: str = "phash") -> None:
        self.path = database.path
        self._database = database
        self._db = database.connection
        self._hash_name = hash_name
        self._names: dict[int, bytes] = dict(self._db.execute("SELECT id, path FROM folder"))
        self._folders = {path: number for number, path in self._names.items()}
        self.greys = Greys(self._db)

    # Transactions

    def commit(self) -> None:
        self._database.commit()

    def _write(self, sql: str, values: Iterable[object]) -> int:
        """The row's number."""
        return self._database.write(sql, values).lastrowid or 0

    # Photos

    def folder(self, path: bytes) -> int:
        """The folder's id, made when new."""
        found = self._folders.get(path)
        if found is None:
            found = self._write("INSERT INTO folder (path) VALUES (?)", (path,))
            self._folders[path] = found
            self._names[found] = path
        return found

    def folders(self, root: Path) -> list[bytes]:
        """The paths of `root` and of every folder below it that has ever held a photo."""
        top = os.fsencode(root)
        inside = top.rstrip(b"/") + b"/"
        return [path for path in self._folders if path == top or path.startswith(inside)]

    def within(self, folder: bytes) -> list[PhotoRow]:
        """Every photo of this folder, not of those inside it."""
        found = self._db.execute(f"SELECT {rows.COLUMNS} FROM photo WHERE folder = ?", (self._folders.get(folder),))
        return [rows.from_sql(row, self._hash_name, self.greys) for row in found]

    def below(self, root: Path) -> Iterator[tuple[bytes, PhotoRow]]:
        """Every photo at or below `root`, each with its folder's path."""
        for folder in self.folders(root):
            for row in self.within(folder):
                yield folder, row

    def same_size_and_time(self, stats: Iterable[tuple[int, int]]) -> Iterator[tuple[bytes, PhotoRow]]:
        """Photos of these sizes and mtimes, which new files might be under another name, and their folders' paths."""
        sql = (
            f"SELECT {rows.COLUMNS} FROM photo WHERE (size, mtime_ns) IN"
            " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"
        )
        distinct = list(dict.fromkeys(stats))
        for start in range(0, len(distinct), measures.PAGE):
            page = json.dumps(distinct[start : start + measures.PAGE])
            for row in self._db.execute(sql, (page,)).fetchall():
                yield self._names[row[1]], rows.from_sql(row, self._hash_name, self.greys)

    def add(self, folder: bytes, name: bytes, size: int, mtime_ns: int, inode: int) -> ShotId:
        return ShotId(
            self._write(
                "INSERT INTO photo (folder, name, size, mtime_ns, inode) VALUES (?, ?, ?, ?, ?)",
                (self.folder(folder), name, size, mtime_ns, inode),
            )
        )

    def replace(self, photo: ShotId, size: int, mtime_ns: int, inode: int) -> None:
        """The file changed: forget all that was known of it."""
        blank = ", ".join(
            f"{name} = NULL" for name in ("why", "fingerprint", "content", *_names(rows.METADATA, rows.LOOK))
        )
        self.greys.forget(photo)
        for table in ("measure", "preview"):
            self._write(f"DELETE FROM {table} WHERE photo = ?", (photo,))
        self._write(
            f"UPDATE photo SET size = ?, mtime_ns = ?, inode = ?, dialects = 0, {blank} WHERE id = ?",
            (size, mtime_ns, inode, photo),
        )

    def move(self, photo: ShotId, folder: bytes, name: bytes, inode: int) -> None:
        """The same file under another name keeps its row."""
        self._write(
            "UPDATE photo SET folder = ?, name = ?, inode = ? WHERE id = ?", (self.folder(folder), name, inode, photo)
        )

    def forget(self, photo: ShotId) -> None:
        self.greys.forget(photo)
        self._write("DELETE FROM photo WHERE id = ?", (photo,))

    def save_unreadable(self, photo: ShotId, why: str) -> None:
        self._write("UPDATE photo SET why = ? WHERE id = ?", (why, photo))

    def save_picture(self, photo: ShotId, facts: Metadata, look: Look | None, fingerprint: bytes | None) -> Look | None:
        """The look as it may be held from now on: without its grey."""
        self.greys.forget(photo)
        values = (
            *rows.metadata_values(facts),
            *(rows.look_values(look, self._hash_name) if look else (None,) * 5),
            fingerprint,
            DIALECTS,
            photo,
        )
        self._write(SAVE_PICTURE, values)
        return replace(look, grey=self.greys) if look else None

    def save_marks(self, photo: ShotId, marks: Marks) -> None:
        """Those within the photo, read by today's dialects."""
        self._write(
            "UPDATE photo SET rating = ?, label = ?, pick = ?, edited = ?, dialects = ? WHERE id = ?",
            (marks.rating, marks.label, marks.pick, int(marks.edited), DIALECTS, photo),
        )

    def save_content(self, photo: ShotId, digest: bytes) -> None:
        self._write("UPDATE photo SET content = ? WHERE id = ?", (digest, photo))

    # Measures and previews

    def save_measure(self, photo: ShotId, measure: Measure, value: object) -> None:
        self._write(measures.INSERT, measures.row(photo, measure, value))

    def measures(self, photos: Sequence[ShotId], measure: Measure) -> dict[ShotId, object]:
        """Those of the photos that have this measure."""
        return measures.of(self._db, photos, measure)

    def save_preview(self, photo: ShotId, jpeg: bytes) -> None:
        self._write(measures.INSERT_PREVIEW, (photo, jpeg))

    def preview(self, photo: ShotId) -> bytes | None:
        """The photo's preview as JPEG, None when it is not made yet."""
        return measures.preview(self._db, photo)

    def without_preview(self, photos: Sequence[ShotId]) -> set[ShotId]:
        """Those of the photos that have none."""
        return measures.without_preview(self._db, photos)

    # Sidecars

    def sidecars(self, folder: bytes) -> dict[tuple[bytes, int, int], Marks]:
        """What the sidecars of this folder said, by name, size and mtime: of those that must not be read again."""
        found = self._db.execute(
            "SELECT name, size, mtime_ns, rating, label, pick, edited FROM sidecar WHERE folder = ? AND dialects = ?",
            (self._folders.get(folder), DIALECTS),
        )
        return {
            (name, size, mtime_ns): Marks(rating, label, pick, bool(edited))
            for name, size, mtime_ns, rating, label, pick, edited in found
        }

    def save_sidecar(self, folder: bytes, name: bytes, size: int, mtime_ns: int, marks: Marks) -> None:
        self._write(
            "INSERT OR REPLACE INTO sidecar VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.folder(folder), name, size, mtime_ns, marks.rating, marks.label, marks.pick, marks.edited, DIALECTS),
        )

    # Health

    def check(self) -> list[str]:
        """SQLite's own integrity check; empty when all is well."""
        return [row[0] for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM photo").fetchone()[0])


def _names(*lists: str) -> list[str]:
    return [name.strip() for part in lists for name in part.split(",")]


SAVE_PICTURE = "UPDATE photo SET why = NULL, {} WHERE id = ?".format(
    ", ".join(f"{name} = ?" for name in (*_names(rows.METADATA, rows.LOOK), "fingerprint", "dialects"))
)
