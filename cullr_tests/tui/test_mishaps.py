"""What may go wrong around a review: groups not fully read, a second cullr, a picture damaged while it is shown."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cullr.session import Session
from cullr.session.desk import Desk
from cullr.tui.screens.pane import Pane
from cullr_tests import pictures
from cullr_tests.tui.reviewing import CELLS, Review, names, play, shoot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


def reading(review: Review, *, still: bool) -> None:
    """As the index is while only thumbnails were read, or no more."""
    [index] = review.desk.session.cache.glob("*.sqlite3")
    db = sqlite3.connect(index)
    with db:
        db.execute("UPDATE review_group SET provisional = ?", (still,))
    db.close()


def test_a_group_of_which_only_thumbnails_were_read_cannot_be_approved(root: Path) -> None:
    before = names(root)

    async def script(review: Review) -> None:
        def provisional() -> bool:
            group = review.screen.pane.group
            return group is not None and group.provisional

        await review.at("a0.jpg")
        reading(review, still=True)
        await review.until(provisional)
        for typed in ([], ["x"]):
            await review.press(*typed)
            await review.until(lambda: not review.screen.decisions.clerk.waiting)
            review.screen.say("")
            await review.press("enter")
            await review.until(lambda: "still reading" in review.said)
            assert names(root) == before
            assert not review.screen.groups.leaves(review.screen.groups.row or 0)
        reading(review, still=False)
        await review.until(lambda: not provisional())
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved 1 shot"))

    play(root, script)
    assert len(names(root)) == len(before) - 1


def test_what_a_second_cullr_on_the_same_folder_moves_leaves_this_one_sound(root: Path) -> None:
    before = names(root)

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        second = Desk(Session.open([root]))
        second.start()
        try:
            await review.until(second.complete)
            group = second.open(review.screen.groups.row or 0)
            assert group is not None
            assert group.shots[0].shot.path == "a0.jpg"
            staged = second.approve(group, [each.shot for each in group.proposals if each.keep])
            assert staged.shots == 1
            await review.until(lambda: review.screen.pane.group is None)
            await review.press("enter")
            assert "gone" in review.said
            assert len(names(root)) == len(before) - 1
            await review.press("ctrl+z")
            await review.until(lambda: review.said == "Took back 1 file.")
            assert names(root) == before
            await review.until(lambda: "a0.jpg" in review.titles and second.complete())
            assert not [said for said in second.heard() if "error" in said]
        finally:
            second.stop()
        assert review.screen.streaming.trouble == ""

    play(root, script)


def test_one_picture_damaged_in_the_middle_of_a_group_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    for number, quality in enumerate((90, 75, 60)):
        pictures.save(root / f"a{number}.jpg", pictures.scene(1), quality=quality)

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("c", "c")
        await review.until(lambda: len(review.app.screen.query(Pane)) > 0)
        panes = list(review.app.screen.query(Pane))[:3]
        await review.until(lambda: all(pane.picture.rendered and not pane.picture.notice for pane in panes))
        (root / "a1.jpg").write_bytes(b"no picture")
        await review.press("plus")
        broken = next(pane for pane in panes if pane.facts and pane.facts.shot.path == "a1.jpg")
        await review.until(lambda: "cannot be shown" in broken.picture.notice)
        await review.until(lambda: [pane.picture.notice for pane in panes if pane is not broken] == ["", ""])
        await review.press("escape")
        await review.until(lambda: [each.path for each in review.desk.skipped()] == ["a1.jpg"] and review.level())
        await review.press("down", "up")
        await review.at("a0.jpg")
        assert [each.shot.path for each in review.screen.pane.shots] == ["a0.jpg", "a2.jpg"]

    play(root, script, terminal=CELLS)
