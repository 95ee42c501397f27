"""Edges → groups, and which of them to show: a group wholly inside a stronger one is not shown twice.

Same shots, same edges: same groups and same ids, whatever the order in which they are handed in.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cullr.match.edges import Edges, Positions, by_path
from cullr.match.linkage import LINKAGES, Graph
from cullr.model import Group, Kind, ShotFacts, ShotId, Weakest

ALL_PAIRS = 512
"""Members up to which the weakest pair is sought among all pairs: 131 000; beyond, among those with the medoid."""
HANDFUL = 32
"""Members up to which their pairs are worked out once for all groups: 13 µs a group, and most have no more."""
MEASURED = 1 << 20
"""Pairs scored in one go: measuring group by group costs 20 µs a group."""

STRENGTH = {kind: place for place, kind in enumerate((Kind.EXACT, Kind.SET, Kind.PHASH, Kind.BURST, Kind.CLIP))}
"""Matched sets before alike pictures: what joins two sets stage by stage says less than that they are one set twice."""

Members = NDArray[np.int32]
"""Ranks in path order."""


def group(edges: Edges, facts: Sequence[ShotFacts], linkage: str = "medoid") -> list[Group]:
    """The groups of one kind, by the path of their first shot. `linkage` as in `settings.LINKAGES`.

    `scores` holds every shot's score against the medoid, the medoid's own included.
    """
    order = by_path(facts)
    clusters = sorted(_clusters(edges, order, linkage), key=lambda cluster: cluster[1][0])
    return [
        _group(edges, facts, order[medoid], order[members], weakest, scores)
        for (medoid, members), weakest, scores in _scored(edges, order, clusters)
    ]


def precedence(groups: Iterable[Group]) -> list[Group]:
    """Without the groups that lie wholly inside one of a stronger kind, or a larger one of their own; order kept.

    Nor is one of another kind shown that joins shots of two matched sets, whatever else it holds, be they the same
    bytes: thinned stage by stage, it would leave two halves. What else it holds is grouped again once the sets are
    decided.
    """
    every = list(groups)
    matched = _set_of(every)
    kept: set[str] = set()
    holding: dict[ShotId, list[frozenset[ShotId]]] = {}
    for group in sorted(every, key=lambda group: (STRENGTH[group.kind], -len(group.shots), group.id)):
        shots = frozenset(group.shots)
        fewest = min((holding.get(shot, []) for shot in group.shots), key=len)
        if any(shots <= other for other in fewest) or (group.kind is not Kind.SET and _joins(group, matched)):
            continue
        kept.add(group.id)
        for shot in shots:
            holding.setdefault(shot, []).append(shots)
    return [group for group in every if group.id in kept]


def _set_of(groups: Iterable[Group]) -> dict[ShotId, list[tuple[str, int]]]:
    """The matched sets that a shot belongs to, by group and number."""
    found: dict[ShotId, list[tuple[str, int]]] = {}
    for group in groups:
        for shot, number in (group.sets or {}).items():
            found.setdefault(shot, []).append((group.id, number))
    return found


def _joins(group: Group, matched: Mapping[ShotId, Sequence[tuple[str, int]]]) -> bool:
    """Whether it holds shots of two sets of one group."""
    seen: dict[str, int] = {}
    return any(
        seen.setdefault(name, number) != number for shot in group.shots for name, number in matched.get(shot, ())
    )


def _clusters(edges: Edges, order: Positions, linkage: str) -> Iterator[tuple[int, Members]]:
    """Each cluster's medoid and its members, as ranks in path order."""
    count = len(order)
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    matched = order[edges.nodes[order] >= 0]
    lowest = np.full(count, count, np.int32)
    np.minimum.at(lowest, edges.nodes[matched], rank[matched])
    node_of = lowest[edges.nodes[matched]]
    graph = Graph(
        np.bincount(node_of, minlength=count),
        lowest[edges.pairs[:, 0]],
        lowest[edges.pairs[:, 1]],
        edges.cost(edges.scores),
    )
    by_node = np.argsort(node_of, kind="stable")
    shots, starts = rank[matched][by_node], np.searchsorted(node_of[by_node], np.arange(count + 1))
    for cluster in LINKAGES[linkage](graph):
        members = np.sort(np.concatenate([shots[starts[node] : starts[node + 1]] for node in cluster]))
        yield cluster[0], members


Scored = tuple[tuple[int, Members], tuple[int, int, float], NDArray[np.float64]]


def _scored(edges: Edges, order: Positions, clusters: list[tuple[int, Members]]) -> Iterator[Scored]:
    """Each cluster with its weakest pair (two positions, score) and its members' scores against the medoid."""
    begin = 0
    while begin < len(clusters):
        a: list[Members] = []
        b: list[Members] = []
        end, total = begin, 0
        while end < len(clusters) and (end == begin or total < MEASURED):
            medoid, members = clusters[end]
            left, right = _pairs(medoid, members)
            a += [np.full(len(members), medoid, np.int32), left]
            b += [members, right]
            total += len(members) + len(left)
            end += 1
        scores = edges.measure(order[np.concatenate(a)], order[np.concatenate(b)])
        parts = np.split(scores, np.cumsum([len(part) for part in a])[:-1])
        for place in range(end - begin):
            pairs = parts[2 * place + 1]
            worst = int(np.argmax(edges.cost(pairs)))
            weakest = (order[a[2 * place + 1][worst]], order[b[2 * place + 1][worst]], float(pairs[worst]))
            yield clusters[begin + place], weakest, parts[2 * place]
        begin = end


def _pairs(medoid: int, members: Members) -> tuple[Members, Members]:
    """All pairs of a group, the lower path first; of a very large one those with the medoid."""
    if len(members) <= ALL_PAIRS:
        i, j = _every_two(len(members)) if len(members) <= HANDFUL else np.triu_indices(len(members), 1)
        return members[i], members[j]
    others = members[members != medoid]
    return np.minimum(others, medoid), np.maximum(others, medoid)


@functools.cache
def _every_two(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(count, 1)


def _group(
    edges: Edges,
    facts: Sequence[ShotFacts],
    medoid: int,
    members: Positions,
    weakest: tuple[int, int, float],
    scores: NDArray[np.float64],
) -> Group:
    a, b, score = weakest
    shots = tuple(facts[place].id for place in members)
    return Group(
        id=identity(edges.kind, [facts[place] for place in members]),
        kind=edges.kind,
        shots=shots,
        medoid=facts[medoid].id,
        scores=dict(zip(shots, scores.tolist(), strict=True)),
        weakest=Weakest(facts[a].id, facts[b].id, score, edges.threshold),
    )


def identity(kind: Kind, members: Sequence[ShotFacts]) -> str:
    """Kind and 12 hex digits of the members' roots and paths: stable from run to run and from index to index."""
    names = sorted(f"{fact.shot.root}/{fact.shot.path}".encode("utf-8", "surrogatepass") for fact in members)
    digest = hashlib.blake2b(b"\0".join(names), digest_size=6).hexdigest()
    return f"{kind}-{digest}"
