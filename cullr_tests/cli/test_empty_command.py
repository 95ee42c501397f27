"""`empty` into a trash of its own and for good, and `verify` on what is staged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cullr.cli.main import main
from cullr_tests.cli.small_shoot import CULLED, draw, run_on_terminal, staged

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    return draw(tmp_path / "shoot")


def test_verify_names_what_is_missing_or_altered_among_the_staged(shoot: Path, capsys: Capture) -> None:
    main(["stage", "--yes", str(shoot)])
    capsys.readouterr()
    assert main(["verify", str(shoot)]) == 0
    assert "0 findings" in capsys.readouterr().out
    (shoot / CULLED[0]).unlink()
    (shoot / CULLED[1]).write_bytes(b"altered")
    assert main(["verify", str(shoot)]) == 1
    out = capsys.readouterr().out
    assert f"{shoot / CULLED[0]}: it is missing" in out
    assert f"{shoot / CULLED[1]}: it has 7 bytes" in out
    assert "2 findings" in out


def run_empty(shoot: Path, trash: Path | str, *words: str) -> subprocess.CompletedProcess[str]:
    """send2trash reads XDG_DATA_HOME once, when it is loaded."""
    environment = os.environ | {"XDG_DATA_HOME": str(trash)}
    command = [sys.executable, "-m", "cullr", "empty", *words, str(shoot)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )


def test_empty_asks_first_then_fills_the_trash_and_history_says_it_is_over(
    shoot: Path, tmp_path: Path, capsys: Capture
) -> None:
    main(["stage", "--yes", str(shoot)])
    before = {name: (shoot / name).read_bytes() for name in CULLED}
    done = run_empty(shoot, tmp_path / "data")
    assert (done.returncode, staged(shoot)) == (2, CULLED)
    done = run_empty(shoot, tmp_path / "data", "--yes")
    assert (done.returncode, staged(shoot)) == (0, []), done.stderr
    assert "2 files" in done.stdout
    trashed = {path.name: path.read_bytes() for path in (tmp_path / "data/Trash/files").iterdir()}
    assert trashed == {Path(name).name: data for name, data in before.items()}
    capsys.readouterr()
    main(["history", str(shoot)])
    row = capsys.readouterr().out
    assert "emptied" in row
    assert "nothing left to undo" in row
    assert main(["undo", "--all", str(shoot)]) == 0
    assert main(["empty", str(shoot)]) == 0
    assert "Nothing is staged" in capsys.readouterr().out
    assert main(["verify", str(shoot)]) == 0


def test_where_there_is_no_trash_empty_says_so_and_all_stays(shoot: Path) -> None:
    main(["stage", "--yes", str(shoot)])
    done = run_empty(shoot, "/proc/none", "--yes")
    assert done.returncode == 1
    assert "no trash" in done.stderr
    assert "--forever" in done.stderr
    assert staged(shoot) == CULLED
    assert main(["undo", "--all", str(shoot)]) == 0


def test_for_good_needs_a_second_word(shoot: Path, tmp_path: Path) -> None:
    main(["stage", "--yes", str(shoot)])
    done = run_empty(shoot, tmp_path, "--forever", "--yes")
    assert (done.returncode, staged(shoot)) == (2, CULLED)
    assert "--yes-forever" in done.stderr
    assert run_empty(shoot, tmp_path, "--forever", "--yes-forever").returncode == 2
    for answers in (["n"], ["y", "y"], ["y", ""]):
        code, out, _ = run_on_terminal(["empty", "--forever", str(shoot)], answers)
        assert (code, out, staged(shoot)) == (0, "Nothing changed.\n", CULLED)
    code, out, shown = run_on_terminal(["empty", "--forever", str(shoot)], ["y", "forever"])
    assert (code, staged(shoot)) == (0, [])
    assert "gone for good" in shown
    assert "deleted" in out
