"""Orders → rendered pictures, beside the event loop: worker processes do the pixels, threads only wait for them.

The newest order of a key is the only one that is answered; what is merely expected comes after what is asked for.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.message import Message

from cullr.errors import CullrError
from cullr.pool.jobs import WIRE_BYTES, Job, Rendered, RenderOrder, Task
from cullr.settings import Limits

if TYPE_CHECKING:
    from cullr.pool.crew import Crew
    from cullr.pool.nursery import Nursery

NICE = 5
ROOM = 32 << 20
"""Bytes of rendered pictures that are kept, with the previews they came from: some 500 at their largest."""


class Loaded(Message):
    """The picture that `key` asked for last, or `why` there is none, in words."""

    def __init__(self, key: Hashable, order: RenderOrder, rendered: Rendered | None, why: str | None) -> None:
        super().__init__()
        self.key = key
        self.order = order
        self.rendered = rendered
        self.why = why


@dataclass(frozen=True, slots=True)
class _Answer:
    rendered: Rendered | None
    why: str | None


class PictureLoader:
    """`post` takes Loaded from any thread, as a widget's or an app's `post_message` does.

    Each of `workers` is a thread that waits and a process that renders; none is started before the first order.
    """

    def __init__(self, limits: Limits, post: Callable[[Message], object], workers: int = 2, room: int = ROOM) -> None:
        self._limits = replace(limits, workers=1)
        self._post = post
        self._workers = workers
        self._room = room
        self._changed = threading.Condition()
        self._wanted: OrderedDict[Hashable, RenderOrder] = OrderedDict()
        self._expected: list[RenderOrder] = []
        self._running: set[RenderOrder] = set()
        self._kept: OrderedDict[RenderOrder, Rendered] = OrderedDict()
        self._bytes = 0
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._held = False
        self._nursery: Nursery | None = None

    def request(self, key: Hashable, order: RenderOrder) -> Rendered | None:
        """The picture if it is at hand; else a Loaded follows, unless another request of this key comes first."""
        with self._changed:
            self._wanted.pop(key, None)
            known = self._known(order)
            if known is None and not self._closed:
                self._wanted[key] = order
                self._wake()
            return known

    def at_hand(self, order: RenderOrder) -> Rendered | None:
        """The picture if it was made already; nothing is asked for."""
        with self._changed:
            return self._known(order)

    def cancel(self, key: Hashable) -> None:
        """`key` wants nothing any more."""
        with self._changed:
            self._wanted.pop(key, None)

    def prefetch(self, orders: Sequence[RenderOrder]) -> None:
        """What will be asked for next, likeliest first, instead of what was expected before. Never answered."""
        with self._changed:
            self._expected = [order for order in orders if order not in self._kept]
            if self._expected and not self._closed:
                self._wake()

    def close(self, seconds: float = 2.0) -> None:
        """End the workers. A picture in the making is waited for that long and then left to its daemon thread."""
        with self._changed:
            self._closed = True
            self._wanted.clear()
            self._expected.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(seconds)
        if self._nursery:
            self._nursery.close()

    def hold(self, *, on: bool) -> None:
        """Begin nothing until it is off again: before the first frame, for a worker's start would delay that."""
        with self._changed:
            self._held = on
            if not on and (self._wanted or self._expected):
                self._wake()

    def _wake(self) -> None:
        if self._held:
            return
        while len(self._threads) < self._workers:
            thread = threading.Thread(target=self._lane, name="cullr-pictures", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._changed.notify()

    def _lane(self) -> None:
        from cullr.pool.crew import Crew
        from cullr.pool.nursery import Nursery

        with contextlib.suppress(OSError):  # of this thread and its worker, on Linux: keys go before pictures
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        with self._changed:
            self._nursery = self._nursery or Nursery()  # its import, too, is for this thread
        with Crew(self._limits, nursery=self._nursery, shared=True) as crew:
            while (order := self._next()) is not None:
                self._done(order, _rendered(crew, order))

    def _next(self) -> RenderOrder | None:
        """The next order to render: the one asked for last, because the eye is there, but no sharper picture before
        another's first look; None at the end."""
        with self._changed:
            while not self._closed:
                order = self._first()
                if order is not None:
                    self._running.add(order)
                    return order
                self._changed.wait()
            return None

    def _first(self) -> RenderOrder | None:
        free = [order for order in reversed(self._wanted.values()) if order not in self._running]
        if free:
            return next((order for order in free if order.budget < WIRE_BYTES), free[0])
        while self._expected:
            order = self._expected.pop(0)
            if order not in self._running and order not in self._kept:
                return order
        return None

    def _done(self, order: RenderOrder, answer: _Answer) -> None:
        with self._changed:
            self._running.discard(order)
            if answer.rendered is not None:
                self._keep(order, answer.rendered)
            keys = [key for key, wanted in self._wanted.items() if wanted == order]
            for key in keys:
                del self._wanted[key]
        for key in keys:
            self._post(Loaded(key, order, answer.rendered, answer.why))

    def _known(self, order: RenderOrder) -> Rendered | None:
        known = self._kept.get(order)
        if known is not None:
            self._kept.move_to_end(order)
        return known

    def _keep(self, order: RenderOrder, rendered: Rendered) -> None:
        if order in self._kept:
            return
        self._kept[order] = rendered
        self._bytes += _size(order, rendered)
        while self._bytes > self._room and len(self._kept) > 1:
            self._bytes -= _size(*self._kept.popitem(last=False))


def _size(order: RenderOrder, rendered: Rendered) -> int:
    sources = (order.source, order.against)
    return len(rendered.data) + sum(len(source) for source in sources if isinstance(source, bytes))


def _rendered(crew: Crew, order: RenderOrder) -> _Answer:
    try:
        outcome = next(crew.run(Job.RENDER, [Task(0, "", order)]))
    except CullrError as error:
        return _Answer(None, error.message)
    return _Answer(outcome.value if isinstance(outcome.value, Rendered) else None, outcome.why)
