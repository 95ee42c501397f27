"""Content digests → shots whose photos are byte for byte the same, whatever their names and order.

An empty file is a failed copy, not a picture: it is the same as nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from cullr.match.edges import Edges, Positions, Scores, no_pairs
from cullr.model import Kind, ShotFacts, ShotId


def wanted(facts: Sequence[ShotFacts]) -> set[ShotId]:
    """The shots whose photos must be digested: those whose photo sizes, taken together, another shot has too."""
    sizes = [_sizes(fact) for fact in facts]
    seen = Counter(sizes)
    return {fact.id for fact, size in zip(facts, sizes, strict=True) if seen[size] > 1 and all(size)}


def match(facts: Sequence[ShotFacts]) -> Edges:
    """Shots with equal digests share a node; there are no pairs, and every score is 0."""
    first: dict[tuple[bytes, ...], int] = {}
    nodes = np.full(len(facts), -1, np.int32)
    for place, fact in enumerate(facts):
        digests = tuple(sorted(digest for digest in fact.content if digest is not None))
        if digests and len(digests) == len(fact.shot.photos) and all(_sizes(fact)):
            nodes[place] = first.setdefault(digests, place)
    return Edges(Kind.EXACT, 0.0, nodes, no_pairs(), np.empty(0), _identical)


def _sizes(fact: ShotFacts) -> tuple[int, ...]:
    return tuple(sorted(photo.size for photo in fact.shot.photos))


def _identical(a: Positions, b: Positions) -> Scores:
    return np.zeros(np.broadcast(a, b).shape)
