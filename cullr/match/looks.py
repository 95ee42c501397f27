"""The looks of shots → hashes and correlations of pairs, in blocks. What a shot without a look scores is the caller's.

Greys are fetched for a block of pairs at a time, from the facts or whoever keeps them: a million are a gigabyte.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cullr import hashes
from cullr.hashes import SIDE
from cullr.match import framing
from cullr.match.edges import Positions, Scores
from cullr.model import ShotFacts

BLOCK = 4096
"""Greys a step: float32 arrays of 16 MiB."""
FRAMED = 512
"""Pairs whose framing is compared at once: 25 MB."""
DENSE = 16
"""All products are cheaper than chosen ones up to this many times the pairs wanted."""
FEW = 32
"""Up to so many pairs, as in most groups, finding shots that come twice costs more than they do."""
DENSE_PAIRS = 1 << 16
"""Pairs tried as one matrix product: 2 ms, where they are made of few enough shots."""


def phashes(facts: Sequence[ShotFacts]) -> NDArray[np.uint64]:
    """[n]; 0 where there is no look."""
    return np.array([fact.look.phash if fact.look else 0 for fact in facts], np.uint64)


def greys(facts: Sequence[ShotFacts], places: Positions) -> NDArray[np.uint8]:
    """[k, 32, 32] for shots that have a look."""
    joined = b"".join(each_grey([facts[place] for place in places.tolist()]))
    return np.frombuffer(joined, np.uint8).reshape(len(places), hashes.SIDE, hashes.SIDE)


def each_grey(facts: Sequence[ShotFacts]) -> list[bytes]:
    """Of those that have a look, in order; kept ones all come from one index, asked once."""
    if not facts:  # most looks have no kin
        return []
    seen = [(fact.id, fact.look.grey) for fact in facts if fact.look is not None]
    away = {number: grey for number, grey in seen if not isinstance(grey, bytes)}
    if not away:
        return [grey for _, grey in seen if isinstance(grey, bytes)]
    fetched = dict(zip(away, next(iter(away.values())).of(list(away)), strict=True))
    return [grey if isinstance(grey, bytes) else fetched[number] for number, grey in seen]


def correlations(facts: Sequence[ShotFacts], pairs: Positions, orientation: int = 0) -> Scores:
    """[m] Pearson's r of the two greys, the second one turned; NaN where a grey is of one colour.

    5 µs a pair; pairs in order that share their shots, as those of a timelapse do, cost a tenth of it.
    """
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), DENSE_PAIRS):
        part = pairs[start : start + DENSE_PAIRS]
        found[start : start + DENSE_PAIRS] = _correlated(facts, part, orientation)
    return found


def local_differences(facts: Sequence[ShotFacts], pairs: Positions) -> Scores:
    """[m] grey levels by which the two differ where they differ most, over 2x2 of the 32x32 cells, brightness, contrast
    and a slightly other framing levelled out: a correlation of the whole hardly sees another face. NaN where a grey is
    of one colour."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), FRAMED):
        part = pairs[start : start + FRAMED]
        depth = np.array([[_contrast(facts[place]) for place in pair] for pair in part.tolist()], np.float32)
        # Length 1 over 1024 cells is 1/32 each.
        one, two = (_standardised(facts, part[:, end], 0).reshape(-1, SIDE, SIDE) * np.float32(SIDE) for end in (0, 1))
        apart = _largest(one - two)
        known = np.isfinite(apart)
        left, slight = framing.reframed(one[known], two[known])
        apart[known] = np.where(slight, np.minimum(apart[known], _largest(left)), apart[known])
        found[start : start + FRAMED] = apart * depth.mean(axis=1)
    return found


def _largest(apart: NDArray[np.float32]) -> NDArray[np.float32]:
    """[n] of [n, 32, 32], over 2x2 cells."""
    rows = apart[:, :-1] + apart[:, 1:]
    squares = rows[:, :, :-1] + rows[:, :, 1:]
    return np.asarray(np.abs(squares).max(axis=(1, 2), initial=0) / 4, np.float32)


def _contrast(fact: ShotFacts) -> float:
    return fact.look.contrast if fact.look else 0.0


def _correlated(facts: Sequence[ShotFacts], pairs: Positions, orientation: int) -> Scores:
    """All products and a choice from them where that is less work, else pair by pair, half the pairs at a time."""
    if len(pairs) <= FEW:
        one, two = _standardised(facts, pairs[:, 0], 0), _standardised(facts, pairs[:, 1], orientation)
        return np.asarray(np.einsum("ij,ij->i", one, two), np.float64)
    left, a = np.unique(pairs[:, 0], return_inverse=True)
    right, b = np.unique(pairs[:, 1], return_inverse=True)
    few = max(len(left), len(right)) <= 2 * BLOCK
    if few and len(left) * len(right) <= DENSE * len(pairs):
        products = _standardised(facts, left, 0) @ _standardised(facts, right, orientation).T
        return np.asarray(products[a, b], np.float64)
    if few and len(pairs) <= BLOCK:
        one, two = _standardised(facts, left, 0)[a], _standardised(facts, right, orientation)[b]
        return np.asarray(np.einsum("ij,ij->i", one, two), np.float64)
    half = len(pairs) // 2
    return np.concatenate(
        (_correlated(facts, pairs[:half], orientation), _correlated(facts, pairs[half:], orientation))
    )


def _standardised(facts: Sequence[ShotFacts], places: Positions, orientation: int) -> NDArray[np.float32]:
    """[k, 1024] of mean 0 and length 1, or NaN."""
    flat = hashes.turned(greys(facts, places), orientation).reshape(len(places), -1).astype(np.float32)
    flat -= flat.sum(axis=1, keepdims=True) / np.float32(flat.shape[1])
    length = np.sqrt(np.einsum("ij,ij->i", flat, flat))[:, None]
    length[length <= 1e-3] = np.nan
    flat /= length
    return flat
