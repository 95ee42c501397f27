"""The real program in a real terminal: tmux draws, tmux types, and what the person would see is asserted on."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cullr_tests.terminal.glass import Cell, Glass
from cullr_tests.tui.reviewing import names, shoot


class Tmux:
    """One window of a server of its own."""

    def __init__(self, socket: Path, own: Path) -> None:
        self._socket = str(socket)
        self._own = own
        self._environment = {"CULLR_CACHE": str(own / "cache"), "XDG_CONFIG_HOME": str(own / "config")}

    def run(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, "-f", "/dev/null", *words], capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace")

    def start(self, *roots: Path, size: tuple[int, int] = (100, 30), env: dict[str, str] | None = None) -> None:
        given = " ".join(f"{name}={shlex.quote(value)}" for name, value in {**self._environment, **(env or {})}.items())
        command = f"{shlex.quote(sys.executable)} -m cullr {' '.join(shlex.quote(str(root)) for root in roots)}"
        line = f"env {given} {command}; echo EXIT=$?; exec sleep 60"
        self.run("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), line)

    def press(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def screen(self, *, colours: bool = False) -> str:
        return self.run("capture-pane", "-p", *(["-e", "-N"] if colours else []))

    def until(self, holds: Callable[[str], object], seconds: float = 30.0) -> str:
        deadline = time.monotonic() + seconds
        while not holds(screen := self.screen()):
            assert time.monotonic() < deadline, f"it did not come:\n{screen}"
            time.sleep(0.05)
        return screen

    def quiet(self, seconds: float = 30.0) -> None:
        """Wait until every thread of the program and of tmux sleeps, five times in a row: what was typed is worked
        off and what was drawn has arrived. On a loaded machine an Escape and the next key may else be read as one."""
        deadline = time.monotonic() + seconds
        server = int(self.run("display-message", "-p", "#{pid}"))
        calm = 0
        while calm < 5:
            assert time.monotonic() < deadline, f"it never rests:\n{self.screen()}"
            time.sleep(0.02)
            states = [state for pid in {server, *self.pids()} for state in thread_states(pid)]
            calm = calm + 1 if all(state == "S" for state in states) else 0

    def pids(self, word: str = "") -> list[int]:
        """Processes of this test's own with this word in their command."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                    environ = (entry / "environ").read_bytes()
                except OSError:
                    continue
                if (not word or word.encode() in command) and str(self._own).encode() in environ:
                    found.append(int(entry.name))
        return found


def thread_states(pid: int) -> list[str]:
    """What the kernel says of each thread: R runs or waits for a core, S sleeps, D waits for a disk."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found.append((task / "stat").read_text().rpartition(")")[2].split()[0])
    return found


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    opened = Tmux(tmp_path / "tmux", tmp_path)
    yield opened
    opened.run("kill-server")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


def complete(screen: str) -> bool:
    return "✓ complete" in screen


def test_start_approve_undo_resize_and_quit_in_a_real_terminal(tmux: Tmux, root: Path) -> None:
    before = names(root)
    tmux.start(root)
    tmux.until(lambda text: complete(text) and "b0.jpg" in text)
    tmux.press("Tab")
    tmux.until(lambda text: "same bytes" in text)
    tmux.press("Enter")
    tmux.until(lambda text: "Moved 1 shot (2 files" in text)
    assert len(names(root)) == len(before) - 2
    tmux.press("C-z")
    tmux.until(lambda text: "Took back 2 files" in text)
    assert names(root) == before
    tmux.run("resize-window", "-x", "50", "-y", "12")
    tmux.until(lambda text: "cullr needs 60×16 cells" in text)
    tmux.run("resize-window", "-x", "80", "-y", "24")
    tmux.until(lambda text: "approve" in text and "cullr needs" not in text)
    tmux.press("q")
    tmux.until(lambda text: "EXIT=0" in text)
    assert tmux.pids("cullr.indexer") == []


def test_what_is_left_out_on_the_line_is_missed_nowhere_and_ctrl_l_wipes_what_others_wrote(
    tmux: Tmux, root: Path
) -> None:
    """After keys, a dialog, another screen, another size: the screen is what a whole repaint makes it."""
    tmux.start(root)
    tmux.until(lambda text: complete(text) and "b0.jpg" in text)
    for keys in (
        "j",
        "j",
        "l",
        "k",
        "?",
        "Escape",
        "Tab",
        "T",
        "R",
        "Escape",
        "c",
        "l",
        "Escape",
        "G",
        "/",
        "b",
        "Enter",
    ):
        tmux.press(keys)
        tmux.quiet()
    tmux.run("resize-window", "-x", "110", "-y", "34")
    tmux.until(lambda text: max(map(len, text.splitlines())) > 100 and "approve" in text)
    seen = still(tmux)
    tty = tmux.run("display-message", "-p", "#{pane_tty}").strip()
    Path(tty).write_text("\x1b7\x1b[4;3H\x1b[41mWRITTEN BY ANOTHER\x1b[m\x1b8")
    tmux.until(lambda text: "WRITTEN BY ANOTHER" in text)
    tmux.press("C-l")
    tmux.until(lambda text: "WRITTEN BY ANOTHER" not in text)
    assert blanks_alike(still(tmux)) == blanks_alike(seen)


def still(tmux: Tmux) -> str:
    """The screen with its codes once all pictures have come."""
    before, screen = "", tmux.screen(colours=True)
    while screen != before:
        time.sleep(0.5)
        tmux.quiet()
        before, screen = screen, tmux.screen(colours=True)
    return screen


def blanks_alike(screen: str) -> dict[tuple[int, int], Cell]:
    """What is seen: the letter's colour of a blank is not."""
    glass = Glass()
    for number, line in enumerate(screen.split("\n")):
        glass.feed(f"\x1b[{number + 1}H{line}")  # tmux keeps the pen from line to line
    return glass.cells


def test_a_dropped_line_ends_the_child_and_the_next_start_is_where_one_left(tmux: Tmux, root: Path) -> None:
    tmux.start(root)
    tmux.until(lambda text: complete(text) and "d0.jpg" in text)
    tmux.press("End")
    tmux.until(lambda text: "shot 1 of" in text)
    last = [line for line in tmux.screen().splitlines() if ".jpg" in line]
    assert last
    time.sleep(1.6)  # the cursor rests for a second before its place is noted
    [indexer] = tmux.pids("cullr.indexer")
    assert indexer
    tmux.run("kill-server")
    deadline = time.monotonic() + 8
    while tmux.pids("cullr.indexer") or tmux.pids("cullr"):
        assert time.monotonic() < deadline, "the child outlived its screen"
        time.sleep(0.05)
    tmux.start(root)
    tmux.until(lambda text: "Back where you left" in text)


def test_sigterm_leaves_the_terminal_as_it_was(tmux: Tmux, root: Path) -> None:
    tmux.start(root)
    tmux.until(lambda text: "cullr" in text and "approve" in text)
    [program] = tmux.pids("cullr")
    os.kill(program, signal.SIGTERM)
    text = tmux.until(lambda text: "EXIT=143" in text)
    assert "approve" not in text
    assert tmux.pids("cullr.indexer") == []


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "xterm-256color", "COLORTERM": ""}])
def test_marks_can_be_told_without_colour_and_with_256_of_them(tmux: Tmux, root: Path, env: dict[str, str]) -> None:
    tmux.start(root, env=env)
    text = tmux.until(lambda text: complete(text) and "a0.jpg" in text)
    assert "✓" in text
    assert "✗" in text
    shown = tmux.screen(colours=True)
    if "NO_COLOR" not in env:
        assert "38;5;" in shown
    assert "38;2;" not in shown or "NO_COLOR" in env
    tmux.press("q")
    tmux.until(lambda text: "EXIT=0" in text)


def test_a_start_with_wrong_keys_is_a_sentence_and_exit_code_2(tmux: Tmux, root: Path) -> None:
    (root / "cullr.toml").write_text('[keys]\nkepe = "p"\n')
    tmux.start(root)
    # The terminal breaks lines where it likes, and a blank at the break is lost.
    said = "".join(tmux.until(lambda text: "EXIT=2" in text).split())
    assert "cullr.toml:2:unknownaction'kepe'in[keys]" in said
    assert "Didyoumean'keep'?" in said
