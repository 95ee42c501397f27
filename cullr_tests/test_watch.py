"""The watch over real folders: what wakes it, and what it follows when a folder is not what it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent

from cullr.watch import Watch


class Heard(Watch):
    """A watch that notes all that it is told."""

    def __init__(self, roots: Sequence[Path]) -> None:
        super().__init__(roots)
        self.events: list[FileSystemEvent] = []

    def dispatch(self, event: FileSystemEvent) -> None:
        self.events.append(event)
        super().dispatch(event)


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


def test_of_reading_nothing_is_heard_at_all(root: Path) -> None:
    photos = [root / folder / f"{n:03}.jpg" for folder in ("", "day") for n in range(100)]
    (root / "day").mkdir()
    for photo in photos:
        photo.write_bytes(b"x" * 10_000)
    watch = Heard([root])
    with watch:
        for photo in photos:
            with photo.open("rb") as file:
                assert len(file.read()) == 10_000
        assert len(list(root.rglob("*.jpg"))) == 200
        assert not watch.wait(1)
        assert watch.events == []
        photos[0].write_bytes(b"y")
        assert watch.wait(20)
        assert watch.events


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new photo": lambda root: (root / "new.jpg").write_bytes(b"x"),
    "a photo that comes from elsewhere": lambda root: (root.parent / "other.jpg").rename(root / "new.jpg"),
    "other bytes": lambda root: (root / "a.jpg").write_bytes(b"xyz"),
    "an editor's way to save": lambda root: (root.parent / "other.jpg").replace(root / "a.jpg"),
    "another name": lambda root: (root / "a.jpg").rename(root / "b.jpg"),
    "a photo that goes": lambda root: (root / "a.jpg").unlink(),
    "a photo that goes elsewhere": lambda root: (root / "a.jpg").rename(root.parent / "gone.jpg"),
    "a photo in a folder": lambda root: (root / "day" / "new.jpg").write_bytes(b"x"),
    "a new folder": lambda root: (root / "night").mkdir(),
    "another name of a folder": lambda root: (root / "day").rename(root / "night"),
    "a folder that goes": lambda root: (root / "day").rmdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_ends_the_wait(root: Path, change: str) -> None:
    (root / "day").mkdir()
    for photo in (root / "a.jpg", root.parent / "other.jpg"):
        photo.write_bytes(b"x")
    with Watch([root]) as watch:
        assert not watch.wait(0.1)
        CHANGES[change](root)
        assert watch.wait(1.5), change  # sooner than a glance


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


def test_a_photo_that_is_only_given_another_time_ends_the_wait(root: Path) -> None:
    (root / "a.jpg").write_bytes(b"x")
    with Watch([root]) as watch:
        assert not watch.wait(0.1)
        os.utime(root / "a.jpg", (1, 1))
        assert watch.wait(1.5)
