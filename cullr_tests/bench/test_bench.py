"""Each comparison runs from end to end at a tiny size, without peers, which would be fetched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cullr.decode import read_head, thumbnail
from cullr.model import Rung
from cullr.settings import Limits

HOME = Path(__file__).parents[2]


def bench(name: str, work: Path, *words: str) -> tuple[dict[str, Any], str]:
    """The JSON and what was printed."""
    out = work / "out.json"
    command = [sys.executable, str(HOME / "scripts" / f"bench_{name}.py"), "--work", str(work), "--rounds", "1"]
    done = subprocess.run(
        [*command, "--json", str(out), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        cwd=work,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(out.read_text())
    return found, done.stdout


def tools(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in found["tools"]}


def test_camera_finds_every_burst_and_times_the_screen(tmp_path: Path) -> None:
    found, said = bench("camera", tmp_path, "--count", "12", "--megapixels", "0.5", "--peers", "")
    rows = tools(found)
    assert rows["cullr"]["recall"] == 1.0
    assert rows["cullr"]["precision"] == 1.0
    assert rows["cullr, first groups on screen"]["wall"][0] > 0
    assert rows["reading every byte"]["ratio"][0] > 0
    assert "| cullr |" in said
    _as_a_camera_writes_them(sorted((tmp_path / "camera-12-0.5mp").iterdir()))


def _as_a_camera_writes_them(files: list[Path]) -> None:
    """Each with a time and a thumbnail, every other burst with a preview."""
    previews = []
    for file in files:
        head = read_head(file, Limits())
        assert head is not None and head.grey is not None
        assert head.rung is Rung.THUMBNAIL
        assert head.metadata.taken is not None
        with file.open("rb") as stream, Image.open(file) as image:
            previews.append(thumbnail.preview(image, stream) is not None)
    assert any(previews)
    assert not all(previews)


def test_copies_are_found_in_every_orientation(tmp_path: Path) -> None:
    found, _ = bench("small", tmp_path, "--sources", "8", "--peers", "")
    rows = tools(found)
    assert rows["cullr, any orientation"]["recall"] > rows["cullr, as it comes"]["recall"] > 0
    assert rows["cullr, any orientation"]["precision"] == 1.0


def test_renders_that_are_one_picture_are_found(tmp_path: Path) -> None:
    found, _ = bench("renders", tmp_path, "--seeds", "2", "--size", "256x384", "--peers", "")
    assert tools(found)["cullr"]["recall"] > 0.4


def test_a_folder_of_ones_own_has_pairs_but_no_score(tmp_path: Path, shared_photos: Path) -> None:
    found, _ = bench("folder", tmp_path, "--peers", "", str(shared_photos / "bursts" / "ducky_pan"))
    row = tools(found)["cullr"]
    assert row["pairs"] > 0
    assert "recall" not in row
    assert found["true_pairs"] is None


def test_a_peer_that_cannot_be_had_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/none")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    found, said = bench("renders", tmp_path, "--seeds", "1", "--size", "64x96", "--peers", "czkawka")
    assert "pip could not install it" in found["missing"]["czkawka"]
    assert "czkawka" not in tools(found)
    assert "| czkawka | missing: " in said


def test_warm_runs_are_measured_against_the_cold_one(tmp_path: Path) -> None:
    found, said = bench("warm", tmp_path, "--count", "60", "--new", "5")
    assert set(found["runs"]) == {"cold", "scandir and stat alone", "nothing changed", "5 new"}
    assert "| nothing changed |" in said


def test_the_self_join_gives_the_pairs_that_faiss_gives(tmp_path: Path) -> None:
    found, _ = bench("hamming", tmp_path, "--count", "3000", "--queries", "500")
    assert found["same"]
    assert found["ratios"]


def test_growth_measures_each_stage_and_draws_it(tmp_path: Path) -> None:
    found, _ = bench("growth", tmp_path, "--shots", "50,100", "--plot", str(tmp_path / "plot.svg"))
    small, large = found["sizes"]
    assert (small["shots"], large["shots"], large["groups"]) == (50, 100, 10)
    assert (
        sum(seconds for stage, seconds in large["seconds"].items() if stage != "everything")
        <= large["seconds"]["everything"]
    )
    assert ET.fromstring((tmp_path / "plot.svg").read_text()).tag.endswith("svg")
