"""Pictures take turns on a slow line, what the eye is on first: no more than one of them is ever on its way.

A key pressed meanwhile is then answered after one picture at most, and what is asked for no longer is never sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable

PACE = 220_000
"""Bytes a second that are put on the line: somewhat less than 250 KB/s, for the words go the same way."""


class Turns:
    """One per driver, on its event loop. Without a `pace` nobody waits; `later` calls back after so many seconds."""

    def __init__(
        self,
        pace: float | None,
        clock: Callable[[], float] = time.monotonic,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._later = later or (lambda seconds, then: asyncio.get_running_loop().call_later(seconds, then))
        self._waiting: dict[tuple[Hashable, int], Callable[[], int]] = {}
        self._free = 0.0
        self._woken = False

    def ask(self, owner: Hashable, rank: int, go: Callable[[], int]) -> None:
        """`go` sends, and tells how many bytes that was; the lowest rank goes first. A newer wish of this owner and
        rank replaces the older one."""
        if self._pace is None:
            go()
            return
        self._waiting.pop((owner, rank), None)
        self._waiting[owner, rank] = go
        self._run()

    def drop(self, owner: Hashable) -> None:
        """It wants nothing any more."""
        for key in [key for key in self._waiting if key[0] == owner]:
            del self._waiting[key]

    def _wake(self) -> None:
        self._woken = False
        self._run()

    def _run(self) -> None:
        pace = self._pace or 1.0
        while self._waiting and self._clock() >= self._free:
            first = min(self._waiting, key=lambda key: key[1])
            sent = self._waiting.pop(first)()
            self._free = self._clock() + sent / pace
        if self._waiting and not self._woken:
            self._woken = True
            self._later(max(0.0, self._free - self._clock()), self._wake)
