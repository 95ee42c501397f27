"""Unit vectors → pairs at or above a cosine, at most k for each: exact at shoot size, approximate beyond and re-ranked.

Whatever proposes a pair, its cosine is computed anew from the vectors before it counts. Indexes are derived and
disposable: throw one away and it is built again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cullr.match import products
from cullr.match.nearest import EXACT_UP_TO, PROPOSED, Nearest
from cullr.match.products import FLOAT_ERROR, Matrix, Rows

__all__ = ["Cosines", "Matrix", "Pairs", "cosines", "self_join"]

Pairs = NDArray[np.int32]
Cosines = NDArray[np.float64]

BLOCK = 1024
"""Rows and columns a step: 2 MiB of products in bfloat16, which stay in a core's cache; 4096 took twice as long."""
CROWDED = 8
"""Hits a row of a block from which only the best k of each row and column are worth scoring."""
KEPT = 1 << 22
"""Pairs gathered before all but the best k of each are let go: 70 MB."""


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
    rough = products.rough(vectors, threshold)

    def block(corner: tuple[int, int]) -> tuple[Rows, Rows]:
        top, left = corner
        rows, columns = slice(top, top + BLOCK), slice(left, left + BLOCK)
        i, j = rough.candidates(rows, columns)
        if len(i) > CROWDED * BLOCK:
            i, j = _crowded(vectors, rows, columns, threshold, k)
        i, j = i + top, j + left
        return i[i < j], j[i < j]

    starts = range(0, len(vectors), BLOCK)
    yield from products.each(rough, block, ((top, left) for top in starts for left in starts if left >= top))


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
    index.add(np.arange(len(vectors)), vectors)
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(vectors), PROPOSED):
        found, scores = index.search(vectors[start : start + PROPOSED], k + 1, threshold)
        i, place = np.nonzero((found >= 0) & (scores >= threshold - FLOAT_ERROR))
        pairs.append(np.stack((i + start, found[i, place]), axis=1))
    every = np.sort(np.concatenate(pairs), axis=1)
    every = np.unique(every[every[:, 0] < every[:, 1]], axis=0)
    yield every[:, 0], every[:, 1]
