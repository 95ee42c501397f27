"""One shot in its box: the picture; below it mark, name, stars and label and, where there is room, the reason."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from cullr.model import ShotFacts
from cullr.pool.jobs import WHOLE, Crop
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.tui import badges
from cullr.tui.group_line import fit, folded
from cullr.tui.messages import Picked
from cullr.tui.pictures.loader import PictureLoader
from cullr.tui.pictures.photo import FIRST_BYTES, SMALL_BYTES
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.shot_picture import ShotPicture
from cullr.tui.terminal.terminal import Terminal
from cullr.tui.theme import FAINT

REST_SECONDS = 0.08
"""A picture is sent when the keys rest: each one is up to 60 KiB on the line."""
LEAST_NAME = 8
"""Columns that the name keeps beside stars and label."""


class Pane(Container):
    """`facts` is the shot it shows."""

    DEFAULT_CSS = """
    Pane { layout: vertical; width: 1fr; height: 1fr; }
    Pane .caption { height: auto; max-height: 4; width: 100%; padding: 0 1; }
    Pane .caption { text-wrap: nowrap; text-overflow: ellipsis; }
    Pane.-current .caption { background: $primary 25%; text-style: bold; }
    """

    def __init__(self, desk: Desk, loader: PictureLoader, terminal: Terminal, shelf: Shelf) -> None:
        super().__init__()
        self.facts: ShotFacts | None = None
        self.picture = ShotPicture(desk, loader, terminal, shelf)
        self._terminal = terminal
        self._label: tuple[Content, str, str, ShotFacts | None] = (Content(), "", "", None)
        self._most = 1
        self._beside: Sequence[str] = ()
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.picture
        yield Static(classes="caption")

    @property
    def box_pixels(self) -> tuple[int, int]:
        """The picture's box in pixels of the screen."""
        columns, rows = self.picture.box
        return columns * self._terminal.cell_pixels[0], rows * self._terminal.cell_pixels[1]

    def look(self, facts: ShotFacts, crop: Crop = WHOLE, against: ShotFacts | None = None) -> None:
        """Show this part of the shot, or its difference from another, as soon as the keys rest."""
        if self.facts is None or facts.id != self.facts.id:
            self.picture.look_at(None)
        self.picture.forgo()
        self.facts = facts
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, lambda: self._ask(facts, crop, against))

    def label(
        self,
        sign: Content,
        name: str,
        *,
        current: bool,
        below: str = "",
        most: int = 1,
        beside: Sequence[str] = (),
        facts: ShotFacts | None = None,
    ) -> None:
        """What stands below the picture: mark, name, the stars and the label in `facts`, and `below` in at `most` so
        many lines. A long name loses its middle, what is `below` its end. It is as high as what is below the boxes
        `beside`, so that names stand on one line."""
        self._label, self._most, self._beside = (sign, name, below, facts), most, beside
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
        highest = max((len(folded(visible(each), room, self._most)) for each in self._beside if each), default=0)
        lines += [Content()] * (1 + highest - len(lines))
        self.query_one(".caption", Static).update(Content("\n").join(lines))

    def on_resize(self) -> None:
        self._caption()

    def on_click(self, event: events.Click) -> None:
        if self.facts:
            self.post_message(Picked(self.facts.id, twice=event.chain == 2))

    def _ask(self, facts: ShotFacts, crop: Crop, against: ShotFacts | None) -> None:
        """Together the boxes' first looks cost no more than two large ones."""
        if not self.is_mounted or not self.display:
            return
        together = 1 + sum(each.display for each in self.siblings)
        self.picture.rank = int(not self.has_class("-current"))
        self.picture.first_bytes = max(SMALL_BYTES, 2 * FIRST_BYTES // together)
        self.picture.look_at(facts, crop, against)
