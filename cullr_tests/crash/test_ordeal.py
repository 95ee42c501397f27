"""The promise: break stage, undo or recovery at any file-system call, and nothing is lost, replaced or split."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr_tests.crash.ordeal import CELLS, Tally, systematic, torn_stage
from cullr_tests.crash.shoot import broken_laws, build, snapshot

EVERY_CALL = [("stage", "rename"), ("undo", "rename"), ("settle", "rename")]
SAMPLED = [cell for cell in CELLS if cell not in EVERY_CALL]


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    """Memory where there is some: real fsyncs cost ten times as much and show nothing more to a killed process."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.parametrize("scene", [scene for scene, _ in EVERY_CALL])
def test_every_fault_and_every_kill_at_every_call_leaves_a_tree_that_undo_brings_back(scene: str, work: Path) -> None:
    tally = Tally()
    systematic(work, tally, [(scene, "rename")])
    assert not tally.losses
    assert tally.faults > 300
    assert tally.kills > 150


@pytest.mark.parametrize("cell", SAMPLED, ids=" by ".join)
def test_file_systems_without_exclusive_rename_or_links_keep_the_same_promise(
    cell: tuple[str, str], work: Path
) -> None:
    # A step that is no multiple of the eleven or so cases a call has meets each kind of fault at ever other calls.
    tally = Tally()
    systematic(work, tally, [cell], step=23, first=len(cell[1]))
    assert not tally.losses
    assert tally.faults + tally.kills > 25


def test_the_laws_notice_a_lost_a_replaced_and_a_split_shot(tmp_path: Path) -> None:
    build(tmp_path)
    start = snapshot(tmp_path)
    assert broken_laws(tmp_path, start) == []
    (tmp_path / "day1/IMG_1.CR3").unlink()
    (tmp_path / "render.png").write_bytes(b"another")
    (tmp_path / "day1/IMG_2.JPG").rename(tmp_path / "_review_dupes/IMG_2.JPG")
    (tmp_path / "day1/IMG_3.JPG").rename(tmp_path / "_review_dupes/IMG_3.JPG")
    said = "\n".join(broken_laws(tmp_path, start))
    for part in (
        "'day1/IMG_1.CR3' exists 0 times",
        "came from nowhere",
        "the journal does not know",
        "the shot 'day1/IMG_1.JPG' is split",
        "the set",
    ):
        assert part in said


def test_the_stage_that_recovery_starts_from_is_really_split(tmp_path: Path) -> None:
    build(tmp_path)
    start = snapshot(tmp_path)
    torn_stage(tmp_path)
    assert "the shot 'day1/IMG_1.JPG' is split" in broken_laws(tmp_path, start)
