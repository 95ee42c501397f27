"""Counts the file-system calls of a run in a child process and breaks it off, or breaks one of them, at the k-th.

Power loss is simulated too: what was written and not fsynced is taken back before the child dies: bytes of the
journal beyond its last fsync, and names made or moved whose folder has not been synced since.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cullr.errors import CullrError
from cullr.journal import JOURNAL_FOLDER, disk

ERRNOS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EXDEV)
KILLS = ("kill", "kill, unsynced dropped", "kill, unsynced torn")
AFTER = {"rename_new", "link", "unlink", "mkdir"}
"""Calls that a network share may carry out and yet report as failed."""


@dataclass(frozen=True)
class Fault:
    """What happens at the k-th call: an errno (`sticky`: from then on; `after`: though it was carried out) or a kill.

    With `of`, only calls of that name count.
    """

    k: int
    errno: int = 0
    sticky: bool = False
    after: bool = False
    kill: str = ""
    of: str = ""

    def __str__(self) -> str:
        how = self.kill or errno.errorcode[self.errno]
        return f"{how}{' sticky' * self.sticky}{' after' * self.after} at call {self.k}"


class Injection:
    """Stands between cullr and the disk in one process. `denied` makes a call fail always (no exclusive rename …)."""

    def __init__(self, root: Path, fault: Fault | None, denied: dict[str, int]) -> None:
        self.calls: list[str] = []
        self._fault, self._denied = fault, denied
        self._journal = root / JOURNAL_FOLDER / "journal.jsonl"
        self._synced = self._journal.stat().st_size if self._journal.exists() else 0
        self._unsynced: list[tuple[Path | None, Path, Path]] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in disk.SEAM:
            patch.setattr(disk, name, self._around(name, getattr(disk, name)))

    def _around(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            self.calls.append(name)
            fault = self._fault
            now = fault is not None and self._is_due(fault)
            if fault and now and fault.kill:
                self._die(fault.kill)
            if fault and now and not (fault.after and name in AFTER):
                raise OSError(fault.errno, os.strerror(fault.errno))
            if name in self._denied:
                raise OSError(self._denied[name], os.strerror(self._denied[name]))
            result = real(*args, **keywords)
            self._note(name, args)
            if fault and now:
                raise OSError(fault.errno, os.strerror(fault.errno))
            return result

        return call

    def _is_due(self, fault: Fault) -> bool:
        count = self.calls.count(fault.of) if fault.of == self.calls[-1] else 0 if fault.of else len(self.calls)
        return count == fault.k or (fault.sticky and count > fault.k)

    def _note(self, name: str, args: tuple[Any, ...]) -> None:
        if name == "rename_new":
            old, at, new, to = args
            self._unsynced.append((_path(at) / old, _path(to) / new, _path(to)))
        elif name == "mkdir":
            self._unsynced.append((None, _path(args[1]) / args[0], _path(args[1])))
        elif name == "fsync":
            path = _path(args[0])
            if path == self._journal:
                self._synced = os.fstat(args[0]).st_size
            self._unsynced = [entry for entry in self._unsynced if entry[2] != path]

    def _die(self, kill: str) -> None:
        if kill != "kill":
            for old, new, _ in reversed(self._unsynced):
                if old:
                    new.rename(old)
                else:
                    new.rmdir()
            if self._journal.exists():
                size = self._journal.stat().st_size
                keep = self._synced if "dropped" in kill else (self._synced + size) // 2
                os.truncate(self._journal, min(size, keep))
        os.kill(os.getpid(), signal.SIGKILL)


def _path(fd: int) -> Path:
    return Path(f"/proc/self/fd/{fd}").readlink()


FINISHED, REFUSED, BUG = 0, 1, 99


def in_child(
    run: Callable[[], object], root: Path, fault: Fault | None, denied: dict[str, int]
) -> tuple[int, list[str]]:
    """Run in a forked child. Returns its exit status (negative: killed by that signal) and the names of its calls."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = BUG
        try:
            with pytest.MonkeyPatch.context() as patch:
                injection = Injection(root, fault, denied)
                injection.install(patch)
                try:
                    run()
                    status = FINISHED
                except CullrError:
                    status = REFUSED
                finally:
                    os.write(writer, ",".join(injection.calls).encode())
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as stream:
        calls = stream.read().split(",")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), calls
