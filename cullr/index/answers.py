"""What a command printed, kept until anything it depends on changes: the newest answers only, compressed."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path

from cullr.index import database

MOST = 16
LARGEST = 64 << 20
"""Characters; a page with pictures in it is quicker made again than read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An exit code and what was printed."""

    code: int
    text: str


def recall(folder: Path, name: str, key: bytes) -> Answer | None:
    """The answer to this question, if it was given to this very state of everything."""
    with contextlib.suppress(sqlite3.DatabaseError, zlib.error, UnicodeError):
        db = database.open_for_reading(folder)
        if db is None:
            return None
        with contextlib.closing(db):
            found = db.execute("SELECT code, text FROM answer WHERE name = ? AND key = ?", (name, key)).fetchone()
        return Answer(found[0], zlib.decompress(found[1]).decode("utf-8", "surrogatepass")) if found else None
    return None


def keep(folder: Path, name: str, key: bytes, answer: Answer) -> None:
    """Remember it, if the index is free to be written; nothing depends on that."""
    if len(answer.text) > LARGEST:
        return
    with contextlib.suppress(sqlite3.DatabaseError):
        opened = database.open_for_writing(folder, lambda _sentence: None)
        try:
            if not opened.temporary:
                _write(opened.connection, name, key, answer)
        finally:
            opened.close()


def _write(db: sqlite3.Connection, name: str, key: bytes, answer: Answer) -> None:
    text = zlib.compress(answer.text.encode("utf-8", "surrogatepass"), 1)
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM answer WHERE name = ?", (name,))
    db.execute("INSERT INTO answer (name, key, code, text) VALUES (?, ?, ?, ?)", (name, key, answer.code, text))
    db.execute("DELETE FROM answer WHERE row <= (SELECT max(row) FROM answer) - ?", (MOST,))
    db.execute("COMMIT")
