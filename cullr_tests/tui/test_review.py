"""The review by keys: deciding, approving, taking back, and what is said of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cullr import journal
from cullr.session.desk import Verdict
from cullr_tests import pictures
from cullr_tests.tui.reviewing import Review, names, play, shoot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


def test_enter_moves_what_is_shown_as_culled_goes_on_and_ctrl_z_brings_it_back(root: Path) -> None:
    before = names(root)

    async def script(review: Review) -> None:
        await review.at("b0.jpg")
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved"))
        assert review.said.startswith("Moved 1 shot (2 files, ")
        assert review.said.endswith("Ctrl+Z takes it back.")
        assert len(names(root)) == len(before) - 2
        await review.until(lambda: review.open != "b0.jpg")
        await review.until(lambda: "b0.jpg" not in review.titles)
        await review.press("ctrl+z")
        await review.until(lambda: review.said.startswith("Took back 2 files"))
        assert names(root) == before
        await review.until(lambda: "b0.jpg" in review.titles)

    play(root, script)


def test_a_mark_is_in_the_journal_before_the_screen_shows_it(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        group = review.screen.pane.group
        assert group is not None
        culled = next(n for n, each in enumerate(group.proposals) if not each.keep)
        await review.press(*["right"] * culled, "p")
        await review.until(lambda: "is kept" in review.said)
        shown = review.screen.pane.group
        assert shown is not None
        assert all(each.keep for each in shown.proposals)
        assert set(journal.said(journal.read(root)).verdicts.values()) == {journal.Verdict.KEEP}
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Nothing to move: every shot stays"))
        await review.press("ctrl+z")
        await review.until(lambda: review.said == "Took back 1 mark: as it was before.")
        again = review.screen.pane.group
        assert again is not None
        assert [each.keep for each in again.proposals] == [each.keep for each in group.proposals]

    play(root, script)


def test_marks_typed_just_before_enter_are_part_of_what_is_approved(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        group = review.screen.pane.group
        assert group is not None
        kept = next(n for n, each in enumerate(group.proposals) if each.keep)
        stays = names(root)[names(root).index("a0.jpg") + 1 - kept]
        goes = f"a{kept}.jpg"
        # In one turn of the loop: the screen has shown none of these marks when Enter comes.
        review.screen.action_shot(kept)
        review.screen.action_mark("cull")
        review.screen.action_shot(-1 if kept else 1)
        review.screen.action_mark("keep")
        review.screen.action_approve()
        await review.until(lambda: review.said.startswith("Moved 1 shot"))
        assert goes not in names(root)
        assert stays in names(root)

    play(root, script)


def test_what_is_only_measured_while_one_approves_takes_no_approval_back(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        group = review.screen.pane.group
        assert group is not None
        # As the screen had it before the indexer's last pass over what only the screen needs.
        review.screen.pane.show(replace(group, shots=tuple(replace(each, quality=None) for each in group.shots)))
        review.screen.action_mark("keep")
        review.screen.action_shot(1)
        review.screen.action_mark("cull")
        review.screen.action_approve()
        await review.until(lambda: review.said.startswith("Moved 1 shot"))

    play(root, script)


def test_shift_p_keeps_this_one_culls_the_rest_and_goes_on_without_moving_anything(root: Path) -> None:
    before = names(root)

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        group = review.screen.pane.group
        assert group is not None
        rows = review.screen.groups.row
        await review.press("right", "P")
        await review.until(lambda: review.said.startswith("Only a1.jpg is kept"))
        assert review.screen.groups.row != rows
        again = review.desk.open(group.row)
        assert again is not None
        assert [again.verdicts[each.id] for each in again.shots] == [Verdict.CULL, Verdict.KEEP]
        assert names(root) == before

    play(root, script)


def test_not_alike_dissolves_the_group_now_and_at_the_next_start_until_taken_back(root: Path) -> None:
    async def apart(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("s")
        await review.until(lambda: review.said.startswith("Not alike"))
        assert "a0.jpg" not in review.titles

    async def later(review: Review) -> None:
        await review.until(lambda: len(review.titles) == 2)
        assert "a0.jpg" not in review.titles

    async def back(review: Review) -> None:
        await review.at("d0.jpg")
        await review.press("s")
        await review.until(lambda: review.said.startswith("Not alike"))
        await review.press("ctrl+z")
        await review.until(lambda: review.said == "These are alike again.")
        await review.until(lambda: review.open == "d0.jpg")

    play(root, apart)
    play(root, later)
    play(root, back)


def test_the_next_start_opens_the_group_where_the_person_left(root: Path) -> None:
    async def leave(review: Review) -> None:
        await review.at("d0.jpg")
        await review.press("q")

    async def back(review: Review) -> None:
        await review.until(lambda: review.open == "d0.jpg")
        assert review.said.startswith("Back where you left")

    assert play(root, leave).return_code == 0
    play(root, back)


def test_the_line_one_comes_back_to_is_in_sight_however_low_the_window(tmp_path: Path) -> None:
    root = tmp_path / "many"
    for scene in range(14):
        for quality in (90, 60):
            pictures.save(root / f"{scene:02}_{quality}.jpg", pictures.scene(scene, 320, 240), quality=quality)

    async def leave(review: Review) -> None:
        await review.press("end")
        last = review.screen.groups.row
        assert last is not None
        await review.until(lambda: (open := review.screen.pane.group) and open.row == last)
        opened = review.screen.pane.group
        assert opened is not None
        await review.until(lambda: review.desk.remembered() == opened.group.id)

    async def back(review: Review) -> None:
        await review.until(lambda: review.said.startswith("Back where you left"))
        groups = review.screen.groups
        assert groups.cursor == len(groups.keys) - 1
        await review.until(lambda: groups.scroll_y <= groups.cursor < groups.scroll_y + groups.size.height)

    play(root, leave, size=(80, 24))
    play(root, back, size=(80, 24))


def test_undo_without_anything_done_here_takes_back_the_last_approval_of_any_day(root: Path) -> None:
    before = names(root)

    async def approve(review: Review) -> None:
        await review.at("b0.jpg")
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved"))

    async def undo(review: Review) -> None:
        await review.press("ctrl+z")
        await review.until(lambda: review.said.startswith("Took back 2 files"))
        await review.press("ctrl+z")
        await review.until(lambda: review.said == "There is nothing to take back.")

    play(root, approve)
    play(root, undo)
    assert names(root) == before


def test_a_photo_changed_since_it_was_read_is_refused_and_told(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("b0.jpg")
        group = review.screen.pane.group
        assert group is not None
        culled = next(each for each, said in zip(group.shots, group.proposals, strict=True) if not said.keep)
        (root / culled.shot.path).write_bytes(b"someone else was here")
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Nothing moved. "))
        assert culled.shot.path in review.said
        assert not review.screen.groups.leaves(group.row)

    play(root, script)


def test_another_cullr_that_holds_the_journal_is_told_not_a_traceback(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        with journal.Journal(root):
            await review.press("x")
            await review.until(lambda: review.screen.message.tone == "bad")
            assert review.said.startswith("Another cullr is writing below")
        await review.press("p")
        await review.until(lambda: "is kept" in review.said)
        with journal.Journal(root):
            await review.press("ctrl+z")
            await review.until(lambda: review.screen.message.tone == "bad")
        await review.press("ctrl+z")
        await review.until(lambda: review.said == "Took back 1 mark: as it was before.")

    play(root, script)


def test_quitting_waits_for_every_approval_that_was_begun(root: Path) -> None:
    async def script(review: Review) -> None:
        review.screen.groups.go(0)
        for _ in range(3):
            review.screen.action_approve()
        await review.app.action_quit()
        assert review.said.startswith("Leaving when that is done")
        await review.until(lambda: review.screen.decisions.clerk.waiting == 0)

    app = play(root, script)
    assert app.return_code == 0
    assert len(names(root)) == 9 - (2 + 1 + 1)


def test_a_group_that_vanishes_under_the_cursor_leaves_a_notice_and_no_other_group(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        row = review.screen.groups.row
        (root / "a0.jpg").unlink()
        await review.until(lambda: review.open == "")
        assert review.screen.groups.row == row
        before = names(root)
        await review.press("enter")
        assert review.said == "This group is gone."
        assert names(root) == before
        await review.press("down" if review.titles[-1] != "gone" else "up")
        await review.until(lambda: "gone" not in review.titles)
        await review.until(lambda: review.open in {"b0.jpg", "d0.jpg"})

    play(root, script)


def test_groups_that_arrive_go_to_the_end_and_the_cursor_stays(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("d0.jpg")
        place, titles = review.screen.groups.cursor, review.titles
        pictures.save(root / "_new.jpg", pictures.scene(3), quality=60)
        await review.until(lambda: len(review.titles) == 4)
        assert review.titles[:3] == titles
        assert review.screen.groups.cursor == place
        assert review.open == "d0.jpg"

    play(root, script)


def test_a_disk_that_is_unmounted_takes_no_group_away_and_the_review_goes_on_when_it_is_back(root: Path) -> None:
    away = root.with_name("away")

    async def script(review: Review) -> None:
        def header() -> str:
            return str(review.screen.header.render())

        await review.at("a0.jpg")
        await review.until(review.desk.complete)
        titles = review.titles
        root.rename(away)
        await review.until(lambda: "does not exist. Is the disk mounted?" in header())
        assert (review.titles, review.open) == (titles, "a0.jpg")
        await review.press("enter")
        await review.until(lambda: review.screen.message.tone in {"bad", "care"})
        away.rename(root)
        await review.until(lambda: "does not exist" not in header())
        await review.until(lambda: review.desk.complete() and review.level())
        assert sorted(review.titles) == sorted(titles)
        pictures.save(root / "_new.jpg", pictures.scene(3), quality=60)
        await review.until(lambda: len(review.titles) == len(titles) + 1)

    play(root, script)


def test_a_folder_that_disappears_leaves_a_screen_that_still_answers(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        shutil.rmtree(root)
        await review.press("x", "enter", "down", "up", "s")
        await review.until(lambda: review.screen.message.tone in {"bad", "care"})
        await review.press("?", "escape")
        assert review.app.is_running

    play(root, script)
