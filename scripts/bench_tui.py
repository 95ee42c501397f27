"""The screen over a synthetic index of 20 000 groups and 100 000 shots, on a pty: times, CPU, bytes, lag, as a table.

`scripts/bench tui`; the index is made anew each time (half a minute). The indexer that runs beside is the real one,
reading real pictures into the same index for another folder. `scripts/bench tui stale`: only how long after the last
key a person far away sees what it brought.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

GROUPS, SHOTS = int(os.environ.get("CULLR_BENCH_GROUPS", "20000")), 5
KEYS = {"move": 600, "page": 150, "shot": 150}
STARTS = 7
DECISIONS = 5
NEW = 30
"""Pairs of pictures in a folder that was never read."""
RESTS = 5
"""Moves after which the cursor rests until the group is open, words and all."""
EVERY = 1 / 30
"""Seconds between two keys: a held key."""
SIZE = (120, 36)


def build(root: Path, cache: Path) -> None:
    """Rows as the indexer would publish them."""
    from cullr.index import database, reviews
    from cullr.index.publishing import Writer
    from cullr.model import Proposal, ShotFacts, ShotId
    from cullr.settings import load

    opened = database.open_for_writing(cache, lambda _sentence: None)
    writer = Writer(opened.connection, reviews.key([root], load([root])))
    facts: dict[ShotId, ShotFacts] = {}
    groups = [_group(number, facts) for number in range(GROUPS)]
    proposals = {
        group.id: [Proposal(shot, not place, "20 % less sharp than another") for place, shot in enumerate(group.shots)]
        for group in groups
    }
    writer.publish(groups, facts, proposals, final={each.id for each in groups})
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


def screen(root: Path, load: str, report: Path) -> None:
    """The program under test: `cullr ROOT` as anyone starts it, but that the indexer is sent to another folder, if one
    is given: this root is empty, and its groups would be gone."""
    lags: list[float] = []
    _send_indexer(load)
    _with_lags(lags)
    from cullr.cli.start import entry

    sys.argv[1:] = [str(root)]
    with contextlib.suppress(SystemExit):
        entry()
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    report.write_text(json.dumps({"lags": lags, "mb": peak}))


def _send_indexer(folder: str) -> None:
    from cullr.session.child import Child
    from cullr.settings import Settings

    order = Child.order

    def sent(child: Child, _roots: tuple[str, ...], settings: Settings, cache: str, **more: bool) -> None:
        order(child, (folder,), settings, cache, **more)

    if folder:
        Child.order = sent  # type: ignore[method-assign]


def _with_lags(lags: list[float]) -> None:
    from cullr.tui import start

    ask = start.ask

    def asked(*of):  # type: ignore[no-untyped-def]
        terminal = ask(*of)
        from cullr.tui.app import CullrApp

        ready = CullrApp.on_ready

        def measured(app) -> None:  # type: ignore[no-untyped-def]
            ready(app)
            app.run_worker(_lag(lags))

        CullrApp.on_ready = measured  # type: ignore[method-assign]
        return terminal

    start.ask = asked


async def _lag(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - began - 0.01)


class Terminal:
    """A pty with the program on it."""

    def __init__(self, words: list[str], cache: Path) -> None:
        self.began, self.heard = time.perf_counter(), b""
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
        while word not in self.heard:
            self.heard += self.read(0.002)
            if b"\x1b[c" in self.heard:
                os.write(self.fd, b"\x1b[?62;c")
                self.heard = self.heard.replace(b"\x1b[c", b"")
            if time.perf_counter() - self.began > seconds:
                raise SystemExit(f"{word!r} did not come; the end of what did: {self.heard[-300:]!r}")
        return time.perf_counter() - self.began

    def end(self) -> None:
        """Read on until the program has left: one that nobody reads from waits for the terminal for ever."""
        deadline = time.perf_counter() + 20
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            self.read(0.05)
            if time.perf_counter() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise SystemExit("the program did not leave")

    def idle(self) -> float:
        """Seconds of CPU a second while nobody presses a key."""
        before, began = self.cpu(), time.perf_counter()
        self.read(2.0)
        return (self.cpu() - before) / (time.perf_counter() - began)

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Hiccups:
    """A process that only sleeps, 10 ms at a time, and notes how late it wakes: what the machine does to anybody."""

    CODE = (
        "import time\nwhile True:\n a=time.perf_counter()\n time.sleep(.01)\n b=time.perf_counter()\n print(b,b-a-.01)"
    )

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        with notes.open("w") as file:
            self._process = subprocess.Popen([sys.executable, "-u", "-c", self.CODE], stdout=file)

    def between(self, began: float, ended: float) -> list[float]:
        """By this process's clock, which is the same."""
        rows = [line.split() for line in self._notes.read_text().splitlines()[:-1]]
        return [float(late) for at, late in rows if began <= float(at) <= ended]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def start(words: list[str], cache: Path) -> tuple[Terminal, float]:
    """The program, and the seconds to its first frame, which shows groups and pictures' names."""
    terminal = Terminal(words, cache)
    terminal.until(b"groups")
    return terminal, terminal.until(b"IMG_")


def measure(root: Path, cache: Path, load: Path, report: Path) -> dict[str, float]:
    words, starts = ["screen", str(root), str(load), str(report)], []
    for _ in range(STARTS - 1):
        terminal, seconds = start(words, cache)
        starts.append(seconds)
        terminal.read(1.0)
        os.write(terminal.fd, b"q")
        terminal.end()
    terminal, seconds = start(words, cache)
    starts.append(seconds)
    found = {
        f"first frame with its groups, median of {STARTS} (ms)": 1000 * _part(starts, 0.5),
        f"first frame with its groups, most of {STARTS} (ms)": 1000 * max(starts),
    }
    terminal.read(2.0)
    hiccups = Hiccups(report.with_name("hiccups"))
    for name, there, back in (("move", b"j", b"j"), ("page", b"\x1b[6~", b"\x1b[6~"), ("shot", b"l", b"h")):
        size, waits = 0, []
        idle = terminal.idle() if load.name == "busy" else 0.0
        before, began = terminal.cpu(), time.perf_counter()
        for number in range(KEYS[name]):
            sent = time.perf_counter()
            os.write(terminal.fd, back if number % 2 else there)
            if select.select([terminal.fd], [], [], 1.0)[0]:
                waits.append(time.perf_counter() - sent)
            size += len(terminal.read(max(0.0, EVERY - (time.perf_counter() - sent))))
        ended = time.perf_counter()
        spent = terminal.cpu() - before - idle * (ended - began)
        found[f"CPU a {name} (ms)"] = 1000 * spent / KEYS[name]
        found[f"bytes a {name}"] = size / KEYS[name]
        found |= _parts(f"key to screen, {name}", waits)
        if name == "move":
            found |= _parts("meanwhile an idle process wakes late", hiccups.between(began, ended))
        terminal.read(0.5)
    hiccups.end()
    spent = 0.0
    for _ in range(DECISIONS):
        idle, before, began = terminal.idle(), terminal.cpu(), time.perf_counter()
        os.write(terminal.fd, b"x")
        terminal.read(1.5)
        spent += terminal.cpu() - before - idle * (time.perf_counter() - began)
        os.write(terminal.fd, b"j")
        terminal.read(0.5)
    found["CPU a mark, all groups recounted (ms)"] = 1000 * spent / DECISIONS
    rested = 0
    for _ in range(RESTS):
        os.write(terminal.fd, b"j")
        rested += len(terminal.read(1.0))
    found["bytes a rested move, without pictures"] = rested / RESTS
    os.write(terminal.fd, b"q")
    terminal.end()
    said = json.loads(report.read_text())
    return found | _parts("the loop wakes late", said["lags"]) | {"memory (MB)": said["mb"]}


def first_sight(here: Path) -> dict[str, float]:
    """A folder of camera pictures that was never read, each time with a cache of its own: when the screen is there,
    and when the first group is."""
    from cullr_tests import pictures

    root, frames, groups = here / "new", [], []
    for number in range(NEW):
        source = pictures.save(root / f"{number}_0.jpg", pictures.scene(number, 3000, 2000), quality=92).read_bytes()
        (root / f"{number}_1.jpg").write_bytes(source + b"copy")
    for number in range(STARTS):
        terminal = Terminal(["screen", str(root), "", str(here / "report.json")], here / f"cache{number}")
        frames.append(terminal.until(b"groups"))
        groups.append(terminal.until(b"_0.jpg"))
        os.write(terminal.fd, b"q")
        terminal.end()
    return {
        f"a folder never read, {2 * NEW} pictures: first frame, median of {STARTS} (ms)": 1000 * _part(frames, 0.5),
        f"its first group, median of {STARTS} (ms)": 1000 * _part(groups, 0.5),
    }


def _parts(name: str, seconds: list[float]) -> dict[str, float]:
    parts = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    return {f"{name}, {word} (ms)": 1000 * _part(seconds, part) for word, part in parts.items()}


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
    f"first frame with its groups, median of {STARTS} (ms)": 400,
    f"a folder never read, {2 * NEW} pictures: first frame, median of {STARTS} (ms)": 400,
    "CPU a move (ms)": 5,
    "bytes a move": 1024,
    "key to screen, move, p99 (ms)": 33,
}


def main() -> None:
    from benching import staleness

    with tempfile.TemporaryDirectory(prefix="cullr-bench-") as name:
        here = Path(name)
        root, cache = here / "shoot", here / "cache"
        root.mkdir()
        os.environ["CULLR_CACHE"] = str(cache)
        build(root, cache)
        (here / "nothing").mkdir()
        columns = {"alone": measure(root, cache, here / "nothing", here / "report.json")}
        shutil.rmtree(root / ".cullr")  # what was marked
        feed(here / "busy")
        columns["while indexing"] = measure(root, cache, here / "busy", here / "report.json")
        shutil.rmtree(cache)
        new = first_sight(here)
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.\n".format(*os.getloadavg()))
    print(
        f"| {GROUPS:,} groups, {GROUPS * SHOTS:,} shots, {SIZE[0]}×{SIZE[1]} | {' | '.join(columns)} | goal |\n"
        "|---|---|---|---|"
    )
    for line in columns["alone"]:
        goal = f"≤ {GOALS[line]:,}" if line in GOALS else ""
        print(f"| {line} | {' | '.join(f'{column[line]:,.1f}' for column in columns.values())} | {goal} |")
    for line, found in new.items():
        print(f"| {line} | {found:,.1f} | | {f'≤ {GOALS[line]:,}' if line in GOALS else ''} |")
    print(f"\n{staleness.table()}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["screen"]:
        screen(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    elif sys.argv[1:2] == ["stale"]:
        from benching import staleness

        print(staleness.table())
    else:
        main()
