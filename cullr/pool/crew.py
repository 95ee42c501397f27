"""A crew of workers: tasks in, outcomes out in any order, each task answered exactly once whatever a decoder does.

Tasks go and outcomes come by the handful. When a worker dies, the task it had begun last is to blame and becomes a
`why`; the rest go to a new worker.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import IO

from cullr import machine
from cullr.pool.jobs import Job, Outcome, Task
from cullr.pool.nursery import Nursery
from cullr.settings import Limits

HANDFUL, SECONDS = 64, 0.03
"""Tasks a message, at most and as many as take about so long: at 0.6 ms a small JPEG the pipe would else cost a tenth
of the work."""
AHEAD = 2
"""Messages a worker has in hand, so that it never waits for the parent."""
NEEDED = 320 << 20
"""Bytes of memory a worker may come to need: 24 megapixels as RGB are 72 MB, and a measure or a turn makes copies."""


@dataclass(slots=True, eq=False)
class _Worker:
    pid: int
    pipe: Connection
    place: IO[bytes]
    """Where it notes which task of the handful it is at."""
    waiting: deque[list[Task]] = field(default_factory=deque)


class Crew:
    """Use as a context manager; workers start with the first job and end with the block."""

    def __init__(
        self, limits: Limits, hash_name: str = "phash", nursery: Nursery | None = None, *, shared: bool = False
    ) -> None:
        """`nursery`, which may have begun already, ends with the crew unless it is `shared` with others."""
        self._limits = limits
        self._hash_name = hash_name
        self._size = limits.workers or fitting(machine.cores(), machine.free_memory())
        self._workers: list[_Worker] = []
        self._handful = 1
        self._nursery = nursery or Nursery()
        self._shared = shared

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self) -> None:
        """Start what makes workers now: it takes as long to begin as whoever asks takes to find out what there is to
        do. Raises Failed."""
        self._nursery.begin()

    def close(self) -> None:
        """End every worker now; what they had in hand is dropped."""
        for worker in self._workers:
            worker.pipe.close()
            worker.place.close()
        for worker in self._workers:
            self._nursery.end(worker.pid, 0.0)
        self._workers.clear()
        if not self._shared:
            self._nursery.close()

    def run(self, job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """One Outcome for each task, in the order they are done. Raises Failed when no worker can be started."""
        queue = iter(tasks)
        redo: deque[list[Task]] = deque()
        self._handful = 1
        try:
            self._fill(job, queue, redo)
            while any(worker.waiting for worker in self._workers):
                ready = wait([worker.pipe for worker in self._workers if worker.waiting])
                for worker in [worker for worker in self._workers if worker.pipe in ready]:
                    yield from self._answers(worker, redo)
                self._fill(job, queue, redo)
        finally:
            # Left half-way (an error, Ctrl+C): answers still in the pipes belong to no one.
            if any(worker.waiting for worker in self._workers):
                self.close()

    def _answers(self, worker: _Worker, redo: deque[list[Task]]) -> Sequence[Outcome]:
        """The worker's next outcomes."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker, redo)
        seconds, outcomes = message
        worker.waiting.popleft()
        fits = int(SECONDS * len(outcomes) / max(seconds, 1e-6))
        self._handful = max(1, min(fits, 2 * self._handful, HANDFUL))
        assert isinstance(outcomes, list)
        return outcomes

    def _bury(self, worker: _Worker, redo: deque[list[Task]]) -> Sequence[Outcome]:
        """Take the dead worker out, blame the task it died on and give the rest of its tasks back."""
        self._workers.remove(worker)
        worker.pipe.close()
        status = self._nursery.end(worker.pid, 1.0)
        in_hand = worker.waiting.popleft()
        blamed = in_hand.pop(int.from_bytes(os.pread(worker.place.fileno(), 1, 0)) % len(in_hand))
        worker.place.close()
        redo.extend(each for each in (in_hand, *worker.waiting) if each)
        # A crash comes back with the same bytes; a slow disk or full memory may not.
        crashed = status not in (-signal.SIGALRM, -signal.SIGKILL)
        return (Outcome(blamed.key, why=self._cause(status), lasting=crashed),)

    def _cause(self, status: int) -> str:
        if status == -signal.SIGALRM:
            return f"took longer than {self._limits.seconds:g} s to decode (limits.seconds)"
        if status == -signal.SIGKILL:
            return "its decoder was killed, most likely for want of memory"
        if status < 0:
            return f"crashed its decoder ({signal.Signals(-status).name})"
        return f"its decoder ended unexpectedly (status {status})"

    def _fill(self, job: Job, queue: Iterator[Task], redo: deque[list[Task]]) -> None:
        """Give every worker enough to do, hiring up to the crew's size while there is work for them."""
        while True:
            idle = min(self._workers, key=lambda worker: len(worker.waiting), default=None)
            full = idle is None or len(idle.waiting) >= AHEAD
            hire = len(self._workers) < self._size and (idle is None or bool(idle.waiting))
            if full and not hire:
                return
            handful = redo.popleft() if redo else list(islice(queue, self._handful))
            if not handful:
                return
            if hire:
                idle = self._hire()
            assert idle is not None
            idle.waiting.append(handful)
            try:
                idle.pipe.send((job, handful))
            except (BrokenPipeError, ConnectionResetError):
                return  # it has died meanwhile: the next wait() sees that and blames its first task

    def _hire(self) -> _Worker:
        ours, theirs = socket.socketpair()
        place = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  it is the worker's for as long as that lives
        try:
            pid = self._nursery.hire(theirs.fileno(), place.fileno())
        except BaseException:
            ours.close()
            place.close()
            raise
        finally:
            theirs.close()
        worker = _Worker(pid, Connection(ours.detach()), place)
        worker.pipe.send((self._limits, self._hash_name))
        self._workers.append(worker)
        return worker


def fitting(cores: int, memory: int) -> int:
    """How many workers find a core and memory (bytes) each; one at least."""
    return max(1, min(cores, memory // NEEDED))
