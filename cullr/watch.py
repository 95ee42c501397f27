"""Folders → "something changed": watchdog's events where the system sends them, and a look every minute anyway.

Changes made on another machine send no event through NFS or SMB, so the look is not a fallback but half the truth.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from cullr.roots import Identity, identify

REST = 0.5
"""Seconds without an event that end a burst of them: a camera writes RAW and JPEG of one shot within that."""
GLANCE = 2.0
CHANGES: list[type[FileSystemEvent]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileAttribEvent, FileMovedEvent, FileDeletedEvent, FileClosedEvent),
    *(DirCreatedEvent, DirModifiedEvent, DirAttribEvent, DirMovedEvent, DirDeletedEvent),
]
"""What the system is to tell. Not who reads what: our own workers open every photo, and to hear of that costs the
indexer as much as all its own work."""


class Watch(FileSystemEventHandler):
    """Use as a context manager around the roots."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._observer = Observer()
        self._aims: dict[Path, Identity | None] = {}
        self._watches: dict[Path, ObservedWatch] = {}
        self._changed = threading.Event()
        self._last = 0.0

    def __enter__(self) -> Watch:
        self._aim()
        with contextlib.suppress(OSError):
            self._observer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(5)

    def _aim(self) -> bool:
        """Watch the folders that are there now: a disk that was away, or a folder made anew, sends nothing to a watch
        set on what was there before. Whether any is there no more, or another one."""
        moved = False
        for root in self._roots:
            there = _identity(root)
            if root in self._aims and self._aims[root] == there:
                continue
            moved = moved or root in self._aims
            self._aims[root] = there
            with contextlib.suppress(OSError, KeyError):
                self._observer.unschedule(self._watches.pop(root))
            # Out of watches (8 192 on many systems), or a file system without events: the minute's look remains.
            with contextlib.suppress(OSError):
                self._watches[root] = self._observer.schedule(self, str(root), recursive=True, event_filter=CHANGES)
        return moved

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog's thread. Our own journal is none of the photos'."""
        if ".cullr" in Path(os.fsdecode(event.src_path)).parts:
            return
        self._last = time.monotonic()
        self._changed.set()

    def wake(self) -> None:
        """End a wait at once, as if there had been changes."""
        self._last = 0.0
        self._changed.set()

    def wait(self, seconds: float = 60.0) -> bool:
        """Block until changes came and rested, or `seconds` passed; whether there were any. Those since the last
        call count. That a root went away is seen within GLANCE: nothing tells of it."""
        deadline = time.monotonic() + seconds
        while not self._changed.wait(max(0.0, min(GLANCE, deadline - time.monotonic()))):
            if self._aim():
                return True
            if time.monotonic() >= deadline:
                return False
        while (left := self._last + REST - time.monotonic()) > 0:
            time.sleep(left)
        self._changed.clear()
        self._aim()
        return True


def _identity(root: Path) -> Identity | None:
    try:
        return identify(root.stat())
    except OSError:
        return None
