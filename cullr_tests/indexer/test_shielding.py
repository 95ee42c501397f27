"""Shields that are remembered are those that `match.shields` gives, and none is worked out twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.indexer.shielding import Shielding
from cullr.match import shields
from cullr.model import Exposure, Group, Kind, Quality, ShotFacts, ShotId, Weakest
from cullr_tests.match.facts import look_of, random_grey, shot

Facts = dict[ShotId, ShotFacts]


def group(name: str, members: Sequence[ShotFacts], kind: Kind = Kind.BURST) -> Group:
    ids = tuple(each.id for each in members)
    return Group(name, kind, ids, ids[0], {}, Weakest(ids[0], ids[-1], 0, 0))


def frames(count: int, scene: int = 1) -> list[ShotFacts]:
    """A burst of one scene."""
    random = np.random.default_rng(scene)
    views = [random_grey(scene) // 2 + random.integers(0, 3, (32, 32)).astype(np.uint8) for _ in range(count)]
    return [shot(f"{scene} {n}.jpg", seconds=n, look=look_of(view)) for n, view in enumerate(views)]


def bias(fact: ShotFacts, stops: float) -> ShotFacts:
    return replace(fact, metadata=replace(fact.metadata, exposure=Exposure(0.01, 8.0, 100, stops)))


def measured(fact: ShotFacts, third: int) -> ShotFacts:
    """Sharp in one third of the picture."""
    tiles = tuple(9.0 if min(tile % 8 // 3, 2) == third else 1.0 for tile in range(64))
    return replace(fact, quality=Quality(1.0, tiles, 0.0, 0.0, 0.5))


def known(*parts: Sequence[ShotFacts]) -> Facts:
    return {each.id: each for part in parts for each in part}


def verdicts(groups: Sequence[Group], facts: Facts) -> list[tuple[str | None, set[ShotId]]]:
    """Asked directly, group by group: the shield, and whose quality may yet change it."""
    found = []
    for each in groups:
        members = [facts[shot] for shot in each.shots]
        verdict = shields.shield(each, members)
        found.append((verdict, {fact.id for fact in shields.unmeasured(each, members, verdict)}))
    return found


class Watched:
    """One shielding that is asked again and again; `worked_out` names the groups of the last time."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._shielding = Shielding()
        self.worked_out: list[str] = []
        shield, self._note = shields.shield, False

        def noting(group: Group, *rest: object) -> str | None:
            if self._note:
                self.worked_out.append(group.id)
            return shield(group, *rest)  # type: ignore[arg-type]

        patch.setattr(shields, "shield", noting)

    def told(self, groups: Sequence[Group], facts: Facts) -> list[str | None]:
        self.worked_out, self._note = [], True
        marked, lacking = self._shielding.marked(groups, facts), self._shielding.unmeasured(groups, facts)
        self._note = False
        found = [(each.shielded, set(lacking[each.id])) for each in marked]
        assert found == verdicts(groups, facts)
        assert [replace(each, shielded=None) for each in marked] == list(groups)
        return [verdict for verdict, _ in found]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def test_what_did_not_change_is_worked_out_once(watched: Watched) -> None:
    one, two = frames(3), [bias(fact, n) for n, fact in enumerate(frames(2, 2))]
    groups, facts = [group("one", one), group("two", two)], known(one, two)
    assert watched.told(groups, facts) == [None, "bracket"]
    assert watched.worked_out == ["one", "two"]
    assert watched.told(groups, dict(facts)) == [None, "bracket"]
    assert watched.told(groups[::-1], facts) == ["bracket", None]
    assert watched.told(groups[1:], facts) == ["bracket"]
    assert watched.told(groups, facts) == [None, "bracket"]
    assert watched.worked_out == []


def test_a_group_that_comes_back_with_its_shield_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [bias(fact, n) for n, fact in enumerate(frames(2))]
    shielding = Shielding()
    marked = shielding.marked([group("two", two)], known(two))
    monkeypatch.delattr(shields, "shield")
    assert shielding.marked(marked, known(two)) == marked


def test_only_the_group_of_a_shot_that_changed_is_worked_out_again(watched: Watched) -> None:
    one, two = frames(2), frames(2, 2)
    groups = [group("one", one), group("two", two)]
    assert watched.told(groups, known(one, two)) == [None, None]
    two = [bias(fact, n) for n, fact in enumerate(two)]
    assert watched.told(groups, known(one, two)) == [None, "bracket"]
    assert watched.worked_out == ["two"]
    two[1] = bias(two[1], 0)
    assert watched.told(groups, known(one, two)) == [None, None]
    assert watched.worked_out == ["two"]


def test_a_group_of_another_kind_is_worked_out_again(watched: Watched) -> None:
    two = [bias(fact, n) for n, fact in enumerate(frames(2))]
    assert watched.told([group("one", two, Kind.EXACT)], known(two)) == [None]
    assert watched.told([group("one", two)], known(two)) == ["bracket"]


def test_a_stack_is_told_as_soon_as_its_last_frame_is_measured(watched: Watched) -> None:
    stack = frames(3)
    groups = [group("stack", stack)]
    for place in range(3):
        assert watched.told(groups, known(stack)) == [None]
        stack[place] = measured(stack[place], place)
    assert watched.told(groups, known(stack)) == ["focus stack"]
    assert watched.worked_out == ["stack"]


def test_of_a_group_that_has_its_shield_nothing_needs_to_be_measured(watched: Watched) -> None:
    pan = [replace(fact, metadata=replace(fact.metadata, panorama=True)) for fact in frames(3)]
    assert watched.told([group("pan", pan)], known(pan)) == ["panorama"]
    assert shields.unmeasured(group("pan", pan), pan, None)


CHANGES = st.tuples(st.integers(0, 7), st.sampled_from(["bias", "measured", "look", "panorama"]), st.integers(0, 2))


@settings(max_examples=40)
@given(st.lists(st.lists(CHANGES, max_size=3), max_size=6))
def test_however_facts_change_the_shields_are_those_asked_directly(steps: list[list[tuple[int, str, int]]]) -> None:
    every = [*frames(3), *frames(3, 2), *frames(2, 3)]
    groups = [group("a", every[:3]), group("b", every[3:6], Kind.PHASH), group("c", every[6:]), group("d", every[2:4])]
    with pytest.MonkeyPatch.context() as patch:
        watched = Watched(patch)
        for step in [[], *steps]:
            for place, what, value in step:
                fact = every[place]
                if what == "bias":
                    every[place] = bias(fact, value)
                elif what == "measured":
                    every[place] = measured(fact, value)
                elif what == "look":
                    every[place] = replace(fact, look=look_of(random_grey(value)) if value else None)
                else:
                    every[place] = replace(fact, metadata=replace(fact.metadata, panorama=value > 0))
            watched.told(groups, known(every))
