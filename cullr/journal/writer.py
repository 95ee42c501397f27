"""The one writer of a root's journal: an entry is on the disk, file and folder, before `append` returns.

Invariant: bytes once appended are never changed; only a torn last line is taken off, and kept beside the journal.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from cullr.errors import Failed
from cullr.journal import disk, kept, undo_script
from cullr.journal.entry import JOURNAL_FOLDER, Body, Entry, Intent, Rewriting, encode
from cullr.journal.lock import Lock
from cullr.journal.log import NAME, NUMBER_NAME, Log, insist_on_file, read_open, unusable
from cullr.journal.state import State
from cullr.journal.tree import Tree
from cullr.safe_text import visible


class Journal:
    """An open, locked journal from construction to `close`. Raises Failed and RootError.

    `set_aside` names the file that took a torn last line, if there was one.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = Tree(root)
        self.set_aside = ""
        self._lock: Lock | None = None
        self._at = self._lines = self._number = -1
        self._closed = False
        try:
            self._open()
        except OSError as error:
            self.close()
            raise unusable(root, error) from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def state(self) -> State:
        return self.log.state

    def close(self) -> None:
        if self._lines >= 0 and not self._closed:
            with contextlib.suppress(OSError):
                kept.put(disk.fstat(self._lines), self.log)
        self._closed = True
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        for fd in (self._lines, self._number, self._at):
            if fd >= 0:
                disk.close(fd)
        self._at = self._lines = self._number = -1
        self.tree.close()

    def append(self, body: Body) -> Entry:
        """Write one entry; it is on the disk on return. Raises Failed, after which this journal takes no more."""
        if self._closed:
            raise Failed("the journal could not be written before and is closed", "Run the command again.")
        if isinstance(body, Intent | Rewriting) and self.state.unfinished:
            raise Failed("a move was interrupted and is not settled yet", "Run the command again: it settles it first.")
        entry = Entry(self.log.seq + 1, datetime.now(UTC).isoformat(timespec="seconds"), body)
        line, checksum = encode(entry, self.log.last_sum)
        try:
            disk.write_all(self._lines, line)
            disk.fsync(self._lines)
        except OSError as error:
            self._closed = True
            # Half a line is taken back if the disk still lets us; else the next open sets it aside.
            with contextlib.suppress(OSError):
                disk.truncate(self._lines, self.log.length)
            raise Failed(
                f"the journal in {visible(str(self.root / JOURNAL_FOLDER))} cannot be written: {error.strerror}",
                "Make room or mend the disk, then run the command again: what was begun is settled first.",
            ) from error
        self.log.add(entry, checksum, len(line))
        self._note_number()
        return entry

    def _note_number(self) -> None:
        # Neither fsynced nor vital: it is written after the line it counts, and being behind is harmless.
        with contextlib.suppress(OSError):
            disk.write_at(self._number, b"%020d\n" % self.log.seq, 0)

    def _open(self) -> None:
        root = self.tree.folder("")
        with contextlib.suppress(FileExistsError):
            disk.mkdir(JOURNAL_FOLDER, root, 0o777)
        self._at = disk.open_folder(JOURNAL_FOLDER, root)
        self._lock = Lock(self._at, visible(str(self.root)))
        self.log = self._as_left() or read_open(self._at, self.root)
        self._lines = disk.open_file(NAME, self._at, disk.WRITE | os.O_CREAT | os.O_APPEND)
        self._number = disk.open_file(NUMBER_NAME, self._at, disk.WRITE | os.O_CREAT)
        insist_on_file(self._lines)
        insist_on_file(self._number)
        if self.log.torn:
            self._set_torn_aside()
        if not self.log.entries:
            self._explain_undo()
            disk.fsync_folder(self._at)
            disk.fsync_folder(root)
        self._note_number()

    def _as_left(self) -> Log | None:
        try:
            return kept.take(disk.lstat(NAME, self._at))
        except FileNotFoundError:
            return None

    def _set_torn_aside(self) -> None:
        taken = set(disk.names(self._at))
        number = next(n for n in range(1, len(taken) + 2) if f"journal.torn-{n}" not in taken)
        name = f"journal.torn-{number}"
        self._write_new(name, self.log.torn)
        disk.fsync_folder(self._at)
        self._note_number()
        disk.truncate(self._lines, self.log.length)
        disk.fsync(self._lines)
        self.log.torn = b""
        self.set_aside = f"{JOURNAL_FOLDER}/{name}"

    def _explain_undo(self) -> None:
        """Write HOW_TO_UNDO.txt before the first entry; anew if a crash left half of it."""
        text = undo_script.TEXT.encode()
        try:
            if disk.lstat(undo_script.NAME, self._at).st_size == len(text):
                return
            disk.unlink(undo_script.NAME, self._at)
        except FileNotFoundError:
            pass
        self._write_new(undo_script.NAME, text)

    def _write_new(self, name: str, data: bytes) -> None:
        fd = disk.open_file(name, self._at, disk.CREATE_NEW)
        try:
            disk.write_all(fd, data)
            disk.fsync(fd)
        finally:
            disk.close(fd)
