"""One writer per root: an flock on `.cullr/lock`, or on file systems without flock a file made exclusively.

Invariant: two processes never hold it at once; whoever is refused learns the holder's process and machine.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
from datetime import UTC, datetime
from typing import Any

from cullr.errors import Failed
from cullr.journal import disk
from cullr.journal.entry import JOURNAL_FOLDER
from cullr.safe_text import visible

NAME = "lock"
MARKER = "lock.held"
TAKEOVER = "lock.takeover"
_NO_FLOCK = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}


class Lock:
    """Held from construction to `release`. `at` is the open journal folder, `root` only names it in messages."""

    def __init__(self, at: int, root: str) -> None:
        self._at, self._root = at, root
        self._fd: int | None = disk.open_file(NAME, at, disk.WRITE | os.O_CREAT)
        self._marked = False
        try:
            self._take(self._fd)
        except BaseException:
            disk.close(self._fd)
            raise

    def release(self) -> None:
        if self._fd is None:
            return
        if self._marked:
            # Left behind on an error, the marker is found stale by the next writer.
            with contextlib.suppress(OSError):
                disk.unlink(MARKER, self._at)
        disk.close(self._fd)
        self._fd = None

    def _take(self, fd: int) -> None:
        try:
            disk.lock(fd)
        except BlockingIOError as error:
            raise self._held(_parsed(disk.read_all(fd))) from error
        except OSError as error:
            if error.errno not in _NO_FLOCK:
                raise
            self._mark()
            return
        disk.truncate(fd, 0)
        disk.write_at(fd, _me(), 0)

    def _mark(self) -> None:
        if self._create(MARKER):
            self._marked = True
            return
        holder = self._holder()
        if not _gone(holder):
            raise self._held(holder, MARKER)
        # Two waiters may both find it stale. Only one makes the second marker, and it looks again before it clears.
        if not self._create(TAKEOVER):
            raise self._held(holder, TAKEOVER)
        try:
            if not _gone(self._holder()):
                raise self._held(self._holder(), MARKER)
            disk.unlink(MARKER, self._at)
            self._marked = self._create(MARKER)
        finally:
            disk.unlink(TAKEOVER, self._at)
        if not self._marked:
            raise self._held(self._holder(), MARKER)

    def _create(self, name: str) -> bool:
        try:
            fd = disk.open_file(name, self._at, disk.CREATE_NEW)
        except FileExistsError:
            return False
        try:
            disk.write_all(fd, _me())
        finally:
            disk.close(fd)
        return True

    def _holder(self) -> dict[str, Any]:
        try:
            fd = disk.open_file(MARKER, self._at)
        except FileNotFoundError:
            return {}
        try:
            return _parsed(disk.read_all(fd))
        finally:
            disk.close(fd)

    def _held(self, holder: dict[str, Any], file: str = "") -> Failed:
        pid, host, since = (visible(str(holder.get(key, "?"))) for key in ("pid", "host", "since"))
        remedy = "Wait for it to finish, or close it."
        if file:
            remedy += f" If it is gone for good, delete {JOURNAL_FOLDER}/{file} below the root."
        return Failed(f"another cullr is writing below {self._root}: process {pid} on {host}, since {since}", remedy)


def _me() -> bytes:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode() + b"\n"


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _gone(holder: dict[str, Any]) -> bool:
    """Whether the holder is a process of this machine that no longer runs."""
    pid = holder.get("pid")
    if holder.get("host") != socket.gethostname() or not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
