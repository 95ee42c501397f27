"""Looks → pairs whose perceptual hashes lie within a distance and whose 32x32 greys correlate.

The hash proposes and the correlation confirms: on a set of flat tiles the hash alone was right in 44 % of its pairs,
with r ≥ 0.9 in 69 %, with r ≥ 0.95 in 86 %. A picture without contrast carries no information and matches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cullr import hashes
from cullr.match import looks
from cullr.match.edges import Edges, Positions, Scores, by_path, distinct, no_pairs
from cullr.match.hamming import pairs_within
from cullr.model import Kind, ShotFacts

FLAT = 8.0
"""Least standard deviation of the grey. One-colour cards have 0.0 to 1.4, a line drawing 9, a dim forest 15."""
MOST_PAIRS = 10_000_000
"""Pairs before correlation, 250 MB and 20 s. More are a timelapse or test charts, and a smaller distance will do."""
NEIGHBOURS = 64


def match(
    facts: Sequence[ShotFacts], *, distance: int = 8, correlation: float = 0.85, any_orientation: bool = False
) -> Edges:
    """Scores are bits that differ, the fewest over the orientations that were allowed.

    Where more than `MOST_PAIRS` lie within the distance it is lowered by 2 until they fit, and the threshold says so;
    where even equal hashes are too many, each is tried with the `NEIGHBOURS` that follow it by path.
    """
    nodes = _collapsed(facts)
    order = by_path(facts)
    places = order[nodes[order] == order]
    own = looks.phashes(facts)
    oriented = _oriented(facts, places) if any_orientation else np.empty((0, 8), np.uint64)
    pairs, within = _joined(own[places], None, distance)
    if pairs is None:
        pairs = _neighbours(own[places])
    pairs = places[pairs]
    pairs = pairs[looks.correlations(facts, pairs) >= correlation]
    for orientation in range(1, 8) if any_orientation else ():
        turned, _ = _joined(oriented[places, 0], oriented[places, orientation], within)
        found = no_pairs() if turned is None else places[turned[turned[:, 0] < turned[:, 1]]]
        pairs = np.concatenate((pairs, found[looks.correlations(facts, found, orientation) >= correlation]))
    pairs = distinct(pairs)

    def measure(a: Positions, b: Positions) -> Scores:
        bits = np.bitwise_count(own[a] ^ own[b])
        if any_orientation:
            bits = np.minimum(bits, np.bitwise_count(oriented[a, :1] ^ oriented[b, 1:]).min(axis=1))
        return np.asarray(bits, np.float64)

    return Edges(Kind.PHASH, float(within), nodes, pairs, measure(pairs[:, 0], pairs[:, 1]), measure)


def _collapsed(facts: Sequence[ShotFacts]) -> Positions:
    """One node for all shots of one look; -1 for those that have none or a flat one."""
    nodes = np.full(len(facts), -1, np.int32)
    telling = np.array([fact.look is not None and fact.look.contrast >= FLAT for fact in facts], np.bool_)
    order = by_path(facts)
    places = order[telling[order]]
    nodes[places] = places
    own = looks.phashes(facts)[places]
    by_hash = np.argsort(own, kind="stable")
    places, own = places[by_hash], own[by_hash]
    same = own[1:] == own[:-1]
    twins = np.flatnonzero(np.append(same, False) | np.append(False, same))
    first: dict[bytes, int] = {}
    hashed = None
    for start in range(0, len(twins), looks.BLOCK):
        part = twins[start : start + looks.BLOCK]
        greys = looks.each_grey([facts[place] for place in places[part].tolist()])
        for place, phash, grey in zip(places[part].tolist(), own[part].tolist(), greys, strict=True):
            if phash != hashed:
                first, hashed = {}, phash
            nodes[place] = first.setdefault(grey, place)
    return nodes


def _oriented(facts: Sequence[ShotFacts], places: Positions) -> NDArray[np.uint64]:
    """[n, 8] hashes from the greys of the shots at `places`, 0 for the others."""
    every = np.zeros((len(facts), 8), np.uint64)
    for start in range(0, len(places), looks.BLOCK):
        part = places[start : start + looks.BLOCK]
        every[part] = hashes.orientations(hashes.phash_batch(looks.greys(facts, part))[1])
    return every


def _joined(left: NDArray[np.uint64], right: NDArray[np.uint64] | None, distance: int) -> tuple[Positions | None, int]:
    """The pairs within the largest distance that yields no more than `MOST_PAIRS`, if any does, and that distance."""
    for within in range(distance, -1, -2):
        found, count = [no_pairs()], 0
        for block, _ in pairs_within(left, right, within):
            found.append(block)
            count += len(block)
            if count > MOST_PAIRS:
                break
        else:
            pairs = np.concatenate(found)
            return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], within
    return None, 0


def _neighbours(own: NDArray[np.uint64]) -> Positions:
    """Each of the hashes, which stand in path order, with the next `NEIGHBOURS` that are equal."""
    order = np.argsort(own, kind="stable").astype(np.int32)
    found = [no_pairs()]
    for step in range(1, min(NEIGHBOURS, len(order) - 1) + 1):
        a, b = order[:-step], order[step:]
        same = own[a] == own[b]
        found.append(np.stack((a[same], b[same]), axis=1))
    return np.concatenate(found)
