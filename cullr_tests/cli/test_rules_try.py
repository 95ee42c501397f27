"""`cullr rules try`: what another rule would change, in words, with nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr.cli.main import main
from cullr_tests import pictures
from cullr_tests.crash.shoot import snapshot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shoot"
    pictures.save(root / "big.jpg", pictures.scene(1), quality=95)
    pictures.save(root / "starred.jpg", pictures.scene(1), quality=50)
    pictures.save(root / "other.jpg", pictures.scene(2), quality=90)
    (root / "other_copy.jpg").write_bytes((root / "other.jpg").read_bytes())
    return root


def test_what_another_rule_would_change_is_told_and_nothing_is_written(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[[prefer]]\nby = "name"\npattern = "starred*"\n')
    before = snapshot(root)
    assert main(["rules", "try", str(mine), str(root), "-q"]) == 0
    said = capsys.readouterr().out
    assert "now   largest_original  culls 2 shots" in said
    assert "then  mine              culls 2 shots" in said
    assert "1 of 2 groups would be decided otherwise." in said
    assert "  keep → cull  big.jpg: culled: plain name (starred.jpg: name with “starred”)" in said
    assert "  cull → keep  starred.jpg: kept: name with “starred” (big.jpg: plain name)" in said
    assert snapshot(root) == before
    assert not (root / ".cullr").exists()


def test_the_rule_in_force_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "try", "largest_original", str(root), "-q"]) == 0
    assert "0 of 2 groups would be decided otherwise." in capsys.readouterr().out
    assert main(["rules", "try", "bestofburst", str(root), "-q"]) == 2
    assert "best_of_burst" in capsys.readouterr().err
