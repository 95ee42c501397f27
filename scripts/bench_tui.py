"""The screen over a synthetic index of 20 000 groups and 100 000 shots, on a pty: times, CPU, bytes, lag, as a table.

`scripts/bench tui`; the index is made anew each time (half a minute). The indexer that runs beside is the real one,
reading real pictures into the same index for another folder. `scripts/bench tui stale`: only how long after the last
key a person far away sees what it brought.
"""

from __future__ import annotations

import asyncio
import compileall
import gc
import json
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

GROUPS, SHOTS = int(os.environ.get("CULLR_BENCH_GROUPS", "20000")), 5
KEYS = 150
RESTS = 5
"""Moves after which the cursor rests until the group is open, words and all."""
EVERY = 1 / 30
"""Seconds between two keys: a held key."""
SIZE = (120, 36)


def build(root: Path, cache: Path) -> None:
    """Rows as the indexer would publish them."""
    from cullr.index import database, reviews
    from cullr.model import Proposal, ShotFacts, ShotId
    from cullr.settings import load

    opened = database.open_for_writing(cache, lambda _sentence: None)
    writer = reviews.Writer(opened.connection, reviews.key([root], load([root])))
    facts: dict[ShotId, ShotFacts] = {}
    groups = [_group(number, facts) for number in range(GROUPS)]
    proposals = {
        group.id: [Proposal(shot, not place, "20 % less sharp than another") for place, shot in enumerate(group.shots)]
        for group in groups
    }
    writer.publish(groups, facts, proposals, provisional=False)
    writer.state("complete")
    opened.close()


def _group(number: int, facts: dict):  # type: ignore[no-untyped-def,type-arg]
    from cullr.model import (
        File,
        Group,
        Kind,
        Metadata,
        Quality,
        Shot,
        ShotFacts,
        ShotId,
        Taken,
        TimeSource,
        Weakest,
    )

    ids = [ShotId(number * SHOTS + place + 1) for place in range(SHOTS)]
    for shot in ids:
        face = File(0, f"day{number // 1000}/IMG_{shot:06}.JPG", 8_000_000 + shot, shot)
        raw = File(0, f"day{number // 1000}/IMG_{shot:06}.CR3", 25_000_000 + shot, shot)
        facts[shot] = ShotFacts(
            shot,
            Shot(face, (raw, face)),
            Metadata("jpeg", 6000, 4000, camera="Bench 1"),
            Taken(1_700_000_000_000_000 + shot * 400_000, TimeSource.EXIF),
            quality=Quality(0.5 + shot % 7 / 10, (0.5,) * 64, 0.01, 0.02, 0.4),
            fingerprint=shot.to_bytes(16, "big"),
        )
    kind = list(Kind)[number % 4 % 2]
    return Group(
        f"{kind}-{number:012x}", kind, tuple(ids), ids[0], dict.fromkeys(ids, 2.0), Weakest(ids[0], ids[1], 2, 8)
    )


def screen(root: Path, cache: Path, load: str, report: Path) -> None:
    """The program under test: the real app and desk, without the indexer of this root, which would find it empty."""
    gc.disable()  # as cli/review.py does
    from cullr.session import Session
    from cullr.session.child import Child
    from cullr.session.desk import Desk
    from cullr.settings import load as settings
    from cullr.tui import start

    desk = Desk(Session.open([root]))
    desk._open_index(cache)
    child = Child() if load else None
    if child:
        child.order((load,), settings([Path(load)]), str(cache))
    asked = start.ask(0, 2)
    from cullr.tui.app import CullrApp

    lags: list[float] = []

    class Measured(CullrApp):
        def on_ready(self) -> None:
            self.run_worker(_lag(lags))

    Measured(desk, asked).run()
    if child:
        child.stop()
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    report.write_text(json.dumps({"lags": lags, "mb": peak}))


async def _lag(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - began - 0.01)


class Terminal:
    """A pty with the program on it."""

    def __init__(self, words: list[str], cache: Path) -> None:
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"CULLR_CACHE": str(cache), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.environ.pop("TMUX", None)
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execv(sys.executable, [sys.executable, __file__, *words])
        ioctl(self.fd, TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))

    def read(self, seconds: float) -> bytes:
        """What comes within this time."""
        found, end = b"", time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                try:
                    found += os.read(self.fd, 1 << 16)
                except OSError:
                    break
        return found

    def until(self, word: bytes, seconds: float = 20.0) -> float:
        """Seconds since the start when this was first read; the probe is answered on the way."""
        heard = b""
        while word not in heard:
            heard += self.read(0.002)
            if b"\x1b[c" in heard:
                os.write(self.fd, b"\x1b[?62;c")
                heard = heard.replace(b"\x1b[c", b"")
            if time.perf_counter() - self.began > seconds:
                raise SystemExit(f"{word!r} did not come; the end of what did: {heard[-300:]!r}")
        return time.perf_counter() - self.began

    def end(self) -> None:
        """Read on until the program has left: one that nobody reads from waits for the terminal for ever."""
        deadline = time.perf_counter() + 20
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            self.read(0.05)
            if time.perf_counter() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise SystemExit("the program did not leave")

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(root: Path, cache: Path, load: str, report: Path) -> dict[str, float]:
    terminal = Terminal(["screen", str(root), str(cache), load, str(report)], cache)
    found = {"first frame (ms)": 1000 * terminal.until(b"groups"), "first group (ms)": 1000 * terminal.until(b"IMG_")}
    terminal.read(2.0)
    for name, there, back in (("move", b"j", b"j"), ("page", b"\x1b[6~", b"\x1b[6~"), ("shot", b"l", b"h")):
        before, count, size, waits = terminal.cpu(), KEYS, 0, []
        if load:
            idle_from = time.perf_counter()
            terminal.read(1.0)
            idle = (terminal.cpu() - before) / (time.perf_counter() - idle_from)
            before = terminal.cpu()
        else:
            idle = 0.0
        began = time.perf_counter()
        for number in range(count):
            sent = time.perf_counter()
            os.write(terminal.fd, back if number % 2 else there)
            if select.select([terminal.fd], [], [], 1.0)[0]:
                waits.append(time.perf_counter() - sent)
            size += len(terminal.read(max(0.0, EVERY - (time.perf_counter() - sent))))
        spent = terminal.cpu() - before - idle * (time.perf_counter() - began)
        found[f"CPU a {name} (ms)"] = 1000 * spent / count
        found[f"bytes a {name}"] = size / count
        found[f"key to screen, {name}, p50 (ms)"] = 1000 * _part(waits, 0.5)
        found[f"key to screen, {name}, p99 (ms)"] = 1000 * _part(waits, 0.99)
        terminal.read(0.5)
    rested = 0
    for _ in range(RESTS):
        os.write(terminal.fd, b"j")
        rested += len(terminal.read(1.0))
    found["bytes a rested move, without pictures"] = rested / RESTS
    os.write(terminal.fd, b"q")
    terminal.end()
    said = json.loads(report.read_text())
    return found | {
        "loop lag p95 (ms)": 1000 * _part(said["lags"], 0.95),
        "loop lag p99 (ms)": 1000 * _part(said["lags"], 0.99),
        "memory (MB)": said["mb"],
    }


def _part(values: list[float], part: float) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def feed(folder: Path) -> None:
    """Enough pictures to keep an indexer busy for the whole measurement."""
    from cullr_tests import pictures

    source = pictures.save(folder / "0.jpg", pictures.scene(1, 3000, 2000), quality=92).read_bytes()
    for number in range(1, 1500):
        (folder / f"{number}.jpg").write_bytes(source + number.to_bytes(4, "big"))


GOALS = {
    "first frame (ms)": 400,
    "CPU a move (ms)": 5,
    "bytes a move": 1024,
    "key to screen, move, p99 (ms)": 33,
}


def main() -> None:
    from benching import staleness

    # As after anyone's first start. Where no bytecode may be written, each start compiles all sources: 0.1 s more.
    compileall.compile_dir(Path(__file__).parents[1] / "cullr", quiet=1)
    with tempfile.TemporaryDirectory(prefix="cullr-bench-") as name:
        here = Path(name)
        root, cache = here / "shoot", here / "cache"
        root.mkdir()
        os.environ["CULLR_CACHE"] = str(cache)
        build(root, cache)
        columns = {"alone": measure(root, cache, "", here / "report.json")}
        feed(here / "busy")
        columns["while indexing"] = measure(root, cache, str(here / "busy"), here / "report.json")
        shutil.rmtree(cache)
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.\n".format(*os.getloadavg()))
    print(
        f"| {GROUPS:,} groups, {GROUPS * SHOTS:,} shots, {SIZE[0]}×{SIZE[1]} | {' | '.join(columns)} | goal |\n"
        "|---|---|---|---|"
    )
    for line in columns["alone"]:
        goal = f"≤ {GOALS[line]:,}" if line in GOALS else ""
        print(f"| {line} | {' | '.join(f'{column[line]:,.1f}' for column in columns.values())} | {goal} |")
    print(f"\n{staleness.table()}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["screen"]:
        screen(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
    elif sys.argv[1:2] == ["stale"]:
        from benching import staleness

        print(staleness.table())
    else:
        main()
