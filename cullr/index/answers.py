"""What a command printed, kept until anything it depends on changes: the newest answers only, compressed."""

from __future__ import annotations

import codecs
import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cullr.index import database

MOST = 16
LARGEST = 64 << 20
"""Bytes, compressed: a plan of a million shots has 15 million."""
SLICE = 1 << 20
SUM = 4
"""Bytes of the CRC-32 behind the rest: what is damaged is found before a word of it is said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An exit code and what was printed, compressed."""

    code: int
    packed: bytes

    def pieces(self) -> Iterator[str]:
        """What was printed, at most a megabyte at a time."""
        unpack, decoder = zlib.decompressobj(), codecs.getincrementaldecoder("utf-8")("surrogatepass")
        rest = self.packed[:-SUM]
        while rest:
            yield decoder.decode(unpack.decompress(rest, SLICE))
            rest = unpack.unconsumed_tail
        yield decoder.decode(unpack.flush(), final=True)


class Packing:
    """What is printed, compressed as it comes, so that the whole is never held."""

    def __init__(self) -> None:
        self._pack = zlib.compressobj(1)
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, text: str) -> None:
        if self._size <= LARGEST:
            self._take(self._pack.compress(text.encode("utf-8", "surrogatepass")))

    def answer(self, code: int) -> Answer | None:
        """All that was added; None where that is too much to be kept."""
        if self._size <= LARGEST:
            self._take(self._pack.flush())
        if self._size > LARGEST:
            return None
        packed = b"".join(self._parts)
        return Answer(code, packed + zlib.crc32(packed).to_bytes(SUM, "big"))

    def _take(self, part: bytes) -> None:
        self._parts += [part] if part else []
        self._size += len(part)


def recall(folder: Path, name: str, key: bytes) -> Answer | None:
    """The answer to this question, if it was given to this very state of everything."""
    with contextlib.suppress(sqlite3.DatabaseError):
        db = database.open_for_reading(folder)
        if db is None:
            return None
        with contextlib.closing(db):
            found = db.execute("SELECT code, text FROM answer WHERE name = ? AND key = ?", (name, key)).fetchone()
        if found and zlib.crc32(found[1][:-SUM]).to_bytes(SUM, "big") == found[1][-SUM:]:
            return Answer(*found)
    return None


def keep(folder: Path, name: str, key: bytes, answer: Answer) -> None:
    """Remember it, if the index is free to be written; nothing depends on that."""
    with contextlib.suppress(sqlite3.DatabaseError):
        opened = database.open_for_writing(folder, lambda _sentence: None)
        try:
            if not opened.temporary:
                _write(opened.connection, name, key, answer)
        finally:
            opened.close()


def _write(db: sqlite3.Connection, name: str, key: bytes, answer: Answer) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM answer WHERE name = ?", (name,))
    db.execute(
        "INSERT INTO answer (name, key, code, text) VALUES (?, ?, ?, ?)", (name, key, answer.code, answer.packed)
    )
    db.execute("DELETE FROM answer WHERE row <= (SELECT max(row) FROM answer) - ?", (MOST,))
    db.execute("COMMIT")
