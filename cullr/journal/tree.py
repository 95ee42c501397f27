"""A root → its folders as open descriptors, each reached part by part and never through a symbolic link.

Invariant: whatever a path says, no call through a Tree can touch anything outside the root.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from types import TracebackType

from cullr.errors import RootError
from cullr.journal import disk
from cullr.safe_text import visible

OPEN_FOLDERS = 128
"""Descriptors kept at most; the usual limit of a process is 1 024."""


class Tree:
    """`folder("day1/raw")` and the calls built on it. Paths are relative, `/`-separated; the root itself is ""."""

    def __init__(self, root: Path) -> None:
        self.path = root
        try:
            self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            remedy = "Is it a folder, and is its disk mounted?"
            raise RootError(f"{visible(str(root))} cannot be opened: {error.strerror}", remedy) from error
        self._open: dict[str, int] = {}

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.forget()
        os.close(self._root)

    def forget(self) -> None:
        """Close all folders but the root: a folder somebody moved away since must not be written to by its old name."""
        while self._open:
            disk.close(self._open.popitem()[1])

    def folder(self, path: str) -> int:
        """The folder's descriptor, good until the next but `OPEN_FOLDERS` one. Raises OSError: ENOENT, ENOTDIR …"""
        if not path:
            return self._root
        fd = self._open.pop(path, None)
        if fd is None:
            while len(self._open) >= OPEN_FOLDERS:
                disk.close(self._open.pop(next(iter(self._open))))
            fd = self._walk(path)
        self._open[path] = fd
        return fd

    def _walk(self, path: str) -> int:
        at = self._root
        for name in path.split("/"):
            try:
                deeper = disk.open_folder(name, at)
            finally:
                if at != self._root:
                    disk.close(at)
            at = deeper
        return at

    def parent(self, path: str) -> tuple[int, str]:
        """The descriptor of the folder a path lies in, and its last part."""
        folder, _, name = path.rpartition("/")
        return self.folder(folder), name

    def lstat(self, path: str) -> os.stat_result | None:
        """What stands at the path, or None. Raises OSError when a folder on the way is a link, a file, or closed."""
        try:
            at, name = self.parent(path)
            return disk.lstat(name, at)
        except FileNotFoundError:
            return None

    def regular(self, path: str) -> os.stat_result | None:
        """As lstat, None for anything but a regular file too."""
        found = self.lstat(path)
        return found if found is not None and stat.S_ISREG(found.st_mode) else None

    def is_folder(self, path: str) -> bool:
        found = disk.fstat(self._root) if not path else self.lstat(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def names(self, path: str) -> list[str]:
        """What a folder holds; nothing if it is not there."""
        try:
            return disk.names(self.folder(path))
        except FileNotFoundError:
            return []

    def sync(self, path: str) -> None:
        disk.fsync_folder(self.folder(path))

    def drop(self, path: str) -> None:
        """Remove a folder if it is empty; a folder that stays for whatever reason is not worth an error."""
        fd = self._open.pop(path, None)
        if fd is not None:
            disk.close(fd)
        with contextlib.suppress(OSError):
            at, name = self.parent(path)
            disk.rmdir(name, at)
            disk.fsync_folder(at)
