"""One line on stderr while a pass runs: how far, how fast, how long still. Nothing at all when it is no terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

EVERY = 0.1
"""Seconds between two redraws: a slow SSH line carries 80 bytes ten times a second without notice."""


class Ticker:
    """Use as a context manager; leaves the line empty."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._on = sys.stderr.isatty() and not quiet
        self._name = ""
        self._began = self._drawn = 0.0

    def __enter__(self) -> Ticker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def step(self, name: str, done: int, total: int) -> None:
        """`done` of `total` in the pass `name`; a total of 0 is unknown."""
        if not self._on:
            return
        now = time.monotonic()
        if name != self._name:
            self._name, self._began, self._drawn = name, now, 0.0
        if now - self._drawn >= EVERY:
            self._drawn = now
            sys.stderr.write(f"\r\x1b[K{line(name, done, total, now - self._began)}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away; the next step draws it again."""
        if self._on and self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = 0.0


def line(name: str, done: int, total: int, seconds: float) -> str:
    """`reading pictures  120 of 600  20%  48/s  0:10 left`; at most 79 columns."""
    rate = done / seconds if seconds > 0.2 else 0.0
    if not total:
        return f"{name}  {done:,}"
    parts = [name, f"{done:,} of {total:,}", f"{100 * done // total}%"]
    if rate:
        left = round((total - done) / rate)
        parts += [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s", f"{clock(left)} left"]
    return "  ".join(parts)


def clock(seconds: int) -> str:
    """65 → `1:05`, 3 700 → `1:01:40`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
