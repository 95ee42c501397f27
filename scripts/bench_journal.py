"""CPU of one star, of taking it back and of a keep mark, with ever more ratings in the journal, as a table.

`.venv/bin/python scripts/bench_journal.py [RATINGS…]`; 10, 1 000 and 10 000 by default. The first of each is left out:
it reads the journal, as every start does; its cost stands beside.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cullr import journal, sidecars
from cullr.journal import BatchId, Done, Journal, Rewriting, Verdict, disk
from cullr.model import File, Metadata, Shot, ShotFacts, ShotId, Taken, TimeSource
from cullr.moves import sidecar
from cullr.session import past, stars
from cullr.session.decided import Decided
from cullr.sidecars.splice import spliced

ROUNDS = 50


def fill(root: Path, ratings: int) -> None:
    """A journal that `ratings` stars were given in before, written without waiting for the disk."""
    real, disk.fsync = disk.fsync, lambda fd: None  # noqa: ARG005
    with Journal(root) as book:
        for number in range(ratings):
            change = sidecar.cut(f"day/IMG_{number}.xmp", None, spliced(None, rating=number % 6))
            began = book.append(Rewriting(BatchId(f"20250101-000000-{number:05x}"), (change,), f"★{number % 6}"))
            book.append(Done(began.seq))
    disk.fsync = real


def cpu(run: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of this process a call."""
    start = time.process_time()
    for number in range(rounds):
        run(number)
    return (time.process_time() - start) / rounds * 1000


def row(ratings: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with ProcessPoolExecutor(1) as other:
            other.submit(fill, root, ratings).result()
        (root / "a.jpg").write_bytes(b"\xff\xd8\xff")
        (root / "a.jpg.xmp").write_bytes(spliced(None, rating=1))
        face = File(0, "a.jpg", 3, (root / "a.jpg").stat().st_mtime_ns)
        shot = ShotFacts(ShotId(1), Shot(face, (face,)), Metadata("jpeg", 4, 3), Taken(0, TimeSource.MTIME))
        batches: list[BatchId] = []
        heard = [Decided.read([root])]

        def star(number: int) -> None:
            done = stars.give(root, (), shot, rating=1 + (number + 1) % 5)
            batches.extend([done.batch] if done.batch else [])

        def mark(number: int) -> None:
            with Journal(root) as book:
                journal.decide(book, [((Verdict.KEEP, Verdict.CULL)[number % 2], [number.to_bytes(16)])])
                heard[0] = heard[0].heard(0, book.log)

        costs = [cpu(lambda _: Decided.read([root]), 1), cpu(star, 1), cpu(star)]
        costs += [cpu(lambda _: past.take_back([root], batches.pop())), cpu(mark)]
        assert sidecars.read("a.jpg.xmp", (root / "a.jpg.xmp").read_bytes()).rating is not None
    return f"| {ratings} | " + " | ".join(f"{cost:.1f}" for cost in costs) + " |"


def folder_row(shots: int) -> str:
    """A star in a folder of so many RAWs with their JPEGs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(shots):
            (root / f"IMG_{number:05}.JPG").write_bytes(b"\xff\xd8\xff")
            (root / f"IMG_{number:05}.CR3").write_bytes(b"x")
        face = File(0, "IMG_00007.JPG", 3, (root / "IMG_00007.JPG").stat().st_mtime_ns)
        shot = ShotFacts(ShotId(1), Shot(face, (face,)), Metadata("jpeg", 4, 3), Taken(0, TimeSource.MTIME))
        stars.give(root, (), shot, rating=5)
        cost = cpu(lambda number: stars.give(root, (), shot, rating=number % 5), 10)
    return f"| {2 * shots} | {cost:.1f} |"


def main() -> None:
    print("| ratings in the journal | start: reading it | first star | a star | taking it back | keep or cull |")
    print("|---|---|---|---|---|---|")
    for ratings in [int(each) for each in sys.argv[1:]] or (10, 1_000, 10_000):
        print(row(ratings), flush=True)
    print("\n| files in the folder | a star |\n|---|---|")
    for shots in (10, 1_000, 10_000):
        print(folder_row(shots), flush=True)
    print("\nMilliseconds of CPU each; a star also waits for four fsyncs.")


if __name__ == "__main__":
    main()
