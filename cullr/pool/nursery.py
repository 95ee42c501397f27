"""Where workers come from: a process that has imported all they need, and forks one whenever it is asked.

What decodes pictures takes 0.2 s of a core to import, a fork 5 ms; and workers share the memory of what was imported.
The nursery has one thread and nothing open but the socket it hears, so that a fork of it is safe. It ends when that
closes.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import Final

from cullr import machine
from cullr.errors import Failed

ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    **machine.KEEPING_PAGES,
}
_ASKED, _TOLD = struct.Struct("<Iid"), struct.Struct("<Ii")
"""A number that comes back with the answer, a worker to end (0: make one) and the seconds it is given to end by itself;
the answer is the new worker's id, or how it ended."""
_LOST = -signal.SIGKILL
"""How a worker ended of which nobody knows: most likely it went with the nursery, for want of memory."""


class Nursery:
    """Begins when it is first needed, and again after `close`. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._asked = 0

    def begin(self) -> None:
        """Start it now, unless it runs: it imports while the caller does something else. Raises Failed."""
        with self._lock:
            if self._control is None:
                self._spawn()

    def fork(self) -> None:
        """Make it of this very process, which must have one thread only and have imported what is worth sharing."""
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if not self._pid:
            _born(theirs)
        theirs.close()
        self._control = ours

    def hire(self, *files: int) -> int:
        """A new worker that works through these, the pipe and the place of `pool.worker`; its process id. Raises
        Failed."""
        with self._lock:
            for last in (False, True):
                if self._control is None:
                    self._spawn()
                try:
                    found = self._ask(files, 0, 0.0)
                except (OSError, EOFError):
                    status = self._end(1.0)
                    if last:
                        raise _not_started(f"status {status}") from None
                    continue
                if found > 0:
                    return found
                raise _not_started(os.strerror(-found))
        raise AssertionError("unreachable")

    def end(self, worker: int, seconds: float) -> int:
        """Wait so long for the worker to end, then kill it. Its exit status, negative for a signal."""
        with self._lock:
            try:
                return self._ask((), worker, seconds)
            except (OSError, EOFError):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                return _LOST

    def close(self) -> None:
        """End it, whatever it is at; workers that are left end when their pipes close."""
        with self._lock:
            self._end(0.0)

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cullr.pool.nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the parent, which ends its workers itself
                env={**os.environ, **ENVIRONMENT},
            )
        except OSError as error:
            ours.close()
            raise _not_started(error.strerror or "") from error
        finally:
            theirs.close()
        self._control, self._pid = ours, self._process.pid

    def _ask(self, files: tuple[int, ...], worker: int, seconds: float) -> int:
        """Raises EOFError or OSError where it is gone."""
        if self._control is None:
            raise EOFError
        self._asked += 1
        socket.send_fds(self._control, [_ASKED.pack(self._asked, worker, seconds)], files)
        while True:
            answer = self._control.recv(_TOLD.size, socket.MSG_WAITALL)
            if len(answer) < _TOLD.size:
                raise EOFError
            number, found = _TOLD.unpack(answer)
            if number == self._asked:  # else of a question that Ctrl+C came between
                return int(found)

    def _end(self, seconds: float) -> int:
        """Its exit status; killed where it does not end by itself within the seconds."""
        if self._control is not None:
            self._control.close()
            self._control = None
        status = _ended(self._pid, seconds) if self._pid else 0
        if self._process is not None:
            self._process.returncode = status  # it is reaped
            self._process = None
        self._pid = 0
        return status


def _not_started(why: str) -> Failed:
    return Failed(
        f"cannot start a worker process: {why}",
        "Free some memory and try again; `python -m cullr.pool.nursery` shows what it cannot import.",
    )


def _born(control: socket.socket) -> None:
    """The rest of a forked nursery's life: nothing of its parent's but what was imported."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        kept = control.fileno()
        os.closerange(3, kept)
        os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
        os.environ.update(ENVIRONMENT)
        serve(control)
    finally:
        os._exit(1)


def serve(control: socket.socket) -> None:
    """Make workers and end them, as is asked, until nobody can ask any more."""
    from cullr.pool import worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what was imported stays, and workers that looked through it for garbage would copy it
    while True:
        asked, files, _, _ = socket.recv_fds(control, _ASKED.size, 2)
        if len(asked) < _ASKED.size:
            os._exit(0)
        number, pid, seconds = _ASKED.unpack(asked)
        if pid:
            found = _ended(pid, seconds)
        else:
            try:
                found = os.fork()
            except OSError as error:
                found = -(error.errno or 1)
            if not found:
                control.close()
                worker.live(*files)
            for each in files:
                os.close(each)
        with contextlib.suppress(OSError):  # who asked is gone: so are we, with the next question
            control.send(_TOLD.pack(number, found))


def _ended(pid: int, seconds: float) -> int:
    """The pipe closes a little before the kernel reports a death."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= deadline:
                os.kill(pid, signal.SIGKILL)
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            time.sleep(0.002)
    except ChildProcessError:
        return _LOST


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
