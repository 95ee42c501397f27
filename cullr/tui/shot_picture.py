"""One shot's picture in its box: the preview first, the file itself where the box shows more than a preview holds.

Where no picture can be shown, the box says why, in words.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from cullr.model import ShotFacts
from cullr.pool.jobs import RenderOrder
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui.group_line import folded
from cullr.tui.looking import key_of
from cullr.tui.pictures.loader import Loaded, PictureLoader
from cullr.tui.pictures.photo import Photo
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.terminal.terminal import Terminal

PREVIEW = 320
"""Pixels of a preview's long side, as the indexer makes them."""


class ShotPicture(Photo):
    """`look_at` a shot, or at none."""

    DEFAULT_CSS = "ShotPicture { width: 1fr; height: 1fr; }"

    def __init__(self, desk: Desk, loader: PictureLoader, terminal: Terminal, shelf: Shelf, **names: str) -> None:
        super().__init__(terminal, shelf, captioned=False, **names)
        self._desk = desk
        self._loader = loader
        self._facts: ShotFacts | None = None
        self._source: str | bytes | None = None
        self.notice = ""

    def look_at(self, facts: ShotFacts | None) -> None:
        """Ask for this shot's picture; the old one stays until it is there, unless there is nothing to wait for."""
        if facts is None or self._facts is None or facts.id != self._facts.id:
            self.notice = ""
            if self.rendered is not None and facts is None:
                self.show(None)
            self.refresh()
        self._facts = facts
        self._ask()

    def use(self, terminal: Terminal) -> None:
        """Another way of showing pictures from now on."""
        self.terminal = terminal
        self.show(None)
        self._ask()

    def _ask(self, *, closer: bool = False) -> None:
        facts = self._facts
        if facts is None or not self.is_attached or min(self.box) < 1:
            self._loader.cancel(self)
            return
        if self.terminal.pictures == "none":
            self._tell(f"pictures are off ({key_of(self.screen, 'pictures')})")
            return
        order = self.order_for(facts, closer=closer)
        if order is None:
            return
        self._source = order.source
        rendered = self._loader.request(self, order)
        if rendered is not None:
            self._take(Loaded(self, order, rendered, None))

    def order_for(self, facts: ShotFacts, *, closer: bool = False) -> RenderOrder | None:
        """What to ask for to see this shot here: its preview, or (`closer`, or without one) the file."""
        preview = None if closer else self._desk.preview(facts.id)
        return self.order(preview or str(self._desk.path(facts)), stamp=facts.shot.face.mtime_ns)

    def on_loaded(self, message: Loaded) -> None:
        message.stop()
        if message.order.source == self._source and self._facts is not None:
            self._take(message)

    def _take(self, message: Loaded) -> None:
        first = isinstance(message.order.source, bytes)
        if message.rendered is None:
            self.show(None)
            self._tell(f"no picture: {message.why or 'it cannot be read'}")
            return
        self.notice = ""
        self.show(message.rendered)
        if first and self._wants_more():
            self._ask(closer=True)

    def _wants_more(self) -> bool:
        """Whether the box holds clearly more pixels than a preview."""
        if self.terminal.pictures == "cells":
            return False
        columns, rows = self.box
        wide, high = self.terminal.cell_pixels
        return max(columns * wide, rows * high) > 1.25 * PREVIEW

    def _tell(self, notice: str) -> None:
        self.notice = visible(notice)
        self.refresh()

    def on_photo_box_changed(self, event: Photo.BoxChanged) -> None:
        event.stop()
        self._ask()

    def render_line(self, y: int) -> Strip:
        if self.rendered is not None or self._facts is None:
            return super().render_line(y)
        width, ground = self.size.width, self.rich_style
        lines = folded(self.notice or "…", max(1, width - 2))
        top = max(0, (self.size.height - len(lines)) // 2)
        text = lines[y - top] if 0 <= y - top < len(lines) else ""
        left = max(0, (width - cell_len(text)) // 2)
        return Strip([Segment(" " * left + text, ground)]).adjust_cell_length(width, ground)
