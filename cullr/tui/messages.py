"""What the widgets tell each other: the whole protocol of the screen at a glance."""

from __future__ import annotations

from textual.message import Message

from cullr.model import ShotId


class Landed(Message):
    """The list's cursor stands on another group, or on none (`row` None)."""

    def __init__(self, row: int | None) -> None:
        super().__init__()
        self.row = row

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Landed)


class Entered(Message):
    """A group was double-clicked: look at it closely."""


class Picked(Message):
    """A shot was clicked; `twice` for a double click."""

    def __init__(self, shot: ShotId, *, twice: bool) -> None:
        super().__init__()
        self.shot = shot
        self.twice = twice


class KindPicked(Message):
    """A kind was clicked in the line above the list; empty for all kinds."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class Filtered(Message):
    """The filter's text changed, or (`done`) was settled."""

    def __init__(self, text: str, *, done: bool) -> None:
        super().__init__()
        self.text = text
        self.done = done
