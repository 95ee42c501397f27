"""Of each criterion one labelled group through the whole program; `scripts/evaluate keepers` asks about all scenes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr_tests.keepers import cases
from cullr_tests.keepers.__main__ import judged, reviewed
from cullr_tests.keepers.cases import Case

SCENE = "singles/cyclamen_persicum.jpg"


def group(photos: Path, root: Path, criterion: str) -> Case:
    portraits = criterion == cases.BLINK
    scenes = cases.scenes(photos, criterion, "seen") if portraits else {SCENE: cases.opened(photos / SCENE)}
    [case] = cases.write(root, criterion, scenes, 0)
    return case


@pytest.mark.parametrize("criterion", cases.CRITERIA)
def test_the_best_frame_is_kept_and_every_other_culled(shared_photos: Path, tmp_path: Path, criterion: str) -> None:
    case = group(shared_photos, tmp_path / "shoot", criterion)
    verdict = judged(case, reviewed(tmp_path / "shoot", cases.CRITERIA[criterion].rule))
    assert verdict.agrees, verdict.why


def test_a_rule_that_does_not_ask_is_told_from_one_that_does(shared_photos: Path, tmp_path: Path) -> None:
    """The evaluation can fail: with nothing to go by the first frame is kept, and here that is not the best."""
    case = group(shared_photos, tmp_path / "shoot", "focus")
    (tmp_path / "blind.toml").write_text('[[prefer]]\nby = "sharpness"\nmargin = "99 %"\n')
    verdict = judged(case, reviewed(tmp_path / "shoot", str(tmp_path / "blind.toml")))
    assert not verdict.agrees
    assert any(case.best in why for why in verdict.why)
