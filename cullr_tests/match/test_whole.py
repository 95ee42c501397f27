"""A run through the stages goes as a set or stays whole, whatever else its stages look like."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import rules
from cullr.indexer import grouping
from cullr.match import shields
from cullr.model import Group, Kind, ShotFacts
from cullr.settings import Settings
from cullr_tests.match.facts import random_grey
from cullr_tests.match.test_sets import one_set, patched

RULES = [rule.path.stem for rule in rules.shipped()]


def judged(
    facts: list[ShotFacts], rule: str = "largest_original"
) -> tuple[list[Group], dict[str, dict[str, set[str]]]]:
    """The groups as the indexer shields them, and of each the paths kept and culled."""
    known = {each.id: each for each in facts}
    found = [
        dataclasses.replace(
            group, shielded=shields.shield(group, [known[shot] for shot in group.shots]) or group.shielded
        )
        for group in grouping.groups(facts, Settings()).groups
    ]
    said = rules.propose_all(rules.load(rule), found, known)
    fates = {
        name: {
            word: {known[each.shot].shot.path for each in told if each.keep is keep}
            for word, keep in (("keep", True), ("cull", False))
        }
        for name, told in said.items()
    }
    return found, fates


def culled(facts: list[ShotFacts], rule: str = "largest_original") -> set[str]:
    return {path for fate in judged(facts, rule)[1].values() for path in fate["cull"]}


def again(fact: ShotFacts, stamp: str, *, size: tuple[int, int] = (4000, 3000), folder: str = "") -> ShotFacts:
    """This stage alone, rendered once more."""
    made = one_set(stamp, 0, folder=folder)[int(fact.stage.number if fact.stage else 0)]
    metadata = dataclasses.replace(fact.metadata, width=size[0], height=size[1])
    return dataclasses.replace(made, look=fact.look, metadata=metadata)


def test_two_runs_that_share_only_their_first_picture_both_stay_whole() -> None:
    """The same base, another face: thinned stage by stage, one run would lose its base."""
    other = {number: patched(random_grey(1), random_grey(7)) for number in (1, 2)}
    facts = one_set("20250101_120000", 1) + one_set("20250101_130000", 1, greys=other)
    found, fates = judged(facts)
    shared = [group for group in found if {facts[0].id, facts[3].id} <= set(group.shots)]
    assert shared, "they are shown all the same"
    assert all(not fate["cull"] for fate in fates.values())


@pytest.mark.parametrize("better", [True, False])
def test_of_a_run_and_a_single_render_like_it_only_the_single_one_can_go(better: bool) -> None:
    facts = one_set("20250101_120000", 1)
    single = again(facts[2], "20250105_120000", size=(8000, 6000) if better else (400, 300), folder="other/")
    assert culled([*facts, single]) == (set() if better else {single.shot.path})


def test_copies_of_one_render_are_thinned_as_ever() -> None:
    facts = one_set("20250101_120000", 1, folder="a/")
    copies = [again(each, "20250101_120000", size=(400, 300), folder="b/") for each in facts]
    assert culled([*facts, *copies]) == {each.shot.path for each in copies}


def test_sets_of_the_same_bytes_are_one_decision_not_one_for_each_stage() -> None:
    facts = [
        dataclasses.replace(each, content=(bytes([place % 3]),))
        for place, each in enumerate(one_set("20250101_120000", 1) + one_set("20250101_130000", 1))
    ]
    found, fates = judged(facts)
    assert [group.kind for group in found if group.kind in {Kind.EXACT, Kind.SET}] == [Kind.SET]
    (fate,) = [fates[group.id] for group in found if group.kind is Kind.SET]
    assert {len(fate["keep"]), len(fate["cull"])} == {3}


def test_a_look_alike_of_a_matched_set_waits_until_that_is_decided() -> None:
    """It could else go in favour of a set that goes itself."""
    facts = one_set("20250101_120000", 1) + one_set("20250101_130000", 1)
    single = again(facts[3], "20250101_130000", size=(400, 300), folder="copy/")
    found, fates = judged([*facts, single])
    assert single.shot.path not in set.union(*(fate["cull"] for fate in fates.values()))
    assert Kind.SET in {group.kind for group in found}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 3), st.booleans()), min_size=2, max_size=7),
    st.sampled_from(RULES),
    st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_no_shot_has_opposite_fates_and_of_every_run_all_or_nothing_goes(
    made: list[tuple[int, int, int, bool]], rule: str, seed: int
) -> None:
    """Runs that repeat, run over each other, lack stages, or share a picture, under every rule."""
    facts: list[ShotFacts] = []
    drawn = random.Random(seed)
    for number, (picture, folder, stages, odd) in enumerate(made):
        greys = {stages - 1: random_grey(40 + number)} if odd else {}
        one = one_set(
            f"20250101_12{drawn.choice((number, 0)):02}{number:02}", picture, stages, folder=f"{folder}/", greys=greys
        )
        size = drawn.choice(((4000, 3000), (2000, 1500), (8000, 6000)))
        one = [
            dataclasses.replace(each, metadata=dataclasses.replace(each.metadata, width=size[0], height=size[1]))
            for each in one
        ]
        facts += one
    known = {each.id: each.shot.path for each in facts}
    found, fates = judged(facts, rule)
    in_set: dict[str, bool] = {}
    for group in found:
        if group.kind is Kind.SET:
            assert group.sets is not None
            for number in set(group.sets.values()):
                whole = {known[shot] for shot, each in group.sets.items() if each == number}
                assert whole <= fates[group.id]["keep"] or whole <= fates[group.id]["cull"]
                assert not in_set.keys() & whole
                in_set |= dict.fromkeys(whole, whole <= fates[group.id]["keep"])
            assert fates[group.id]["keep"]
    for group in found:
        if group.kind is not Kind.SET:
            assert not {path for path in fates[group.id]["cull"] if path in in_set}
