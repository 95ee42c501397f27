"""`stage`, `undo`, `history`, `import` as a person or a script runs them, on real photos."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cullr import journal
from cullr.cli.main import main
from cullr.journal import Journal, Verdict
from cullr.session import Session
from cullr_tests import pictures
from cullr_tests.cli.small_shoot import CULLED, draw, planned, run_on_terminal, staged
from cullr_tests.session.small_plans import killed, names, tree

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    return draw(tmp_path / "shoot")


def test_without_yes_and_without_a_terminal_nothing_is_touched(shoot: Path, capsys: Capture) -> None:
    before = sorted(shoot.rglob("*"))
    for words in (["stage"], ["stage", "--quiet"], ["stage", "--kind", "burst"]):
        assert main([*words, str(shoot)]) == 2
        assert "--yes" in capsys.readouterr().err
    assert sorted(shoot.rglob("*")) == before


def test_on_a_terminal_the_question_tells_totals_and_no_is_no(shoot: Path) -> None:
    before = sorted(shoot.rglob("*"))
    for answer in ("n", "", "yes please"):
        code, out, shown = run_on_terminal(["stage", str(shoot)], [answer])
        assert (code, out) == (0, "Nothing moved.\n")
        assert "Move 2 shots (1 exact, 1 phash; 2 files, " in shown
    assert sorted(shoot.rglob("*")) == before
    code, out, _ = run_on_terminal(["stage", str(shoot)], ["Y"])
    assert (code, staged(shoot)) == (0, CULLED)
    assert "Moved 2 shots (2 files" in out


def test_bursts_move_only_when_named(shoot: Path, capsys: Capture) -> None:
    assert main(["stage", "--yes", str(shoot)]) == 0
    assert staged(shoot) == CULLED
    assert main(["stage", "--yes", "--kind", "burst", str(shoot)]) == 0
    assert len(staged(shoot)) == 3
    assert staged(shoot)[0].startswith("_review_dupes/burst/")
    assert main(["stage", "--yes", str(shoot)]) == 0
    assert "Nothing to stage" in capsys.readouterr().out


def test_a_plan_moves_what_stage_by_itself_moves(shoot: Path, tmp_path: Path, capsys: Capture) -> None:
    before = tree(shoot)
    planned(shoot, tmp_path / "plan.json")
    assert main(["stage", "--yes", str(shoot)]) == 0
    alone = tree(shoot)
    assert main(["undo", str(shoot)]) == 0
    assert tree(shoot) == before
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json")]) == 0  # roots as in the plan
    assert tree(shoot) == alone
    capsys.readouterr()
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json"), str(shoot)]) == 4
    said = capsys.readouterr()
    assert said.out == "Nothing moved.\n"
    assert "IMG_1 small.jpg: it vanished" in said.err
    assert tree(shoot) == alone


def test_a_plan_may_come_through_a_pipe(shoot: Path, tmp_path: Path) -> None:
    planned(shoot, tmp_path / "plan.json")
    command = f"cat '{tmp_path}/plan.json' | {sys.executable} -m cullr stage --yes --plan /dev/stdin"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert staged(shoot) == CULLED


@pytest.mark.parametrize("words", [["--kind", "exact"], ["--rules", "best"], ["--distance", "4"]])
def test_what_shapes_a_review_does_not_go_with_a_plan(
    shoot: Path, tmp_path: Path, capsys: Capture, words: list[str]
) -> None:
    planned(shoot, tmp_path / "plan.json")
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json"), *words, str(shoot)]) == 2
    assert words[0] in capsys.readouterr().err
    assert staged(shoot) == []


def shots(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [shot for group in plan["groups"] for shot in group["shots"]]


def cull_all(plan: dict[str, Any]) -> None:
    for shot in shots(plan):
        shot["proposal"] = "cull"


def rename(plan: dict[str, Any], path: str) -> None:
    for number, shot in enumerate(shots(plan)):
        if shot["proposal"] == "cull":
            shot["path"] = f"{path}{number}"
            shot["files"] = [shot["path"]]


@pytest.mark.parametrize(
    ("edit", "code", "word"),
    [
        (cull_all, 4, "keeps nothing"),
        (lambda plan: rename(plan, "link/x"), 4, "vanished"),
        (lambda plan: rename(plan, "../x.jpg"), 2, "outside"),
        (lambda plan: rename(plan, "/etc/passwd"), 2, "outside"),
        (lambda plan: rename(plan, "a\0b"), 2, "outside"),
        (lambda plan: rename(plan, "\ud800"), 2, "outside"),
        (lambda plan: rename(plan, ".cullr/journal.jsonl"), 4, "vanished"),
        (lambda plan: plan.update(complete=False), 2, "before every photo"),
        (lambda plan: plan["groups"][0].update(kind="x\x1b[31m"), 2, "kind"),
        (lambda plan: [shot.update(size_mtime=[2**70, -1]) for shot in shots(plan)], 4, "nothing kept"),
        (lambda plan: plan["groups"].append({**plan["groups"][0], "shots": [*shots(plan), *shots(plan)]}), 2, "twice"),
        (lambda plan: plan.update(roots=[*plan["roots"], "/tmp"]), 2, "2 folders"),
        (lambda plan: plan.update(groups=3), 2, "groups"),
    ],
    ids=lambda each: str(each) if isinstance(each, int | str) else "edit",
)
def test_an_edited_plan_is_refused_explained_and_touches_nothing(
    shoot: Path, tmp_path: Path, capsys: Capture, edit: Callable[[dict[str, Any]], object], code: int, word: str
) -> None:
    plan = planned(shoot, tmp_path / "plan.json")
    outside = pictures.save(tmp_path / "outside/x0.jpg", pictures.scene(9, 64, 48))
    (shoot / "link").symlink_to(outside.parent)
    edit(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    before = tree(tmp_path)
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json"), str(shoot)]) == code
    error = capsys.readouterr().err
    assert word in error
    assert "\x1b" not in error
    assert tree(tmp_path) == before
    assert staged(shoot) == []


def test_what_changed_since_the_plan_is_named_and_the_rest_goes_on(
    shoot: Path, tmp_path: Path, capsys: Capture
) -> None:
    planned(shoot, tmp_path / "plan.json")
    (shoot / "day/IMG_2.pp3").write_text("developed since")
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json")]) == 4
    assert f"left alone: {shoot}/day/IMG_2.jpg: it has a new companion" in capsys.readouterr().err
    assert staged(shoot) == CULLED[:1]


def test_many_refusals_are_counted_not_listed(tmp_path: Path, capsys: Capture) -> None:
    root = tmp_path / "root"
    root.mkdir()
    shots = [
        {
            "root": 0,
            "path": f"{n}.jpg",
            "files": [f"{n}.jpg"],
            "proposal": "cull" if n else "keep",
            "size_mtime": [1, 1],
        }
        for n in range(61)
    ]
    plan = {
        "cullr": 1,
        "roots": [str(root)],
        "complete": True,
        "groups": [{"id": "x", "kind": "exact", "shots": shots}],
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json")]) == 4
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 51
    assert "10 more" in lines[-1]
    assert list(root.iterdir()) == []


def batch_of(shoot: Path, capsys: Capture) -> str:
    capsys.readouterr()
    main(["history", str(shoot)])
    return capsys.readouterr().out.splitlines()[-1].split()[0]


def test_undo_by_name_by_number_and_all_and_history_tells_each(shoot: Path, capsys: Capture) -> None:
    before = tree(shoot)
    assert main(["history", str(shoot)]) == 0
    assert "Nothing was ever moved" in capsys.readouterr().out
    main(["stage", "--yes", "--kind", "exact", str(shoot)])
    first = batch_of(shoot, capsys)
    main(["stage", "--yes", "--kind", "phash", str(shoot)])
    after = tree(shoot)
    assert main(["undo", "--dry-run", "--all", str(shoot)]) == 0
    assert "2 files would come back from 2 batches" in capsys.readouterr().out
    assert tree(shoot) == after
    assert main(["undo", "--batch", first, str(shoot)]) == 0
    assert staged(shoot) == CULLED[:1]
    main(["history", str(shoot)])
    rows = capsys.readouterr().out.splitlines()[-2:]
    assert rows[0].startswith(first)
    assert ("undone" in rows[0], "nothing left to undo" in rows[0]) == (True, True)
    assert "1 of 1 file can come back" in rows[1]
    assert main(["undo", str(shoot)]) == 0
    assert tree(shoot) == before
    assert main(["undo", "--all", str(shoot)]) == 0
    assert "Nothing to undo" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["undo", "--all"], ["empty", "--yes"], ["stage", "--yes"]])
def test_what_an_interrupted_run_left_is_told_of_and_settled_by_the_next(
    shoot: Path, capsys: Capture, words: list[str]
) -> None:
    before = tree(shoot)
    killed(shoot, "old/IMG_2.jpg", "old/IMG_2.xmp")
    halfway = tree(shoot)
    for looking in (["history"], ["undo", "--dry-run", "--all"]):
        assert main([*looking, str(shoot)]) == 0
        assert "interrupted" in capsys.readouterr().err
    assert tree(shoot) == halfway
    assert main([*words, str(shoot)]) == 0
    assert "settled from an interrupted run" in capsys.readouterr().err
    assert staged(shoot) == (CULLED if words[0] == "stage" else [])
    main(["undo", "--all", str(shoot)])
    assert tree(shoot) == before


@pytest.mark.parametrize("words", [["--batch", "20250101-000000-beef"], ["--last", "0"], ["--last", "-1"]])
def test_a_batch_that_never_was_is_exit_2(shoot: Path, capsys: Capture, words: list[str]) -> None:
    main(["stage", "--yes", str(shoot)])
    assert main(["undo", *words, str(shoot)]) == 2
    assert staged(shoot) == CULLED


def test_undo_with_something_in_the_way_is_exit_4_and_leaves_both(shoot: Path, capsys: Capture) -> None:
    main(["stage", "--yes", str(shoot)])
    (shoot / "day/IMG_2.jpg").write_bytes(b"newcomer")
    capsys.readouterr()
    assert main(["undo", "--all", str(shoot)]) == 4
    said = capsys.readouterr()
    assert f"{shoot}/day/IMG_2.jpg: something else stands in its place" in said.err
    assert "1 file came back" in said.out
    assert (shoot / "day/IMG_2.jpg").read_bytes() == b"newcomer"
    assert staged(shoot) == ["_review_dupes/day/IMG_2.jpg"]


def test_the_command_that_takes_it_back_can_be_pasted_whatever_the_folder_is_called(
    shoot: Path, tmp_path: Path
) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/it's \x1b[31m caf\xe9 $x"))
    shoot.rename(root)
    before = tree(root)
    words = [sys.executable, "-m", "cullr", "stage", "--yes", str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    line = done.stdout.splitlines()[-1].removeprefix("To take it back: cullr ")
    assert len(staged(root)) == 2
    subprocess.run(f"{sys.executable} -m cullr {line}", shell=True, executable="/bin/bash", check=True)
    assert tree(root) == before


def test_odd_names_are_staged_and_come_back_byte_for_byte(shared_photos: Path, tmp_path: Path, capsys: Capture) -> None:
    odd = [bytes.fromhex(each["hex"]) for each in json.loads((shared_photos / "odd_names.json").read_text())["names"]]
    photo = pictures.save(tmp_path / "x.jpg", pictures.scene(1, 64, 48)).read_bytes()
    root = tmp_path / "odd"
    root.mkdir()
    for name in odd:
        path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
        path.parent.mkdir(exist_ok=True)  # one "name" holds a slash
        path.write_bytes(photo)
    before = tree(root)
    assert main(["report", "--format", "json", "-o", str(tmp_path / "plan.json"), str(root)]) == 0
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json")]) == 0
    kept = [path for path in names(root) if not path.startswith("_review_dupes/")]
    assert len(kept) < len(odd) / 4
    assert "\x1b" not in "".join(capsys.readouterr())
    assert main(["undo", "--all", str(root)]) == 0
    assert tree(root) == before


def test_czkawkas_results_and_a_csv_pass_through_our_rules_into_a_plan(
    shoot: Path, tmp_path: Path, capsys: Capture
) -> None:
    paths = [str(shoot / f"burst/IMG_{number}.jpg") for number in (3, 4)]
    (tmp_path / "similar.json").write_text(json.dumps([[{"path": path, "size": 1} for path in paths]]))
    with (tmp_path / "pairs.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([paths, [paths[0], "/etc/passwd"]])
    plans = []
    for name in ("similar.json", "pairs.csv"):
        words = ["import", str(tmp_path / name), str(shoot), "--format", "json", "-o", str(tmp_path / "plan.json")]
        assert main(words) == 0
        plans.append(json.loads((tmp_path / "plan.json").read_text())["groups"])
    assert "1 of the listed files" in capsys.readouterr().err
    assert plans[0] == plans[1]
    [group] = plans[0]
    assert [shot["path"] for shot in group["shots"]] == ["burst/IMG_3.jpg", "burst/IMG_4.jpg"]
    assert main(["stage", "--yes", "--plan", str(tmp_path / "plan.json"), str(shoot)]) == 0
    assert len(staged(shoot)) == 1
    (tmp_path / "wrong").write_text("{")
    assert main(["import", str(tmp_path / "wrong"), str(shoot)]) == 2


def test_a_decision_outranks_the_rule_through_a_rename_and_without_an_index(
    shoot: Path, tmp_path: Path, own_folders: Path, capsys: Capture
) -> None:
    review, _ = Session.open([shoot]).review()
    small = next(each for group in review.groups for each in group.shots if "small" in each.shot.path)
    assert small.fingerprint is not None
    with Journal(shoot) as book:
        journal.decide(book, [(Verdict.KEEP, [small.fingerprint])])
    (shoot / small.shot.path).rename(shoot / "old/renamed.jpg")
    shutil.rmtree(own_folders / "cache")
    plan = planned(shoot, tmp_path / "plan.json")
    said = {shot["path"]: shot for group in plan["groups"] for shot in group["shots"]}
    assert said["old/renamed.jpg"]["reason"] == "kept: you said so"
    assert {path for path, shot in said.items() if shot["proposal"] == "cull"} == {"day/IMG_2.jpg"}
