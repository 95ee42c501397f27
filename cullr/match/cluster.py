"""Vectors → clusters of one scene, of whatever density: HDBSCAN, asked for by `--cluster`.

It is given the graph of near neighbours, not a table of all distances: that grows with the shots, not with their
square, and strangers, whom HDBSCAN takes in for want of others (21 % of its pairs on the shared photos), never get in.
Within a cluster all are tied to the shot nearest to its mean that they reach, and the grouping takes it as it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cullr.errors import Failed
from cullr.match import neighbours
from cullr.match.clip import NEIGHBOURS, collapsed, normalised
from cullr.match.edges import Edges, Positions, Scores, by_path, no_pairs
from cullr.match.neighbours import Cosines, Matrix, Pairs
from cullr.model import Kind, ShotFacts

SMALLEST = 3
"""Pictures of a cluster; two that are alike are found by their cosine."""
CLOSEST = 1e-6
"""Distance of two whose vectors are nearly the same: 0 would be no edge to scipy."""


def match(facts: Sequence[ShotFacts], vectors: Matrix, *, threshold: float, smallest: int = SMALLEST) -> Edges:
    """`vectors` [n, d] stand in the facts' order, rows of NaN where there is none; `threshold` is the cosine from which
    two are neighbours. Scores are cosines.

    Raises Failed where scikit-learn is not installed.
    """
    unit = normalised(vectors)
    bar = scene(threshold)
    nodes = collapsed(facts, unit)
    order = by_path(facts)
    places = order[nodes[order] == order]
    found = [no_pairs()]
    for members in clusters(unit[places], bar, smallest):
        found += [places[star].astype(np.int32) for star in _stars(unit[places], members, bar, smallest)]
    pairs = np.concatenate(found)

    def measure(a: Positions, b: Positions) -> Scores:
        return neighbours.cosines(unit, a, b)

    return Edges(Kind.CLIP, bar, nodes, pairs, measure(pairs[:, 0], pairs[:, 1]), measure, higher_is_better=True)


def scene(threshold: float) -> float:
    """The cosine that holds a scene together: a neighbour may be twice as far away as one of a pair, 0.80 where that
    reaches 0.90. `scripts/evaluate --cluster`: all pairs right at a recall of 0.89, HDBSCAN alone 79 % at 0.87. In very
    large libraries strangers come as near."""
    return round(2 * threshold - 1, 6)


def clusters(unit: Matrix, bar: float, smallest: int) -> list[NDArray[np.intp]]:
    """Positions of each cluster's members; what belongs to none is in none.

    5·10⁴ x 512 take 5 CPU seconds (a tree over 50 of their numbers 86), and 64 entries a shot at most.
    """
    if len(unit) < smallest:
        return []
    try:
        learn: Any = importlib.import_module("sklearn.cluster")
    except ImportError as error:
        raise Failed("--cluster needs scikit-learn", "Install it: pip install 'cullr[all]'") from error
    graph = _graph(*neighbours.self_join(unit, bar, NEIGHBOURS), len(unit), bar, smallest)
    labels = learn.HDBSCAN(min_cluster_size=smallest, metric="precomputed", copy=False).fit_predict(graph)
    nowhere = set(labels[len(unit) :].tolist())
    order = np.argsort(labels[: len(unit)], kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [part for part in parts if labels[part[0]] >= 0 and labels[part[0]] not in nowhere]


def _graph(pairs: Pairs, cosines: Cosines, count: int, bar: float, smallest: int) -> Any:
    """Distances [count + smallest, the same], sparse. The shots beyond the last are a place nowhere, a little further
    from each than any neighbour: it ties the scenes together, and one scene alone has something to differ from."""
    sparse: Any = importlib.import_module("scipy.sparse")
    nowhere = count + np.arange(smallest)
    one, two = nowhere[np.array(np.triu_indices(smallest, 1))]
    shots = np.arange(count)
    i = np.concatenate((pairs[:, 0], np.repeat(shots, smallest), one))
    j = np.concatenate((pairs[:, 1], np.tile(nowhere, count), two))
    near = np.maximum(np.sqrt(np.maximum(2 - 2 * cosines, 0)), CLOSEST)
    further = np.full(count * smallest, np.sqrt(2 - 2 * bar) + CLOSEST)
    apart = np.concatenate((near, further, np.full(len(one), CLOSEST)))
    every = np.arange(count + smallest)  # each is its own neighbour, as in a table of all distances
    entries = np.concatenate((apart, apart, np.zeros(len(every))))
    return sparse.csr_matrix((entries, (np.concatenate((i, j, every)), np.concatenate((j, i, every)))))


def _stars(unit: Matrix, members: NDArray[np.intp], bar: float, smallest: int) -> Iterator[NDArray[np.intp]]:
    """Pairs of the member nearest to the mean with each that reaches the bar against it; then of those left over."""
    while len(members) >= smallest:
        rows = unit[members]
        centre = int(np.argmax(rows @ rows.mean(axis=0)))
        near = neighbours.cosines(unit, np.full(len(members), members[centre]), members) >= bar
        near[centre] = True
        if near.sum() < 2:
            return
        others = members[near & (np.arange(len(members)) != centre)]
        yield np.stack((np.full(len(others), members[centre]), others), axis=1)
        members = members[~near]
