"""Which shots are alike, and how much: what every matcher hands to `groups`. Shots are positions in the facts given.

Invariant: the score of a pair is that of `measure`, whichever matcher made it, so pairs without an edge can be scored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cullr.model import Kind, ShotFacts

Positions = NDArray[np.int32]
Scores = NDArray[np.float64]
Measure = Callable[[Positions, Positions], Scores]
"""The scores of any pairs, elementwise, in the kind's own unit; a shot against itself scores as identical."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Evidence of one kind.

    `nodes` [n] names for each shot one shot that it is the same as, itself as a rule, -1 when it cannot be matched:
    50 000 copies of one picture are one node and no pairs. `pairs` [m, 2] are nodes that match, each once; `scores`
    [m] theirs. Distances fall as shots grow alike; `higher_is_better` marks similarities, where 1 is identical.
    """

    kind: Kind
    threshold: float
    nodes: Positions
    pairs: Positions
    scores: Scores
    measure: Measure
    higher_is_better: bool = False

    def cost(self, scores: Scores) -> Scores:
        """Scores as distances: 0 is identical."""
        return 1.0 - scores if self.higher_is_better else scores


def no_pairs() -> Positions:
    return np.empty((0, 2), np.int32)


def by_path(facts: Sequence[ShotFacts]) -> Positions:
    """[n] positions in path order: what decides wherever evidence ties, so that the order of `facts` never does."""
    faces = [fact.shot.face for fact in facts]  # without properties and mostly sorted already: a scan's are
    keys = [(face.root, face.path) for face in faces]
    return np.array(sorted(range(len(facts)), key=keys.__getitem__), np.int32)


def distinct(pairs: Positions) -> Positions:
    """Each unordered pair once, the lower position first, in order."""
    low, high = pairs.min(axis=1, initial=1 << 30).astype(np.int64), pairs.max(axis=1, initial=0).astype(np.int64)
    keys = low << 32 | high
    keys.sort()  # np.unique would hash: 8 s for 8 million, sorting takes 0.6
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return np.stack((keys >> 32, keys & 0xFFFFFFFF), axis=1).astype(np.int32)
