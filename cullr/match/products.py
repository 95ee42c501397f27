"""Two blocks of unit vectors → where their cosines may reach a threshold; never a pair too few, whatever the precision.

bfloat16 where the machine has instructions for it (AMX): a tenth of float32's time; ten times as long without, so one
block is tried first. A block is one thread's work from end to end: threads that share a product wait for one another,
and on a busy machine that cost more than the product.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cullr import machine

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]
Candidates = Callable[[slice, slice], tuple[Rows, Rows]]
Corner = TypeVar("Corner")
Found = TypeVar("Found")

TRIED_FROM, LOADED_FROM = 20_000, 4_000
"""Vectors from which half precision can save more than torch's import takes, 2 s; and where it is imported already."""
TRIED_ON = 1024
HALF_ERROR = 0.008
"""Of two rounded factors 2⁻⁸ and of the rounded product 2⁻⁹: what half precision may miss a cosine by."""
FLOAT_ERROR = 1e-5


@dataclass(frozen=True, slots=True)
class Rough:
    """`candidates` names the pairs of two slices that may pass; `threads` of it may run beside each other."""

    candidates: Candidates
    threads: int
    torch: Any = None


def rough(vectors: Matrix, threshold: float) -> Rough:
    """The fastest way this machine has."""
    single = Rough(_single(vectors, threshold), 1)  # numpy's product takes all cores by itself
    enough = LOADED_FROM if "torch" in sys.modules else TRIED_FROM
    if len(vectors) < enough or threshold <= HALF_ERROR or importlib.util.find_spec("torch") is None:
        return single
    torch: Any = importlib.import_module("torch")
    half = Rough(_half(torch, vectors, threshold), max(machine.cores(), 2), torch)
    return half if _seconds(half) < _seconds(single) else single


def each(way: Rough, work: Callable[[Corner], Found], corners: Iterable[Corner]) -> Iterator[Found]:
    """What `work` makes of each corner, in order; results that nobody has taken yet hold it up."""
    if way.threads < 2:
        yield from map(work, corners)
        return
    waiting: deque[Future[Found]] = deque()
    before = way.torch.get_num_threads()
    with ThreadPoolExecutor(way.threads, initializer=way.torch.set_num_threads, initargs=(1,)) as pool:
        try:
            for corner in corners:
                waiting.append(pool.submit(work, corner))
                if len(waiting) > 2 * way.threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()
            way.torch.set_num_threads(before)


def _single(vectors: Matrix, threshold: float) -> Candidates:
    def candidates(rows: slice, columns: slice) -> tuple[Rows, Rows]:
        return _places(vectors[rows] @ vectors[columns].T, np.float32(threshold - FLOAT_ERROR))

    return candidates


def _half(torch: Any, vectors: Matrix, threshold: float) -> Candidates:
    half = torch.from_numpy(vectors).bfloat16()
    # Positive bfloat16 numbers stand in the order of their bits, and negative ones are negative as bits too: numpy
    # compares int16 seven times as fast as torch compares bfloat16. Cut off, the bar is rounded down.
    bar = np.int16(np.float32(threshold - HALF_ERROR).view(np.uint32) >> 16)

    def candidates(rows: slice, columns: slice) -> tuple[Rows, Rows]:
        with torch.inference_mode():
            table = (half[rows] @ half[columns].T).view(torch.int16).numpy()
        return _places(table, bar)

    return candidates


def _places(table: NDArray[Any], bar: np.generic) -> tuple[Rows, Rows]:
    """Rows and columns of what reaches the bar; most rows hold nothing, and their maximum says so."""
    if not table.size:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    rows = np.flatnonzero(table.max(axis=1) >= bar)
    i, j = np.nonzero(table[rows] >= bar)
    return rows[i], j


def _seconds(way: Rough) -> float:
    """The best of three rounds of one block a thread, of which the first also pays for starting them."""
    block = slice(0, TRIED_ON)
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        deque(each(way, lambda _turn: way.candidates(block, block), range(way.threads)), maxlen=0)
        best = min(best, (time.perf_counter() - begin) / way.threads)
    return best
