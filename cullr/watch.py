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

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

REST = 0.5
"""Seconds without an event that end a burst of them: a camera writes RAW and JPEG of one shot within that."""
READS = frozenset({"opened", "closed_no_write"})


class Watch(FileSystemEventHandler):
    """Use as a context manager around the roots."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._observer = Observer()
        self._changed = threading.Event()
        self._last = 0.0

    def __enter__(self) -> Watch:
        for root in self._roots:
            # Out of watches (8 192 on many systems), or a file system without events: the minute's look remains.
            with contextlib.suppress(OSError):
                self._observer.schedule(self, str(root), recursive=True)
        with contextlib.suppress(OSError):
            self._observer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(5)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog's thread. Reading is no change, and our own journal is none of the photos'."""
        if event.event_type in READS or ".cullr" in Path(os.fsdecode(event.src_path)).parts:
            return
        self._last = time.monotonic()
        self._changed.set()

    def wake(self) -> None:
        """End a wait at once, as if there had been changes."""
        self._last = 0.0
        self._changed.set()

    def wait(self, seconds: float = 60.0) -> bool:
        """Block until changes came and rested, or `seconds` passed; whether there were any. Those since the last
        call count."""
        if not self._changed.wait(seconds):
            return False
        while (left := self._last + REST - time.monotonic()) > 0:
            time.sleep(left)
        self._changed.clear()
        return True
