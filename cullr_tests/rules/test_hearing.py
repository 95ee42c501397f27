"""A group is heard once, and again only when something of it changed: then what is said is what a new hearing says."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import pytest

from cullr import rules
from cullr.model import Group, Kind, Marks, Measure, Proposal, ShotFacts, ShotId, Weakest
from cullr.rules import Demand, Hearing, Rule, Wish
from cullr_tests.rules.known_shots import group, rule, shot, wish

RATING = rule("rating")
SHARPNESS = rule("rating", wish("sharpness", percent=10))
Facts = dict[ShotId, ShotFacts]


class Court:
    """The rule's own judge, who notes which groups come before him."""

    def __init__(self, chosen: Rule) -> None:
        self._rule = chosen
        self.asked: list[str] = []
        self._hearing = Hearing(self._ask)

    def _ask(
        self, group: Group, members: Sequence[ShotFacts], gone: Collection[ShotId], demand: Demand
    ) -> tuple[Proposal, ...]:
        self.asked.append(group.id)
        return rules.propose(self._rule, group, members, gone=gone, demand=demand)

    def says(self, groups: Sequence[Group], facts: Facts, demand: Demand | None = None) -> list[str]:
        """Who is asked; what is said and wanted is what a new hearing says and wants."""
        fresh = copy.deepcopy(demand)
        self.asked = []
        said = self._hearing.proposals(groups, facts, demand)
        assert said == rules.propose_all(self._rule, groups, facts, demand=fresh)
        assert wanted(demand) == wanted(fresh)
        return self.asked


def wanted(demand: Demand | None) -> tuple[dict[Measure, set[ShotId]], int] | None:
    return (
        None if demand is None else ({key: set(each) for key, each in demand.wanted.items() if each}, demand.questions)
    )


def known(shots: Iterable[ShotFacts]) -> Facts:
    return {each.id: each for each in shots}


def named(name: str, shots: Sequence[ShotFacts], kind: Kind = Kind.PHASH) -> Group:
    return replace(group(shots, kind), id=name)


@pytest.fixture
def shots() -> list[ShotFacts]:
    """Two and two; the third is the better of its group."""
    return [shot(1), shot(2), shot(3, rating=3), shot(4)]


@pytest.fixture
def groups(shots: list[ShotFacts]) -> list[Group]:
    return [named("one", shots[:2]), named("two", shots[2:])]


def test_a_group_of_which_nothing_changed_is_heard_once(groups: list[Group], shots: list[ShotFacts]) -> None:
    court = Court(RATING)
    assert court.says(groups, known(shots)) == ["one", "two"]
    assert court.says(groups, known(shots)) == []
    assert court.says(groups[::-1], known(shots), Wish()) == []
    assert court.says(groups, known(shots), Demand()) == []


def test_scores_tell_a_judge_nothing(groups: list[Group], shots: list[ShotFacts]) -> None:
    court = Court(RATING)
    court.says(groups, known(shots))
    scored = [
        replace(each, scores=dict.fromkeys(each.shots, 5.0), weakest=Weakest(each.shots[0], each.shots[1], 5, 8))
        for each in groups
    ]
    assert court.says(scored, known(shots)) == []


def test_only_the_group_of_a_shot_whose_facts_changed_is_heard_again(
    groups: list[Group], shots: list[ShotFacts]
) -> None:
    court = Court(RATING)
    court.says(groups, known(shots))
    rated = known([*shots[:1], replace(shots[1], marks=Marks(5)), *shots[2:]])
    assert court.says(groups, rated) == ["one"]
    assert court.says(groups, rated) == []
    assert court.says(groups, known(shots)) == ["one"]  # and back


def test_a_shot_whose_facts_come_or_go_has_its_group_heard_again(groups: list[Group], shots: list[ShotFacts]) -> None:
    court = Court(RATING)
    court.says(groups, known(shots[:3]))
    assert court.says(groups, known(shots)) == ["two"]
    assert court.says(groups, known(shots[1:])) == ["one"]


CHANGES: dict[str, Callable[[Group], Group]] = {
    "shielded": lambda group: replace(group, shielded="bracket"),
    "held": lambda group: replace(group, held=frozenset(group.shots)),
    "sets": lambda group: replace(group, sets={each: place for place, each in enumerate(group.shots)}),
    "one shot fewer": lambda group: replace(group, shots=group.shots[:1]),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", [Kind.PHASH, Kind.SET])
def test_a_group_that_changed_is_heard_again(change: str, kind: Kind, shots: list[ShotFacts]) -> None:
    one, two = named("one", shots[:2], kind), named("two", shots[2:], kind)
    court = Court(RATING)
    court.says([one, two], known(shots))
    other = CHANGES[change](one)
    assert court.says([other, two], known(shots)) == ["one"]
    assert court.says([other, two], known(shots)) == []
    assert court.says([one, two], known(shots)) == ["one"]


def test_a_group_of_other_shots_is_heard_again_even_where_nothing_is_known_of_them(shots: list[ShotFacts]) -> None:
    court = Court(RATING)
    court.says([named("one", shots[:2])], known(shots[:1]))
    assert court.says([named("one", [shots[0], shots[2]])], known(shots[:1])) == ["one"]


def test_a_group_is_heard_again_when_another_of_its_shots_goes_in_a_stronger_one(shots: list[ShotFacts]) -> None:
    weak = named("weak", shots[:3], Kind.BURST)
    court = Court(RATING)
    court.says([weak], known(shots))
    strong = named("strong", [shots[1], shots[3]])
    assert court.says([weak, strong], known(shots)) == ["strong"]  # what it culls is none of the weak one's
    other = named("strong", shots[1:3])
    assert court.says([weak, other], known(shots)) == ["strong", "weak"]
    assert court.says([weak, other], known(shots)) == []
    assert court.says([weak], known(shots)) == ["weak"]


def unmeasured() -> list[ShotFacts]:
    """Two that only sharpness can tell apart, and two that stars do."""
    return [shot(number, sharpness=None, rating=number // 4) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("first", [Wish, lambda: None])
def test_what_was_decided_without_a_measure_is_heard_again_where_it_is_waited_for(
    first: Callable[[], Demand | None],
) -> None:
    shots = unmeasured()
    groups = [named("level", shots[:2]), named("told", shots[2:])]
    court = Court(SHARPNESS)
    assert court.says(groups, known(shots), first()) == ["level", "told"]
    for _ in range(2):  # nothing is decided as long as it waits
        demand = Demand()
        assert court.says(groups, known(shots), demand) == ["level"]
        assert demand.questions == 1
    measured = known([*(shot(number, sharpness=number, rating=0) for number in (1, 2)), *shots[2:]])
    assert court.says(groups, measured, Demand()) == ["level"]
    assert court.says(groups, measured, Demand()) == []


def test_a_wish_that_finds_all_decided_is_told_what_is_lacking() -> None:
    shots = unmeasured()
    groups = [named("level", shots[:2]), named("told", shots[2:])]
    court = Court(SHARPNESS)
    court.says(groups, known(shots), Wish())
    found = Wish()
    assert court.says(groups, known(shots), found) == []
    assert found.wanted[Measure.QUALITY] == {ShotId(1), ShotId(2)}
    assert not found


def test_what_waits_for_a_measure_is_no_decision_for_a_wish() -> None:
    shots = unmeasured()[:2]
    court = Court(SHARPNESS)
    court.says([named("level", shots)], known(shots), Demand())
    assert court.says([named("level", shots)], known(shots), Wish()) == ["level"]


def test_what_was_sought_in_vain_is_decided_without() -> None:
    shots = unmeasured()[:2]
    groups, tried = [named("level", shots)], {Measure.QUALITY: {shot.id for shot in shots}}
    court = Court(SHARPNESS)
    assert court.says(groups, known(shots), Demand(tried)) == ["level"]
    assert court.says(groups, known(shots), Demand(tried)) == []
