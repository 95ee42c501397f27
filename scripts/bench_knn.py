"""Pairs by cosine among 10⁴, 10⁵, 10⁶ vectors: cullr's exact join and its approximate index beside faiss's flat one.

`scripts/bench knn [COUNT …] [--dimension D] [--whole] [--exact-up-to N]`. The vectors are made up as CLIP's lie:
unrelated ones at a cosine of 0.45, half of them another moment of some other. `faster` compares CPU seconds, which a
busy machine changes little. Beyond 20 000 faiss's flat search is asked for 2 000 rows and multiplied; `--whole` asks
for all. Each way finds every row's pairs. `recall` is of the pairs that the flat search finds for 2 000 rows drawn at
random, `planted` of all other moments that reach the threshold; `differ` counts pairs of those 2 000 rows found by only
one of the two that lie further than 1e-5 from the threshold. 10⁶ take about 15 CPU minutes, of which the exact join,
asked for by `--exact-up-to 1000000`, is the most.
"""

from __future__ import annotations

import argparse
import functools
import gc
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from cullr.match import neighbours
from cullr.match.nearest import Nearest

THRESHOLD, K = 0.92, 32
SAMPLED, EDGE, CHUNK = 2000, 1e-5, 5000
Done = TypeVar("Done")


def vectors_of(count: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Unit vectors [count, width], and for each of the later half which earlier one it is another moment of."""
    draw = np.random.default_rng(0)
    scenes = 0.6 * draw.standard_normal((200, width), np.float32) + 0.95 * draw.standard_normal(width, np.float32)
    made = np.empty((count, width), np.float32)
    first, moments = count // 2, []
    for start in range(0, count, CHUNK):
        rows = slice(start, min(start + CHUNK, count))
        noise = draw.standard_normal((rows.stop - start, width), np.float32)
        fresh = scenes[draw.integers(0, len(scenes), len(noise))] + 0.85 * noise
        again = np.arange(start, rows.stop) >= first
        moments.append(draw.integers(0, max(min(first, start), 1), again.sum()))
        fresh[again] = made[moments[-1]] * np.float32(width**0.5)
        fresh[again] += 0.32 * noise[again]
        made[rows] = fresh / np.linalg.norm(fresh, axis=1, keepdims=True)
    return made, np.concatenate(moments)


class Measured:
    """A block of work: seconds, CPU seconds, and the most memory it had beyond what there was before."""

    def __enter__(self) -> Measured:
        gc.collect()
        self._before = self.peak = resident()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self.seconds, self.cpu = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.seconds += time.perf_counter()
        self.cpu += time.process_time()
        self._over.set()
        self._watch.join()
        self.more = max(self.peak, resident()) - self._before

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, resident())


def resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measured(work: Callable[[], Done]) -> tuple[Done, Measured]:
    with Measured() as cost:
        done = work()
    return done, cost


def keys(i: NDArray[np.int64], j: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Each pair as one number, once."""
    return np.unique(np.minimum(i, j).astype(np.int64) * count + np.maximum(i, j))


def touching(pairs: NDArray[np.int32], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    mine = np.zeros(count, np.bool_)
    mine[rows] = True
    kept = pairs[mine[pairs].any(axis=1)].astype(np.int64)
    return keys(kept[:, 0], kept[:, 1], count)


def flat_pairs(flat: faiss.IndexFlatIP, vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    limits, _, found = flat.range_search(vectors[rows], THRESHOLD)
    i = np.repeat(rows, np.diff(limits.astype(np.int64)))
    return keys(i[i != found], found[i != found], len(vectors))


def beside(table: Table, name: str, cost: Measured, flat_cpu: float, *rest: str) -> None:
    ratio = f"{flat_cpu / cost.cpu:.1f} ×"
    print(f"{name}: {cost.cpu:.1f} CPU s", *rest, file=sys.stderr, flush=True)
    table.add_row(name, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", ratio, f"{cost.more / 2**20:.0f}", *rest)


def bench(count: int, width: int, whole: bool, exact_up_to: int, console: Console) -> None:
    vectors, moments = vectors_of(count, width)
    rows = np.sort(np.random.default_rng(1).choice(count, min(SAMPLED, count), replace=False)).astype(np.int64)
    later = np.arange(count - len(moments), count)
    planted = keys(later, moments, count)
    planted = planted[neighbours.cosines(vectors, planted // count, planted % count) >= THRESHOLD]
    table = Table(
        "way", "s", "CPU s", "faster", "MB more", "recall", "planted", "differ",
        title=f"{count:,} × {width}, ≥ {THRESHOLD}",
    )  # fmt: skip
    flat = faiss.IndexFlatIP(width)
    flat.add(vectors)
    flat.range_search(vectors[:100], THRESHOLD)  # warms it up
    asked = np.arange(count) if whole or count <= 20_000 else rows
    found, cost = measured(functools.partial(flat_pairs, flat, vectors, asked))
    truth = touching(np.stack((found // count, found % count), axis=1), rows, count)
    cost.seconds, cost.cpu = cost.seconds * count / len(asked), cost.cpu * count / len(asked)
    flat_cpu = cost.cpu
    said = "faiss IndexFlatIP, range" + ("" if len(asked) == count else f" ({len(asked):,} rows, multiplied)")
    beside(table, said, cost, flat_cpu, "1", "1", "0")
    del flat, found

    def judged(pairs: NDArray[np.int32]) -> tuple[str, str, str]:
        every = keys(pairs[:, 0], pairs[:, 1], count)
        mine = touching(pairs, rows, count)
        other = np.setxor1d(mine, truth)
        cosines = neighbours.cosines(vectors, other // count, other % count)
        differ = int((np.abs(cosines - THRESHOLD) > EDGE).sum())
        return f"{np.isin(truth, mine).mean():.4f}", f"{np.isin(planted, every).mean():.5f}", str(differ)

    if count <= exact_up_to:
        (pairs, _), cost = measured(lambda: neighbours.self_join(vectors, THRESHOLD, K, exact_up_to=count))
        beside(table, "cullr, exact join", cost, flat_cpu, *judged(pairs))
    (pairs, _), cost = measured(lambda: neighbours.self_join(vectors, THRESHOLD, K, exact_up_to=0))
    beside(table, "cullr, approximate join", cost, flat_cpu, *judged(pairs))
    index = Nearest(width, exact_up_to=0)
    index.add(np.arange(count), vectors)
    index.search(vectors[:1], 1)
    _, cost = measured(lambda: index.search(vectors[:SAMPLED], K))
    beside(table, f"{SAMPLED:,} rows asked", cost, flat_cpu, "", "", "")
    _, cost = measured(lambda: index.remove(np.arange(1000)))
    beside(table, "1 000 ids removed", cost, flat_cpu, "", "", "")
    _, cost = measured(lambda: index.add(np.arange(1000), vectors[:1000]))
    beside(table, "1 000 ids added", cost, flat_cpu, "", "", "")
    console.print(table)
    console.print(
        f"{len(truth):,} pairs touch the {len(rows):,} rows, {len(planted):,} are planted; "
        f"the vectors are {vectors.nbytes / 2**20:,.0f} MB, the process held {peak():,.0f} MB at most"
    )


def peak() -> float:
    """MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Pairs by cosine: cullr's ways beside faiss's flat index.")
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--whole", action="store_true", help="ask faiss's flat index for every row")
    parser.add_argument(
        "--exact-up-to", type=int, default=300_000, help="vectors from which the exact join is left out"
    )
    options = parser.parse_args()
    console = Console(width=118)
    neighbours.self_join(vectors_of(20_000, 64)[0], THRESHOLD, K)  # importing torch is start-up
    console.print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, faiss {faiss.__version__}")
    for count in options.counts:
        bench(count, options.dimension, options.whole, options.exact_up_to, console)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
