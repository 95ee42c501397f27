"""A slow line between two ends of TCP on this machine: every byte arrives `delay` later, and `rate` of them a second.

Each way has a buffer of 0.1 s, as a router has: who sends more waits. What went through is counted.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress

BUFFER_S = 0.1
SEGMENT = 1448  # what one Ethernet frame carries
WINDOW = 32768  # the kernel's own buffers here are megabytes, which no line of this speed would get


class Line:
    """Listens on `port` and carries every connection to `target` until it is closed."""

    def __init__(self, target: int, delay: float = 0.075, rate: int = 250_000) -> None:
        self._target = target
        self._delay = delay
        self._rate = rate
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.up = 0
        self.down = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection at once, whatever was under way."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listening.accept()
                far = socket.socket()
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
                self._ends += [near, far]
                far.connect(("127.0.0.1", self._target))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._carry(near, far, upwards=True)
                self._carry(far, near, upwards=False)

    def _carry(self, source: socket.socket, sink: socket.socket, *, upwards: bool) -> None:
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._take, args=(source, under_way, upwards), daemon=True).start()
        threading.Thread(target=self._give, args=(sink, under_way), daemon=True).start()

    def _take(self, source: socket.socket, under_way: queue.SimpleQueue[tuple[float, bytes]], upwards: bool) -> None:
        free = 0.0
        data = b"first"
        while data:
            try:
                data = source.recv(SEGMENT)
            except OSError:
                data = b""
            now = time.monotonic()
            free = max(now, free) + len(data) / self._rate
            under_way.put((free + self._delay, data))
            if upwards:
                self.up += len(data)
            else:
                self.down += len(data)
            time.sleep(max(0.0, free - now - BUFFER_S))

    def _give(self, sink: socket.socket, under_way: queue.SimpleQueue[tuple[float, bytes]]) -> None:
        with suppress(OSError):  # the other end is gone
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
