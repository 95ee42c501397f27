"""Vectors → pairs of shots whose cosine reaches the model's threshold, at most `NEIGHBOURS` for each shot.

A shot without a vector matches nothing; shots of equal vectors are one node, however many.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cullr.match import neighbours
from cullr.match.edges import Edges, Positions, Scores, by_path, distinct
from cullr.match.neighbours import Matrix
from cullr.model import Kind, ShotFacts

NEIGHBOURS = 32
"""Of one place seen a thousand times this leaves 32 000 pairs of half a million."""

UNIT = 1e-6
"""How far from 1 a length may lie: it moves a cosine by less than what two ways of adding it up do."""


def match(facts: Sequence[ShotFacts], vectors: Matrix, *, threshold: float, k: int = NEIGHBOURS) -> Edges:
    """`vectors` [n, d] stand in the facts' order, rows of NaN or 0 for shots that have none. Scores are cosines."""
    if len(vectors) != len(facts):
        raise ValueError(f"{len(facts)} shots and {len(vectors)} vectors")
    unit = normalised(vectors)
    nodes = collapsed(facts, unit)
    order = by_path(facts)
    places = order[nodes[order] == order]
    rows = unit if np.array_equal(places, np.arange(len(unit))) else unit[places]
    pairs, _ = neighbours.self_join(rows, threshold, k)
    # Path order makes the result one of the shots, not of their order; the graph wants positions in facts.
    found = distinct(places[pairs])

    def measure(a: Positions, b: Positions) -> Scores:
        return neighbours.cosines(unit, a, b)

    return Edges(Kind.CLIP, threshold, nodes, found, measure(found[:, 0], found[:, 1]), measure, higher_is_better=True)


def normalised(vectors: NDArray[np.floating]) -> Matrix:
    """Rows of unit length, or of NaN where there is no direction; rows that are so already are not copied."""
    with np.errstate(invalid="ignore", over="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        fine = np.abs(lengths - 1) <= UNIT
        if vectors.dtype == np.float32 and np.isnan(vectors[~fine]).all():
            return np.asarray(vectors)
        lengths = np.where((lengths > 0) & np.isfinite(lengths), lengths, np.nan)
        return np.asarray(vectors / lengths[:, None], np.float32)


def collapsed(facts: Sequence[ShotFacts], unit: Matrix) -> Positions:
    """One node for all shots of one vector, -1 for those that have none."""
    first: dict[bytes, int] = {}
    nodes = np.full(len(facts), -1, np.int32)
    known = np.isfinite(unit[:, 0]) if unit.shape[1] else np.zeros(len(unit), np.bool_)  # a row is whole or all NaN
    for place in by_path(facts):
        if known[place]:
            nodes[place] = first.setdefault(unit[place].tobytes(), place)
    return nodes
