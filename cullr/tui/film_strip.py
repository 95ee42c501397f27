"""The shots of a group side by side. As many cards as fit are made once; they show another part of the group as the
cursor moves, so that a group of 500 shots costs what one of five does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from cullr.model import ShotFacts
from cullr.session.desk import OpenGroup
from cullr.tui.card import WIDTH, Card
from cullr.tui.shot_picture import ShotPicture


class FilmStrip(Horizontal):
    """`show` a group with the cursor on a shot, then `develop` the pictures once the cursor rests."""

    DEFAULT_CSS: ClassVar[str] = """
    FilmStrip { height: 11; overflow: hidden; }
    """

    def __init__(self, picture: Callable[[], ShotPicture], columns: int = 0) -> None:
        """`columns` are what it will have, as far as that is known before it is laid out."""
        super().__init__()
        self._picture = picture
        self._columns = columns
        self._group: OpenGroup | None = None
        self._shots: Sequence[ShotFacts] = ()
        self._at = 0
        self._first = 0

    def compose(self) -> ComposeResult:
        yield from (Card(self._picture()) for _ in range(self._columns // WIDTH))

    @property
    def cards(self) -> list[Card]:
        return list(self.query(Card))

    def show(self, group: OpenGroup | None, shots: Sequence[ShotFacts] = (), at: int = 0) -> None:
        stays = group and self._group and group.row == self._group.row and at == self._at
        self._group, self._shots, self._at = group, shots, at
        self._paint(follow=not stays)

    def develop(self) -> None:
        """Ask for the pictures of the cards in sight; the loader begins with what is asked last."""
        for card in reversed(self.cards):
            card.picture.look_at(card.facts if card.display else None)

    def hidden(self) -> tuple[int, int]:
        """Shots left and right of those in sight."""
        seen = max(1, len(self.cards))
        return self._first, max(0, len(self._shots) - self._first - seen)

    def _paint(self, *, follow: bool = True) -> None:
        """`follow` brings the cursor's card into sight."""
        cards = self.cards
        if not cards:
            return
        at = self._at if follow else max(self._first, min(self._at, self._first + len(cards) - 1))
        self._first = _window(self._first, at, len(cards), len(self._shots))
        low = 0 < self.size.height < 7
        group = self._group
        proposals = {each.shot: each for each in group.proposals} if group else {}
        for number, card in enumerate(cards, self._first):
            card.display = group is not None and number < len(self._shots)
            if group is None or not card.display:
                continue
            facts = self._shots[number]
            card.set_class(number == self._at, "current")
            card.set_class(low, "low")
            card.show(facts, proposals[facts.id], group.verdicts.get(facts.id), group.group.shielded)

    async def on_resize(self, event: events.Resize) -> None:
        wanted = max(1, event.size.width // WIDTH)
        cards = self.cards
        turned_away = not self._first <= self._at < self._first + max(1, len(cards))
        for card in cards[wanted:]:
            await card.remove()
        if len(cards) < wanted:
            await self.mount_all(Card(self._picture()) for _ in range(wanted - len(cards)))
        self._paint(follow=not turned_away)
        self.develop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._shift(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._shift(event, -1)

    def _shift(self, event: events.MouseEvent, step: int) -> None:
        """The wheel turns the strip; the cursor stays where it is."""
        event.stop()
        seen = len(self.cards)
        first = max(0, min(self._first + step, len(self._shots) - seen))
        if first != self._first:
            self._first = first
            self._paint(follow=False)
            self.develop()


def _window(first: int, at: int, seen: int, count: int) -> int:
    """The first shot in sight, moved as little as shows the cursor."""
    first = min(first, at)
    first = max(first, at - seen + 1)
    return max(0, min(first, count - seen))
