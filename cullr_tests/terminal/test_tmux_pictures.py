"""Pictures through tmux: a real tmux between the program and a terminal that says it is kitty."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
import termios
from base64 import b64decode
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from struct import pack

import pytest
from PIL import Image

from cullr.tui.terminal.shown import PLACEHOLDER
from cullr_tests import pictures
from cullr_tests.terminal import sent
from cullr_tests.terminal.fake import FakeTerminal
from cullr_tests.terminal.far import CELL, settled
from cullr_tests.terminal.test_tmux_review import Tmux

SENT = re.compile(rb"\x1b_Ga=T,U=1,i=(\d+)")
DELETED = re.compile(rb"\x1b_Ga=d,d=I,i=(\d+),q=2\x1b\\")

KITTY = b"\x1b[>1;4000;41c\x1bP>|kitty(0.41.1)\x1b\\"
"""What tmux asks for; anything else it would take for keys."""


class Outside:
    """tmux on a terminal of ours, cullr within."""

    def __init__(self, tmux: Tmux, fake: FakeTerminal) -> None:
        self.tmux = tmux
        self.fake = fake

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tmux.press(key)
            settled(self.fake, 0.6)

    def size(self, columns: int, rows: int) -> None:
        ioctl(self.fake.slave, termios.TIOCSWINSZ, pack("HHHH", rows, columns, columns * CELL[0], rows * CELL[1]))
        settled(self.fake, 1.0)

    @property
    def shown(self) -> set[int]:
        """The numbers of the pictures on the screen, by the colours of their placeholders."""
        found = set()
        pen = ""
        for code, text in re.findall(r"(\x1b\[[\d;:]*m)?([^\x1b]*)", self.tmux.screen(colours=True)):
            pen = _pen(code, pen)
            if PLACEHOLDER in text:
                found.add(int(pen))
        return found

    @property
    def held(self) -> set[int]:
        """What the terminal was given and not told to forget."""
        last = {int(match[1]): match.start() for match in SENT.finditer(self.fake.heard)}
        gone = {int(match[1]): match.start() for match in DELETED.finditer(self.fake.heard)}
        return {number for number, at in last.items() if gone.get(number, -1) < at}


def _pen(code: str, before: str) -> str:
    """The number that a foreground carries, after this code."""
    if wide := re.search(r"38[;:]2[;:](\d+)[;:](\d+)[;:](\d+)", code):
        red, green, blue = map(int, wide.groups())
        return str(red << 16 | green << 8 | blue)
    if narrow := re.search(r"38[;:]5[;:](\d+)", code):
        return narrow[1]
    return "0" if re.search(r"\x1b\[(0|39)?m", code) else before


@pytest.fixture(params=["256 colours", "truecolor"])
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outside]:
    for group in range(3):
        for shot in range(3):
            pictures.save(tmp_path / f"shoot/g{group}_{shot}.jpg", pictures.scene(group, 600, 400), quality=80 - shot)
    colours = "set -as terminal-features ',*:RGB'\n" if request.param == "truecolor" else ""
    (tmp_path / "tmux.conf").write_text(
        f"set -g allow-passthrough on\nset -g default-terminal tmux-256color\n{colours}"
    )
    tmux, fake = Tmux(tmp_path / "tmux", tmp_path), FakeTerminal([(0.0, KITTY)], b"\x1b[>q")
    given = f"CULLR_CACHE={tmp_path}/cache XDG_CONFIG_HOME={tmp_path}/config"
    program = f"env {given} {shlex.quote(sys.executable)} -m cullr {tmp_path}/shoot; echo EXIT=$?; exec sleep 60"
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", str(tmp_path / "tmux.conf"), "new-session", program]
    with fake.running():
        opened = Outside(tmux, fake)
        ioctl(fake.slave, termios.TIOCSWINSZ, pack("HHHH", 36, 120, 1200, 720))
        environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": str(tmp_path)}
        client = subprocess.Popen(command, stdin=fake.slave, stdout=fake.slave, stderr=fake.slave, env=environment)
        try:
            tmux.until(lambda text: "complete" in text)
            settled(fake)
            yield opened
        finally:
            tmux.run("kill-server")
            client.wait(10)


def test_the_whole_review_through_tmux_shows_every_picture_and_leaves_none_behind(outside: Outside) -> None:
    start = outside.fake.heard
    assert b"\x1bPtmux" not in start, "tmux takes its wrapping off"
    assert b"\x1b\x1b_G" not in start, "and halves the doubled escapes"
    for each in sent.pictures("kitty", start):
        Image.open(io.BytesIO(b64decode(sent.payload(start, each)))).verify()
    assert len(outside.shown) == 4, "a large picture and three cards"
    assert outside.shown <= outside.held
    for keys in (["j"], ["j"], ["k"], ["l"], ["n"], ["Escape"], ["c"], ["z"], ["Escape"], ["?"], ["Escape"], ["x"]):
        outside.press(*keys)
        if keys != ["?"]:
            assert len(outside.shown) >= 2, keys
            assert outside.shown <= outside.held, f"{keys}: placeholders of a picture that was never sent"
    outside.size(90, 30)
    assert len(outside.shown) >= 2
    assert outside.shown <= outside.held
    outside.tmux.press("q")
    outside.tmux.until(lambda text: "EXIT=0" in text)
    settled(outside.fake, 0.5)
    assert outside.shown == set()
    assert outside.held == set(), "the terminal is told to forget them all"


def test_without_passthrough_coloured_cells_are_shown_and_the_help_says_why(outside: Outside) -> None:
    outside.tmux.press("q")
    outside.tmux.until(lambda text: "EXIT=0" in text)
    outside.tmux.run("set", "-g", "allow-passthrough", "off")
    before = len(outside.fake.heard)
    outside.tmux.run("respawn-pane", "-k")
    outside.tmux.until(lambda text: "complete" in text and "EXIT" not in text)
    settled(outside.fake)
    assert not SENT.search(outside.fake.heard[before:])
    assert outside.shown == set()
    outside.press("?", "End")
    assert "allow-passthrough on" in " ".join(outside.tmux.screen().split())
