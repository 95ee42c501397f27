"""The probe against a terminal on a real pty that answers at once, late, in pieces, or never."""

from __future__ import annotations

import fcntl
import os
import shlex
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cullr.tui.terminal import probe, tmux
from cullr_tests.terminal.fake import FakeTerminal

FOOT = b"\x1bP>|foot(1.18.1)\x1b\\\x1b[6;19;9t\x1b[>1;011801;0c\x1b[?62;4;22;28;29c"
ENV = {"TERM": "xterm-256color"}


@pytest.mark.parametrize("delay", [0.0, 0.15, 1.0])
def test_a_slow_line_is_waited_for_and_not_longer(delay: float) -> None:
    with FakeTerminal([(delay, FOOT)]).running() as fake:
        start = time.monotonic()
        terminal = probe(fake.slave, fake.slave, 5.0, ENV)
        took = time.monotonic() - start
        left = fake.unread()
    assert (terminal.name, terminal.pictures, terminal.answered) == ("foot", "sixel", True)
    assert terminal.cell_pixels == (9, 19)
    assert delay <= took < delay + 1.0
    assert left == b""


def test_a_silent_terminal_costs_the_limit_and_gets_cells() -> None:
    with FakeTerminal().running() as fake:
        start = time.monotonic()
        terminal = probe(fake.slave, fake.slave, 0.3, ENV)
        took = time.monotonic() - start
    assert (terminal.pictures, terminal.answered) == ("cells", False)
    assert terminal.why == "cells: the terminal did not answer in time"
    assert 0.3 <= took < 1.0


def test_keys_typed_during_the_probe_are_kept_in_order() -> None:
    name, rest = FOOT[:18], FOOT[18:]
    answers = [(0.05, name[:7]), (0.1, name[7:]), (0.15, b"k\r\x1b[B"), (0.2, rest[:5]), (0.25, rest[5:] + b"x")]
    with FakeTerminal(answers).running() as fake:
        fake.type(b"j")
        terminal = probe(fake.slave, fake.slave, 5.0, ENV)
    assert (terminal.name, terminal.pictures, terminal.cell_pixels) == ("foot", "sixel", (9, 19))
    assert terminal.typed == b"jk\r\x1b[Bx"


@pytest.mark.parametrize("half", [b"\x1b[?62;4", b"\x1b"])
def test_half_a_reply_at_the_limit_is_handed_on(half: bytes) -> None:
    with FakeTerminal([(0.0, half)]).running() as fake:
        terminal = probe(fake.slave, fake.slave, 0.3, ENV)
    assert (terminal.begun, terminal.typed, terminal.answered) == (half, b"", False)


def test_the_terminals_mode_is_as_it_was_and_nothing_was_echoed() -> None:
    with FakeTerminal([(0.05, b"qq" + FOOT)]).running() as fake:
        before = termios.tcgetattr(fake.slave)
        terminal = probe(fake.slave, fake.slave, 5.0, ENV)
        after = termios.tcgetattr(fake.slave)
        heard = fake.heard
    assert before == after
    assert terminal.typed == b"qq"
    assert b"qq" not in heard and b"62;4" not in heard


def test_a_pipe_is_never_asked(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with FakeTerminal().running() as fake, target.open("wb") as out:
        terminal = probe(fake.slave, out.fileno(), 5.0, ENV)
    assert (terminal.pictures, terminal.why) == ("none", "none: this is not a terminal")
    assert target.read_bytes() == b""


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {}])
def test_a_dumb_terminal_is_never_asked(env: dict[str, str]) -> None:
    with FakeTerminal().running() as fake:
        terminal = probe(fake.slave, fake.slave, 5.0, env)
        assert fake.heard == b""
    assert terminal.pictures == "none"


def test_the_linux_console_gets_half_blocks_without_being_asked() -> None:
    with FakeTerminal().running() as fake:
        terminal = probe(fake.slave, fake.slave, 5.0, {"TERM": "linux"})
        assert fake.heard == b""
    assert (terminal.pictures, terminal.blocks) == ("cells", "halves")


def test_the_window_tells_the_cells_size_when_the_terminal_does_not() -> None:
    with FakeTerminal([(0.0, b"\x1b[?62c")]).running() as fake:
        termios.tcsetwinsize(fake.slave, (24, 80))
        assert probe(fake.slave, fake.slave, 5.0, ENV).cell_pixels == (8, 16)
    with FakeTerminal([(0.0, b"\x1b[?62c")]).running() as fake:
        fcntl.ioctl(fake.slave, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 800, 480))
        assert probe(fake.slave, fake.slave, 5.0, ENV).cell_pixels == (10, 20)


def test_a_line_that_drops_while_we_ask_is_no_crash() -> None:
    fake = FakeTerminal()
    fake.on_fence = fake.hang_up
    with fake.running():
        terminal = probe(fake.slave, fake.slave, 5.0, ENV)
    assert (terminal.pictures, terminal.answered) == ("cells", False)


PROBED = "from cullr.tui.terminal import probe; import sys; open(sys.argv[1], 'w').write(repr(probe(0, 1)))"


@pytest.mark.parametrize("passing", ["on", "off"])
def test_inside_a_real_tmux_the_terminal_behind_it_counts(passing: str, tmp_path: Path) -> None:
    """tmux runs on a terminal that calls itself kitty; the probe runs in tmux's pane."""
    report, settings = tmp_path / "report", tmp_path / "tmux.conf"
    settings.write_text(f"set -g allow-passthrough {passing}\n")
    command = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(settings)]
    pane = shlex.join(["sh", "-c", f"sleep 0.5; {shlex.join([sys.executable, '-c', PROBED, str(report)])}; sleep 20"])
    env = {name: value for name, value in os.environ.items() if name not in {"TMUX", "COLORTERM", "NO_COLOR"}}
    kitty = b"\x1bP>|kitty(0.35.2)\x1b\\\x1b[>1;4000;35c"
    with FakeTerminal([(0.0, kitty)], fence=b"\x1b[>q").running() as fake:
        termios.tcsetwinsize(fake.slave, (24, 80))
        line = fake.slave
        tmux_client = subprocess.Popen(
            ["setsid", "--ctty", *command, "new-session", pane],
            stdin=line,
            stdout=line,
            stderr=line,
            env={**env, "TERM": "xterm-256color"},
        )
        try:
            deadline = time.monotonic() + 15
            while not (report.exists() and report.read_text()):
                assert time.monotonic() < deadline, fake.heard
                time.sleep(0.05)
        finally:
            subprocess.run([*command, "kill-server"], check=True, capture_output=True)
            tmux_client.wait(10)
    said = report.read_text()
    assert "name='tmux in kitty'" in said and "tmux=True" in said and "answered=True" in said
    assert ("pictures='kitty'" in said) == (passing == "on")
    assert ("allow-passthrough on" in said) == (passing == "off")


def test_a_tmux_that_nobody_looks_at_knows_no_terminal(tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")
    command = ["tmux", "-S", socket, "-f", "/dev/null"]
    subprocess.run([*command, "new-session", "-d", "sleep 60"], check=True, env={**os.environ, "TERM": "xterm"})
    try:
        assert not tmux.client({**os.environ, "TMUX": f"{socket},1,0"}).passes
        assert tmux.client({"TMUX": "/nowhere,1,0", "PATH": "/nowhere"}) == tmux.Client()
    finally:
        subprocess.run([*command, "kill-server"], check=True)


ASK = """
import sys, threading, time
from cullr.tui import start

def tell():
    while "textual.app" not in sys.modules:
        time.sleep(0.01)
    print("imported", flush=True)

threading.Thread(target=tell, daemon=True).start()
terminal = start.ask(0, 0, 30.0)
from textual.app import App
print(terminal.name, terminal.answered, App().console.color_system)
"""


def test_textual_is_imported_while_the_answer_is_on_its_way_and_has_its_colours() -> None:
    said: list[str] = []
    with FakeTerminal([(0.0, FOOT)]).running() as fake:
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **ENV}
        with subprocess.Popen([sys.executable, "-c", ASK], stdin=fake.slave, stdout=subprocess.PIPE, env=env) as child:
            assert child.stdout is not None
            out = child.stdout
            # It answers only once Textual is there: whoever waits for the answer first waits for its limit.
            fake.on_fence = lambda: said.append(out.readline().decode())
            child.wait(60)
            said.append(out.read().decode())
    assert said == ["imported\n", "foot True truecolor\n"]
