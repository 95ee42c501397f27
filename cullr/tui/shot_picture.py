"""One shot's picture in its box: the preview first, the file itself where the box shows more than a preview holds.

Where no picture can be shown, the box says why, in words.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from cullr.model import ShotFacts
from cullr.pool.jobs import WHOLE, Crop, RenderOrder
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui.group_line import folded
from cullr.tui.keys import key_of
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
        self._crop: Crop = WHOLE
        self._against: ShotFacts | None = None
        self._asked: RenderOrder | None = None
        self.notice = ""

    def look_at(self, facts: ShotFacts | None, crop: Crop = WHOLE, against: ShotFacts | None = None) -> None:
        """Ask for this part of the shot, or for its difference from another; the old picture stays until it is there,
        unless there is nothing to wait for."""
        if facts is None or self._facts is None or facts.id != self._facts.id:
            self.notice = ""
            self.forgo()
            if self.rendered is not None and facts is None:
                self.show(None)
            self.refresh()
        self._facts, self._crop, self._against = facts, crop, against
        self._ask()

    def use(self, terminal: Terminal) -> None:
        """Another way of showing pictures from now on."""
        self.terminal = terminal
        self.show(None)
        self._ask()

    def _ask(self) -> None:
        """A first look, or the sharp picture at once where that costs nothing."""
        facts = self._facts
        if facts is None or not self.is_attached or min(self.box) < 1:
            self._loader.cancel(self)
            return
        if self.terminal.pictures == "none":
            # Said once, in the first box, and where there is a key for it.
            here = any(each.binding.id == "pictures" for each in self.screen.active_bindings.values())
            key = f" ({key_of(self.screen, 'pictures')})" if here else ""
            self._tell(" " if self.rank else f"pictures are off{key}")
            return
        sharp = self._sharp(facts)
        known = self._loader.at_hand(sharp) if sharp else None
        if known is not None and (not self.terminal.remote or known is self.rendered or self.shelf.holds(known)):
            self._request(sharp)
        else:
            self._request(self.order_for(facts))

    def _request(self, order: RenderOrder | None) -> None:
        self._asked = order
        if order is None:
            return
        rendered = self._loader.request(self, order)
        if rendered is not None:
            self._take(Loaded(self, order, rendered, None))

    def order_for(self, facts: ShotFacts) -> RenderOrder | None:
        """What to ask for to see this shot here at first: its preview, or without one the file."""
        return self._order(facts, self._desk.preview(facts.id), first=True)

    def _sharp(self, facts: ShotFacts) -> RenderOrder | None:
        """What to ask for to see it as well as it can be seen here."""
        return self._order(facts, None if self._wants_more() else self._desk.preview(facts.id), first=False)

    def _order(self, facts: ShotFacts, preview: bytes | None, *, first: bool) -> RenderOrder | None:
        against = str(self._desk.path(self._against)) if self._against else None
        if against or self._crop != WHOLE:
            preview = None
        source, stamp = preview or str(self._desk.path(facts)), facts.shot.face.mtime_ns
        return self.order(source, crop=self._crop, against=against, stamp=stamp, first=first)

    def on_loaded(self, message: Loaded) -> None:
        message.stop()
        if message.order == self._asked and self._facts is not None:
            self._take(message)

    def _take(self, message: Loaded) -> None:
        facts = self._facts
        sharp = self._sharp(facts) if facts else None
        if message.rendered is None:
            self.show(None)
            self._tell(f"cannot be shown: {message.why or 'it cannot be read'}")
            return
        self.notice = ""
        better = message.order == sharp
        more = not better and (message.rendered.coarse or (sharp and message.order.source != sharp.source))
        self.show(message.rendered, sharper=better, then=self._sharpen if more else None)

    def _sharpen(self) -> None:
        if self._facts is not None and self.is_attached:
            self._request(self._sharp(self._facts))

    def _wants_more(self) -> bool:
        """Whether the box holds clearly more pixels than a preview; a cell of block characters is two by two points."""
        columns, rows = self.box
        wide, high = (2, 2) if self.terminal.pictures == "cells" else self.terminal.cell_pixels
        return max(columns * wide, rows * high) > 1.25 * PREVIEW

    def _tell(self, notice: str) -> None:
        self.notice = visible(notice)
        self.refresh()

    def on_unmount(self) -> None:
        self._loader.cancel(self)

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
