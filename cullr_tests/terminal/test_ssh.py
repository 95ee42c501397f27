"""The real program through a real sshd over a slow line: 150 ms there and back, 250 KB/s each way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr_tests import pictures
from cullr_tests.terminal.far import login, sshd
from cullr_tests.terminal.line import Line
from cullr_tests.terminal.test_tmux_review import Tmux, complete
from cullr_tests.tui.reviewing import names, shoot

SIZE = (100, 40)
LISTED = re.compile(r"^ [=≈] (\S+\.jpg)")
OPENED = re.compile(r"┃✓ (\S+\.jpg)")
COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
BACKGROUND = re.compile(r"\b48;(?:5;\d+|2;\d+;\d+;\d+)")
MOVES = 20
RESTS = 4
GROUP_BYTES = 26_000
"""What opening a group may cost: its words, and two pictures of coloured cells, 10 kB a time."""


class Remote:
    """A person's terminal, the line, and the server that keeps the photos."""

    def __init__(self, own: Path, line: Line) -> None:
        self.tmux = Tmux(own / "tmux", own)
        self.line = line
        self._own = own

    def start(self, root: Path, groups: int, *, again: bool = False) -> list[str]:
        """What is listed once all is read."""
        ssh = login(self._own, self.line.port, f"TERM=xterm-256color {sys.executable} -m cullr {root}")
        width, height = map(str, SIZE)
        here = f"{ssh}; echo GONE=$?; exec sleep 60"
        self.tmux.run(*(["respawn-pane", "-k"] if again else ["new-session", "-d", "-x", width, "-y", height]), here)
        whole = self.tmux.until(lambda text: complete(text) and len(listed(text)) == groups)
        assert f"{groups} groups" in whole
        return listed(whole)

    def cursor(self) -> str:
        """The list's line on a ground unlike the others'."""
        grounds: dict[str, str] = {}
        for line in self.tmux.screen(colours=True).splitlines():
            if found := LISTED.match(COLOUR.sub("", line)):
                before = " ".join(COLOUR.findall(line[: line.index(found[1])]))
                grounds[found[1]] = (BACKGROUND.findall(before) or [""])[-1]
        often = Counter(grounds.values()).most_common(1)
        alone = [title for title, ground in grounds.items() if ground != often[0][0]] if often else []
        return alone[0] if len(alone) == 1 else ""

    def opened(self) -> str:
        found = OPENED.search(self.tmux.screen())
        return found[1] if found else ""

    def arrive(self, title: str, seconds: float = 30.0) -> None:
        """Wait until the cursor is on this group, and the group's first card is drawn."""
        deadline = time.monotonic() + seconds
        while (on := self.cursor()) != title:
            assert time.monotonic() < deadline, f"the cursor is on {on!r}, not on {title!r}"
            time.sleep(0.02)
        while (open_ := self.opened()) != title:
            assert time.monotonic() < deadline, f"{open_!r} is open, not {title!r}"
            time.sleep(0.02)

    def quiet(self, seconds: float = 1.0) -> int:
        """How many bytes had come when none came for this long."""
        known = -1
        while known != self.line.down:
            known = self.line.down
            time.sleep(seconds)
        return known

    def client(self) -> int:
        """The process that is ssh."""
        children = Path("/proc").glob("[0-9]*/cmdline")
        port = str(self.line.port).encode()
        for entry in children:
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == b"ssh" and port in words:
                return int(entry.parent.name)
        raise AssertionError("no ssh runs")

    def gone(self, seconds: float = 60.0) -> None:
        """Wait until neither the program nor its indexer is left."""
        deadline = time.monotonic() + seconds
        while left := self.tmux.pids("cullr") + self.tmux.pids("cullr.indexer"):
            assert time.monotonic() < deadline, f"outlived the line: {left}"
            time.sleep(0.05)


def listed(screen: str) -> list[str]:
    """The groups' names, from the top."""
    return [found[1] for line in screen.splitlines() if (found := LISTED.match(line))]


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    with sshd(tmp_path) as port:
        line = Line(port)
        opened = Remote(tmp_path, line)
        yield opened
        opened.tmux.run("kill-server")
        line.close()
        opened.gone()


def copies(root: Path, groups: int) -> Path:
    """As many groups of two of the same bytes."""
    for number in range(groups):
        pictures.save(root / f"g{number:02}.jpg", pictures.scene(number), quality=85)
        shutil.copy2(root / f"g{number:02}.jpg", root / f"h{number:02}.jpg")
    return root


def test_groups_cursor_approve_and_undo_work_through_sshd(remote: Remote, tmp_path: Path) -> None:
    root = shoot(tmp_path / "shoot")
    before = names(root)
    first, second, _ = remote.start(root, 3)
    remote.arrive(first)
    assert not (root / ".cullr").exists(), "the terminal's answers were taken for keys that decide"
    remote.tmux.press("Down")
    remote.arrive(second)
    remote.tmux.press("Enter")
    remote.tmux.until(lambda text: "Moved 1 shot (1 file" in text)
    assert len(names(root)) == len(before) - 1
    remote.tmux.press("C-z")
    remote.tmux.until(lambda text: "Took back 1 file" in text)
    assert names(root) == before
    remote.tmux.press("q")
    remote.tmux.until(lambda text: "EXIT=0" in text and "GONE=0" in text)


@pytest.mark.parametrize("way", ["the client is killed", "the line is cut"])
def test_a_dropped_line_leaves_no_process_and_the_next_start_resumes(remote: Remote, tmp_path: Path, way: str) -> None:
    root = shoot(tmp_path / "shoot")
    last = remote.start(root, 3)[-1]
    places = tmp_path / "cache/places"
    remote.tmux.until(lambda _: list(places.glob("*.json")))
    [noted] = places.glob("*.json")
    before = noted.read_bytes()
    remote.tmux.press("End")
    remote.arrive(last)
    remote.tmux.until(lambda _: noted.read_bytes() not in {b"", before})
    assert remote.tmux.pids("cullr.indexer")
    if way == "the client is killed":
        os.kill(remote.client(), signal.SIGKILL)
    else:
        remote.line.cut()
    remote.gone()
    remote.start(root, 3, again=True)
    remote.tmux.until(lambda text: "Back where you left" in text)
    remote.arrive(last)


def test_groups_passed_by_cost_their_lines_and_the_one_rested_on_its_pictures(remote: Remote, tmp_path: Path) -> None:
    titles = remote.start(copies(tmp_path / "shoot", MOVES + 4), MOVES + 4)
    remote.arrive(titles[0])
    began = remote.quiet()
    remote.tmux.press(*["Down"] * MOVES)
    remote.arrive(titles[MOVES])
    passed = remote.quiet() - began
    began = remote.line.down
    for number in reversed(range(MOVES - RESTS, MOVES)):
        remote.tmux.press("Up")
        remote.arrive(titles[number])
        remote.quiet()
    rested = (remote.line.down - began) / RESTS
    sys.stdout.write(f"{passed} bytes for {MOVES} moves in one go, {rested:.0f} for one with a rest after it\n")
    assert passed <= 2 * GROUP_BYTES
    assert rested <= GROUP_BYTES
