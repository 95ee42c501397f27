"""A bare app that shows one screen over a real desk, as the real one does: pictures loaded, themes known."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.app import App
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Static

from cullr.model import Kind
from cullr.session import Session
from cullr.session.desk import Desk, OpenGroup
from cullr.tui.app import SIGNS
from cullr.tui.footer import MessageLine
from cullr.tui.pictures.loader import Loaded, PictureLoader
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.screens.page import Page
from cullr.tui.shot_picture import ShotPicture
from cullr.tui.terminal.terminal import Terminal
from cullr.tui.theme import THEMES
from cullr_tests import pictures

CELLS = Terminal("test", "cells", "a test", truecolor=True)
SIZE = (80, 24)


class Stage(App[None]):
    """`left` is what the screen said when it left, None while it is open."""

    def __init__(self, desk: Desk, make: Callable[[Stage], Page], theme: str = "dark") -> None:
        super().__init__()
        self.desk = desk
        self.terminal = CELLS
        self.shelf = Shelf()
        self.loader = PictureLoader(desk.session.settings.limits, self.post_message, workers=1)
        self.left: bool | None = None
        self._make = make
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name

    def on_mount(self) -> None:
        def left(changed: bool | None) -> None:
            self.left = changed

        self.push_screen(self._make(self), left)

    def get_key_display(self, binding: Binding) -> str:
        return SIGNS.get(binding.key) or super().get_key_display(binding)

    def on_loaded(self, event: Loaded) -> None:
        if isinstance(event.key, ShotPicture):
            event.key.post_message(event)


Play = Callable[[Pilot[None], Stage], Awaitable[None]]


def perform(
    desk: Desk, make: Callable[[Stage], Page], play: Play, size: tuple[int, int] = SIZE, theme: str = "dark"
) -> Stage:
    """Show the screen and let `play` press keys; pictures end with it."""

    async def run() -> Stage:
        app = Stage(desk, make, theme)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await play(pilot, app)
        app.loader.close()
        return app

    return asyncio.run(run())


async def until(pilot: Pilot[None], holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the app run until this holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        await pilot.pause(0.02)


def news(app: Stage) -> str:
    """The line of news."""
    return app.screen.query_one(MessageLine).sentence


def text(app: Stage, selector: str) -> str:
    """What a text widget of the screen says."""
    return str(app.screen.query_one(selector, Static).content)


def painted(app: Stage) -> str:
    """The screen's characters."""
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


def opened(root: Path) -> Desk:
    """A desk whose indexer has seen everything."""
    desk = Desk(Session.open([root]))
    desk.start()
    deadline = time.monotonic() + 30
    while not desk.complete():
        assert [said for said in desk.heard() if "error" in said] == []
        assert time.monotonic() < deadline, "the index did not become complete"
        time.sleep(0.02)
    return desk


EVIL = "evil\x1b]0;owned\x07\nname.jpg"
"""A name that would set the terminal's title, ring its bell and break the line."""


def shoot(root: Path) -> Path:
    """A group of three versions, a pair of copies (one with a terrible name), one photo that cannot be read."""
    tags = (
        pictures.exif("2024:05:01 10:00:00", model="Camera One"),
        pictures.exif("2024:05:01 10:00:00", model="Camera One"),
        pictures.exif("2024:05:01 10:00:07", model="Camera Two"),
    )
    for number, quality in enumerate((90, 60, 75)):
        pictures.save(root / f"a{number}.jpg", pictures.scene(1), quality=quality, tags=tags[number])
        os.utime(root / f"a{number}.jpg", (1_700_000_000 + 60 * number,) * 2)
    pictures.save(root / "b0.jpg", pictures.scene(2))
    shutil.copy2(root / "b0.jpg", root / EVIL)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    return root


def group(desk: Desk, kind: Kind) -> OpenGroup:
    """The only group of this kind."""
    [row] = desk.order(kind=kind)
    found = desk.open(row)
    assert found is not None
    return found


@contextmanager
def desk_over(root: Path, cache: Path) -> Iterator[Desk]:
    """A desk with a cache of its own, for the tests of one file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CULLR_CACHE", str(cache / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(cache / "config"))
        desk = opened(root)
    yield desk
    desk.stop()
