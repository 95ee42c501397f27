"""The looks of shots → hashes and correlations of pairs, in blocks. What a shot without a look scores is the caller's.

Greys are fetched pair by pair from the facts: a second copy of a million of them would be a gigabyte.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cullr import hashes
from cullr.match.edges import Positions, Scores
from cullr.model import ShotFacts

BLOCK = 4096
"""Pairs a step: three float32 arrays of 16 MiB."""


def phashes(facts: Sequence[ShotFacts]) -> NDArray[np.uint64]:
    """[n]; 0 where there is no look."""
    return np.array([fact.look.phash if fact.look else 0 for fact in facts], np.uint64)


def greys(facts: Sequence[ShotFacts], places: Positions) -> NDArray[np.uint8]:
    """[k, 32, 32] for shots that have a look."""
    joined = b"".join(look.grey for place in places if (look := facts[place].look) is not None)
    return np.frombuffer(joined, np.uint8).reshape(len(places), hashes.SIDE, hashes.SIDE)


def correlations(facts: Sequence[ShotFacts], pairs: Positions, orientation: int = 0) -> Scores:
    """[m] Pearson's r of the two greys, the second one turned; NaN where a grey is of one colour. 2 µs a pair."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), BLOCK):
        part = pairs[start : start + BLOCK]
        a = _standardised(facts, part[:, 0], 0)
        b = _standardised(facts, part[:, 1], orientation)
        found[start : start + BLOCK] = np.einsum("ij,ij->i", a, b)
    return found


def _standardised(facts: Sequence[ShotFacts], places: Positions, orientation: int) -> NDArray[np.float32]:
    """[k, 1024] of mean 0 and length 1, or NaN."""
    unique, back = np.unique(places, return_inverse=True)
    flat = hashes.turned(greys(facts, unique), orientation).reshape(len(unique), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    flat /= np.where(length > 1e-3, length, np.float32(np.nan))
    return np.asarray(flat[back], np.float32)
