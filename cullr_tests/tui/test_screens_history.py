"""The past on the screen: what would come back is shown first, and any batch can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cullr.model import Kind
from cullr.session.desk import Desk
from cullr.tui.screens.history import HistoryScreen
from cullr_tests import pictures
from cullr_tests.tui.screen_stage import EVIL, Stage, desk_over, group, news, painted, perform, shoot, text, until


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


@pytest.fixture
def desk(root: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_over(root, tmp_path) as found:
        yield found


def approve(desk: Desk, kind: Kind) -> None:
    opened = group(desk, kind)
    done = desk.approve(opened, [each.shot for each in opened.proposals if each.keep])
    assert done.left == []
    assert done.batch


def names(root: Path) -> set[str]:
    return {path.name for path in root.glob("*.jpg")}


def test_an_empty_past_says_what_to_do(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "Nothing was moved yet" in text(app, "#what"))
        await pilot.press("enter", "u", "down")
        await pilot.press("escape")

    assert perform(desk, lambda app: HistoryScreen(app.desk), play).left is False


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_the_older_of_two_batches_comes_back_once_the_screen_has_shown_what_it_holds(
    desk: Desk, root: Path, size: tuple[int, int]
) -> None:
    before = names(root)
    approve(desk, Kind.PHASH)
    approve(desk, Kind.EXACT)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "Enter puts back 1 file" in text(app, "#what"))
        assert r"evil\x1b]0;owned\x07\nname.jpg" in painted(app), "the newest batch stands first"
        await pilot.press("down")
        await until(pilot, lambda: "Enter puts back 2 files" in text(app, "#what"))
        assert "a1.jpg" in text(app, "#what")
        assert names(root) == before - {"a1.jpg", "a2.jpg", EVIL}, "looking moves nothing"
        await pilot.press("enter")
        await until(pilot, lambda: news(app).startswith("Put back 2 files"))
        assert names(root) == before - {EVIL}
        await until(pilot, lambda: "undone" in text(app, "#what"))
        assert "1 file still staged" in text(app, "#title")
        await pilot.press("enter")
        assert "Nothing of this one is staged" in news(app)
        await pilot.press("escape")

    assert perform(desk, lambda app: HistoryScreen(app.desk), play, size).left is True


def test_leaving_waits_for_the_undo_under_way_and_tells_of_it(desk: Desk, root: Path) -> None:
    approve(desk, Kind.EXACT)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        page = app.screen
        assert isinstance(page, HistoryScreen)
        await until(pilot, lambda: "Enter puts back" in text(app, "#what"))
        page.action_undo()
        page.action_leave()
        await until(pilot, lambda: app.left is not None)
        assert EVIL in names(root)

    assert perform(desk, lambda app: HistoryScreen(app.desk), play).left is True


def test_what_cannot_come_back_is_named_with_its_reason_and_the_rest_comes_back(desk: Desk, root: Path) -> None:
    approve(desk, Kind.PHASH)
    pictures.save(root / "a1.jpg", pictures.scene(9))
    taken = (root / "a1.jpg").read_bytes()

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "1 file must stay staged" in text(app, "#what"))
        assert "something else stands in its place" in text(app, "#what")
        assert "1 of 2" in painted(app)
        await pilot.press("u")
        await until(pilot, lambda: news(app).startswith("Put back 1 file; 1 file stayed staged"))

    perform(desk, lambda app: HistoryScreen(app.desk), play, (120, 30))
    assert (root / "a1.jpg").read_bytes() == taken
    assert (root / "a2.jpg").is_file()


def test_a_batch_of_which_nothing_can_come_back_says_so_and_moves_nothing(desk: Desk, root: Path) -> None:
    approve(desk, Kind.EXACT)
    (root / EVIL).write_bytes(b"something else")

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "must stay staged" in text(app, "#what"))
        await pilot.press("enter")
        assert "Nothing of it can come back" in news(app)
        await pilot.press("escape")

    assert perform(desk, lambda app: HistoryScreen(app.desk), play).left is False
    assert (root / EVIL).read_bytes() == b"something else"


def test_a_damaged_journal_becomes_a_message(desk: Desk, root: Path) -> None:
    approve(desk, Kind.EXACT)
    journal = root / ".cullr" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"no entry at all\n", *lines[1:]]))

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "journal" in news(app))
        await pilot.press("enter", "escape")

    assert perform(desk, lambda app: HistoryScreen(app.desk), play).left is False
