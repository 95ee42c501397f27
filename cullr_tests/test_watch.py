"""The watch over real folders: what wakes it, and what it follows when a folder is not what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr.watch import Watch


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    folder.mkdir()
    return folder


def test_a_new_photo_ends_the_wait_and_a_quiet_folder_does_not(root: Path) -> None:
    with Watch([root]) as watch:
        assert not watch.wait(0.1)
        (root / "a.jpg").write_bytes(b"x")
        assert watch.wait(20)
        assert not watch.wait(0.1)


def test_our_own_journal_and_reading_are_no_changes(root: Path) -> None:
    (root / ".cullr").mkdir()
    (root / "a.jpg").write_bytes(b"x")
    with Watch([root]) as watch:
        (root / ".cullr" / "journal.jsonl").write_bytes(b"x")
        assert (root / "a.jpg").read_bytes()
        assert not watch.wait(0.7)


def test_a_folder_that_goes_and_one_that_comes_in_its_place_are_seen_and_the_new_one_is_watched(root: Path) -> None:
    with Watch([root]) as watch:
        root.rename(root.with_name("away"))
        assert watch.wait(20)
        root.mkdir()
        assert watch.wait(20)
        while watch.wait(0.7):
            pass
        (root / "a.jpg").write_bytes(b"x")
        assert watch.wait(20)
