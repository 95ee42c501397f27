"""Sets of 64-bit hashes → every pair within a Hamming radius: multi-index hashing, exact, sub-quadratic.

The law: a pair within r differs by at most t in some band, where the bands' (t + 1) add up to r + 1. So each band is
an index by its bits, probed with every mask of at most t bits. Candidates pass in blocks of 2²⁰ (40 MiB); beyond that
only the pairs found cost memory. Equal hashes are pairs like any other: who has 50 000 of one collapses them first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int32]
Distances = NDArray[np.uint8]
Rows = NDArray[np.integer[Any]]

BITS = 64
FURTHEST = 16
BLOCK = 1 << 20
TABLE_COST, MASK_COST, PROBE_COST = 1.0, 5_000.0, 0.7
"""What one value of a band, one mask, and one hash under one mask cost, in candidates checked (6 ns each)."""


def self_join(hashes: Hashes, radius: int) -> tuple[Pairs, Distances]:
    """All pairs [m, 2] with i < j at most `radius` bits apart, sorted, and their distances [m]."""
    return _gathered(pairs_within(hashes, None, radius))


def cross_join(left: Hashes, right: Hashes, radius: int) -> tuple[Pairs, Distances]:
    """All pairs (position in `left`, position in `right`) at most `radius` bits apart, sorted, and their distances."""
    return _gathered(pairs_within(left, right, radius))


def pairs_within(left: Hashes, right: Hashes | None, radius: int) -> Iterator[tuple[Pairs, Distances]]:
    """The same pairs block by block, each once, in no useful order; without `right` those of `left` with i < j."""
    if not 0 <= radius <= FURTHEST:
        raise ValueError(f"radius must lie between 0 and {FURTHEST}, not {radius}")
    bands = _plan(max(len(left), 0 if right is None else len(right)), radius)
    for place, band in enumerate(bands):
        one = _Index.of(left, band)
        two = one if right is None else _Index.of(right, band)
        for a, b in _candidates(one, two, band, own=right is None):
            differing = one.hashes[a] ^ two.hashes[b]
            distances = np.bitwise_count(differing)
            near = np.flatnonzero(distances <= radius)
            for earlier in bands[:place]:  # each pair once: only the first band that finds it reports it
                near = near[np.bitwise_count(earlier.of(differing[near])) > earlier.radius]
            if len(near):
                i, j = one.order[a[near]], two.order[b[near]]
                if right is None:
                    i, j = np.minimum(i, j), np.maximum(i, j)
                yield np.stack((i, j), axis=1), distances[near]


@dataclass(frozen=True, slots=True)
class _Band:
    """`width` bits from `shift` upwards, in which a pair may differ by `radius`."""

    shift: int
    width: int
    radius: int

    def of(self, hashes: Hashes) -> NDArray[np.int32]:
        return ((hashes >> np.uint64(self.shift)) & np.uint64((1 << self.width) - 1)).astype(np.int32)

    def masks(self) -> list[int]:
        """Every way to differ, by highest bit."""
        bits = range(self.width)
        return sorted(
            sum(1 << bit for bit in chosen)
            for flipped in range(min(self.radius, self.width) + 1)
            for chosen in itertools.combinations(bits, flipped)
        )

    def cost(self, size: int) -> float:
        masks = sum(math.comb(self.width, flipped) for flipped in range(self.radius + 1))
        return TABLE_COST * 2.0**self.width + masks * (MASK_COST + size * (PROBE_COST + size / 2.0**self.width))


@dataclass(frozen=True, slots=True)
class _Index:
    """Hashes in the order of one band's bits; those whose band is v stand from `start[v]` to `start[v + 1]`."""

    order: NDArray[np.int32]
    hashes: Hashes
    keys: NDArray[np.int32]
    start: NDArray[np.int32]
    taken: NDArray[np.bool_]

    @classmethod
    def of(cls, hashes: Hashes, band: _Band) -> _Index:
        keys = band.of(hashes)
        order = np.argsort(keys, kind="stable").astype(np.int32)
        count = np.bincount(keys, minlength=1 << band.width)
        start = np.concatenate(([0], np.cumsum(count))).astype(np.int32)
        return cls(order, hashes[order], keys[order], start, count > 0)


def _plan(size: int, radius: int) -> list[_Band]:
    """The cheapest cut into bands, by the work expected of evenly spread hashes.

    No band is wider than 22 bits: its two tables are 32 MiB. A band of no bits is the comparison of all with all.
    """
    cuts = [[_Band(0, 0, radius)], *(_cut(parts, radius) for parts in range(3, FURTHEST + 1))]
    return min(cuts, key=lambda cut: sum(band.cost(size) for band in cut))


def _cut(parts: int, radius: int) -> list[_Band]:
    """`parts` bands of nearly equal width whose (radius + 1) add up to `radius` + 1; who gets none is left out."""
    bands = []
    shift = 0
    for part in range(parts):
        width = BITS // parts + (part < BITS % parts)
        within = (radius + 1) // parts + (part < (radius + 1) % parts) - 1
        if within >= 0:
            bands.append(_Band(shift, width, within))
        shift += width
    return bands


def _candidates(left: _Index, right: _Index, band: _Band, *, own: bool) -> Iterator[tuple[Rows, Rows]]:
    """Positions in `left` and `right` whose bands differ by one of the band's masks, a block at a time."""
    rows, keys, highest = np.arange(len(left.keys), dtype=np.int32), left.keys, 0
    for mask in band.masks():
        if own and mask.bit_length() != highest:  # each unordered pair once: from the key without the highest bit
            highest = mask.bit_length()
            rows = np.flatnonzero((left.keys >> (highest - 1)) & 1 == 0).astype(np.int32)
            keys = left.keys[rows]
        partners = keys ^ np.int32(mask)
        hit = np.flatnonzero(right.taken[partners])
        a, partners = rows[hit], partners[hit]
        first = a + 1 if own and not mask else right.start[partners]
        yield from _expanded(a, first, right.start[partners + 1])


def _expanded(rows: Rows, first: Rows, end: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Each row with every position from its `first` up to its `end`, in blocks; one row is never cut."""
    ends = np.cumsum(end - first, dtype=np.int64)
    begin = done = 0
    while begin < len(rows):
        stop = max(begin + 1, int(np.searchsorted(ends, done + BLOCK, side="right")))
        sizes = (end - first)[begin:stop]
        offsets: Rows = first[begin:stop] - (ends[begin:stop] - sizes - done)
        total = int(ends[stop - 1]) - done
        yield np.repeat(rows[begin:stop], sizes), np.repeat(offsets, sizes) + np.arange(total)
        begin, done = stop, done + total


def _gathered(blocks: Iterator[tuple[Pairs, Distances]]) -> tuple[Pairs, Distances]:
    """All blocks as one, pairs in order."""
    pairs, distances = [np.empty((0, 2), np.int32)], [np.empty(0, np.uint8)]
    for found, apart in blocks:
        pairs.append(found)
        distances.append(apart)
    every = np.concatenate(pairs)
    order = np.lexsort((every[:, 1], every[:, 0]))
    return every[order], np.concatenate(distances)[order]
