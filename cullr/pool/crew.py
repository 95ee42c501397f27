"""A crew of workers: tasks in, outcomes out in any order, each task answered exactly once whatever a decoder does.

When a worker dies, the first task it had not answered is to blame and becomes a `why`; the rest go to a new worker.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from types import TracebackType

from cullr.errors import Failed
from cullr.pool.jobs import Job, Outcome, Task
from cullr.settings import Limits

CHUNK = 8
"""Tasks a message: at 0.5 ms a small JPEG the pipe would else cost a tenth of the work."""
AHEAD = 2
"""Messages a worker has in hand, so that it never waits for the parent."""
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # glibc else gives the pages of every picture back and faults them in again for the next: a fifth of a PNG's time.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection
    waiting: deque[Task] = field(default_factory=deque)
    ready: bool = False


class Crew:
    """Use as a context manager; workers start with the first job and end with the block."""

    def __init__(self, limits: Limits, hash_name: str = "phash") -> None:
        self._limits = limits
        self._hash_name = hash_name
        self._size = limits.workers or len(os.sched_getaffinity(0))
        self._workers: list[_Worker] = []

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every worker now; what they had in hand is dropped."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.pipe.close()
            worker.process.wait()
        self._workers.clear()

    def run(self, job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """One Outcome for each task, in the order they are done. Raises Failed when no worker can be started."""
        queue = iter(tasks)
        redo: deque[Task] = deque()
        try:
            self._fill(job, queue, redo)
            while any(worker.waiting for worker in self._workers):
                ready = wait([worker.pipe for worker in self._workers if worker.waiting])
                for worker in [worker for worker in self._workers if worker.pipe in ready]:
                    outcome = self._answer(worker, redo)
                    if outcome is not None:
                        yield outcome
                self._fill(job, queue, redo)
        finally:
            # Left half-way (an error, Ctrl+C): answers still in the pipes belong to no one.
            if any(worker.waiting for worker in self._workers):
                self.close()

    def _answer(self, worker: _Worker, redo: deque[Task]) -> Outcome | None:
        """The worker's next outcome; None for its first message, which only says that it is ready."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker, redo)
        if not worker.ready:
            worker.ready = True
            return None
        assert isinstance(message, Outcome)
        worker.waiting.popleft()
        return message

    def _bury(self, worker: _Worker, redo: deque[Task]) -> Outcome:
        """Take the dead worker out, blame the task it died on and give the rest of its tasks back."""
        self._workers.remove(worker)
        worker.pipe.close()
        if not _ended(worker.process):
            worker.process.kill()
        status = worker.process.wait()
        if not worker.ready:
            raise Failed(
                f"a worker process did not start (status {status})", "Run `python -m cullr.pool.worker` to see why."
            )
        blamed = worker.waiting.popleft()
        redo.extend(worker.waiting)
        # A crash comes back with the same bytes; a slow disk or full memory may not.
        crashed = status not in (-signal.SIGALRM, -signal.SIGKILL)
        return Outcome(blamed.key, why=self._cause(status), lasting=crashed)

    def _cause(self, status: int) -> str:
        if status == -signal.SIGALRM:
            return f"took longer than {self._limits.seconds:g} s to decode (limits.seconds)"
        if status == -signal.SIGKILL:
            return "its decoder was killed, most likely for want of memory"
        if status < 0:
            return f"crashed its decoder ({signal.Signals(-status).name})"
        return f"its decoder ended unexpectedly (status {status})"

    def _fill(self, job: Job, queue: Iterator[Task], redo: deque[Task]) -> None:
        """Give every worker enough to do, hiring up to the crew's size while there is work for them."""
        while True:
            idle = min(self._workers, key=lambda worker: len(worker.waiting), default=None)
            full = idle is None or len(idle.waiting) > CHUNK * (AHEAD - 1)
            hire = len(self._workers) < self._size and (idle is None or bool(idle.waiting))
            if full and not hire:
                return
            chunk = _take(redo, queue)
            if not chunk:
                return
            if hire:
                idle = self._hire()
            assert idle is not None
            idle.waiting.extend(chunk)
            try:
                idle.pipe.send((job, chunk))
            except (BrokenPipeError, ConnectionResetError):
                return  # it has died meanwhile: the next wait() sees that and blames its first task

    def _hire(self) -> _Worker:
        ours, theirs = socket.socketpair()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "cullr.pool.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the parent, which ends its workers itself
                env={**os.environ, **ENVIRONMENT},
            )
        except OSError as error:
            ours.close()
            raise Failed(
                f"cannot start a worker process: {error.strerror}", "Free some memory and try again."
            ) from error
        finally:
            theirs.close()
        worker = _Worker(process, Connection(ours.detach()))
        worker.pipe.send((self._limits, self._hash_name))
        self._workers.append(worker)
        return worker


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it ends by itself within a moment: the pipe closes a little before the kernel reports the death."""
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        return False
    return True


def _take(redo: deque[Task], queue: Iterator[Task]) -> list[Task]:
    chunk: list[Task] = []
    while len(chunk) < CHUNK:
        task = redo.popleft() if redo else next(queue, None)
        if task is None:
            break
        chunk.append(task)
    return chunk
