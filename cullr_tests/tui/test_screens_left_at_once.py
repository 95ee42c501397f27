"""A screen that is left before it was laid out, at any moment of its beginning, ends quietly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cullr.tui.footer import MessageLine
from cullr.tui.screens.page import Page
from cullr_tests.tui.reviewing import CELLS, Review, play, shoot


@pytest.mark.parametrize("way", ["compare", "difference", "zoom", "survey", "rules", "history", "skipped"])
def test_a_screen_left_before_it_was_laid_out_ends_quietly(way: str, tmp_path: Path) -> None:
    """After no turn of the event loop, after one, after two … until eight have seen it laid out."""

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        laid, ticks = 0, 0
        while laid < 8:
            review.screen.action_look(way)
            for _ in range(ticks):
                await asyncio.sleep(0)
            page = next(each for each in review.app.screen_stack if isinstance(each, Page))
            laid += page.is_mounted and all(each.region.area for each in page.query(MessageLine).results())
            page.dismiss(False)
            await review.until(lambda: review.app.screen is review.screen)
            await review.pilot.pause()
            assert review.app.failure is None, f"left after {ticks} turns"
            ticks += 1
        assert ticks > 5
        assert review.app.is_running

    assert play(shoot(tmp_path / "shoot"), script, terminal=CELLS).failure is None


def test_leaving_cullr_while_a_screen_is_being_laid_out(tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        review.screen.action_look("compare")
        await asyncio.sleep(0)
        await review.app.action_quit()

    assert play(shoot(tmp_path / "shoot"), script, terminal=CELLS).failure is None
