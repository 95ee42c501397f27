"""Errands that wait for the disk, done one after another behind the screen, in the order they were given.

The event loop never waits; what an errand finds out comes back to it. An errand that fails is told, and the next runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cullr.errors import CullrError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Errand(Generic[T]):
    """`do` runs in a thread, then `done` with its result, or `failed` with a sentence, on the event loop.

    `ready` is asked on the event loop just before: what it returns goes to `do`; None drops the errand.
    """

    what: str
    ready: Callable[[], Callable[[], T] | None]
    done: Callable[[T], None]
    failed: Callable[[str], None]


class Clerk:
    """`waiting` errands are not finished yet; `doing` says what is under way, empty when nothing is."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._queue: asyncio.Queue[Errand[object]] = asyncio.Queue()
        self._changed = changed
        self.waiting = 0
        self.doing = ""

    def give(self, errand: Errand[T]) -> None:
        """Queue it."""
        self.waiting += 1
        self._queue.put_nowait(errand)  # type: ignore[arg-type]
        self._changed()

    async def work(self) -> None:
        """Serve for as long as the screen lives."""
        while True:
            errand = await self._queue.get()
            self.doing = errand.what
            self._changed()
            try:
                await self._run(errand)
            finally:
                self.waiting -= 1
                self.doing = ""
                self._queue.task_done()
                self._changed()

    async def finish(self) -> None:
        """Wait until nothing is left to do."""
        await self._queue.join()

    @staticmethod
    async def _run(errand: Errand[object]) -> None:
        do = errand.ready()
        if do is None:
            return
        try:
            result = await asyncio.to_thread(do)
        except CullrError as error:
            errand.failed(f"{error.message}. {error.remedy}".replace("..", "."))
        except OSError as error:
            errand.failed(f"the disk refused: {error.strerror or error}")
        else:
            errand.done(result)
