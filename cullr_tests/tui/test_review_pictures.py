"""The pictures of the review in a terminal that holds them: each is the one it should be, and is sent once."""

from __future__ import annotations

from pathlib import Path

from cullr.tui.pictures.photo import Photo
from cullr.tui.pictures.shelf import colour
from cullr.tui.terminal import Terminal
from cullr.tui.terminal.shown import PLACEHOLDER
from cullr_tests.tui.reviewing import Review, play, shoot

KITTY = Terminal("kitty", "kitty", "kitty: a test", truecolor=True)


def numbers(review: Review) -> set[tuple[int, ...]]:
    """The colours of all placeholders on the screen: what the terminal takes for the pictures' numbers."""
    found: set[tuple[int, ...]] = set()
    for line in review.app.screen._compositor.render_strips():
        for segment in line:
            if PLACEHOLDER in segment.text:
                assert segment.style and segment.style.color
                found.add(tuple(segment.style.color.triplet or ()))
    return found


def wanted(review: Review) -> set[tuple[int, ...]]:
    """The numbers under which they were sent."""
    photos = [photo for photo in review.app.screen.query(Photo) if photo.display and photo.rendered and photo.size.area]
    return {colour(review.app.shelf.place(photo.rendered, photo)[0]) for photo in photos if photo.rendered}


def test_every_picture_has_its_number_kept_or_culled_current_or_not(tmp_path: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        for key in ("right", "x", "left", "p", "n", "escape", "c", "escape"):
            await review.press(key)
            await review.until(lambda: len(wanted(review)) >= 2 and numbers(review) == wanted(review), 10)

    play(shoot(tmp_path / "shoot"), script, terminal=KITTY)
