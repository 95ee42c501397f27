"""`cullr rules learn` on a real shoot: what was approved on the screen is learnt from, what a rule moved is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cullr import rules
from cullr.cli.main import main
from cullr.journal import Verdict
from cullr.rules import learning
from cullr.session import Session
from cullr.session.desk import Desk
from cullr_tests import pictures

GROUPS = 24


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of one picture: a large coarse one and a small fine one."""
    root = tmp_path_factory.mktemp("taken")
    for number in range(GROUPS):
        scene = pictures.scene(number)
        pictures.save(root / f"{number:02}_a.jpg", scene, quality=40)
        pictures.save(root / f"{number:02}_b.jpg", scene.resize((scene.width // 2, scene.height // 2)), quality=98)
    return root


@pytest.fixture
def root(tmp_path: Path, taken: Path) -> Path:
    root = tmp_path / "shoot"
    root.mkdir()
    for path in taken.iterdir():
        (root / path.name).hardlink_to(path)
    return root


def review(root: Path, groups: int, keep: str) -> None:
    """Approve so many groups, keeping the picture whose name ends so; the last one is only marked, not moved."""
    desk = Desk(Session.open([root]))
    desk.start()
    try:
        deadline = time.monotonic() + 60
        while not desk.complete():
            assert time.monotonic() < deadline
            desk.heard()
            time.sleep(0.02)
        rows = desk.order()[:groups]
        for row in rows:
            group = desk.open(row)
            assert group is not None
            kept = [each.id for each in group.shots if each.shot.path.endswith(keep)]
            if row == rows[-1]:
                desk.decide(group, {s.id: Verdict.KEEP if s.id in kept else Verdict.CULL for s in group.shots})
            else:
                assert desk.approve(group, kept).left == []
    finally:
        desk.stop()


def test_a_rule_is_learnt_from_approvals_and_words_and_chooses_alike(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review(root, GROUPS, "_b.jpg")
    before = sorted(path.name for path in root.rglob("*"))
    assert main(["rules", "learn", str(root), "-q"]) == 0
    text = capsys.readouterr().out
    assert f"from {GROUPS} groups that you decided" in text
    assert f"in {GROUPS} of {GROUPS} (100%; 95 % interval 86% to 100%)" in text
    assert f"largest_original: 0 of {GROUPS} (0%;" in text
    assert sorted(path.name for path in root.rglob("*")) == before
    file = tmp_path / "mine.toml"
    assert main(["rules", "learn", str(root), "-q", "--write", str(file)]) == 0
    assert file.read_text("utf-8") == text
    assert rules.load(str(file)).keep == 1
    assert main(["rules", "learn", str(root), "-q", "--write", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_too_few_choices_are_told_and_nothing_is_proposed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    review(root, 3, "_b.jpg")
    assert main(["rules", "learn", str(root), "-q"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert f"3 groups were decided by you in these folders; from {learning.LEAST} on" in said.err


def test_what_a_rule_moved_is_no_choice_of_the_persons(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stage", str(root), "--yes", "-q"]) == 0
    capsys.readouterr()
    assert main(["rules", "learn", str(root), "-q"]) == 3
    assert "0 groups were decided by you" in capsys.readouterr().err
