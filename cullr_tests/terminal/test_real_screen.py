"""A real app on a real pty: in what order pictures and frames reach the terminal, and what late replies do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cullr_tests.terminal.fake import FakeTerminal

PLACEHOLDER = "\U0010eeee".encode()
DRAWN = {
    "iterm": re.compile(rb"\x1b7\x1b\[(\d+);(\d+)H\x1b\]1337;File=inline=1;[^\x07]*\x07\x1b8"),
    "sixel": re.compile(rb"\x1b7\x1b\[(\d+);(\d+)H\x1bP0;1;0q[^\x1b]*\x1b\\\x1b8"),
}
KONSOLE = b"\x1bP>|Konsole 22.12.3\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;17;8t\x1b[>1;115;0c\x1b[?62;1;4c"
KITTY = b"\x1bP>|kitty(0.35.2)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;16;8t\x1b[?62;c"


def quiet(fake: FakeTerminal, seconds: float = 0.35, wanted: re.Pattern[bytes] | None = None) -> bytes:
    """What is heard until nothing more is; the `wanted` is waited for, because a busy machine pauses too."""
    start = len(fake.heard)
    deadline = time.monotonic() + 20
    while wanted and not wanted.search(fake.heard[start:]) and time.monotonic() < deadline:
        time.sleep(0.05)
    known = -1
    while known != len(fake.heard):
        known = len(fake.heard)
        time.sleep(seconds)
    return fake.heard[start:]


@contextmanager
def desk(fake: FakeTerminal, way: str, report: Path, seconds: float = 5.0) -> Iterator[FakeTerminal]:
    """The app on this terminal, 60 x 20, past its first frame; ends by `q`."""
    # Tests side by side are told 80 columns and 24 lines, and Textual believes that.
    others = {"TMUX", "NO_COLOR", "COLORTERM", "COLUMNS", "LINES"}
    env = {name: value for name, value in os.environ.items() if name not in others}
    with fake.running():
        termios.tcsetwinsize(fake.slave, (20, 60))
        process = subprocess.Popen(
            [sys.executable, "-m", "cullr_tests.terminal.screen", way, str(seconds), str(report)],
            stdin=fake.slave,
            stdout=fake.slave,
            stderr=fake.slave,
            env={**env, "TERM": "xterm-256color", "SSH_CONNECTION": "x"},
        )
        try:
            fake.wait_for(b"first line")
            quiet(fake, 0.2)  # Textual paints its first frame twice
            yield fake
            fake.type(b"q")
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("way", ["iterm", "sixel"])
def test_an_overlay_is_drawn_after_its_frame_and_again_only_when_it_was_wiped(way: str, tmp_path: Path) -> None:
    with desk(FakeTerminal([(0.0, KITTY)]), way, tmp_path / "keys") as fake:
        fake.type(b"n")
        heard = quiet(fake, wanted=DRAWN[way])
        (drawn,) = DRAWN[way].finditer(heard)
        row, column = int(drawn[1]), int(drawn[2])
        assert row >= 2 and column >= 1
        assert b"picture 1" in heard[: drawn.start()], "first the frame, then the picture"
        fake.type(b"c")
        heard = quiet(fake, wanted=re.compile(b"changed"))
        assert b"changed" in heard
        assert not DRAWN[way].search(heard), "the picture is not sent for a change elsewhere"
        fake.type(b"m")
        assert not DRAWN[way].search(quiet(fake)), "nor over a dialog"
        fake.type(b"\x1b")
        assert len(DRAWN[way].findall(quiet(fake, wanted=DRAWN[way]))) == 1, "the dialog is gone: once"
        fake.type(b"n")
        assert len(DRAWN[way].findall(quiet(fake, wanted=DRAWN[way]))) == 1


def test_konsole_wipes_a_column_beside_a_sixel_picture_so_its_words_are_written_again(tmp_path: Path) -> None:
    with desk(FakeTerminal([(0.0, KONSOLE)]), "auto", tmp_path / "keys") as fake:
        fake.type(b"n")
        heard = quiet(fake, wanted=re.compile(DRAWN["sixel"].pattern + rb"\x1b7.*\x1b8", re.DOTALL))
        (drawn,) = DRAWN["sixel"].finditer(heard)
        row, column = int(drawn[1]), int(drawn[2])
        beside = re.match(rb"\x1b7(.*)\x1b8", heard[drawn.end() :], re.DOTALL)
        assert beside
        places = re.findall(rb"\x1b\[(\d+);(\d+)H", beside[1])
        assert [int(place[0]) for place in places] == list(range(row, row + len(places)))
        assert {int(place[1]) for place in places[:-1]} == {column + 50}, "and the last line is the one below"
        assert not DRAWN["sixel"].search(quiet(fake)), "and that wipes nothing"


def test_kittys_payload_comes_before_its_placeholders_and_fits_the_line(tmp_path: Path) -> None:
    with desk(FakeTerminal([(0.0, KITTY)]), "auto", tmp_path / "keys") as fake:
        fake.type(b"n")
        heard = quiet(fake, wanted=re.compile(re.escape(PLACEHOLDER)))
        sent = re.search(rb"\x1b_Ga=T,U=1,i=(\d+)", heard)
        assert sent
        assert 0 <= sent.start() < heard.index(PLACEHOLDER)
        number = int(sent[1])
        foreground = b"38;2;%d;%d;%d" % (number >> 16, number >> 8 & 255, number & 255)
        assert foreground in heard[: heard.index(PLACEHOLDER)], "truecolor, although nobody set COLORTERM"
        assert len(heard) <= 60 << 10
        assert re.search(rb"\x1b_G", fake.heard[: -len(heard)]), "the probe's own question"


def test_replies_that_come_after_the_limit_press_no_keys(tmp_path: Path) -> None:
    """The terminal answers a second late, in two pieces, while the person types on."""
    report = tmp_path / "keys"
    late = [(1.0, KITTY[:12]), (1.2, KITTY[12:-3]), (1.5, KITTY[-3:] + b"j")]
    with desk(FakeTerminal(late), "cells", report, seconds=0.1) as fake:
        time.sleep(2.0)
        fake.type(b"k\x1b")
        time.sleep(0.5)
    assert report.read_text() == "j k escape q"


def test_keys_typed_during_the_probe_reach_the_app(tmp_path: Path) -> None:
    report = tmp_path / "keys"
    with desk(FakeTerminal([(0.2, b"j"), (0.3, KITTY)]), "auto", report):
        time.sleep(0.3)
    assert report.read_text() == "j q"
