"""Groups hold no chains, say their weakest pair, and do not depend on the order of anything."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.match import burst, exact, groups, phash
from cullr.match.edges import Edges, Positions, Scores, no_pairs
from cullr.model import Group, Kind, ShotFacts, ShotId, Weakest
from cullr.settings import LINKAGES
from cullr_tests.match.facts import look_of, random_grey, shot

Matrix = list[list[float]]


def matched(matrix: Matrix, threshold: float, higher: bool = False) -> tuple[list[ShotFacts], Edges]:
    """Shots 00, 01 … and the edges between those whose score in the matrix passes the threshold."""
    table = np.array(matrix, float)
    table = np.maximum(table, table.T)

    def measure(a: Positions, b: Positions) -> Scores:
        return np.asarray(table[a, b], np.float64)

    i, j = np.nonzero(np.triu(table >= threshold if higher else table <= threshold, 1))
    pairs = np.stack((i, j), axis=1).astype(np.int32)
    facts = [shot(f"{n:02}") for n in range(len(table))]
    nodes = np.arange(len(table), dtype=np.int32)
    kind = Kind.CLIP if higher else Kind.PHASH
    return facts, Edges(kind, threshold, nodes, pairs, measure(pairs[:, 0], pairs[:, 1]), measure, higher)


def on_a_line(places: list[float]) -> Matrix:
    return [[abs(a - b) for b in places] for a in places]


def names(found: list[Group], facts: list[ShotFacts]) -> list[str]:
    paths = {fact.id: fact.shot.path for fact in facts}
    return [" ".join(paths[shot] for shot in group.shots) for group in found]


def test_a_chain_is_cut_at_what_the_medoid_matches() -> None:
    facts, edges = matched(on_a_line([0, 6, 12, 18, 24]), 8)
    assert names(groups.group(edges, facts), facts) == ["00 01 02", "03 04"]
    assert names(groups.group(edges, facts, "complete"), facts) == ["00 01", "02 03"]
    assert names(groups.group(edges, facts, "single"), facts) == ["00 01 02 03 04"]


def test_a_group_tells_its_medoid_its_scores_and_its_weakest_pair() -> None:
    facts, edges = matched(on_a_line([0, 6, 12]), 8)
    (found,) = groups.group(edges, facts)
    ids = [fact.id for fact in facts]
    assert found.medoid == ids[1]
    assert found.scores == {ids[0]: 6, ids[1]: 0, ids[2]: 6}
    assert found.weakest == Weakest(ids[0], ids[2], 12, 8)
    assert found.kind is Kind.PHASH
    assert re.fullmatch(r"phash-[0-9a-f]{12}", found.id)


def test_the_least_similar_pair_is_the_weakest_where_higher_is_better() -> None:
    facts, edges = matched([[1, 0.95, 0.97], [0, 1, 0.9], [0, 0, 1]], 0.92, higher=True)
    (found,) = groups.group(edges, facts)
    assert found.medoid == facts[0].id
    assert found.weakest == Weakest(facts[1].id, facts[2].id, 0.9, 0.92)


def test_of_equally_matched_shots_the_nearest_to_all_is_the_medoid_then_the_first_by_path() -> None:
    facts, edges = matched(on_a_line([0, 3, 4]), 8)
    assert groups.group(edges, facts)[0].medoid == facts[1].id
    facts, edges = matched(on_a_line([0, 0, 0]), 8)
    assert groups.group(edges, facts)[0].medoid == facts[0].id


def test_copies_count_as_the_shots_they_are() -> None:
    """A chain of four pictures, of which the last has 30 copies: its neighbour reaches more shots than any other."""
    values = [0b0, 0b1111, 0b1111_1111, *[0b1111_1111_1111] * 30]
    facts = [shot(f"{n:02}", look=look_of(random_grey(1), value)) for n, value in enumerate(values)]
    edges = phash.match(facts, distance=4)
    assert len(edges.pairs) == 3
    (found,) = groups.group(edges, facts)
    assert found.medoid == facts[2].id
    assert found.shots == tuple(fact.id for fact in facts[1:])
    assert found.weakest == Weakest(facts[1].id, facts[3].id, 8, 4)


def test_exact_copies_form_groups_without_any_pairs() -> None:
    facts = [shot(f"{n:02}", photos=((9, b"ab"[n % 2 : n % 2 + 1]),)) for n in range(6)]
    edges = exact.match(facts)
    assert names(groups.group(edges, facts), facts) == ["00 02 04", "01 03 05"]


def test_the_weakest_pair_of_a_very_large_group_is_one_with_the_medoid() -> None:
    places = [100.0] * 600 + [97.0] + [104.0]
    facts, edges = matched(on_a_line(places), 5)
    (found,) = groups.group(edges, facts)
    assert found.weakest == Weakest(facts[0].id, facts[601].id, 4, 5)


def test_nothing_alike_makes_no_groups() -> None:
    facts, edges = matched(on_a_line([0, 100, 200]), 8)
    assert groups.group(edges, facts) == []
    assert groups.group(exact.match([]), []) == []


def scrambled(facts: list[ShotFacts], seed: int) -> list[ShotFacts]:
    """The same shots in another order and with other ids."""
    order = random.Random(seed).sample(range(len(facts)), len(facts))
    return [dataclasses.replace(facts[place], id=ShotId(7 * n + seed)) for n, place in enumerate(order)]


def told(found: list[Group], facts: list[ShotFacts]) -> list[object]:
    """Everything about groups but the shots' ids."""
    paths = {fact.id: fact.shot.path for fact in facts}
    return [
        (
            group.id,
            [paths[shot] for shot in group.shots],
            paths[group.medoid],
            {paths[shot]: score for shot, score in group.scores.items()},
            (paths[group.weakest.a], paths[group.weakest.b], group.weakest.score),
        )
        for group in found
    ]


MATCHERS: dict[str, Callable[[list[ShotFacts]], Edges]] = {
    "exact": exact.match,
    "phash": lambda facts: phash.match(facts, distance=6, correlation=0.5),
    "burst": lambda facts: burst.match(facts, seconds=2),
}


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("kind", MATCHERS)
@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 20), max_size=5)), max_size=25), st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_groups_depend_neither_on_the_order_of_shots_nor_on_their_ids(
    kind: str, linkage: str, made: list[tuple[int, set[int]]], seed: int
) -> None:
    facts = [
        shot(
            f"{n:02}",
            root=time % 2,
            look=look_of(random_grey(time % 3), sum(1 << bit for bit in bits)),
            seconds=time * 0.7,
            photos=((9, bytes([time])),),
        )
        for n, (time, bits) in enumerate(made)
    ]
    other = scrambled(facts, seed)
    match = MATCHERS[kind]
    found = groups.group(match(facts), facts, linkage)
    assert told(found, facts) == told(groups.group(match(other), other, linkage), other)


@pytest.mark.parametrize("linkage", LINKAGES)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=30))
@settings(deadline=None)
def test_every_linkage_keeps_its_promise(linkage: str, places: list[int]) -> None:
    matrix = on_a_line([float(place) for place in places])
    facts, edges = matched(matrix, 8)
    position = {fact.id: n for n, fact in enumerate(facts)}
    found = groups.group(edges, facts, linkage)
    members = [[position[shot] for shot in group.shots] for group in found]
    flat = [shot for group in members for shot in group]
    assert len(flat) == len(set(flat))
    for group, inside in zip(found, members, strict=True):
        assert len(inside) >= 2
        worst = max(matrix[a][b] for a in inside for b in inside)
        assert group.weakest.score == worst
        if linkage == "medoid":
            assert all(matrix[position[group.medoid]][other] <= 8 for other in inside)
        if linkage == "complete":
            assert worst <= 8
    left = [n for n in range(len(facts)) if n not in flat]
    assert all(matrix[a][b] > 8 for a in left for b in left if a != b)
    if linkage == "single":
        whose = {shot: n for n, inside in enumerate(members) for shot in inside}
        assert all(whose[a] == whose[b] for a, b in edges.pairs.tolist())


def made_group(kind: Kind, *shots: int, sets: tuple[tuple[int, ...], ...] = ()) -> Group:
    ids = tuple(ShotId(shot) for shot in shots)
    told = {ShotId(shot): number for number, part in enumerate(sets) for shot in part}
    return Group(f"{kind}-{shots}", kind, ids, ids[0], {}, Weakest(ids[0], ids[-1], 0, 0), sets=told or None)


def test_a_group_inside_a_stronger_one_is_dropped() -> None:
    every = [
        made_group(Kind.CLIP, 1, 2, 3, 4),
        made_group(Kind.BURST, 1, 2),
        made_group(Kind.PHASH, 1, 2, 3),
        made_group(Kind.SET, 2, 3),
        made_group(Kind.EXACT, 1, 2),
        made_group(Kind.BURST, 3, 5),
        made_group(Kind.CLIP, 3, 5),
    ]
    kept = [(group.kind, group.shots) for group in groups.precedence(every)]
    assert kept == [
        (Kind.CLIP, (1, 2, 3, 4)),
        (Kind.PHASH, (1, 2, 3)),
        (Kind.SET, (2, 3)),
        (Kind.EXACT, (1, 2)),
        (Kind.BURST, (3, 5)),
    ]


def test_what_joins_two_matched_sets_gives_way_to_them() -> None:
    """Thinned by stage, a group of 1 and 3 would leave half of each set, whatever stranger it holds besides."""
    matched = made_group(Kind.SET, 1, 2, 3, 4, sets=((1, 2), (3, 4)))
    own_stages, copies = made_group(Kind.PHASH, 1, 2), made_group(Kind.EXACT, 1, 3)
    strangers = [made_group(Kind.PHASH, 2, 9), made_group(Kind.CLIP, 8, 9)]
    other_set = made_group(Kind.SET, 5, 6, 7, 8, sets=((5, 6), (7, 8)))
    across = made_group(Kind.CLIP, 1, 6)
    joins = [made_group(kind, *shots) for kind in (Kind.PHASH, Kind.BURST, Kind.CLIP) for shots in ((1, 3), (2, 4, 9))]
    shown = groups.precedence([*joins, across, own_stages, copies, *strangers, matched, other_set])
    assert shown == [across, *strangers, matched, other_set]


def test_of_one_kind_the_larger_group_stays() -> None:
    every = [made_group(Kind.CLIP, 1, 2), made_group(Kind.CLIP, 1, 2, 3), made_group(Kind.CLIP, 3, 4)]
    assert groups.precedence(every) == every[1:]


def test_names_that_are_not_utf8_have_ids_too() -> None:
    looks = [look_of(random_grey(1))] * 2
    facts = [shot(name, look=look) for name, look in zip(("bad\udcff\n", "lone\ud800"), looks, strict=True)]
    (found,) = groups.group(phash.match(facts), facts)
    assert re.fullmatch(r"phash-[0-9a-f]{12}", found.id)


def test_the_id_follows_from_roots_and_paths() -> None:
    def id_of(*where: tuple[int, str]) -> str:
        facts = [shot(path, root=root, look=look_of(random_grey(1))) for root, path in where]
        (found,) = groups.group(phash.match(facts), facts)
        return found.id

    assert id_of((0, "a"), (0, "b")) == id_of((0, "b"), (0, "a"))
    assert len({id_of((0, "a"), (0, "b")), id_of((0, "a"), (1, "b")), id_of((0, "a"), (0, "c"))}) == 3


def test_edges_without_pairs_have_the_shape_of_pairs() -> None:
    assert no_pairs().shape == (0, 2)
