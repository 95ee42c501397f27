"""Learning: a person with an order is found out, one without is not, and the figures are honest."""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import rules
from cullr.model import Kind, ShotId
from cullr.rules import criteria, learning, writing
from cullr.rules.criteria import Preference
from cullr.rules.learning import CANDIDATES, Agreement, Choice, agreement, fit, validated
from cullr_tests.rules.known_shots import face, group, kept, rule, shot, wish
from cullr_tests.rules.test_rule_laws import WISHES


def choices(count: int, *order: Preference | str, seed: int = 1, moods: float = 0.0) -> list[Choice]:
    """Groups of three, decided by an order; with `moods`, that part of them by chance."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        shots = [
            shot(
                number * 3 + place,
                f"day/{chance.randrange(10**6)}.JPG",
                sharpness=chance.choice([1.0, 1.02, 2.0]),
                size=chance.choice([10, 11, 20]),
                rating=chance.choice([None, None, 3, 5]),
                width=chance.choice([4000, 6000]),
                brightness=chance.choice([0.2, 0.5]),
            )
            for place in range(3)
        ]
        winner = next(iter(kept(rules.propose(rule(*order), group(shots), shots)))) if order else None
        if winner is None or chance.random() < moods:
            winner = chance.choice(shots).id
        shots.sort(key=lambda each: each.shot.path)
        found.append(Choice(tuple(shots), frozenset({winner}), Kind.BURST))
    return found


SHARP = wish("sharpness", percent=10)


@pytest.mark.parametrize(
    "order", [("rating", SHARP), (SHARP, "rating"), (wish("resolution", percent=5), "rating", SHARP)]
)
def test_a_persons_order_is_found_and_holds_for_what_was_not_seen(order: tuple[Preference | str, ...]) -> None:
    decided = choices(120, *order)
    found = [each.prefer.by for each in fit(decided)]
    assert found[: len(order)] == [each if isinstance(each, str) else each.by for each in order]
    # A tenth of the groups are equal by the whole order, and their path, which decided, means nothing.
    assert validated(decided).share > 0.8
    assert agreement([each.prefer for each in fit(decided)], choices(120, *order, seed=2)).share > 0.8


def test_every_criterion_of_the_vocabulary_may_be_learnt() -> None:
    assert {each.by for each in CANDIDATES} == set(criteria.SCORES)


@pytest.mark.parametrize(
    ("by", "liked", "other"),
    [
        ("eyes", {"faces": (face(),)}, {"faces": (face(eyes=0.1),)}),
        ("face", {"faces": (face(sharpness=0.9),)}, {"faces": (face(sharpness=0.4),)}),
        ("noise", {"noise": 2.0}, {"noise": 9.0}),
        ("compression", {"compression": 95}, {"compression": 60}),
        ("label", {"label": "Grün"}, {"label": "Red"}),
        ("pick", {"pick": 1}, {"pick": -1}),
        ("edited", {"edited": True}, {"edited": False}),
    ],
)
def test_what_a_person_went_by_is_learnt_whatever_it_is(by: str, liked: dict[str, Any], other: dict[str, Any]) -> None:
    """Here the first by path is never the one that stays, and nothing else tells them apart."""
    decided = []
    for number in range(0, 60, 2):
        pair = shot(number, f"day/{number:03}_a.jpg", **other), shot(number + 1, f"day/{number:03}_b.jpg", **liked)
        same = [replace(each, taken=pair[0].taken) for each in pair]
        decided.append(Choice(tuple(same), frozenset({same[1].id})))
    order = fit(decided)
    assert order[0].prefer.by == by
    assert validated(decided).right == len(decided)


def test_an_order_with_moods_is_found_and_agrees_less_by_as_much() -> None:
    found = validated(choices(200, "rating", SHARP, moods=0.3))
    assert 0.6 < found.share < 0.9
    assert found.interval[0] < 0.8 < found.interval[1] + 0.1


def test_someone_who_chooses_by_chance_is_not_explained() -> None:
    decided = choices(150, seed=3)
    assert validated(decided).interval[0] < 1 / 3 + 0.05
    fitted = agreement([each.prefer for each in fit(decided)], decided).share
    assert fitted > validated(decided).share or fitted < 0.5, "what is fitted to itself flatters"


def test_a_choice_is_never_asked_of_an_order_that_was_fitted_to_it() -> None:
    """Three choices are just enough to believe in stars; of two alone nothing is learnt, and the path decides."""
    pairs = [(shot(2 * n, f"{n}/a.jpg"), shot(2 * n + 1, f"{n}/b.jpg", rating=5)) for n in range(3)]
    decided = [Choice(pair, frozenset({pair[1].id})) for pair in pairs]
    assert agreement([each.prefer for each in fit(decided)], decided).right == 3
    assert validated(decided).right == 0


def test_the_order_of_the_choices_does_not_matter_to_the_fit() -> None:
    decided = choices(60, "rating", SHARP, moods=0.2)
    assert fit(decided) == fit(decided[::-1])


@pytest.mark.parametrize(
    ("right", "of", "low", "high"), [(0, 0, 0.0, 1.0), (10, 10, 0.72, 1.0), (0, 10, 0.0, 0.28), (50, 100, 0.40, 0.60)]
)
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert Agreement(right, of).interval == pytest.approx((low, high), abs=0.005)


def test_a_large_group_weighs_no_more_than_a_small_one() -> None:
    many = [shot(number, rating=None if number else 5) for number in range(30)]
    few = [[shot(100 + 2 * n, size=2, rating=5), shot(101 + 2 * n, size=9)] for n in range(10)]
    decided = [Choice(tuple(many), frozenset({ShotId(0)}))]
    decided += [Choice(tuple(pair), frozenset({pair[1].id})) for pair in few]
    assert fit(decided)[0].prefer.by == "bytes"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([*WISHES, *CANDIDATES]), min_size=1, max_size=6, unique=True),
    st.integers(1, 5),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"]), max_size=20),
)
def test_a_rule_that_is_written_reads_back_as_it_was(prefer: list[Preference], keep: int, text: str) -> None:
    chosen = replace(learning.rule(prefer, keep), description=text.strip())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "learned.toml"
        path.write_text(writing.toml(chosen, ["a head", ""], {prefer[0]: "a note"}), "utf-8")
        assert rules.load(str(path)) == replace(chosen, path=path)
