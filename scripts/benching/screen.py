"""The program on a pty, as a person starts it → seconds until the first group is on the screen."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

from benching.corpus import Corpus
from benching.measured import Peak, Run

SIZE = (40, 140)
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")


def first_group(corpus: Corpus, shown: str, scratch: Path, *, limit: float = 600.0) -> Run:
    """`shown` is a pattern of what only a group's line says: the beginning of the corpus' file names.

    CPU is the program's own, without the indexer beside it. Raises SystemExit when nothing comes within `limit`.
    """
    home = scratch / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    env = os.environ | {"CULLR_CACHE": str(home), "XDG_CONFIG_HOME": str(home), "TERM": "xterm-256color"}
    env.pop("TMUX", None)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cullr", str(corpus.folder)], stdin=theirs, stdout=theirs, stderr=theirs, env=env,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    peak = Peak(process.pid)
    try:
        wall = _until(ours, re.compile(shown.encode()), began, limit)
    finally:
        memory = peak.stop()
        process.send_signal(signal.SIGTERM)
        _drained(ours, process)
        os.close(ours)
    return Run(wall, 0.0, memory, 0, "")


def _until(fd: int, wanted: re.Pattern[bytes], began: float, limit: float) -> float:
    heard = b""
    while not wanted.search(ESCAPES.sub(b"", heard)):
        if time.perf_counter() - began > limit:
            raise SystemExit(f"no group came within {limit:.0f} s; the end of what did: {heard[-300:]!r}")
        if select.select([fd], [], [], 0.5)[0]:
            try:
                fresh = os.read(fd, 1 << 16)
            except OSError:
                raise SystemExit(f"the program ended; the end of what it said: {heard[-1000:]!r}") from None
            if b"\x1b[c" in fresh:
                os.write(fd, b"\x1b[?62;c")  # the probe at the start, answered as a plain terminal does
            heard += fresh
    return time.perf_counter() - began


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
