"""One shot in its box: the picture; below it mark, name, stars and label and, where there is room, the reason."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from cullr.model import ShotFacts
from cullr.pool.jobs import WHOLE, Crop, Rendered, RenderOrder
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui import badges
from cullr.tui.group_line import fit, folded
from cullr.tui.messages import Picked
from cullr.tui.pictures.loader import Loaded, PictureLoader
from cullr.tui.pictures.photo import FIRST_BYTES, SMALL_BYTES, Photo
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.screens.page import FAINT
from cullr.tui.terminal.terminal import Terminal

REST_SECONDS = 0.08
"""A picture is sent when the keys rest: each one is up to 60 KiB on the line."""
PREVIEW_SIDE = 320
"""Pixels of a preview's long side; a smaller box needs nothing larger, and decoding it takes 2 ms instead of 60."""
LEAST_NAME = 8
"""Columns that the name keeps beside stars and label."""


class Pane(Container):
    """Its own key at the loader: the app posts `Loaded` on to it."""

    DEFAULT_CSS = """
    Pane { layout: vertical; width: 1fr; height: 1fr; layers: default note; }
    Pane Photo { height: 1fr; }
    Pane .note { layer: note; display: none; height: 2; width: 100%; margin: 1 1; color: $text-muted; }
    Pane .note { text-align: center; }
    Pane.-empty .note { display: block; }
    Pane .caption { height: auto; max-height: 4; width: 100%; padding: 0 1; }
    Pane .caption { text-wrap: nowrap; text-overflow: ellipsis; }
    Pane.-current .caption { background: $primary 25%; text-style: bold; }
    """

    def __init__(self, desk: Desk, loader: PictureLoader, terminal: Terminal, shelf: Shelf) -> None:
        super().__init__()
        self.facts: ShotFacts | None = None
        self.problem = ""
        self._desk = desk
        self._loader = loader
        self._terminal = terminal
        self._shelf = shelf
        self._crop: Crop = WHOLE
        self._against: ShotFacts | None = None
        self._label: tuple[Content, str, str, ShotFacts | None] = (Content(), "", "", None)
        self._most = 1
        self._rest: Timer | None = None
        self._asked: RenderOrder | None = None
        self._sharp: RenderOrder | None = None

    def compose(self) -> ComposeResult:
        yield Photo(self._terminal, self._shelf, captioned=False)
        yield Static(classes="note")
        yield Static(classes="caption")

    @property
    def box_pixels(self) -> tuple[int, int]:
        """The picture's box in pixels of the screen."""
        columns, rows = self.query_one(Photo).box
        return columns * self._terminal.cell_pixels[0], rows * self._terminal.cell_pixels[1]

    def look(self, facts: ShotFacts, crop: Crop = WHOLE, against: ShotFacts | None = None) -> None:
        """Show this part of the shot, or its difference from another, as soon as the keys rest."""
        if self.facts is None or facts.id != self.facts.id:
            self.query_one(Photo).show(None)
            self._note("…")
        self.query_one(Photo).forgo()
        self.facts, self._crop, self._against = facts, crop, against
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._ask)

    def label(
        self,
        sign: Content,
        name: str,
        *,
        current: bool,
        below: str = "",
        most: int = 1,
        facts: ShotFacts | None = None,
    ) -> None:
        """What stands below the picture: mark, name, the stars and the label in `facts`, and `below` in at `most` so
        many lines. A long name loses its middle, what is `below` its end."""
        self._label, self._most = (sign, name, below, facts), most
        self.set_class(current, "-current")
        self._caption()

    def _caption(self) -> None:
        sign, name, below, facts = self._label
        start = Content.assemble("▸ " if self.has_class("-current") else "  ", sign)
        room = max(1, self.size.width - 2 - start.cell_length)
        name = visible(name)
        least = min(cell_len(name), max(LEAST_NAME, room // 2))
        marks = badges.marks(facts, room - 2 - least) if facts else Content()
        if marks:
            marks = Content.assemble("  ", marks)
        lines = [Content.assemble(start, fit(name, max(1, room - marks.cell_length)).rstrip(), marks)]
        indent = " " * start.cell_length
        for line in folded(visible(below), room, self._most) if below else []:
            told = Content.assemble(indent, (line, f"{FAINT} not bold"))
            lines.append(told.truncate(start.cell_length + room, ellipsis=True))
        self.query_one(".caption", Static).update(Content("\n").join(lines))

    def on_resize(self) -> None:
        self._caption()

    def on_loaded(self, event: Loaded) -> None:
        """The picture that was asked for last, or why there is none."""
        event.stop()
        if event.rendered is None:
            self.query_one(Photo).show(None)
            self._note(f"cannot be shown\n{visible(event.why or '')}")
        elif event.order == self._asked:
            self._take(event.order, event.rendered)

    def on_photo_box_changed(self) -> None:
        if self.facts:
            self.look(self.facts, self._crop, self._against)

    def on_unmount(self) -> None:
        self._loader.cancel(self)

    def on_click(self, event: events.Click) -> None:
        if self.facts:
            self.post_message(Picked(self.facts.id, twice=event.chain == 2))

    def _ask(self) -> None:
        """A first look, or the sharp picture at once where that costs nothing."""
        facts = self.facts
        if facts is None or not self.is_mounted or not self.display:
            return
        if self._terminal.pictures == "none":
            self._note("no pictures in this terminal")
            return
        photo, together = self.query_one(Photo), 1 + sum(each.display for each in self.siblings)
        photo.rank, photo.first_bytes = (
            int(not self.has_class("-current")),
            max(SMALL_BYTES, 2 * FIRST_BYTES // together),
        )
        self._sharp = self._order(facts, first=False)
        known = self._loader.at_hand(self._sharp) if self._sharp else None
        if known is not None and (not self._terminal.remote or known is photo.rendered or self._shelf.holds(known)):
            self._request(self._sharp)
        else:
            self._request(self._order(facts, first=True))

    def _request(self, order: RenderOrder | None) -> None:
        self._asked = order
        at_hand = self._loader.request(self, order) if order else None
        if order and at_hand:
            self._take(order, at_hand)

    def _take(self, order: RenderOrder, rendered: Rendered) -> None:
        self._note("")
        sharp = self._sharp
        more = sharp and order != sharp and (rendered.coarse or order.source != sharp.source)
        then = (lambda: self._request(self._sharp)) if more else None
        self.query_one(Photo).show(rendered, sharper=order == sharp, then=then)

    def _order(self, facts: ShotFacts, *, first: bool) -> RenderOrder | None:
        source: str | bytes = str(self._desk.path(facts))
        against = str(self._desk.path(self._against)) if self._against else None
        if against is None and self._crop == WHOLE and (first or self._points() <= PREVIEW_SIDE):
            source = self._desk.preview(facts.id) or source
        stamp = facts.shot.face.mtime_ns
        return self.query_one(Photo).order(source, crop=self._crop, against=against, stamp=stamp, first=first)

    def _points(self) -> int:
        """The longer side of what the terminal can show here: a cell of block characters is two by two points."""
        columns, rows = self.query_one(Photo).box
        return 2 * max(columns, rows) if self._terminal.pictures == "cells" else max(self.box_pixels)

    def _note(self, text: str) -> None:
        self.problem = text
        self.set_class(bool(text), "-empty")
        self.query_one(".note", Static).update(Content(text))
