"""Runs of renders → groups of sets that repeat: one line-up, different timestamps, and every stage a match.

What lacks a stage is told, never matched. Without vectors a stage matches within 4 bits and at a correlation of 0.95;
with them by cosine, and only if the greys do not object: a mirrored picture has 0.97 of the cosine and another layout.
Either way no place of it may differ: a whole run goes, and the face that was swapped takes a hundredth of the picture.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cullr.match import clip, groups, looks, neighbours, phash, runs
from cullr.match.burst import WEAK_BITS, WEAK_CORRELATION
from cullr.match.edges import Edges, Positions, Scores, by_path, distinct, no_pairs
from cullr.match.neighbours import Matrix
from cullr.match.runs import LineUp, Run
from cullr.model import Group, Kind, ShotFacts, ShotId, Weakest

BITS, CORRELATION = 4, 0.95
LOCAL = 11.0
"""Grey levels; slight framing and grade are taken off. Of 113 pictures made again with other noise or at JPEG quality
20 all lie below 3; of those graded, sharpened or cropped by 0.5 % nine in ten below 10, cropped by 1 % below 11. Real
face swaps lie from 12.6 up, and so do 97 % of things pasted over a twelfth of the width, which bits and correlation let
pass."""
SAME_PICTURE = 8
"""Runs tried where two of their pictures are the very same and the others are not: 64 pairs at most."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A run that is never culled as a set: its shots in stage order, and the names of the stages it lacks."""

    shots: tuple[ShotId, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """How pictures are compared: `similar` for pairs of positions in the facts, `passes` where they match, `near` for
    the neighbours among some of them (positions in that part)."""

    threshold: float
    similar: Callable[[Positions, Positions], Scores]
    passes: Callable[[Positions, Positions], NDArray[np.bool_]]
    near: Callable[[Positions], Edges]


def match(
    facts: Sequence[ShotFacts],
    vectors: Matrix | None = None,
    *,
    threshold: float = CORRELATION,
    linkage: str = "complete",
    every: Sequence[Run] | None = None,
) -> tuple[list[Group], list[Incomplete]]:
    """Groups of kind `set`, each holding all shots of its sets, and the runs that cannot be sets.

    `vectors` [n, d] stand in the facts' order, rows of NaN where there is none; `threshold` is then a cosine, else a
    correlation. A group's scores are likenesses, 1 is identical, each shot's against its stage in the medoid set.
    `every` are the runs where they are known already. Of a group every set matches every other: only one stays.
    """
    unit = None if vectors is None else clip.normalised(vectors)
    if every is None:
        every = runs.find(facts, unit)
    lacking = runs.lacking(every)
    whole: dict[LineUp, list[Run]] = defaultdict(list)
    incomplete = []
    for run, lacks in zip(every, lacking, strict=True):
        if len(run.shots) < 2 or lacks:
            incomplete.append(Incomplete(tuple(facts[place].id for place in run.shots), lacks))
        else:
            whole[run.line_up].append(run)
    evidence = _by_looks(facts, threshold) if unit is None else _by_vectors(facts, unit, threshold)
    found = [group for alike in whole.values() for group in _groups(facts, unit, evidence, alike, linkage)]
    order = {facts[place].id: rank for rank, place in enumerate(by_path(facts).tolist())}
    return sorted(found, key=lambda group: order[group.shots[0]]), incomplete


def _groups(
    facts: Sequence[ShotFacts], unit: Matrix | None, evidence: _Evidence, alike: Sequence[Run], linkage: str
) -> Iterator[Group]:
    """Of runs of one line-up, in path order."""
    if len({run.timestamp for run in alike}) < 2:
        return
    table = np.array([run.shots for run in alike], np.int32)
    nodes = _collapsed(facts, unit, table)
    pairs = _candidates(evidence, table, nodes)
    passed = np.ones(len(pairs), np.bool_)
    for stage in table.T:
        passed[passed] = evidence.passes(stage[pairs[passed, 0]], stage[pairs[passed, 1]])
    pairs = pairs[passed]

    def measure(a: Positions, b: Positions) -> Scores:
        return np.asarray(np.min([evidence.similar(stage[a], stage[b]) for stage in table.T], axis=0))

    scores = measure(pairs[:, 0], pairs[:, 1])
    edges = Edges(Kind.SET, evidence.threshold, nodes, pairs, scores, measure, higher_is_better=True)
    heads = [facts[place] for place in table[:, 0]]
    number = {head.id: row for row, head in enumerate(heads)}
    for group in groups.group(edges, heads, linkage):
        rows = [number[shot] for shot in group.shots]
        if len({alike[row].timestamp for row in rows}) > 1:  # copies of one set are not a set made again
            yield _whole(facts, evidence, table, rows, number[group.medoid], group.weakest, number)


def _collapsed(facts: Sequence[ShotFacts], unit: Matrix | None, table: Positions) -> Positions:
    """One node for all runs whose pictures are the same stage by stage, -1 where one shows nothing or has no vector."""
    first: dict[tuple[object, ...], int] = {}
    nodes = np.full(len(table), -1, np.int32)
    for row, places in enumerate(table):
        seen = [look for place in places if (look := facts[place].look) and look.contrast >= phash.FLAT]
        if len(seen) == len(places) and (unit is None or np.isfinite(unit[places, 0]).all()):
            vectors = b"" if unit is None else unit[places].tobytes()
            greys = looks.each_grey([facts[place] for place in places])
            key = (vectors, *((look.phash, grey) for look, grey in zip(seen, greys, strict=True)))
            nodes[row] = first.setdefault(key, row)
    return nodes


def _candidates(evidence: _Evidence, table: Positions, nodes: Positions) -> Positions:
    """Pairs of distinct runs that are neighbours in their last stage, where most of the work shows."""
    rows = np.flatnonzero(nodes == np.arange(len(nodes))).astype(np.int32)
    near = evidence.near(table[rows, -1])
    members: dict[int, list[int]] = defaultdict(list)
    for row, node in zip(rows.tolist(), near.nodes.tolist(), strict=True):
        members[node].append(row)
    found = [pair for node, same in members.items() if node >= 0 for pair in _following(same)]
    for one, two in near.pairs.tolist():
        found += itertools.product(members[one][:SAME_PICTURE], members[two][:SAME_PICTURE])
    return distinct(np.array(found, np.int32)) if found else no_pairs()


def _following(same: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each with the few that follow it."""
    for place, row in enumerate(same):
        yield from ((row, other) for other in same[place + 1 : place + 1 + SAME_PICTURE])


def _whole(
    facts: Sequence[ShotFacts],
    evidence: _Evidence,
    table: Positions,
    rows: Sequence[int],
    medoid: int,
    weakest: Weakest,
    number: dict[ShotId, int],
) -> Group:
    """The group of all shots of these runs, run by run in the order of their stages: by path 1.5 stands before 1.
    `weakest` names two of the runs by their first shots."""
    one, two = table[number[weakest.a]], table[number[weakest.b]]
    worst = int(np.argmin(evidence.similar(one, two)))
    places = table[rows].ravel()
    scores = evidence.similar(places, np.tile(table[medoid], len(rows)))
    score_of = dict(zip(places.tolist(), scores.tolist(), strict=True))
    set_of = {int(place): order for order, row in enumerate(rows) for place in table[row]}
    members = list(set_of)
    return Group(
        id=groups.identity(Kind.SET, [facts[place] for place in members]),
        kind=Kind.SET,
        shots=tuple(facts[place].id for place in members),
        medoid=facts[table[medoid, 0]].id,
        scores={facts[place].id: score_of[place] for place in members},
        weakest=Weakest(facts[one[worst]].id, facts[two[worst]].id, weakest.score, weakest.threshold),
        sets={facts[place].id: set_of[place] for place in members},
    )


def _by_looks(facts: Sequence[ShotFacts], threshold: float) -> _Evidence:
    own = looks.phashes(facts)

    def similar(a: Positions, b: Positions) -> Scores:
        return looks.correlations(facts, np.stack((a, b), axis=1))

    def passes(a: Positions, b: Positions) -> NDArray[np.bool_]:
        near = (np.bitwise_count(own[a] ^ own[b]) <= BITS) & (similar(a, b) >= threshold)
        near[near] = looks.local_differences(facts, np.stack((a, b), axis=1)[near]) <= LOCAL
        return np.asarray(near)

    def near(places: Positions) -> Edges:
        return phash.match([facts[place] for place in places], distance=BITS, correlation=threshold)

    return _Evidence(threshold, similar, passes, near)


def _by_vectors(facts: Sequence[ShotFacts], unit: Matrix, threshold: float) -> _Evidence:
    own = looks.phashes(facts)

    def similar(a: Positions, b: Positions) -> Scores:
        return neighbours.cosines(unit, a, b)

    def passes(a: Positions, b: Positions) -> NDArray[np.bool_]:
        laid_out = np.bitwise_count(own[a] ^ own[b]) <= WEAK_BITS
        laid_out &= looks.correlations(facts, np.stack((a, b), axis=1)) >= WEAK_CORRELATION
        laid_out &= similar(a, b) >= threshold
        laid_out[laid_out] = looks.local_differences(facts, np.stack((a, b), axis=1)[laid_out]) <= LOCAL
        return np.asarray(laid_out)

    def near(places: Positions) -> Edges:
        return clip.match([facts[place] for place in places], unit[places], threshold=threshold)

    return _Evidence(threshold, similar, passes, near)
