"""A command → what it cost: wall and CPU seconds of it and its children, and the peak of their memory together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE = 0.05
"""Seconds between two looks at the memory, at least."""
SHARE = 50
"""Times as long as a look takes, at least, until the next: 20 ms of a core where there are workers, and who has
some must not be slowed down by being watched."""


@dataclass(frozen=True, slots=True)
class Run:
    """`memory` in MB: each page once however many processes share it; where /proc is missing, the largest process."""

    wall: float
    cpu: float
    memory: float
    status: int
    said: str


def run(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run it to its end, however it ends; `said` is the end of what it wrote to stderr."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said: list[bytes] = []
    reader = threading.Thread(target=lambda: said.append(process.stderr.read() if process.stderr else b""))
    reader.start()
    peak = Peak(process.pid)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    memory = peak.stop() or used.ru_maxrss / 1024
    end = (said[0] if said else b"")[-2000:].decode("utf-8", "replace")
    return Run(wall, used.ru_utime + used.ru_stime, memory, process.returncode, end)


class Peak:
    """Watches a process and its descendants from a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.highest = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The peak in MB, 0.0 where it could not be seen."""
        self._stopped.set()
        self._thread.join()
        return self.highest

    def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            self.highest = max(self.highest, sum(_megabytes(pid) for pid in _tree(self._pid)))
            if self._stopped.wait(max(SAMPLE, SHARE * (time.perf_counter() - began))):
                return


def cpu(pid: int) -> float:
    """CPU seconds that a running process and its descendants, those included that ended, have used; 0.0 where /proc
    does not tell."""
    return sum(_seconds(each) for each in _tree(pid))


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        for thread in threads:
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))
    except (OSError, ValueError):
        return


def _megabytes(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)
