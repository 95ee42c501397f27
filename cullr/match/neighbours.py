"""Unit vectors → pairs at or above a cosine, at most k for each: exact at shoot size, approximate beyond and re-ranked.

Whatever proposes a pair, its cosine is computed anew from the vectors before it counts. Indexes are derived and
disposable: throw one away and it is built again.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Pairs = NDArray[np.int32]
Cosines = NDArray[np.float64]
Rows = NDArray[np.intp]
Candidates = Callable[[slice, slice], tuple[Rows, Rows]]

EXACT_UP_TO = 200_000
"""Exact joins of 10⁵ x 512 take 4 s in bfloat16 and 25 s in float32, four times that for twice as many."""
BLOCK = 2048
"""Rows and columns a step: 16 MiB of products; 8192 took more than twice as long."""
TRIED_FROM = 20_000
"""Vectors from which half precision can save more than torch's import takes, 2 s."""
HALF_ERROR = 0.008
"""Of two rounded factors 2⁻⁸ and of the rounded product 2⁻⁹: what half precision may miss a cosine by."""
FLOAT_ERROR = 1e-5
CROWDED = 8
"""Hits a row of a block from which only the best k of each row and column are worth scoring."""
KEPT = 1 << 22
"""Pairs gathered before all but the best k of each are let go: 70 MB."""
PROBES, RERANKED = 16, 100
"""At 10⁶ vectors this found every pair at or above 0.9, in 0.08 ms a query."""


def self_join(vectors: Matrix, threshold: float, k: int, exact_up_to: int = EXACT_UP_TO) -> tuple[Pairs, Cosines]:
    """Pairs [m, 2] with i < j, sorted, where one is among the other's `k` nearest, and their cosines [m]."""
    found = _exact(vectors, threshold, k) if len(vectors) <= exact_up_to else _approximate(vectors, threshold, k)
    best = _Best(len(vectors), k)
    for i, j in found:
        scores = cosines(vectors, i, j)
        high = scores >= threshold
        best.add(i[high], j[high], scores[high])
    return best.pairs()


def cosines(vectors: Matrix, a: NDArray[np.integer[Any]], b: NDArray[np.integer[Any]]) -> Cosines:
    """[m] of pairs of rows that need not be of unit length; identical rows score 1. 1 µs a pair at 512 numbers."""
    a, b = np.broadcast_arrays(a, b)
    found = np.empty(len(a))
    for start in range(0, len(a), BLOCK):
        part = slice(start, start + BLOCK)
        one, two = vectors[a[part]].astype(np.float64), vectors[b[part]].astype(np.float64)
        # The root of the product, not the product of roots: of a row with itself it is exactly the dot product.
        squares = np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", two, two)
        found[part] = np.einsum("ij,ij->i", one, two) / np.sqrt(squares)
    return np.minimum(found, 1.0)


class _Best:
    """Pairs so far, of which only those survive that are among the best k of one of their ends."""

    def __init__(self, count: int, k: int) -> None:
        self._k = k
        self._most = max(KEPT, 2 * count * k)
        self._held = 0
        self._parts: list[tuple[Rows, Rows, Cosines]] = []

    def add(self, i: Rows, j: Rows, scores: Cosines) -> None:
        self._parts.append((i, j, scores))
        self._held += len(i)
        if self._held > self._most:
            self._shrink()

    def pairs(self) -> tuple[Pairs, Cosines]:
        i, j, scores = self._shrink()
        order = np.lexsort((j, i))
        return np.stack((i[order], j[order]), axis=1).astype(np.int32), scores[order]

    def _shrink(self) -> tuple[Rows, Rows, Cosines]:
        i = np.concatenate([np.empty(0, np.intp), *(part[0] for part in self._parts)])
        j = np.concatenate([np.empty(0, np.intp), *(part[1] for part in self._parts)])
        scores = np.concatenate([np.empty(0), *(part[2] for part in self._parts)])
        among = self._among_best(np.concatenate((i, j)), np.concatenate((j, i)), np.concatenate((scores, scores)))
        keep = among[: len(i)] | among[len(i) :]
        self._parts = [(i[keep], j[keep], scores[keep])]
        self._held = int(keep.sum())
        return self._parts[0]

    def _among_best(self, ends: Rows, others: Rows, scores: Cosines) -> NDArray[np.bool_]:
        order = np.lexsort((others, -scores, ends))
        first = np.searchsorted(ends[order], ends[order])
        among = np.empty(len(ends), np.bool_)
        among[order] = np.arange(len(ends)) - first < self._k
        return among


def _exact(vectors: Matrix, threshold: float, k: int) -> Iterator[tuple[Rows, Rows]]:
    """Every pair that may pass, block by block, each once; of crowded blocks the best k of each row and column."""
    rough = _half(vectors, threshold) or _single(vectors, threshold)
    for top in range(0, len(vectors), BLOCK):
        for left in range(top, len(vectors), BLOCK):
            rows, columns = slice(top, top + BLOCK), slice(left, left + BLOCK)
            i, j = rough(rows, columns)
            if len(i) > CROWDED * BLOCK:
                i, j = _crowded(vectors, rows, columns, threshold, k)
            i, j = i + top, j + left
            yield i[i < j], j[i < j]


def _single(vectors: Matrix, threshold: float) -> Candidates:
    def candidates(rows: slice, columns: slice) -> tuple[Rows, Rows]:
        return _places(vectors[rows] @ vectors[columns].T >= threshold - FLOAT_ERROR)

    return candidates


def _half(vectors: Matrix, threshold: float) -> Candidates | None:
    """The same in bfloat16: a fifth of the time with AMX, ten times as long without, so one block is tried first."""
    if len(vectors) < TRIED_FROM or importlib.util.find_spec("torch") is None:
        return None
    torch: Any = importlib.import_module("torch")
    half = torch.from_numpy(vectors).bfloat16()

    def candidates(rows: slice, columns: slice) -> tuple[Rows, Rows]:
        with torch.inference_mode():
            return _places((half[rows] @ half[columns].T >= threshold - HALF_ERROR).numpy())

    single, block = _single(vectors, threshold), slice(0, BLOCK)
    return candidates if _seconds(lambda: candidates(block, block)) < _seconds(lambda: single(block, block)) else None


def _places(table: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Rows and columns of what is true: a third of the time of np.nonzero, which else is that of the product."""
    rows, columns = np.divmod(np.flatnonzero(table), max(table.shape[1], 1))
    return rows, columns


def _seconds(work: Callable[[], object]) -> float:
    """What it takes the second time: the first one starts threads."""
    work()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _crowded(vectors: Matrix, rows: slice, columns: slice, threshold: float, k: int) -> tuple[Rows, Rows]:
    """Within the block, the best k of each row and of each column: a superset of the best k of all."""
    scores = vectors[rows] @ vectors[columns].T
    if rows == columns:
        scores[np.tril_indices(len(scores))] = -np.inf  # each pair once, and no shot with itself
    chosen = np.zeros(scores.shape, np.bool_)
    for table, marks in ((scores, chosen), (scores.T, chosen.T)):
        most = min(k, table.shape[1])
        best = np.argpartition(-table, most - 1, axis=1)[:, :most]
        np.put_along_axis(marks, best, values=True, axis=1)
    i, j = np.nonzero(chosen & (scores >= threshold - FLOAT_ERROR))
    return i, j


def _approximate(vectors: Matrix, threshold: float, k: int) -> Iterator[tuple[Rows, Rows]]:
    index = Nearest(vectors.shape[1], exact_up_to=0)
    index.add(range(len(vectors)), vectors)
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(vectors), BLOCK):
        found, scores = index.search(vectors[start : start + BLOCK], k + 1)
        i, place = np.nonzero((found >= 0) & (scores >= threshold - FLOAT_ERROR))
        pairs.append(np.stack((i + start, found[i, place]), axis=1))
    every = np.sort(np.concatenate(pairs), axis=1)
    every = np.unique(every[every[:, 0] < every[:, 1]], axis=0)
    yield every[:, 0], every[:, 1]


class Nearest:
    """Vectors by id, to be asked for the nearest of others; ids come and go. Beyond `exact_up_to` faiss proposes."""

    def __init__(self, dimension: int, exact_up_to: int = EXACT_UP_TO) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, dimension), np.float32)
        self._exact_up_to = exact_up_to
        self._index: Any = None
        self._trained_on = 0

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Sequence[int], vectors: Matrix) -> None:
        """Take these in, in place of what their ids stood for; of an id given twice the last one counts."""
        last = {number: place for place, number in enumerate(ids)}
        fresh, places = np.array(list(last), np.int64), list(last.values())
        self.remove(fresh.tolist())  # faiss would keep both
        rows = np.ascontiguousarray(vectors[places], np.float32)
        at = np.searchsorted(self._ids, np.sort(fresh))
        order = np.argsort(fresh)
        self._ids = np.insert(self._ids, at, fresh[order])
        self._vectors = np.insert(self._vectors, at, rows[order], axis=0)
        if self._index is not None:
            self._index.add_with_ids(rows, fresh)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget these; ids that are not there are no mistake."""
        leaving = np.isin(self._ids, np.array(ids, np.int64))
        if not leaving.any():
            return
        if self._index is not None:
            self._index.remove_ids(self._ids[leaving])
        self._ids, self._vectors = self._ids[~leaving], self._vectors[~leaving]

    def search(self, queries: Matrix, k: int) -> tuple[NDArray[np.int64], Cosines]:
        """[q, k] ids, best first, -1 where there are fewer, and their cosines; ties by id."""
        ids = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf)
        step = 256  # rows of products, or of candidates' vectors: 200 MB at most
        for start in range(0, len(queries) if len(self) else 0, step):
            part = queries[start : start + step]
            places = self._every(part, k) if len(self) <= self._exact_up_to else self._proposed(part, k)
            exact = self._scored(part, places)
            # A place twice or none at all sinks to the end.
            order = np.lexsort((places, -exact), axis=1)[:, :k]
            best, close = np.take_along_axis(places, order, 1), np.take_along_axis(exact, order, 1)
            ids[start : start + step, : order.shape[1]] = np.where(close > -np.inf, self._ids[best], -1)
            scores[start : start + step, : order.shape[1]] = close
        return ids, scores

    def _every(self, queries: Matrix, k: int) -> NDArray[np.int64]:
        table = queries @ self._vectors.T
        most = min(k, len(self))
        return np.argpartition(-table, most - 1, axis=1)[:, :most].astype(np.int64)

    def _proposed(self, queries: Matrix, k: int) -> NDArray[np.int64]:
        """Places of what faiss holds for near, -1 where it found fewer."""
        if self._index is None or len(self) > 2 * self._trained_on:
            self._build()
        _, found = self._index.search(np.ascontiguousarray(queries), min(max(RERANKED, 2 * k), len(self)))
        return np.where(found < 0, -1, np.searchsorted(self._ids, found))

    def _scored(self, queries: Matrix, places: NDArray[np.int64]) -> Cosines:
        rows, columns = np.nonzero(places >= 0)
        scores = np.full(places.shape, -np.inf)
        scores[rows, columns] = np.einsum(
            "ij,ij->i", queries[rows], self._vectors[places[rows, columns]], dtype=np.float64
        )
        return scores

    def _build(self) -> None:
        faiss: Any = importlib.import_module("faiss")
        width = self._vectors.shape[1]
        lists = 1 << round(np.log2(4 * len(self) ** 0.5))  # 4096 at 10⁶; faiss wants 39 vectors for each
        codes = f"PQ{width // 4}x4fs" if width % 4 == 0 and len(self) >= 1000 else "SQfp16"
        self._index = faiss.index_factory(
            width, f"IVF{max(min(lists, len(self) // 39), 1)},{codes}", faiss.METRIC_INNER_PRODUCT
        )
        self._index.train(self._vectors)
        self._index.add_with_ids(self._vectors, self._ids)
        self._index.nprobe = PROBES
        self._trained_on = len(self)
