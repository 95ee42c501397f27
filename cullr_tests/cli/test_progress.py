"""Progress on a real terminal, silence anywhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from cullr.cli.progress import clock, line
from cullr_tests import pictures


def in_terminal(*words: str) -> tuple[str, str]:
    """stdout, and what the terminal on stderr received."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-m", "cullr", *words], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    assert child.stdout is not None
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the last writer closed the terminal
            break
        if not part:
            break
        shown += part
    os.close(ours)
    out = child.stdout.read().decode()
    child.stdout.close()
    assert child.wait() == 0
    return out, shown.decode()


def shoot(root: Path) -> str:
    for seed in range(12):
        pictures.save(root / f"{seed}.png", pictures.scene(seed, 900, 700))
    return str(root)


def test_a_terminal_sees_each_pass_and_an_empty_line_at_the_end(tmp_path: Path) -> None:
    out, shown = in_terminal("report", "--format", "csv", shoot(tmp_path / "a"))
    assert "reading pictures  " in shown
    assert " of 12" in shown
    assert shown.endswith("\r\x1b[K")
    assert "\x1b" not in out


def test_quiet_is_quiet_and_a_pipe_sees_nothing(tmp_path: Path) -> None:
    root = shoot(tmp_path / "a")
    assert in_terminal("report", "-q", "--format", "csv", root)[1] == ""
    done = subprocess.run([sys.executable, "-m", "cullr", "report", root], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_progress_tells_rate_and_time_left() -> None:
    assert line("reading pictures", 120, 600, 2.5) == "reading pictures  120 of 600  20%  48/s  0:10 left"
    assert line("looking for photos", 1200, 0, 1.0) == "looking for photos  1,200"
    assert line("reading pictures", 1, 600, 0.1) == "reading pictures  1 of 600  0%"
    assert clock(3725) == "1:02:05"
