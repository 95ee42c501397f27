"""What another rule would change, counted over real groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cullr import rules
from cullr.model import Kind, ShotId
from cullr.session import rehearsal
from cullr.session.desk import Desk, Verdict
from cullr.session.rehearsal import Rehearsal
from cullr_tests import pictures
from cullr_tests.tui.screen_stage import desk_over, group


def shoot(root: Path, pairs: int) -> Path:
    """Pairs of which the earlier has more bytes: largest_original and newest_edit disagree on each."""
    for number in range(pairs):
        for version, quality in enumerate((90, 50)):
            tags = pictures.exif(f"2024:05:01 10:{number:02}:{version:02}")
            path = root / f"p{number}_{version}.jpg"
            pictures.save(path, pictures.scene(20 + number), quality=quality, tags=tags)
            os.utime(path, (1_700_000_000 + 60 * version,) * 2)
    return root


def last(desk: Desk, name: str) -> Rehearsal:
    [rule] = [rule for rule in desk.rules() if rule.name == name]
    *_, end = desk.rehearse(rule)
    assert end.complete
    return end


def test_the_counts_are_those_of_the_whole_review_under_either_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "SLICE", 2)
    with desk_over(shoot(tmp_path / "shoot", 5), tmp_path) as desk:
        [newest] = [rule for rule in desk.rules() if rule.name == "newest_edit"]
        states = list(desk.rehearse(newest))
        assert [(state.seen, state.groups) for state in states] == [(2, 5), (4, 5), (5, 5)]
        opened = [group for row in desk.order() if (group := desk.open(row))]
        facts = {each.id: each for group in opened for each in group.shots}
        whole = {}
        for rule in (desk.rule(), newest):
            said = rules.propose_all(rule, [each.group for each in opened], facts)
            whole[rule.name] = {each.shot for group in said.values() for each in group if not each.keep}
        now, then = whole["largest_original"], whole["newest_edit"]
        end = states[-1]
        assert end.changed == len(end.examples) == 5
        assert (end.now.shots, end.now.bytes) == (len(now), sum(facts[shot].shot.bytes for shot in now))
        assert (end.then.shots, end.then.bytes) == (len(then), sum(facts[shot].shot.bytes for shot in then))
        assert end.now != end.then


def test_a_rule_changes_nothing_against_itself(tmp_path: Path) -> None:
    with desk_over(shoot(tmp_path / "shoot", 2), tmp_path) as desk:
        end = last(desk, "largest_original")
        assert (end.groups, end.changed, end.now) == (2, 0, end.then)


def test_what_the_person_said_holds_under_every_rule(tmp_path: Path) -> None:
    with desk_over(shoot(tmp_path / "shoot", 2), tmp_path) as desk:
        assert last(desk, "newest_edit").changed == 2
        first = next(opened for row in desk.order(kind=Kind.PHASH) if (opened := desk.open(row)))
        words = {each.shot: Verdict.KEEP if each.keep else Verdict.CULL for each in first.proposals}
        desk.decide(first, words)
        end = last(desk, "newest_edit")
        assert end.changed == 1
        assert end.examples[0].row != first.row


def test_groups_told_apart_do_not_count(tmp_path: Path) -> None:
    with desk_over(shoot(tmp_path / "shoot", 1), tmp_path) as desk:
        desk.tell_apart(group(desk, Kind.PHASH))
        assert last(desk, "newest_edit").changed == 0


def test_a_shot_in_two_groups_is_culled_and_counted_once(tmp_path: Path) -> None:
    """Copies of a worse version: in the exact group one goes, and in the phash group it competes no more."""
    root = shoot(tmp_path / "shoot", 1)
    (root / "copy.jpg").write_bytes((root / "p0_1.jpg").read_bytes())
    with desk_over(root, tmp_path) as desk:
        rows = [opened for row in desk.order() if (opened := desk.open(row))]
        members = [shot for opened in rows for shot in opened.group.shots]
        assert len(members) > len(set[ShotId](members)), "the groups overlap"
        end = last(desk, "largest_original")
        assert end.now.shots == 2
        assert end.now.bytes == 2 * (root / "copy.jpg").stat().st_size
