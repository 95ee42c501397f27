"""The indexer as a child process: started first of all, given its orders, heard line by line, ended with the screen."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cullr import machine
from cullr.index import FILE

if TYPE_CHECKING:
    from cullr.settings import Settings

NICE = 5
"""While it is imported; then it goes behind everything else."""


class Child:
    """Its own process group, so that Ctrl+C in the terminal does not reach it; it ends when its stdin closes.

    What it has to import takes it a quarter second: the sooner it is made, the better. It waits for its `order`.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cullr.indexer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | machine.KEEPING_PAGES,  # its workers may be forked from it
            text=True,
        )
        with contextlib.suppress(OSError):  # from its first moment on: the screen goes first, and so do its children
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._heard: queue.SimpleQueue[Mapping[str, str]] = queue.SimpleQueue()
        self._ordered = False

    @classmethod
    def for_new(cls, cache: Path) -> Child | None:
        """One where nothing was ever read: it needs a quarter second to begin, and does so while we find out what to
        tell it. None where there is an index: what is known is shown first."""
        return None if (cache / FILE).exists() else cls()

    def order(self, roots: tuple[str, ...], settings: Settings, cache: str, *, paused: bool = False) -> None:
        """Let it work; once."""
        from dataclasses import asdict

        assert self._process.stdout is not None
        self._ordered = True
        self._tell({"roots": roots, "settings": asdict(settings), "cache": cache, "paused": paused})
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    def heard(self) -> list[Mapping[str, str]]:
        """What it said since the last call: `index` (a path), `say` (a sentence), `error` with `remedy`."""
        found: list[Mapping[str, str]] = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._heard.get_nowait())
        return found

    def looking_at(self, group: str) -> None:
        """Tell it which group is open: what the screen needs is made for that one first."""
        self._tell({"looking at": group})

    def pause(self, *, on: bool) -> None:
        """Let it embed no further picture, or go on."""
        self._tell({"pause": on})

    def _tell(self, words: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it has ended, or is being stopped
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Close its stdin, which ends it in order; kill it when that takes more than two seconds."""
        assert self._process.stdin is not None
        if not self._ordered:
            self._process.kill()  # it has nothing to end in order
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not self._ordered and self._process.stdout is not None:
            self._process.stdout.close()  # else it is the listener's

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            with contextlib.suppress(ValueError):
                message: Any = json.loads(line)
                if isinstance(message, dict):
                    self._heard.put(message)
        stream.close()
        if self._process.wait() not in {0, 1}:
            self._heard.put({"error": "the indexer stopped unexpectedly", "remedy": "Leave and start cullr again."})
