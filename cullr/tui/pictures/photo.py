"""The widget that shows one rendered picture in its box, whatever way the terminal knows, and a caption below it.

It draws what it is given: decoding, waiting for the cursor to rest and choosing what to show are its caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.errors import NoWidget
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cullr.pool.jobs import WHOLE, WIRE_BYTES, Crop, Rendered, RenderOrder, Way
from cullr.safe_text import visible
from cullr.tui.pictures import cells, iterm, kitty, sixel
from cullr.tui.pictures.shelf import Shelf, colour
from cullr.tui.terminal.driver import PictureDriver
from cullr.tui.terminal.overlays import placed
from cullr.tui.terminal.terminal import Terminal

FIRST_BYTES = 16 << 10
"""What the first look at a picture may cost over a slow line: with the line's 150 ms and the cursor's rest it is there
in less than half a second. A sharper one follows where this made it coarse."""
SMALL_BYTES = 4 << 10
"""The same for one of many small pictures."""
NEARBY = 4
"""How many times the bytes a picture may cost where no slow line lies between."""
SHARPER = 10
"""How much later a sharper picture's turn comes."""
COVER_STEP = (8, 2)
"""Columns and rows between the points where we look for something on top: no toast or menu is smaller."""


class Photo(Widget):
    """One per place on the screen; the Shelf is shared by all of an app's."""

    ALLOW_SELECT = False
    DEFAULT_CSS: ClassVar[str] = "Photo { width: 1fr; height: 1fr; }"

    class BoxChanged(Message):
        """The box has another size: what is shown was rendered for the old one."""

        def __init__(self, photo: Photo) -> None:
            super().__init__()
            self.photo = photo

        @property
        def control(self) -> Photo:
            return self.photo

    first_bytes = FIRST_BYTES
    rank = 0
    """Whose turn comes first on a slow line: the lowest. Sharper pictures come after all first looks."""

    def __init__(self, terminal: Terminal, shelf: Shelf | None = None, *, captioned: bool = True, **names: str) -> None:
        """`names` are a widget's `id` and `classes`. `captioned` keeps the last row for the caption."""
        super().__init__(id=names.get("id"), classes=names.get("classes"))
        self.terminal = terminal
        self.shelf = shelf or Shelf(truecolor=terminal.truecolor, tmux=terminal.tmux)
        self.rendered: Rendered | None = None
        self.caption = ""
        self._captioned = captioned
        self._rows: list[Strip] = []
        self._blank = ""
        self._then: Callable[[], object] | None = None

    @property
    def box(self) -> tuple[int, int]:
        """Columns and rows that a picture may take."""
        return self.size.width, max(0, self.size.height - int(self._captioned))

    def order(
        self,
        source: str | bytes,
        *,
        crop: Crop = WHOLE,
        against: str | bytes | None = None,
        stamp: int = 0,
        first: bool = False,
    ) -> RenderOrder | None:
        """What to ask the worker for, so that the picture fits here; None where no picture can be shown. `first` is
        for a first look, which a slow line carries in no time."""
        columns, rows = self.box
        way = self.terminal.pictures
        if way == "none" or columns < 1 or rows < 1:
            return None
        near = not self.terminal.remote
        wanted: Way = way
        return RenderOrder(
            source=source,
            way=wanted,
            columns=columns,
            rows=rows,
            cell=self.terminal.cell_pixels,
            crop=crop,
            against=against,
            stamp=stamp,
            palette=256 if near and way == "kitty" else 64,
            truecolor=self.terminal.truecolor,
            blocks=self.terminal.blocks,
            budget=WIRE_BYTES * NEARBY if near else self.first_bytes if first else WIRE_BYTES,
        )

    def show(
        self,
        rendered: Rendered | None,
        caption: str = "",
        *,
        sharper: bool = False,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Show this picture, or none, when its turn comes, and `then` do something; the caption may hold anything at
        all, a file's name for example. `sharper`: it is the one shown already, only better."""
        if rendered is not None and rendered is self.rendered and caption == self.caption:
            self.forgo()
            if then is not None:
                self.call_later(then)
            return
        rank = self.rank + SHARPER * sharper
        driver, free = self._driver, rendered is None or self.shelf.holds(rendered)
        if driver is None or free or rendered is None or rendered.way not in {"kitty", "cells"}:
            self.forgo()
            self._then = then
            self._put(rendered, caption, rank)
        else:
            self._then = then
            driver.turns.ask(self, rank, lambda: self._put(rendered, caption, rank))

    def forgo(self) -> None:
        """Show no picture that still waits for its turn."""
        if self._driver is not None:
            self._driver.turns.drop(self)
            self._driver.turns.drop(self._paint)
        self._then = None

    def _put(self, rendered: Rendered | None, caption: str, rank: int) -> int:
        """How many bytes that costs on the line."""
        if not self.is_attached:
            return 0
        self.caption = visible(caption)
        self._set(rendered, rank)
        self.refresh()
        if not self._blank:
            self._sent()
        return rendered.wire if rendered else 0

    def _sent(self) -> None:
        if self._then is not None:
            self.call_later(self._then)
            self._then = None

    def _set(self, rendered: Rendered | None, rank: int) -> None:
        overlays, before = self._driver.overlays if self._driver else None, self.rendered
        self.rendered, self._rows = rendered, []
        if rendered is None or rendered.way in {"kitty", "cells"}:
            self._blank = ""
            if overlays is not None:
                overlays.remove(self._paint)
        if rendered is None:
            self.shelf.release(self)
        elif rendered.way == "cells":
            self._rows = cells.strips(rendered)
        elif rendered.way == "kitty":
            self._rows = self._placeholders(rendered)
        elif overlays is not None and self._blank and before is not None and _covers(rendered, before):
            overlays.again(self._paint, rank)
        elif overlays is not None and self._driver is not None:
            self._blank = overlays.add(self._paint, rank)
            self._driver.shown.forget(self._blank)

    def resend(self) -> None:
        """After the terminal has lost its pictures (`Shelf.forget`): send this one again and draw it."""
        self._blank = ""
        self._set(self.rendered, self.rank)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, ground = self.size.width, self.rich_style
        columns, rows = self.box
        if self._captioned and y == rows:
            return Strip([Segment(self.caption, ground)]).adjust_cell_length(width, ground)
        if self.rendered is None or width == 0:
            return Strip.blank(width, ground)
        area = self._area(self.rendered)
        if not area.y <= y < area.bottom:
            return Strip.blank(width, ground)
        if self._rows:
            picture = self._rows[y - area.y]
        else:
            picture = Strip([Segment((self._blank or " ") * area.width, ground)], area.width)
        left = Strip.blank(area.x, ground)
        return Strip.join([left, picture, Strip.blank(max(0, columns - area.right), ground)]).crop(0, width)

    def on_resize(self) -> None:
        self.post_message(self.BoxChanged(self))

    def notify_style_update(self) -> None:
        """Another theme: the placeholders lie on another ground."""
        super().notify_style_update()
        if self.rendered is not None and self.rendered.way == "kitty" and self.shelf.holds(self.rendered):
            self._rows = self._placeholders(self.rendered)

    def on_unmount(self) -> None:
        self.shelf.release(self)
        if self._driver is not None:
            self._driver.turns.drop(self)
            self._driver.overlays.remove(self._paint)

    @property
    def _driver(self) -> PictureDriver | None:
        """Only our own driver can paint after a frame; without it (no terminal) the cells stay blank."""
        driver = self.app._driver
        return driver if isinstance(driver, PictureDriver) else None

    def _area(self, rendered: Rendered) -> Region:
        """The picture's cells, centred in the box; a picture too large for it begins at the top left."""
        columns, rows = self.box
        x, y = max(0, (columns - rendered.columns) // 2), max(0, (rows - rendered.rows) // 2)
        return Region(x, y, rendered.columns, min(rendered.rows, rows))

    def _placeholders(self, rendered: Rendered) -> list[Strip]:
        """The payload goes to the driver before the frame that shows it: one queue, so they arrive in this order."""
        picture, payload = self.shelf.place(rendered, self)
        if payload and self.app._driver is not None:
            self.app._driver.write(payload)
        style = Style(color=Color.from_rgb(*colour(picture)), bgcolor=self.rich_style.bgcolor)
        texts = kitty.placeholders(rendered.columns, rendered.rows)
        return [Strip([Segment(text, style)], rendered.columns) for text in texts]

    def _paint(self) -> str:
        """The sequence that draws the picture where its blanks now are; nothing where something lies on top."""
        rendered = self.rendered
        if rendered is None or not self.is_mounted or not self.screen.is_active:
            return ""
        area = self._area(rendered).translate(self.content_region.offset)
        if area.height < rendered.rows or self._covered(area):
            return ""
        self._sent()
        payload = iterm.sequence(rendered) if rendered.way == "iterm" else sixel.sequence(rendered)
        spilt = self._driver.shown.around(*area) if self._driver and self.terminal.spills else ""
        return placed(area.x, area.y, payload) + spilt

    def _covered(self, area: Region) -> bool:
        """Whether the picture would be drawn over anything that is not this widget."""
        across = [*range(area.x, area.right, COVER_STEP[0]), area.right - 1]
        down = [*range(area.y, area.bottom, COVER_STEP[1]), area.bottom - 1]
        try:
            if self.screen.find_widget(self).visible_region.intersection(area) != area:
                return True
            return any(self.screen.get_widget_at(x, y)[0] is not self for y in down for x in across)
        except NoWidget:
            return True


def _covers(rendered: Rendered, before: Rendered) -> bool:
    """Whether nothing is left to be seen of the one before when this is drawn over it."""
    if rendered.way != before.way or (rendered.columns, rendered.rows) != (before.columns, before.rows):
        return False
    return rendered.way == "iterm" or (rendered.width, rendered.height) == (before.width, before.height)
