"""Facts whose greys are kept elsewhere match as those that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.match import groups as grouped
from cullr.match import phash, shields
from cullr.model import Look, ShotFacts, ShotId
from cullr_tests.match.facts import look_of, random_grey, shot


class Elsewhere:
    def __init__(self, facts: Sequence[ShotFacts]) -> None:
        self._greys = {fact.id: fact.look.grey for fact in facts if fact.look and isinstance(fact.look.grey, bytes)}
        self.asked = 0

    def of(self, photos: Sequence[ShotId], /) -> list[bytes]:
        self.asked += len(photos)
        return [self._greys[photo] for photo in photos]


def kept(facts: Sequence[ShotFacts]) -> tuple[list[ShotFacts], Elsewhere]:
    elsewhere = Elsewhere(facts)
    return [replace(fact, look=fact.look and replace(fact.look, grey=elsewhere)) for fact in facts], elsewhere


def look(scene: int, noise: int, known: bool) -> Look | None:
    grey = random_grey(scene).astype(int) + np.random.default_rng(noise).integers(-3, 4, (32, 32))
    return look_of(grey.clip(0, 255).astype(np.uint8)) if known else None


Pictures = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2), st.booleans()), min_size=2, max_size=12)


@settings(deadline=None, max_examples=40)
@given(Pictures)
def test_groups_and_shields_are_the_same(pictures: list[tuple[int, int, bool]]) -> None:
    held = [shot(f"{place:02}.jpg", look=look(*picture), seconds=place) for place, picture in enumerate(pictures)]
    away, _ = kept(held)
    found = []
    for facts in (held, away):
        groups = grouped.group(phash.match(facts), facts)
        known = {fact.id: fact for fact in facts}
        members = [[known[shot] for shot in group.shots] for group in groups]
        steps = shields.steps(zip(groups, members, strict=True))
        found.append([(group, shields.shield(group, each, steps)) for group, each in zip(groups, members, strict=True)])
        assert [shields.shield(group, each) for group, each in zip(groups, members, strict=True)] == [
            verdict for _, verdict in found[-1]
        ]
    assert found[0] == found[1]


def test_only_greys_of_shots_that_may_be_alike_are_asked_for() -> None:
    scenes = [1, 1, *range(2, 40)]
    facts, elsewhere = kept([shot(f"{n:02}.jpg", look=look(scene, n, True)) for n, scene in enumerate(scenes)])
    assert len(phash.match(facts).pairs) == 1
    assert elsewhere.asked <= 6
