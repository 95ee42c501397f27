"""The shared set from end to end, as `cullr report` sees it: what is broken, flat, kept together, joined rightly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cullr.model import Kind
from cullr_tests.truth import Truth, joined, reviewed, score, wanted

Plan = dict[str, Any]


@pytest.fixture(scope="module")
def truth(shared_photos: Path) -> Plan:
    data: Plan = json.loads((shared_photos / "ground_truth.json").read_text("utf-8"))
    return data


@pytest.fixture(scope="module")
def plan(shared_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """What the command prints, from a process of its own."""
    environment = {**os.environ, "CULLR_CACHE": str(tmp_path_factory.mktemp("cache"))}
    done = subprocess.run(
        [sys.executable, "-m", "cullr", "report", "--dry-run", "--format", "json", str(shared_photos)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode in {0, 4}, done.stderr
    assert done.stderr == ""
    found: Plan = json.loads(done.stdout)
    return found


def test_every_broken_photo_is_listed_with_a_reason(plan: Plan, truth: Plan) -> None:
    listed = {each["path"]: each["why"] for each in plan["skipped"]}
    assert all(listed.values())
    texts = {"corrupt/not-an-image.txt"}  # a text by its extension: nobody takes it for a photo
    broken = {
        name
        for name, facts in truth["files"].items()
        if name.startswith("corrupt/") and facts["pillow"] != "ok" and name not in texts
    }
    assert len(broken) > 25
    assert broken - listed.keys() == set()
    # Outside corrupt/ two are truly cut short; RAW, JPEG XL and AVIF that Pillow alone cannot read are read.
    assert listed.keys() - broken == {
        "formats/ultrahdr.jpg",
        "transforms/elephants/african_elephants_truncated_file.jpg",
    }


def test_flat_pictures_are_in_no_group(plan: Plan, truth: Plan) -> None:
    grouped = {file for group in plan["groups"] for shot in group["shots"] for file in shot["files"]}
    assert grouped & set(truth["flat_pictures"]["files"]) == set()


def test_companions_are_reported_with_their_shot(plan: Plan, truth: Plan) -> None:
    shots = {shot["path"]: set(shot["files"]) for group in plan["groups"] for shot in group["shots"]}
    owner = {file: path for path, files in shots.items() for file in files}
    checked = 0
    for entry in truth["companions"]:
        if entry["primary"] in owner:
            assert set(entry["companions"]) <= shots[owner[entry["primary"]]], entry
            checked += 1
    assert checked > 15


def test_every_group_keeps_a_shot_and_gives_a_reason_for_each(plan: Plan) -> None:
    for group in plan["groups"]:
        proposals = [shot["proposal"] for shot in group["shots"]]
        assert "keep" in proposals
        assert all(shot["reason"] for shot in group["shots"])
        if group["shielded"]:
            assert set(proposals) == {"keep"}


def test_exact_and_phash_groups_are_right_and_find_most(shared_photos: Path) -> None:
    review, facts = reviewed(shared_photos, {})
    truth = Truth.load(shared_photos)
    positives = wanted(facts, truth)
    pairs = joined(review, (Kind.EXACT, Kind.PHASH))
    result = score(pairs, truth)
    assert result.precision >= 0.99, result.wrong
    assert len(pairs & positives.keys()) / len(positives) >= 0.85
