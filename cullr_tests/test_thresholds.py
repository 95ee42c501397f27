"""The sweep that thresholds are chosen by counts as the truth says."""

from __future__ import annotations

import numpy as np
import pytest

from cullr_tests.match.facts import look_of, shot
from cullr_tests.thresholds import Sweep, few, guessed, suggested, sweep
from cullr_tests.truth import Truth


def swept(*rows: tuple[float, bool]) -> Sweep:
    pairs = tuple(frozenset((f"{number}a", f"{number}b")) for number in range(len(rows)))
    right = np.array([good for _, good in rows], np.bool_)
    positives = {pair: "same_picture" for pair, good in zip(pairs, right, strict=True) if good}
    return Sweep(np.array([cosine for cosine, _ in rows]), pairs, right, positives)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([(0.9, True), (0.8, True), (0.7, False)], 0.8),
        ([(0.9, True), (0.8, True), (0.8, False)], 0.9),  # equal cosines are joined together
        ([(0.9, False), (0.8, True)], 1.0),
        ([(0.9, True), (0.8, False), *[(0.7, True)] * 98], 0.7),  # one in a hundred may be wrong
        ([(0.9, True), (0.8, False), *[(0.7, True)] * 97], 0.9),
        ([(0.9, True)] * 99 + [(0.5, False)], 0.9),  # a mistake that gains nothing is not made
        ([], 1.0),
    ],
)
def test_the_lowest_threshold_keeps_its_precision(rows: list[tuple[float, bool]], wanted: float) -> None:
    assert swept(*rows).lowest(0.99) == wanted


def test_every_pair_of_shots_with_a_vector_is_judged_once() -> None:
    facts = [shot(name) for name in ("a", "b", "c", "d", "e")]
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1], [np.nan, np.nan], [0.6, 0.8]], np.float32)
    a, b, c, d, e = (fact.shot.path for fact in facts)
    truth = Truth({frozenset((a, b)): "same_moment", frozenset((a, d)): "same_moment"}, {frozenset((b, e))})
    found = sweep(facts, vectors, truth)
    assert found.cosines == pytest.approx([0.8, 0.8, 0.6, 0.6, 0.0], abs=1e-6)
    assert set(found.pairs) == {frozenset(pair) for pair in ((a, b), (c, e), (a, e), (b, c), (a, c))}
    assert found.at(0.7) == (1, 1)
    assert len(found.positives) == 2
    assert found.joined(0.7) == {frozenset((a, b)), frozenset((c, e))}


def test_without_a_truth_hashes_say_what_is_known_and_time_and_looks_who_is_a_stranger() -> None:
    draw = np.random.default_rng(3)
    looks = [draw.integers(0, 256, (32, 32), dtype=np.uint8) for _ in range(3)]
    day = 86_400.0
    facts = [
        shot("a", look=look_of(looks[0]), seconds=0),
        shot("again", look=look_of(looks[0]), seconds=day),
        shot("alike", look=look_of(looks[0]), seconds=2 * day),
        shot("beside", look=look_of(looks[1]), seconds=1),
        shot("stranger", look=look_of(looks[2]), seconds=3 * day),
    ]
    truth = guessed(facts, {frozenset(("a", "again"))})
    assert truth.scored(frozenset(("a", "again")))
    assert not truth.scored(frozenset(("a", "alike")))
    assert not truth.scored(frozenset(("a", "beside")))
    assert truth.scored(frozenset(("a", "stranger")))


@pytest.mark.parametrize(
    ("rows", "shots", "wanted"),
    [
        ([(0.95, True), (0.804, False), (0.7, False)], 400, 0.81),
        ([(0.95, True), (0.804, False), (0.7, False)], 1400, 0.71),
        ([(0.95, True)], 400, 0.5),
        ([(0.999, False)], 400, 0.99),
    ],
)
def test_the_threshold_that_is_suggested_lets_one_shot_in_a_thousand_meet_a_stranger(
    rows: list[tuple[float, bool]], shots: int, wanted: float
) -> None:
    assert suggested(swept(*rows), shots) == wanted


def test_of_very_many_shots_known_pairs_and_some_others_are_drawn() -> None:
    facts = [shot(f"{number:03}") for number in range(200)]
    known = {frozenset((facts[place].shot.path, facts[place + 1].shot.path)) for place in range(0, 200, 2)}
    drawn = {each.shot.path for each in few(facts, known, 40)}
    assert len(drawn) == 40
    assert sum(pair <= drawn for pair in known) >= 10
    assert few(facts, known, 40) == few(facts, known, 40)
