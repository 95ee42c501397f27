"""Clusters are the scenes, strangers belong to none, and a cluster arrives as one group."""

from __future__ import annotations

import random
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.errors import Failed
from cullr.match import clip, cluster, groups
from cullr.match.neighbours import Matrix
from cullr.model import Group, Kind, ShotFacts
from cullr_tests.match.facts import shot


def scenes(*sizes: int, strangers: int = 0, seed: int = 0, spread: float = 0.3) -> tuple[list[ShotFacts], Matrix]:
    """Shots named by their scene, `x` for strangers, with vectors about their scene's."""
    draw = np.random.default_rng(seed)
    rows = [draw.normal(size=64) + spread * draw.normal(size=(size, 64)) for size in sizes]
    rows.append(draw.normal(size=(strangers, 64)))
    names = [f"{chr(97 + scene)}{n:04}" for scene, size in enumerate(sizes) for n in range(size)]
    names += [f"x{n:04}" for n in range(strangers)]
    return [shot(name) for name in names], np.concatenate(rows).astype(np.float32)


def clustered(facts: list[ShotFacts], vectors: Matrix, smallest: int = cluster.SMALLEST) -> list[Group]:
    """Where neighbours reach 0.8 a scene is held together by 0.6."""
    return groups.group(cluster.match(facts, vectors, threshold=0.8, smallest=smallest), facts)


def names(found: list[Group], facts: list[ShotFacts]) -> list[list[str]]:
    by_id = {fact.id: fact.shot.path for fact in facts}
    return [[by_id[shot] for shot in group.shots] for group in found]


def test_each_scene_is_a_cluster_and_strangers_are_in_none() -> None:
    facts, vectors = scenes(40, 12, 7, strangers=30)
    found = clustered(facts, vectors)
    assert names(found, facts) == [
        [f"{scene}{n:04}" for n in range(size)] for scene, size in zip("abc", (40, 12, 7), strict=True)
    ]
    assert {group.kind for group in found} == {Kind.CLIP}
    assert all(group.scores[group.medoid] == 1 for group in found)
    assert all(group.weakest.threshold == 0.6 < group.weakest.score < 1 for group in found)


def test_the_medoid_is_the_shot_nearest_to_the_mean() -> None:
    facts, vectors = scenes(9, 9, seed=4)
    for group, rows in zip(clustered(facts, vectors), (vectors[:9], vectors[9:]), strict=True):
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        nearest = int(np.argmax(unit @ unit.mean(axis=0)))
        assert group.shots.index(group.medoid) == nearest


def test_one_scene_alone_is_a_cluster() -> None:
    facts, vectors = scenes(12)
    assert [len(group) for group in names(clustered(facts, vectors), facts)] == [12]


def test_a_scene_that_drifts_is_told_in_parts_that_reach_their_middle() -> None:
    """A camera that turns by 5 degrees a shot: one cluster, of which no shot reaches all others."""
    angles = np.radians(5.0 * np.arange(33))
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    (members,) = cluster.clusters(vectors, cluster.scene(0.8), cluster.SMALLEST)
    assert len(members) == 33
    facts = [shot(f"{place:02}") for place in range(33)]
    found = clustered(facts, vectors)
    assert len(found) > 1
    reached = [shot for group in names(found, facts) for shot in group]
    assert len(reached) == len(set(reached)) > 30
    assert all(score >= 0.6 - 1e-6 for group in found for score in group.scores.values())


def test_clusters_cost_memory_by_the_shot_not_by_the_pair() -> None:
    """A table of distances of 6 000 is 288 MB, and another one for what HDBSCAN makes of it."""
    _, vectors = scenes(*[12] * 400, strangers=1200)
    unit = clip.normalised(vectors)
    cluster.clusters(unit[:100], 0.6, 3)  # imports
    tracemalloc.start()
    found = cluster.clusters(unit, 0.6, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 400
    assert peak < 6000 * 16_000


def test_strangers_alone_make_no_cluster() -> None:
    facts, vectors = scenes(strangers=60)
    assert clustered(facts, vectors) == []


def test_shots_without_a_vector_are_in_no_cluster() -> None:
    facts, vectors = scenes(10, 10)
    vectors[3] = np.nan
    vectors[14] = 0
    assert [len(group) for group in names(clustered(facts, vectors), facts)] == [9, 9]


@pytest.mark.parametrize("count", range(6))
def test_too_few_shots_are_no_error(count: int) -> None:
    facts, vectors = scenes(count)
    assert sum(map(len, names(clustered(facts, vectors), facts))) <= count
    assert clustered(facts, np.full_like(vectors, np.nan)) == []


def test_copies_of_one_picture_are_a_cluster() -> None:
    facts, vectors = scenes(8, 8, spread=0.0)
    assert [len(group) for group in names(clustered(facts, vectors), facts)] == [8, 8]


@given(st.integers(0, 50))
@settings(max_examples=15)
def test_clusters_do_not_depend_on_the_order_of_shots(seed: int) -> None:
    facts, vectors = scenes(9, 6, 5, strangers=9, seed=seed, spread=0.6)
    order = random.Random(seed).sample(range(len(facts)), len(facts))
    turned = [facts[place] for place in order]
    assert clustered(facts, vectors) == clustered(turned, vectors[order])


def test_a_light_install_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    facts, vectors = scenes(5)
    with pytest.raises(Failed, match="scikit-learn") as raised:
        cluster.match(facts, vectors, threshold=0.8)
    assert "cullr[all]" in raised.value.remedy
