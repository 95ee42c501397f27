"""The real program at the far end of a real sshd and a slow line, before a terminal that shows pictures."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from struct import pack

from cullr_tests.terminal.fake import FakeTerminal
from cullr_tests.terminal.line import Line

SIZE, CELL = (120, 36), (10, 20)
ANSWERS = b"\x1bP>|kitty(0.41.1)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;%d;%dt\x1b[>1;4000;41c\x1b[?62;4c" % (CELL[1], CELL[0])
SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {own}/host
AuthorizedKeysFile {own}/client.pub
PidFile {own}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
"""
CLIENT = (
    "-F none -tt -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o LogLevel=ERROR "
    "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null"
)


@contextmanager
def sshd(own: Path) -> Iterator[int]:
    """The port of a server of its own, which lets in whoever has the key `own`/client."""
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(own / name)], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd gives up root's rights in there
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    (own / "sshd_config").write_text(SERVER.format(port=port, own=own))
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    log = own / "sshd.log"
    with log.open("wb") as told:
        server = subprocess.Popen([program, "-D", "-e", "-f", str(own / "sshd_config")], stderr=told)
    try:
        _wait_for(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def login(own: Path, port: int, command: str) -> str:
    """The shell command that runs this one there."""
    given = f"LANG=C.UTF-8 CULLR_CACHE={own}/cache XDG_CONFIG_HOME={own}/config"
    there = f"cd {shlex.quote(str(Path.cwd()))} && env {given} {command}; echo EXIT=$?"
    return f"ssh {CLIENT} -i {own}/client -p {port} {getpass.getuser()}@127.0.0.1 {shlex.quote(there)}"


@contextmanager
def seated(own: Path, port: int, root: Path, way: str) -> Iterator[FakeTerminal]:
    """A person before cullr on `root` over the line, as `before` says."""
    line = Line(port)
    command = f"TERM=xterm-kitty {sys.executable} -m cullr --pictures {way} {root}"
    try:
        with before(f"exec {login(own, line.port, command)}") as fake:
            yield fake
    finally:
        line.close()


@contextmanager
def near(own: Path, root: Path, way: str) -> Iterator[FakeTerminal]:
    """A person before cullr on this machine, as `before` says."""
    given = f"LANG=C.UTF-8 TERM=xterm-kitty CULLR_CACHE={own}/cache XDG_CONFIG_HOME={own}/config"
    with before(
        f"env -u TMUX -u NO_COLOR {given} {sys.executable} -m cullr --pictures {way} {root}; echo EXIT=$?"
    ) as fake:
        yield fake


@contextmanager
def before(command: str) -> Iterator[FakeTerminal]:
    """A terminal on which this runs, once all is read and the first group's pictures are there; ends by `q`."""
    fake = FakeTerminal([(0.0, ANSWERS)])
    with fake.running():
        ioctl(fake.slave, termios.TIOCSWINSZ, pack("HHHH", SIZE[1], SIZE[0], SIZE[0] * CELL[0], SIZE[1] * CELL[1]))
        words = ["sh", "-c", command]
        program = subprocess.Popen(
            words, stdin=fake.slave, stdout=fake.slave, stderr=fake.slave, start_new_session=True
        )
        try:
            fake.wait_for(b"complete", 60)
            settled(fake)
            yield fake
            fake.type(b"q")
            fake.wait_for(b"EXIT=0", 30)
            assert program.wait(10) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)  # what the shell started, too
            program.wait()


def settled(fake: FakeTerminal, seconds: float = 1.2) -> None:
    """Wait until nothing comes for so long."""
    known = -1
    while known != len(fake.heard):
        known = len(fake.heard)
        time.sleep(seconds)
