"""Every screen as a picture: what changes on purpose is accepted by hand, what changes by accident is seen.

Pictures are off: pixels may differ between decoders, the words, lines and colours around them may not.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr.model import Kind
from cullr.tui.terminal import Terminal
from cullr_tests.tui import snapshoot, snapshot
from cullr_tests.tui.reviewing import NONE, Review, play

FIRST = snapshoot.VERSIONS
FULL = Terminal("test", "none", "none: a test", truecolor=True)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same place and time zone for everyone."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return snapshoot.make(tmp_path / "shoot")


async def arranged(review: Review, title: str = FIRST) -> None:
    """Groups come as they are found, which chance decides: order them by size, open one, wait for its facts."""
    await review.until(lambda: sorted(review.titles) == sorted(snapshoot.TITLES) and review.level())
    await review.press("o")
    await review.until(lambda: review.titles == snapshoot.TITLES)
    await review.at(title)
    await review.until(lambda: review.level() and not review.screen.decisions.clerk.waiting)


def painted(review: Review) -> str:
    lines = review.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


async def shows(review: Review, *words: str) -> None:
    await review.until(lambda: all(word in painted(review) for word in words))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_the_review(root: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await snapshot.matches(f"main_{size[0]}x{size[1]}", review.pilot, tmp_path)

    play(root, script, size=size, terminal=FULL)


def test_the_review_in_the_light_theme(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("T")
        await snapshot.matches("main_light", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_the_review_without_colour(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(review: Review) -> None:
        await arranged(review)
        await snapshot.matches("main_no_colour", review.pilot, tmp_path)

    play(root, script)


@pytest.mark.parametrize(
    ("name", "title", "kind", "shielded"),
    [
        ("group_copies", snapshoot.COPIES, Kind.EXACT, False),
        ("group_set", snapshoot.SET, Kind.SET, False),
        ("group_shielded", snapshoot.RUN, Kind.PHASH, True),
        ("group_odd_names", snapshoot.ODD, Kind.PHASH, False),
    ],
)
def test_a_group_of_each_sort(root: Path, tmp_path: Path, name: str, title: str, kind: Kind, shielded: bool) -> None:
    async def script(review: Review) -> None:
        await arranged(review, title)
        group = review.screen.pane.group
        assert group is not None
        assert (group.group.kind, bool(group.group.shielded)) == (kind, shielded)
        await snapshot.matches(name, review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_a_group_of_which_only_thumbnails_were_read(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        [index] = review.desk.session.cache.glob("*.sqlite3")
        with sqlite3.connect(index) as db:
            db.execute("UPDATE review_group SET provisional = 1")
        db.close()
        await shows(review, "reading")
        await snapshot.matches("group_provisional", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_marks_and_the_sentence_about_the_last_one(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("right", "p")
        await review.until(lambda: "is kept" in review.said)
        await snapshot.matches("main_marked", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_the_list_narrowed_by_a_kind_and_by_a_name(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("tab")
        await review.until(lambda: review.open == snapshoot.COPIES)
        await snapshot.matches("kind_chosen", review.pilot, tmp_path)
        await review.press("escape", "slash", "i", "m")
        await review.until(lambda: review.open == FIRST)
        await snapshot.matches("filter_open", review.pilot, tmp_path)
        await review.press("z", "z")
        await shows(review, "No group has")
        await snapshot.matches("filter_finds_nothing", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_a_folder_where_nothing_looks_alike(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    snapshoot.photo(root / "single.jpg", 50, 40_000, 55)

    async def script(review: Review) -> None:
        await shows(review, "Nothing looks alike here")
        await snapshot.matches("empty", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_a_window_too_small(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await shows(review, "60×16")
        await snapshot.matches("too_small", review.pilot, tmp_path)

    play(root, script, size=(50, 12), terminal=FULL)


def test_help_in_256_colours(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("question_mark")
        await shows(review, "256 colours")
        await snapshot.matches("help", review.pilot, tmp_path)

    play(root, script, size=(120, 60), terminal=NONE)


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("compare", "c", "Camera 0"),
        ("difference", "d", "IMG_2.JPG"),
        ("survey", "n", "IMG_3.JPG"),
        ("skipped", "K", "It is in no group"),
        ("history_empty", "H", "Nothing was moved yet"),
    ],
)
def test_what_looks_closer(root: Path, tmp_path: Path, name: str, key: str, words: str) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press(key)
        await review.until(lambda: review.app.screen is not review.screen)
        await shows(review, words)
        await snapshot.matches(name, review.pilot, tmp_path)

    play(root, script, terminal=FULL)


@pytest.mark.parametrize(("name", "key", "words"), [("compare", "c", "Camera 0"), ("survey", "n", "IMG_3.JPG")])
def test_reasons_on_80_columns(root: Path, tmp_path: Path, name: str, key: str, words: str) -> None:
    """Folded below a picture and in the line of facts; where a box has no room for one, above."""

    async def script(review: Review) -> None:
        await arranged(review)
        await review.press(key)
        await review.until(lambda: review.app.screen is not review.screen)
        await shows(review, words)
        await snapshot.matches(f"{name}_80x24", review.pilot, tmp_path)

    play(root, script, size=(80, 24), terminal=FULL)


def test_the_history_of_two_approvals(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved 2 shots"))
        await review.at(snapshoot.COPIES)
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved 1 shot"))
        await review.press("H")
        await shows(review, "Enter puts back 1 file")
        await snapshot.matches("history", review.pilot, tmp_path)

    play(root, script, terminal=FULL)


def test_what_another_rule_would_change(root: Path, tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await arranged(review)
        await review.press("R")
        await shows(review, "makes the proposals now")
        await review.press("home", "down", "down", "down")
        await shows(review, "groups.")
        await snapshot.matches("rules", review.pilot, tmp_path)

    play(root, script, terminal=FULL)
