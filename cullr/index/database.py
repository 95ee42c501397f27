"""Opening the index: one file, one writer; corrupt ones set aside, busy ones left alone, and both said so.

The index is a cache. Whatever is wrong with it, the run goes on with a fresh one and nobody's photos are touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from cullr.errors import Failed
from cullr.index import FILE, schema

COMMIT_SECONDS = 0.25
WAIT_SECONDS = 5.0
"""For a program that holds the index: a backup, or another cullr where the file system knows no locks."""
Say = Callable[[str], None]


@dataclass(slots=True)
class Database:
    """An open index. `temporary` when another cullr holds the real one.

    Writes gather in one transaction of at most a quarter second, so that an interruption loses no more than that and
    another process sees progress four times a second.
    """

    connection: sqlite3.Connection
    path: Path
    lock: TextIO | None
    temporary: tempfile.TemporaryDirectory[str] | None = None
    _open_since: float = 0.0

    def write(self, sql: str, values: Iterable[object]) -> sqlite3.Cursor:
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")
            self._open_since = time.monotonic()
        done = self.connection.execute(sql, tuple(values))
        if time.monotonic() - self._open_since > COMMIT_SECONDS:
            self.commit()
        return done

    def commit(self) -> None:
        """Before anything that takes long, or no other program could write meanwhile."""
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()
        if self.lock is not None:
            self.lock.close()
        if self.temporary is not None:
            self.temporary.cleanup()


def open_for_writing(folder: Path, say: Say) -> Database:
    """The index in `folder`, locked for this process. `say` is told, in a sentence, of anything unusual.

    Raises Failed when the folder cannot be used or the index is from a newer cullr.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
    except OSError as error:
        raise Failed(
            f"the index folder {folder} cannot be used: {error.strerror}",
            "Make it writable, or choose another with CULLR_CACHE=FOLDER.",
        ) from error
    if lock is None:
        holder = _holder(folder)
        say(f"Another cullr ({holder}) is writing the index; this run uses a temporary one.")
        temporary = tempfile.TemporaryDirectory(prefix="cullr-index-")
        return Database(_connect(Path(temporary.name) / FILE), Path(temporary.name) / FILE, None, temporary)
    path = folder / FILE
    try:
        return Database(_healthy(path, say), path, lock)
    except BaseException:
        lock.close()
        raise


def _healthy(path: Path, say: Say) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        not_to_blame(error, path)
        say(set_aside(path, str(error)))
        return _connect(path)


def open_for_reading(folder: Path) -> sqlite3.Connection | None:
    """A read-only connection, None when there is no index yet."""
    path = folder / FILE
    if not path.is_file():
        return None
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5.0)
    db.execute("PRAGMA query_only = ON")
    return db


def set_aside(path: Path, reason: str) -> str:
    """Move a broken index out of the way, keep it for a look, and return the sentence that says so."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    broken = path.with_name(f"{path.name}.broken-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(broken.with_name(broken.name + suffix))
    return f"The index was damaged ({reason}); it is set aside as {broken} and rebuilt."


def not_to_blame(error: sqlite3.Error, path: Path) -> None:
    """Raise Failed for what says nothing against the index: a full disk, or another program that holds it. Hours of
    vectors would be set aside with it."""
    if "full" in str(error) or "disk I/O error" in str(error):
        raise Failed(
            f"the disk is full: the index {path} cannot grow",
            "Free some space, or put the index elsewhere with CULLR_CACHE=FOLDER. What was indexed so far is kept.",
        ) from error
    if isinstance(error, sqlite3.OperationalError) and "is locked" in str(error):
        raise Failed(
            f"another program holds the index {path}",
            "End it, or put the index elsewhere with CULLR_CACHE=FOLDER. What was indexed so far is kept.",
        ) from error


def _lock(folder: Path) -> TextIO | None:
    """The writer's lock, None when someone else holds it; the kernel frees it when the holder dies."""
    lock = (folder / "index.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    except OSError:
        return lock  # a file system without locks: better an unlocked index than none
    lock.truncate(0)
    lock.write(f"process {os.getpid()}\n")
    lock.flush()
    return lock


def _holder(folder: Path) -> str:
    try:
        return (folder / "index.lock").read_text("utf-8").strip()[:80] or "unknown process"
    except OSError:
        return "unknown process"


def _connect(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError for what is no healthy database, Failed for one from the future."""
    db = sqlite3.connect(path, isolation_level=None, timeout=WAIT_SECONDS)
    try:
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")  # a cache may lose its last second, never its shape
        db.execute("PRAGMA foreign_keys = ON")
        version = schema.migrate(db)
        db.execute("SELECT count(*) FROM photo WHERE id < 0").fetchone()
    except BaseException:
        db.close()
        raise
    if version > schema.newest():
        db.close()
        raise Failed(
            f"the index {path} was made by a newer cullr", "Upgrade cullr, or choose another with CULLR_CACHE=FOLDER."
        )
    return db
