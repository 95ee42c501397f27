"""The whole app over a real desk with a real indexer child, driven by keys as a person would."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from cullr.session import Session
from cullr.session.desk import Desk
from cullr.tui.app import CullrApp
from cullr.tui.keymap import keymap
from cullr.tui.main_screen import MainScreen
from cullr.tui.terminal import Terminal
from cullr_tests import pictures

CELLS = Terminal("test", "cells", "cells: a test", truecolor=True)
NONE = Terminal("test", "none", "none: a test")


def shoot(root: Path) -> Path:
    """Three groups: two of two alike, one of two copies with a sidecar each; and one photo like no other."""
    for number, quality in enumerate((90, 60)):
        pictures.save(root / f"a{number}.jpg", pictures.scene(1), quality=quality)
        pictures.save(root / f"d{number}.jpg", pictures.scene(4), quality=quality)
    pictures.save(root / "b0.jpg", pictures.scene(2))
    shutil.copy2(root / "b0.jpg", root / "b1.jpg")
    for number in range(2):
        (root / f"b{number}.xmp").write_text("<x/>")
    pictures.save(root / "c.jpg", pictures.scene(3))
    return root


def names(root: Path) -> list[str]:
    """The files that lie where they were taken."""
    return sorted(path.name for path in root.iterdir() if path.is_file())


class Review:
    """The screen under test and what one can do to it."""

    def __init__(self, app: CullrApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = app.desk

    @property
    def screen(self) -> MainScreen:
        return self.app.main

    @property
    def said(self) -> str:
        return self.screen.message.sentence

    def hear(self) -> list[str]:
        """All that is said from now on."""
        heard: list[str] = []
        message, say = self.screen.message, self.screen.message.say

        def hearing(sentence: str, tone: str = "") -> None:
            heard.append(sentence)
            say(sentence, tone)

        message.say = hearing  # type: ignore[method-assign]
        return heard

    @property
    def titles(self) -> list[str]:
        """What the list shows, from the top."""
        lines = [self.screen.groups.line_of(key) for key in self.screen.groups.keys]
        return [line.title if line else "gone" for line in lines]

    @property
    def open(self) -> str:
        """The open group's first shot, empty when none is open."""
        group = self.screen.pane.group
        return group.shots[0].shot.path if group else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.app.failure is None, self.app.failure
            assert time.monotonic() < deadline, f"it did not come; last said: {self.said}"
            await self.pilot.pause(0.02)

    def level(self) -> bool:
        """Whether all is read and the screen shows it."""
        seen = self.screen.streaming
        told = seen.totals == self.desk.totals() and seen.kinds == self.desk.kinds()
        return self.desk.complete() and told and not seen.behind and seen.counting is None and not self.screen.glancing

    async def at(self, title: str) -> None:
        """Go to the group of this name and open it."""
        await self.until(lambda: title in self.titles)
        await self.press("home", *["down"] * self.titles.index(title))
        await self.until(lambda: self.open == title)


Play = Callable[[Review], Awaitable[None]]


def play(
    root: Path,
    script: Play,
    *,
    size: tuple[int, int] = (120, 36),
    terminal: Terminal = NONE,
    keys: dict[str, str] | None = None,
    whole: bool = True,
) -> CullrApp:
    """Open the review on `root`, wait until all is read (`whole`) and listed, and run the script."""
    desk = Desk(Session.open([root]))
    app = CullrApp(desk, terminal, keymap=keymap(keys or {}))

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            review = Review(app, pilot)
            await review.until(lambda: isinstance(app.screen, MainScreen))
            if whole:
                await review.until(review.level)
            await script(review)

    desk.start()
    try:
        asyncio.run(run())
    finally:
        desk.stop()
    return app
