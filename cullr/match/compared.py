"""Looks that were compared, and the pairs found among them: what comes later is compared with all, not all with all.

A look is a hash and its grey, however many shots have it. The pairs are the same in whatever order, in however many
steps the shots came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cullr import hashes
from cullr.match import looks
from cullr.match.edges import Positions, distinct, no_pairs
from cullr.match.hamming import pairs_within
from cullr.model import ShotFacts, ShotId

MOST_PAIRS = 10_000_000
"""Pairs before correlation, upright or turned, 250 MB and 20 s. More are a timelapse or test charts, and a smaller
distance will do."""
NEIGHBOURS = 64
INVERSE = (0, 1, 2, 3, 4, 6, 5, 7)
"""By orientation the one that takes it back: only quarter turns are not their own."""

Hashes = NDArray[np.uint64]


class Compared:
    """What was compared so far, under one set of thresholds: `distance` in bits, `correlation` of the greys."""

    def __init__(self, *, distance: int = 8, correlation: float = 0.85, any_orientation: bool = False) -> None:
        self._distance = distance
        self._correlation = correlation
        self._any = any_orientation
        self._forget()

    def _forget(self) -> None:
        self.within = self._distance
        """The distance at which there are no more than `MOST_PAIRS`."""
        self._all_found = True
        self._look_of: dict[ShotId, tuple[int, int]] = {}
        self._own = np.empty(0, np.uint64)
        self._turned = np.empty((0, 8 if self._any else 0), np.uint64)
        self._alive = np.empty(0, np.bool_)
        self._alike: dict[int, list[int]] = {}
        self._pairs = no_pairs()
        self._found = 0
        """Pairs before correlation, upright and turned."""

    def match(self, facts: Sequence[ShotFacts], places: Positions) -> tuple[Positions, Positions, Hashes]:
        """Of the shots at `places` (in path order; each has a look): the node of each, which is the place of the first
        shot of its look; the pairs of nodes that match; each one's hashes, [n, 1], or [n, 9] for `apart`."""
        if not self._all_found:
            self._forget()  # which are the nearest of too many is told by all of them
        try:
            number = self._numbers(facts, places)
        except _TooManyPairs:
            self._forget()
            number = self._numbers(facts, places)
        _, first = np.unique(number, return_index=True)
        place_of = np.full(len(self._alive), -1, np.int32)
        place_of[number[first]] = places[first]
        pairs = place_of[self._pairs]
        return place_of[number], distinct(pairs[(pairs >= 0).all(axis=1)]), self._hashes(number)

    def _hashes(self, number: NDArray[np.int64]) -> Hashes:
        own = self._own[number, None]
        return np.concatenate((own, self._turned[number]), axis=1) if self._any else own

    def _numbers(self, facts: Sequence[ShotFacts], places: Positions) -> NDArray[np.int64]:
        """The number of each one's look, the new ones compared."""
        number = np.full(len(places), -1, np.int64)
        there: dict[ShotId, tuple[int, int]] = {}
        for at, place in enumerate(places.tolist()):
            known = self._look_of.get(facts[place].id)
            if known is not None and known[1] == _key(facts[place]):
                there[facts[place].id] = known
                number[at] = known[0]
        old = number >= 0
        self._look_of = there
        self._alive[:] = False
        self._alive[number[old]] = True
        sample = np.full(len(self._alive), -1, np.int32)
        sample[number[old]] = places[old]
        new = np.flatnonzero(~old)
        number[new], samples = self._numbered(facts, places[new], sample)
        self._look_of |= {
            facts[place].id: (each, _key(facts[place]))
            for place, each in zip(places[new].tolist(), number[new].tolist(), strict=True)
        }
        if len(samples):
            self._compare(facts, np.concatenate((sample, samples)), len(samples))
        return number

    def _numbered(
        self, facts: Sequence[ShotFacts], places: Positions, sample: Positions
    ) -> tuple[NDArray[np.int64], Positions]:
        """The numbers of looks that are new or come with new shots, and a place for each new one. Only where a hash
        comes twice are greys compared."""
        own = looks.phashes([facts[place] for place in places.tolist()])
        number = np.empty(len(places), np.int64)
        samples: list[int] = []
        first: dict[bytes, int] = {}
        begun = len(self._alive)
        order = np.argsort(own, kind="stable")
        twin = np.zeros(len(places), np.bool_)
        same = own[order][1:] == own[order][:-1]
        twin[order] = np.append(same, False) | np.append(False, same)
        hashed = None
        for start in range(0, len(order), looks.BLOCK):
            part = order[start : start + looks.BLOCK].tolist()
            known = {at: self._of_hash(int(own[at])) for at in part}
            asked = [at for at in part if twin[at] or known[at]]
            greys = dict(zip(asked, looks.each_grey([facts[places[at]] for at in asked]), strict=True))
            for at in part:
                if own[at] != hashed:
                    hashed = own[at]
                    kin = looks.each_grey([facts[sample[each]] for each in known[at]])
                    first = dict(zip(kin, known[at], strict=True))
                grey = greys.get(at, b"")
                if grey not in first:
                    first[grey] = begun + len(samples)
                    self._alike.setdefault(int(own[at]), []).append(first[grey])
                    samples.append(int(places[at]))
                number[at] = first[grey]
        return number, np.array(samples, np.int32)

    def _of_hash(self, phash: int) -> list[int]:
        """The looks with this hash that some shot still has."""
        return [each for each in self._alike.get(phash, ()) if each < len(self._alive) and self._alive[each]]

    def _compare(self, facts: Sequence[ShotFacts], sample: Positions, count: int) -> None:
        """The last `count` looks, of which `sample` has the place, with each other and all that are alive."""
        fresh = sample[-count:]
        self._own = np.concatenate((self._own, looks.phashes([facts[place] for place in fresh.tolist()])))
        self._alive = np.concatenate((self._alive, np.ones(count, np.bool_)))
        old = np.flatnonzero(self._alive[:-count]).astype(np.int32)
        new = np.arange(len(sample) - count, len(sample), dtype=np.int32)
        found: list[list[Positions]] = [[no_pairs()] for _ in INVERSE]
        found[0] += self._near(old, new)
        if self._any:
            self._turned = np.concatenate((self._turned, _oriented(facts, fresh)))
            for pairs, orientations in self._near_turned(old, new):
                for orientation in range(1, 8):
                    own = pairs[orientations == orientation]
                    back = own[:, 0] > own[:, 1]
                    found[orientation].append(own[~back])
                    found[INVERSE[orientation]].append(own[back][:, ::-1])
        kept = [self._pairs]
        for orientation, parts in enumerate(found):
            once = _without(distinct(np.concatenate(parts)), kept[1:])
            kept.append(once[looks.correlations(facts, sample[once], orientation) >= self._correlation])
        self._pairs = np.concatenate(kept)

    def _near(self, old: Positions, new: Positions) -> Iterator[Positions]:
        """Pairs within the distance of which one at least is new. Raises _TooManyPairs, but not where all are new: then
        only those that are nearest."""
        if not len(old):
            pairs, within = _joined(self._own[new], None, self.within)
            self._all_found &= pairs is not None and within == self.within
            self.within = within
            self._found += 0 if pairs is None else len(pairs)
            yield new[_neighbours(self._own[new]) if pairs is None else pairs]
            return
        every = np.concatenate((old, new))
        for block in self._blocks(self._own[new], self._own[every]):
            pairs = np.stack((new[block[:, 0]], every[block[:, 1]]), axis=1)
            yield pairs[pairs[:, 0] != pairs[:, 1]]

    def _near_turned(self, old: Positions, new: Positions) -> Iterator[tuple[Positions, Positions]]:
        """The same pairs of which one is turned or mirrored, in all ways at once, and how the second one is: to the
        first one's hash as much as the first, turned back, to its own."""
        every = np.concatenate((old, new))
        left, right = self._turned[new, 0], self._turned[every, 1:].T.reshape(-1)
        if len(old):
            blocks = self._blocks(left, right)
        else:
            pairs, within = _joined(left, right, self.within)
            self._all_found &= pairs is not None and within == self.within
            self._found += 0 if pairs is None else len(pairs)
            blocks = iter([no_pairs() if pairs is None else pairs])
        for block in blocks:
            way, place = np.divmod(block[:, 1], len(every))
            a, b, way = new[block[:, 0]], every[place], way + 1
            back = np.bitwise_count(self._turned[b, 0] ^ self._turned[a, np.array(INVERSE)[way]])
            near = (a != b) & (back <= self.within)
            yield np.stack((a, b), axis=1)[near], way[near]

    def _blocks(self, left: Hashes, right: Hashes) -> Iterator[Positions]:
        """Pairs within the distance. Raises _TooManyPairs."""
        for block, _ in pairs_within(left, right, self.within):
            self._found += len(block)
            if self._found > MOST_PAIRS:
                raise _TooManyPairs
            yield block


class _TooManyPairs(Exception):
    """More than can be held: all must be compared anew, at a smaller distance."""


def _key(fact: ShotFacts) -> int:
    """Another look, another key: 64 bits, for a million of them are held."""
    assert fact.look is not None
    return hash((fact.look.phash, fact.look.contrast, fact.look.rung, fact.fingerprint))


def _oriented(facts: Sequence[ShotFacts], places: Positions) -> Hashes:
    """[n, 8] pHashes from the greys, in every orientation."""
    parts = [places[start : start + looks.BLOCK] for start in range(0, len(places), looks.BLOCK)]
    return np.concatenate([hashes.orientations(hashes.phash_batch(looks.greys(facts, part))[1]) for part in parts])


def apart(one: Hashes, two: Hashes) -> NDArray[np.uint8]:
    """[n] bits between [n, 9] and [n, 9]: the hash, and the pHash in every orientation; the fewest of all ways to turn
    the second one to the first."""
    there, back = one[:, 1:2] ^ two[:, 2:], two[:, 1:2] ^ one[:, 1 + np.array(INVERSE[1:])]
    turned = np.maximum(np.bitwise_count(there), np.bitwise_count(back))
    found: NDArray[np.uint8] = np.minimum(np.bitwise_count(one[:, 0] ^ two[:, 0]), turned.min(axis=1, initial=64))
    return found


def _without(pairs: Positions, taken: Sequence[Positions]) -> Positions:
    """Those that are not among the `taken`."""
    every = np.concatenate((no_pairs(), *taken)).astype(np.int64)
    own = pairs.astype(np.int64)
    return pairs[~np.isin(own[:, 0] << 32 | own[:, 1], every[:, 0] << 32 | every[:, 1])]


def _joined(left: Hashes, right: Hashes | None, distance: int) -> tuple[Positions | None, int]:
    """The pairs within the largest distance that yields no more than `MOST_PAIRS`, if any does, and that distance."""
    for within in range(distance, -1, -2):
        found, count = [no_pairs()], 0
        for block, _ in pairs_within(left, right, within):
            found.append(block)
            count += len(block)
            if count > MOST_PAIRS:
                break
        else:
            return np.concatenate(found), within
    return None, 0


def _neighbours(own: Hashes) -> Positions:
    """Each of the hashes with the next `NEIGHBOURS` that are equal."""
    order = np.argsort(own, kind="stable").astype(np.int32)
    found = [no_pairs()]
    for step in range(1, min(NEIGHBOURS, len(order) - 1) + 1):
        a, b = order[:-step], order[step:]
        same = own[a] == own[b]
        found.append(np.stack((a[same], b[same]), axis=1))
    return np.concatenate(found)
