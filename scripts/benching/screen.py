"""The program on a pty, as a person starts it → seconds until the first group is shown and until all are found."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

from benching.corpus import Corpus
from benching.measured import Peak, Run, cpu
from benching.tools import Groups
from cullr.index import database, facts_json
from cullr.indexer.live_run import BY_PREVIEWS, GROUPED
from cullr.model import Kind

SIZE = (40, 140)
LIMIT = 900.0
"""Seconds."""
LOOK = 0.02
"""Seconds between two looks at the index."""
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a person sees come: the `first` group on the screen, then, as the run itself, the moment when the index
    holds every group, each of them verified, by previews where there are any that can be trusted; then the moment when
    every pixel was read (`pixels`). Keepers are chosen after that: their row is the whole report's.

    `shown` is a pattern of what only a group's line says: the beginning of the corpus' file names.
    """

    shown: str
    words: Sequence[str] = ()
    kinds: Container[str] = frozenset(Kind)
    first: list[Run | None] = field(default_factory=list)
    pixels: list[Run | None] = field(default_factory=list)
    name: str = "cullr, complete groups, fresh previews trusted"
    ours: bool = True

    def run(self, corpus: Corpus, scratch: Path) -> tuple[Run, Groups]:
        """Raises SystemExit when the program ends, or nothing comes within `LIMIT`."""
        home = scratch / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        ours, theirs = pty.openpty()
        ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        env = os.environ | {"CULLR_CACHE": str(home), "XDG_CONFIG_HOME": str(home), "TERM": "xterm-256color"}
        env.pop("TMUX", None)
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "cullr", *self.words, str(corpus.folder)], stdin=theirs, stdout=theirs,
            stderr=theirs, env=env, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        peak = Peak(process.pid)
        heard = _Heard(ours, began + LIMIT)

        def now() -> Run:
            return Run(time.perf_counter() - began, cpu(process.pid), peak.highest, 0, "")

        try:
            heard.until(lambda said: bool(re.search(self.shown.encode(), said)))
            self.first.append(now())
            index = _Index(home)
            heard.until(lambda _said: index.reached(GROUPED, BY_PREVIEWS))
            done, groups = now(), index.groups(self.kinds)
            heard.until(lambda _said: index.reached(GROUPED))
            self.pixels.append(now())
            return done, groups
        finally:
            peak.stop()
            process.send_signal(signal.SIGTERM)
            _drained(ours, process)
            os.close(ours)


class _Heard:
    """What the program writes, read at once: one that nobody reads from waits for its terminal."""

    def __init__(self, fd: int, deadline: float) -> None:
        self._fd = fd
        self._deadline = deadline
        self._said = b""

    def until(self, enough: Callable[[bytes], bool]) -> None:
        while not enough(self._said):
            if time.perf_counter() > self._deadline:
                raise SystemExit(f"nothing came in time; the end of what did: {self._said[-300:]!r}")
            if select.select([self._fd], [], [], LOOK)[0]:
                try:
                    fresh = os.read(self._fd, 1 << 16)
                except OSError:
                    raise SystemExit(f"the program ended; the end of what it said: {self._said[-1000:]!r}") from None
                if b"\x1b[c" in fresh:
                    os.write(self._fd, b"\x1b[?62;c")  # the probe at the start, answered as a plain terminal does
                self._said = ESCAPES.sub(b"", (self._said + fresh)[-(1 << 16) :])


class _Index:
    """The program's index, looked at often: asked for more than a number only where somebody has written since."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._db: sqlite3.Connection | None = None
        self._seen = -1
        self._passes: set[str] = set()

    def reached(self, *names: str) -> bool:
        """Whether one of these passes was noted, or all is done."""
        self._db = self._db or database.open_for_reading(self._home)
        if self._db is None:
            return False
        [version] = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._seen:
            self._seen = version
            rows = self._db.execute("SELECT name FROM review_pass UNION SELECT state FROM review_state").fetchall()
            self._passes = {name for (name,) in rows}
        return not {*names, "complete"}.isdisjoint(self._passes)

    def groups(self, kinds: Container[str]) -> Groups:
        assert self._db is not None
        rows = self._db.execute("SELECT kind, data FROM review_group").fetchall()
        return [[each.shot.path for each in facts_json.load(data)[1]] for kind, data in rows if kind in kinds]


def _drained(fd: int, process: subprocess.Popen[bytes]) -> None:
    """Read until it has ended: a program that nobody reads from waits for its terminal."""
    until = time.perf_counter() + 20
    while process.poll() is None:
        if time.perf_counter() > until:
            process.kill()
        if select.select([fd], [], [], 0.05)[0]:
            try:
                os.read(fd, 1 << 16)
            except OSError:
                process.wait()
