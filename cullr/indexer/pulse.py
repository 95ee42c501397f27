"""Work that is done now and then while something longer goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 2.0
"""Seconds between two publications while pictures are read, at least."""
RARELY = 5
"""Times as long as the work takes, at least, until the next: a sixth of one core goes into it, and what the end has
still to do, which no worker can help with, stays short."""


class Pulse:
    """Calls the work at most every `EVERY` seconds, and never so that it takes more than a sixth of the time."""

    def __init__(self, work: Callable[[], object], *, at_once: bool = False) -> None:
        self._work = work
        self._next = time.monotonic() + (0.0 if at_once else EVERY)

    def __call__(self) -> None:
        began = time.monotonic()
        if began >= self._next:
            self._work()
            ended = time.monotonic()
            self._next = ended + max(EVERY, RARELY * (ended - began))
