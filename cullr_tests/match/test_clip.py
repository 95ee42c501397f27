"""Neighbours by cosine are those of brute force, whatever the path taken, and dense libraries stay bounded."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.match import clip, groups, neighbours, products
from cullr.match.nearest import Nearest
from cullr.match.neighbours import Matrix, self_join
from cullr.model import Kind, ShotFacts
from cullr_tests.match.facts import shot


def unit(rows: Matrix) -> Matrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def library(count: int, dimension: int = 32, seed: int = 0, noise: float = 0.25) -> Matrix:
    """Scenes at random; every second vector shows the one before it from a slightly other moment."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(count, dimension))
    rows[1::2] = rows[: count // 2 * 2 : 2] + noise * draw.normal(size=(count // 2, dimension))
    return unit(rows.astype(np.float32))


def brute(vectors: Matrix, threshold: float, k: int) -> set[tuple[int, int]]:
    """Of each row the k best others that pass."""
    table = np.array(
        [neighbours.cosines(vectors, np.array([row]), np.arange(len(vectors))) for row in range(len(vectors))]
    )
    table = table.reshape(len(vectors), len(vectors))
    np.fill_diagonal(table, -np.inf)
    found = set()
    for row, scores in enumerate(table):
        best = np.lexsort((np.arange(len(scores)), -scores))[:k]
        found |= {(min(row, int(other)), max(row, int(other))) for other in best if scores[other] >= threshold}
    return found


def pairs(found: neighbours.Pairs) -> set[tuple[int, int]]:
    every = [(int(i), int(j)) for i, j in found]
    assert every == sorted(set(every))
    return set(every)


@given(st.integers(0, 60), st.integers(1, 12), st.floats(-0.5, 0.99), st.integers(1, 8), st.integers(0, 99))
@settings(max_examples=60)
def test_neighbours_are_those_of_brute_force(count: int, width: int, threshold: float, k: int, seed: int) -> None:
    vectors = library(count, width, seed) if count else np.empty((0, width), np.float32)
    found, scores = self_join(vectors, threshold, k)
    assert pairs(found) == brute(vectors, threshold, k)
    assert (scores >= threshold).all()


@pytest.mark.parametrize("block", [7, 64])
def test_crowded_blocks_give_the_same_neighbours(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One scene seen 300 times: nearly every pair passes, and only the best k of each shot are kept."""
    monkeypatch.setattr(neighbours, "BLOCK", block)
    monkeypatch.setattr(neighbours, "KEPT", 1000)
    draw = np.random.default_rng(3)
    vectors = unit((draw.normal(size=16) + 0.3 * draw.normal(size=(300, 16))).astype(np.float32))
    wanted = brute(vectors, 0.5, 5)
    assert pairs(self_join(vectors, 0.5, 5)[0]) == wanted
    assert len(wanted) < 300 * 5


@pytest.mark.parametrize("block", [1024, 37])
def test_half_precision_finds_exactly_what_float32_finds(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its products miss by up to 0.004, and all pairs that count lie within 0.0002 of the threshold."""
    vectors = library(400, noise=0.02)
    threshold = float(np.median(np.einsum("ij,ij->i", vectors[::2], vectors[1::2])))
    exact = pairs(self_join(vectors, threshold, 8)[0])
    monkeypatch.setattr(neighbours, "BLOCK", block)
    monkeypatch.setattr(products, "TRIED_FROM", 0)
    monkeypatch.setattr(products, "LOADED_FROM", 0)
    clocks = iter((0.0, 1.0))
    monkeypatch.setattr(products, "_seconds", lambda _way: next(clocks))
    assert pairs(self_join(vectors, threshold, 8)[0]) == exact
    assert list(clocks) == []  # it was tried, and won
    assert len(exact) == 100


def test_the_approximate_way_finds_the_pairs_of_the_exact_one() -> None:
    vectors = library(3000)
    exact = pairs(self_join(vectors, 0.9, 8)[0])
    close = pairs(self_join(vectors, 0.9, 8, exact_up_to=100)[0])
    assert close <= exact
    assert len(close) >= 0.99 * len(exact) > 1000


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_an_index_follows_what_is_added_and_removed(exact_up_to: int) -> None:
    vectors = library(900)
    index = Nearest(32, exact_up_to)
    assert index.search(vectors[:1], 3)[0].tolist() == [[-1, -1, -1]]
    index.add(range(1000, 1600), vectors[:600])
    assert index.search(vectors[:600], 1)[0].ravel().tolist() == list(range(1000, 1600))
    index.remove([1000, 7777])
    assert len(index) == 599
    assert index.search(vectors[:1], 1)[0].tolist() == [[1001]]  # the other moment of the same scene
    index.add([5, 1003, 5], np.stack((vectors[700], vectors[702], vectors[704])))
    assert len(index) == 600
    found, scores = index.search(vectors[[3, 702, 704]], 600)
    assert found[0, 0] == 1002
    assert found[1:, 0].tolist() == [1003, 5]
    assert scores[1, 0] == pytest.approx(1, abs=1e-6)
    known = found[0][found[0] >= 0]
    assert len(set(known.tolist())) == len(known)
    assert 1000 not in known
    assert (np.diff(scores[0][found[0] >= 0]) <= 0).all()
    index.remove(range(2000))
    assert len(index) == 0
    assert index.search(vectors[:1], 1)[0].tolist() == [[-1]]


def shots(count: int) -> list[ShotFacts]:
    return [shot(f"{number:04}") for number in range(count)]


def test_shots_of_one_scene_are_a_group_and_its_weakest_cosine_is_shown() -> None:
    vectors = np.array([[1, 0, 0], [0.98, 0.2, 0], [0.95, 0, 0.31], [0, 1, 0]], np.float32)
    facts = shots(4)
    (found,) = groups.group(clip.match(facts, vectors, threshold=0.92), facts)
    assert found.kind is Kind.CLIP
    assert found.shots == tuple(fact.id for fact in facts[:3])
    assert found.medoid == facts[0].id
    assert found.scores[facts[0].id] == 1
    assert found.weakest.score == pytest.approx(0.932, abs=0.001)
    assert (found.weakest.a, found.weakest.b, found.weakest.threshold) == (facts[1].id, facts[2].id, 0.92)


@pytest.mark.parametrize("nothing", [[np.nan, 1], [1, np.nan], [0, 0], [1, np.inf], [np.inf, np.inf]])
def test_a_shot_without_a_vector_matches_nothing(nothing: list[float]) -> None:
    vectors = np.array([[1, 0], nothing, [1, 0], nothing], np.float32)
    edges = clip.match(shots(4), vectors, threshold=0.5)
    assert edges.nodes.tolist() == [0, -1, 0, -1]
    assert len(edges.pairs) == 0


def test_a_vector_partly_without_numbers_is_none_beside_vectors_of_unit_length() -> None:
    vectors = np.array([[1, 0], [1, np.nan], [0, 1], [np.nan, 0]], np.float32)
    assert np.isnan(clip.normalised(vectors)).all(axis=1).tolist() == [False, True, False, True]


def test_vectors_are_held_in_memory_twice_at_most() -> None:
    """As the caller has them and in path order; a million of 512 numbers are 2 GB."""
    vectors = library(3500, 1024)
    vectors[[5, 700]] = np.nan
    facts = shots(len(vectors))
    tracemalloc.start()
    assert clip.normalised(vectors) is vectors
    clip.match(facts, vectors, threshold=0.99)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1.9 * vectors.nbytes


def test_vectors_for_other_shots_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="3 shots and 2 vectors"):
        clip.match(shots(3), np.ones((2, 4), np.float32), threshold=0.5)


@given(st.integers(0, 30), st.integers(0, 99))
@settings(max_examples=30)
def test_clip_groups_depend_neither_on_the_order_of_shots_nor_on_the_vectors_lengths(count: int, seed: int) -> None:
    vectors = library(count, 4, seed) if count else np.empty((0, 4), np.float32)
    facts = shots(count)
    order = random.Random(seed).sample(range(count), count)
    turned = [facts[place] for place in order]
    stretched = vectors[order] * np.float32(2 ** (seed % 5))
    one = groups.group(clip.match(facts, vectors, threshold=0.8, k=3), facts)
    two = groups.group(clip.match(turned, stretched, threshold=0.8, k=3), turned)
    assert [(group.id, group.medoid, group.shots) for group in one] == [(g.id, g.medoid, g.shots) for g in two]


def test_of_equally_near_shots_the_first_by_path_are_the_neighbours() -> None:
    """All pairs of these have a cosine of one half."""
    vectors = np.eye(11, dtype=np.float32)[1:] + np.eye(11, dtype=np.float32)[0]
    facts = shots(10)
    edges = clip.match(facts, vectors, threshold=0.4, k=2)
    turned = clip.match(facts[::-1], vectors[::-1], threshold=0.4, k=2)
    assert {(9 - j, 9 - i) for i, j in turned.pairs.tolist()} == {(i, j) for i, j in edges.pairs.tolist()}
    assert {(0, 1), (0, 2), (1, 2), (0, 9), (1, 9)} <= set(map(tuple, edges.pairs.tolist()))


def test_a_dense_library_costs_its_neighbours_not_its_pairs() -> None:
    """3 000 frames of one place: 4.5 million pairs pass, and 32 a shot are kept."""
    draw = np.random.default_rng(1)
    vectors = unit((draw.normal(size=64) + 0.1 * draw.normal(size=(3000, 64))).astype(np.float32))
    at_once = max(len(i) for i, _ in neighbours._exact(vectors, 0.9, clip.NEIGHBOURS))
    assert at_once <= 2 * neighbours.BLOCK * clip.NEIGHBOURS
    edges = clip.match(shots(3000), vectors, threshold=0.9)
    assert len(edges.pairs) <= 3000 * clip.NEIGHBOURS
    assert np.bincount(edges.pairs.ravel(), minlength=3000).min() >= clip.NEIGHBOURS
