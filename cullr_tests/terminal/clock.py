"""A clock that goes only when told to, with what is due by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Due:
    """One thing that is to happen."""

    at: float
    then: Callable[[], None]
    off: bool = False

    def cancel(self) -> None:
        self.off = True


@dataclass
class Clock:
    """`later` is the event loop's `call_later`."""

    now: float = 100.0
    due: list[Due] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float, then: Callable[[], None]) -> Due:
        self.due.append(Due(self.now + seconds, then))
        return self.due[-1]

    def go(self, seconds: float) -> None:
        """Let time pass, and all that is due meanwhile happen in its order."""
        end = self.now + seconds
        while ready := [each for each in self.due if each.at <= end and not each.off]:
            first = min(ready, key=lambda each: each.at)
            self.due.remove(first)
            self.now = max(self.now, first.at)
            first.then()
        self.now = end
