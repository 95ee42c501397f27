"""The Photo widget under Pilot: what its cells hold, and what goes to the driver before them."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.strip import Strip

from cullr.pool import Rendered, RenderOrder
from cullr.pool.render import render
from cullr.settings import Limits
from cullr.tui.pictures.photo import Photo
from cullr.tui.pictures.shelf import Shelf, colour
from cullr.tui.terminal import Terminal
from cullr.tui.terminal.overlays import placed
from cullr.tui.terminal.shown import PLACEHOLDER
from cullr_tests import pictures

CELLS = Terminal("xterm", "cells", "", truecolor=True)
KITTY = Terminal("kitty", "kitty", "", truecolor=True, remote=True)


def preview(seed: int = 1) -> bytes:
    stream = io.BytesIO()
    pictures.scene(seed, 320, 200).save(stream, "JPEG")
    return stream.getvalue()


def rendered(order: RenderOrder | None) -> Rendered:
    assert order is not None
    return render(order, Limits())


class Desk(App[None]):
    def __init__(self, terminal: Terminal, count: int = 1) -> None:
        super().__init__()
        shelf = Shelf()
        self.photos = [Photo(terminal, shelf, id=f"photo{number}") for number in range(count)]
        self.resized: list[Photo] = []

    def compose(self) -> ComposeResult:
        yield from self.photos

    def on_photo_box_changed(self, message: Photo.BoxChanged) -> None:
        self.resized.append(message.photo)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that goes to the driver; Textual's headless one throws it away."""
    texts: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _driver, data: texts.append(data))
    return texts


def run(app: Desk, test: Callable[[Pilot[None]], Coroutine[None, None, None]]) -> None:
    async def running() -> None:
        async with app.run_test(size=(60, 21)) as pilot:
            await test(pilot)

    asyncio.run(running())


def screen_rows(app: App[None]) -> list[Strip]:
    return app.screen._compositor.render_strips()


def test_cells_fill_the_middle_of_the_box_and_the_caption_is_below() -> None:
    app = Desk(CELLS)

    async def test(pilot: Pilot[None]) -> None:
        photo = app.photos[0]
        assert photo.box == (60, 20)
        picture = rendered(photo.order(preview()))
        photo.show(picture, "IMG_1.jpg")
        await pilot.pause()
        rows = screen_rows(app)
        assert (picture.columns, picture.rows) == (60, 19)
        assert rows[20].text == "IMG_1.jpg".ljust(60)
        assert any(char in "▀▄▌▐▚▞█▛▜▙▟" for row in rows[:19] for char in row.text)
        colours = {segment.style.bgcolor for row in rows[:19] for segment in row if segment.style}
        assert len(colours) > 50
        photo.show(None, "decoding")
        await pilot.pause()
        assert "".join(row.text for row in screen_rows(app)).strip() == "decoding"

    run(app, test)


def test_a_caption_from_a_hostile_file_name_moves_no_cursor() -> None:
    app = Desk(CELLS)

    async def test(pilot: Pilot[None]) -> None:
        app.photos[0].show(None, "a\x1b[2Jb\nc\udce9")
        await pilot.pause()
        assert screen_rows(app)[20].text.rstrip() == r"a\x1b[2Jb\nc\xe9"

    run(app, test)


def test_kitty_sends_the_picture_first_and_then_shows_its_placeholders(written: list[str]) -> None:
    app = Desk(KITTY)

    async def test(pilot: Pilot[None]) -> None:
        photo = app.photos[0]
        picture = rendered(photo.order(preview()))
        photo.show(picture, "IMG_1.jpg")
        sent = re.search(r"\x1b_Ga=T,U=1,i=(\d+)", "".join(written))
        assert sent
        await pilot.pause()
        rows = screen_rows(app)
        assert [row.text.count(PLACEHOLDER) for row in rows] == [60] * 19 + [0, 0]
        (segment,) = [segment for segment in rows[5] if PLACEHOLDER in segment.text]
        assert segment.style and segment.style.color
        assert tuple(segment.style.color.triplet or ()) == colour(int(sent[1]))
        assert len("".join(written)) <= 60 << 10

    run(app, test)


def test_kitty_sends_nothing_on_a_revisit(written: list[str]) -> None:
    app = Desk(KITTY)

    async def test(pilot: Pilot[None]) -> None:
        photo = app.photos[0]
        seen = [rendered(photo.order(preview(seed))) for seed in (1, 2)]
        for picture in seen:
            photo.show(picture)
            await pilot.pause()
        assert "".join(written).count("a=T") == 2
        written.clear()
        photo.show(seen[0])
        await pilot.pause()
        assert not any("\x1b_G" in text for text in written)
        photo.shelf.forget()
        photo.resend()
        assert "".join(written).count("a=T") == 1

    run(app, test)


def test_tmux_hands_the_picture_on(written: list[str]) -> None:
    app = Desk(KITTY)
    app.photos = [Photo(replace(KITTY, tmux=True))]

    async def test(pilot: Pilot[None]) -> None:
        app.photos[0].show(rendered(app.photos[0].order(preview())))
        sent = "".join(written)
        assert "\x1bPtmux;\x1b\x1b_Ga=T" in sent
        assert not re.search(r"(?<!\x1b)\x1b_G", sent), "nothing goes to tmux itself"

    run(app, test)


def test_a_picture_for_a_larger_box_is_cut_and_a_new_one_is_asked_for() -> None:
    app = Desk(KITTY)

    async def test(pilot: Pilot[None]) -> None:
        photo = app.photos[0]
        photo.show(rendered(photo.order(preview())))
        app.resized.clear()
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert app.resized == [photo]
        rows = screen_rows(app)
        assert [row.text.count(PLACEHOLDER) for row in rows] == [30] * 9 + [0]
        assert photo.box == (30, 9)

    run(app, test)


def test_four_pictures_side_by_side_keep_their_own_colours(written: list[str]) -> None:
    app = Desk(KITTY, 4)

    async def test(pilot: Pilot[None]) -> None:
        app.screen.styles.layout = "horizontal"
        await pilot.pause()
        for seed, photo in enumerate(app.photos):
            photo.show(rendered(photo.order(preview(seed))))
        await pilot.pause()
        found = {
            segment.style.color
            for row in screen_rows(app)
            for segment in row
            if PLACEHOLDER in segment.text and segment.style
        }
        assert len(found) == 4

    run(app, test)


@pytest.mark.parametrize("way", ["iterm", "sixel"])
def test_without_our_driver_overlays_leave_blank_cells(way: str, written: list[str]) -> None:
    terminal = Terminal("foot", "sixel", "") if way == "sixel" else Terminal("iTerm2", "iterm", "")
    app = Desk(terminal)

    async def test(pilot: Pilot[None]) -> None:
        app.photos[0].show(rendered(app.photos[0].order(preview())), "a")
        await pilot.pause()
        assert "".join(row.text for row in screen_rows(app)).strip() == "a"

    run(app, test)


def test_a_terminal_without_pictures_orders_none() -> None:
    app = Desk(Terminal("dumb", "none", ""))

    async def test(pilot: Pilot[None]) -> None:
        assert app.photos[0].order(preview()) is None

    run(app, test)


def test_a_near_terminal_gets_a_better_picture_than_a_remote_one() -> None:
    app, remote = Desk(replace(KITTY, remote=False)), Desk(KITTY)
    sizes = []

    async def test(pilot: Pilot[None]) -> None:
        order = pilot.app.query_one(Photo).order(preview())
        assert order
        sizes.append((order.budget, order.palette))

    run(app, test)
    run(remote, test)
    assert sizes == [(240 << 10, 256), (60 << 10, 64)]


def test_an_overlay_is_placed_by_cells_and_the_cursor_goes_back() -> None:
    assert placed(4, 2, "X") == "\x1b7\x1b[3;5HX\x1b8"
