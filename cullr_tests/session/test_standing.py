"""What the header counts is what a report counts: each shot once, the person's word heard, whichever rule proposes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr import rules
from cullr.journal import Verdict
from cullr.model import Counts, Kind
from cullr.session import Session
from cullr.session.desk import Desk
from cullr_tests import pictures
from cullr_tests.session.test_desk import ready, until


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A picture, its copy and its small version: the copy is culled as the same bytes, and in the group of all."""
    root = tmp_path / "shoot"
    for scene in (1, 2):
        pictures.save(root / f"{scene}.jpg", pictures.scene(scene), quality=90)
        shutil.copy2(root / f"{scene}.jpg", root / f"{scene}-copy.jpg")
        pictures.save(root / f"{scene}-small.jpg", pictures.scene(scene), quality=50)
    return root


@pytest.fixture
def desk(shoot: Path) -> Iterator[Desk]:
    opened = Desk(Session.open([shoot]))
    opened.start()
    ready(opened)
    yield opened
    opened.stop()


def reported(root: Path, rule: str | None = None) -> tuple[int, int, int]:
    counts: Counts = Session.open([root], {"rule": rule} if rule else None).review()[0].counts
    return counts.groups, counts.culled, counts.bytes_culled


def recounted(desk: Desk) -> tuple[int, int, int]:
    for state in desk.recount():
        assert state.seen <= state.groups
    return desk.totals()


def test_a_shot_of_two_groups_is_counted_once(desk: Desk, shoot: Path) -> None:
    lines = desk.rows(desk.order()).values()
    assert sum(line.culled for line in lines) > desk.totals()[1], "some shot is in two groups"
    assert desk.totals() == reported(shoot)
    seen = desk.glance()
    assert seen is not None
    assert seen.totals == desk.totals()
    assert not desk.counts


def test_the_count_hears_the_persons_word(desk: Desk, shoot: Path) -> None:
    [first, second] = [found for row in desk.order(kind=Kind.EXACT) if (found := desk.open(row))]
    desk.decide(first, dict.fromkeys((each.id for each in first.shots), Verdict.KEEP))
    desk.tell_apart(second)
    assert desk.counts
    assert recounted(desk) == reported(shoot)


def test_the_count_and_the_list_follow_another_rule_and_come_back(desk: Desk, shoot: Path) -> None:
    before = desk.totals()
    other = next(rule for rule in rules.shipped() if "newest" in rule.name)
    desk.use_rule(other)
    assert recounted(desk) == reported(shoot, str(other.path))
    for row, line in desk.rows(desk.order()).items():
        opened = desk.open(row)
        assert opened is not None
        assert sum(not each.keep for each in opened.proposals) == line.culled
    desk.use_rule(None)
    assert recounted(desk) == before


def test_what_a_stronger_group_culls_competes_nowhere_else_under_another_rule_either(desk: Desk) -> None:
    other = next(rule for rule in rules.shipped() if "newest" in rule.name)
    desk.use_rule(other)
    recounted(desk)
    gone = {
        each.shot
        for row in desk.order(kind=Kind.EXACT)
        if (found := desk.open(row))
        for each in found.proposals
        if not each.keep
    }
    assert gone
    for row in desk.order(kind=Kind.PHASH):
        found = desk.open(row)
        assert found is not None
        again = [each for each in found.proposals if each.shot in gone]
        assert all(not each.keep and each.reason == rules.GONE for each in again)
        assert any(each.keep for each in found.proposals)


def test_what_was_moved_is_counted_no_more(desk: Desk, shoot: Path) -> None:
    row = desk.order(kind=Kind.EXACT)[0]
    found = desk.open(row)
    assert found is not None
    desk.approve(found, [each.shot for each in found.proposals if each.keep])
    until(lambda: desk.complete() and desk.totals() == reported(shoot))
