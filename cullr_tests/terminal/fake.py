"""A terminal on the other end of a real pty: it answers after a delay and hears everything."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

FENCE = b"\x1b[c"


@dataclass(slots=True)
class FakeTerminal:
    """`slave` is what the program gets; `heard` is what it wrote, `moments` how much there was when. `answers` are
    (delay, bytes) after `fence` was heard: DA1, our last question."""

    answers: Sequence[tuple[float, bytes]] = ()
    fence: bytes = FENCE
    on_fence: Callable[[], None] = lambda: None
    slave: int = -1
    heard: bytes = b""
    moments: list[tuple[float, int]] = field(default_factory=list)
    _master: int = -1
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[FakeTerminal]:
        self._master, self.slave = os.openpty()
        thread = threading.Thread(target=self._live)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()
            for fd in (self._master, self.slave):
                with suppress(OSError):
                    os.close(fd)

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def wait_for(self, text: bytes, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.heard:
            assert time.monotonic() < deadline, f"never heard {text!r}, only {self.heard[-2000:]!r}"
            time.sleep(0.01)

    def hang_up(self) -> None:
        """Close the line, as a dropped connection does."""
        self._stop.set()
        os.close(self._master)
        self._master = -1

    def unread(self) -> bytes:
        """What waits for the program to be read, taken away."""
        tty.setcbreak(self.slave)
        data = b""
        while select.select([self.slave], [], [], 0.05)[0]:
            data += os.read(self.slave, 4096)
        return data

    def _live(self) -> None:
        due: list[tuple[float, bytes]] = []
        asked = False
        while not self._stop.is_set():
            if select.select([self._master], [], [], 0.005)[0]:
                with suppress(OSError):
                    self.heard += os.read(self._master, 65536)
                    self.moments.append((time.monotonic(), len(self.heard)))
            if self.fence in self.heard and not asked:
                asked = True
                due = [(time.monotonic() + delay, data) for delay, data in self.answers]
                self.on_fence()
            while due and due[0][0] <= time.monotonic():
                os.write(self._master, due.pop(0)[1])
