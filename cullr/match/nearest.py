"""Vectors by id, to be asked for the nearest of others; ids come and go.

Exact at shoot size; beyond, faiss proposes and the cosines are computed anew. Its index is derived and disposable.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cullr.match.products import FLOAT_ERROR, Matrix

Cosines = NDArray[np.float64]

EXACT_UP_TO = 200_000
"""CPU seconds on two cores, 512 numbers (`scripts/bench knn`): at 10⁴ 0.3 exact and 15 approximate, at 10⁵ 7 and 56 (a
flat faiss index 107), at 10⁶ 642 exact (flat 10 600). The exact join grows with the square, so in bfloat16 they meet
beyond 4·10⁵, in float32, which takes ten times as long, sooner."""
PROBES, RERANKED = 16, 100
"""At 10⁶ vectors this found every pair at or above 0.9, in 0.08 ms a query."""
PROPOSED, COMPARED = 4096, 256
"""Queries a step: faiss answers that many at once in a third of the time; products with every vector are 200 MB."""
PAIRS = 1 << 13
"""Pairs whose cosines are computed at once: 32 MB of vectors of 512 numbers."""
TRAINED_ON = 64
"""Vectors a list is trained on; faiss wants 39, and 256 find no pair more in twice the time."""


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

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: Matrix) -> None:
        """Take these in, in place of what their ids stood for; of an id given twice the last one counts.

        The first ones, if in order, are not copied: a million of 512 numbers are 2 GB.
        """
        given = np.asarray(ids, np.int64)
        fresh, back = np.unique(given[::-1], return_index=True)
        places = len(given) - 1 - back
        in_order = np.array_equal(places, np.arange(len(vectors)))
        rows = np.ascontiguousarray(vectors if in_order else vectors[places], np.float32)
        self.remove(fresh)  # faiss would keep both
        if not len(self):
            self._ids, self._vectors = fresh, rows
        else:
            at = np.searchsorted(self._ids, fresh)
            self._ids = np.insert(self._ids, at, fresh)
            self._vectors = np.insert(self._vectors, at, rows, axis=0)
        if self._index is not None:
            self._index.add_with_ids(rows, fresh)

    def remove(self, ids: Sequence[int] | NDArray[np.int64]) -> None:
        """Forget these; ids that are not there are no mistake."""
        leaving = np.isin(self._ids, np.asarray(ids, np.int64))
        if not leaving.any():
            return
        if self._index is not None:
            self._index.remove_ids(self._ids[leaving])
        self._ids, self._vectors = self._ids[~leaving], self._vectors[~leaving]

    def search(self, queries: Matrix, k: int, least: float = -np.inf) -> tuple[NDArray[np.int64], Cosines]:
        """[q, k] ids, best first, -1 where there are fewer, and their cosines; ties by id. Of what lies below `least`
        nothing need be said."""
        ids = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf)
        proposed = len(self) > self._exact_up_to
        step = PROPOSED if proposed else COMPARED
        for start in range(0, len(queries) if len(self) else 0, step):
            part = queries[start : start + step]
            places = self._proposed(part, k, least) if proposed else self._every(part, k)
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

    def _proposed(self, queries: Matrix, k: int, least: float) -> NDArray[np.int64]:
        """Places of the best of what faiss holds for near, by their own vectors; -1 where it found fewer."""
        faiss: Any = importlib.import_module("faiss")
        if self._index is None or len(self) > 2 * self._trained_on:
            self._build()
        asked = np.ascontiguousarray(queries, np.float32)
        _, found = self._index.search(asked, min(max(RERANKED, 2 * k), len(self)))
        places = np.where(found < 0, -1, np.searchsorted(self._ids, found))
        rough = np.empty(places.shape, np.float32)  # -inf for a place of -1
        given = [faiss.swig_ptr(each) for each in (rough, asked, self._vectors, places)]
        faiss.fvec_inner_products_by_idx(*given, asked.shape[1], *places.shape)
        most = min(2 * k, places.shape[1])  # twice as many, as float32 may tie what float64 tells apart
        best = np.argpartition(-rough, most - 1, axis=1)[:, :most]
        near = np.take_along_axis(rough, best, 1) >= least - FLOAT_ERROR
        return np.where(near, np.take_along_axis(places, best, 1), -1)

    def _scored(self, queries: Matrix, places: NDArray[np.int64]) -> Cosines:
        """The cosines of these places, -inf for a place of -1."""
        scores = np.full(places.shape, -np.inf)
        rows, columns = np.nonzero(places >= 0)
        for start in range(0, len(rows), PAIRS):
            i, j = rows[start : start + PAIRS], columns[start : start + PAIRS]
            scores[i, j] = np.einsum("ij,ij->i", queries[i], self._vectors[places[i, j]], dtype=np.float64)
        return scores

    def _build(self) -> None:
        faiss: Any = importlib.import_module("faiss")
        width = self._vectors.shape[1]
        lists = max(min(1 << round(np.log2(4 * len(self) ** 0.5)), len(self) // 39), 1)  # 4096 at 10⁶
        codes = f"PQ{width // 4}x4fs" if width % 4 == 0 and len(self) >= 1000 else "SQfp16"
        self._index = faiss.index_factory(width, f"IVF{lists},{codes}", faiss.METRIC_INNER_PRODUCT)
        self._index.train(np.ascontiguousarray(self._vectors[:: max(len(self) // (lists * TRAINED_ON), 1)]))
        self._index.add_with_ids(self._vectors, self._ids)
        self._index.nprobe = PROBES
        self._trained_on = len(self)
