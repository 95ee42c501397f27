"""Vectors → clusters of one scene, of whatever density: HDBSCAN, asked for by `--cluster`.

HDBSCAN knows no threshold, and of 60 strangers it puts 20 to 40 into clusters; so a member must reach one against the
shot nearest to its cluster's mean. To that one all are tied, and the grouping takes the cluster as it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cullr.errors import Failed
from cullr.match import neighbours
from cullr.match.clip import normalised
from cullr.match.edges import Edges, Positions, Scores, by_path, no_pairs
from cullr.match.neighbours import Matrix
from cullr.model import Kind, ShotFacts

SMALLEST = 3
"""Shots of a cluster; two that are alike are found by their cosine."""
SQUARE_UP_TO = 15_000
"""Brute force takes 4.6 s for 10⁴ x 512, trees 35; its table of distances, 1.8 GB here, grows with the square."""
REDUCED = 50
"""Numbers a vector is cut down to beyond that, where trees work: 86 s for 5·10⁴, with the same clusters."""


def match(facts: Sequence[ShotFacts], vectors: Matrix, *, threshold: float, smallest: int = SMALLEST) -> Edges:
    """`vectors` [n, d] stand in the facts' order, rows of NaN where there is none. Scores are cosines.

    Raises Failed where scikit-learn is not installed.
    """
    unit = normalised(vectors)
    order = by_path(facts)
    places = order[np.isfinite(unit[order, 0])] if unit.shape[1] else order[:0]
    nodes = np.full(len(facts), -1, np.int32)
    nodes[places] = places
    found = [no_pairs()]
    for members in clusters(unit[places], smallest):
        found.append(_star(unit, places[members], threshold))
    pairs = np.concatenate(found)

    def measure(a: Positions, b: Positions) -> Scores:
        return neighbours.cosines(unit, a, b)

    return Edges(Kind.CLIP, threshold, nodes, pairs, measure(pairs[:, 0], pairs[:, 1]), measure, higher_is_better=True)


def clusters(unit: Matrix, smallest: int) -> list[NDArray[np.intp]]:
    """Positions of each cluster's members; what belongs to none is in none."""
    if len(unit) < smallest:
        return []
    try:
        learn: Any = importlib.import_module("sklearn.cluster")
    except ImportError as error:
        raise Failed("--cluster needs scikit-learn", "Install it: pip install 'cullr[all]'") from error
    few = len(unit) <= SQUARE_UP_TO
    rows = unit if few else _reduced(unit)
    hdbscan = learn.HDBSCAN(min_cluster_size=smallest, algorithm="brute" if few else "auto", copy=True)
    labels: NDArray[np.int64] = hdbscan.fit_predict(rows.astype(np.float64))
    return [np.flatnonzero(labels == label) for label in range(labels.max(initial=-1) + 1)]


def _reduced(unit: Matrix) -> Matrix:
    """[n, 50]: the directions in which the vectors differ most."""
    middle = unit - unit.mean(axis=0)
    _, directions = np.linalg.eigh(middle.T @ middle)
    return np.asarray(middle @ directions[:, -REDUCED:], np.float32)


def _star(unit: Matrix, members: Positions, threshold: float) -> Positions:
    """The member nearest to the mean with each of the others that reach the threshold against it."""
    rows = unit[members]
    centre = int(np.argmax(rows @ rows.mean(axis=0)))
    others = np.delete(members, centre)
    others = others[neighbours.cosines(unit, np.full(len(others), members[centre]), others) >= threshold]
    return np.stack((np.full(len(others), members[centre], np.int32), others), axis=1)
