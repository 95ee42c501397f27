"""Files staged and undone per second with every fsync, beside the disk's own fsync rate and `mv`, as a table.

`.venv/bin/python scripts/bench_moves.py [FOLDER]`; FOLDER chooses the disk, the current folder's by default.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cullr.journal import disk
from cullr.model import File
from cullr.moves import ShotMove, stage, undo

SHOTS, FOLDERS = 1000, 10
EXTENSIONS = ("CR3", "JPG", "xmp")


def build(root: Path) -> list[ShotMove]:
    for folder in range(FOLDERS):
        (root / f"day{folder}").mkdir(parents=True)
    return [_shot(root, f"day{number % FOLDERS}/IMG_{number:05}") for number in range(SHOTS)]


def _shot(root: Path, stem: str) -> ShotMove:
    files = []
    for extension in EXTENSIONS:
        path = root / f"{stem}.{extension}"
        path.write_bytes(b"photo" * 20)
        found = path.stat()
        files.append(File(0, f"{stem}.{extension}", found.st_size, found.st_mtime_ns))
    return ShotMove(f"{stem}.JPG", tuple(files))


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def fsync_rate(folder: Path, count: int = 200) -> float:
    """Fsyncs of a growing file per second: what the disk itself can do."""
    fd = os.open(folder / "fsync", os.O_CREAT | os.O_WRONLY)

    def loop() -> None:
        for _ in range(count):
            os.write(fd, b"x" * 100)
            os.fsync(fd)

    try:
        return count / seconds(loop)
    finally:
        os.close(fd)


def counted_fsyncs() -> list[int]:
    """A list that grows with every fsync cullr makes from now on."""
    real, made = disk.fsync, list[int]()

    def fsync(fd: int) -> None:
        made.append(fd)
        real(fd)

    disk.fsync = fsync
    return made


def mv(root: Path) -> float:
    """Seconds `mv -n` takes for the same files, one call a folder, with nothing made sure of."""
    target = root / "_review_dupes"

    def move() -> None:
        for folder in sorted(path for path in root.iterdir() if path.is_dir()):
            into = target / folder.name
            into.mkdir(parents=True)
            subprocess.run(["mv", "-n", "-t", into, *folder.iterdir()], check=True)

    return seconds(move)


def main() -> None:
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    files = SHOTS * len(EXTENSIONS)
    with tempfile.TemporaryDirectory(dir=where) as folder:
        root = Path(folder)
        shots = build(root / "cullr")
        os.sync()
        fsyncs = counted_fsyncs()
        staged = seconds(lambda: stage(root / "cullr", shots, lambda shot: [file.path for file in shot.files]))
        staging_fsyncs = len(fsyncs)
        undone = seconds(lambda: undo(root / "cullr"))
        build(root / "mv")
        os.sync()
        moved = mv(root / "mv")
        rate = fsync_rate(root)
    print(f"| {SHOTS} shots × {len(EXTENSIONS)} files | seconds | files/s |\n|---|---|---|")
    for name, time_ in (("stage", staged), ("undo", undone), ("mv -n, nothing synced", moved)):
        print(f"| {name} | {time_:.2f} | {files / time_:.0f} |")
    print(f"| stage on a disk of 100 fsyncs/s ({staging_fsyncs} fsyncs) | {staged + staging_fsyncs / 100:.2f} | |")
    print(f"| the disk's fsyncs, one a file would be | {files / rate:.2f} | {rate:.0f} |")


if __name__ == "__main__":
    main()
