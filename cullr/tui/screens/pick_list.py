"""Lines by number → a list with a cursor, painted line by line: 100 000 lines cost what 30 do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

POINTER = "▸ "
"""Marks the cursor where there is no colour."""


class PickList(ScrollView, can_focus=True):
    """`line(number, width)` gives the text of a line; the width is what is left beside the pointer."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pick-list--cursor"}
    DEFAULT_CSS = """
    PickList { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    PickList .pick-list--cursor { background: $boost; text-style: bold; }
    PickList:focus .pick-list--cursor { background: $primary 30%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "up", show=False, id="list.up"),
        Binding("down,j", "step(1)", "down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="list.page_down"),
        Binding("home,g", "end(0)", "first", show=False, id="list.first"),
        Binding("end,G", "end(1)", "last", show=False, id="list.last"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    class Moved(Message):
        """The cursor stands elsewhere, or on other content."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Chosen(Message):
        """A line was double-clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, line: Callable[[int, int], Content], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = line
        self.count = 0

    def fill(self, count: int, cursor: int = 0) -> None:
        """Show `count` lines anew."""
        self.count = count
        self.virtual_size = Size(self.size.width, count)
        self.set_reactive(PickList.cursor, max(0, min(cursor, count - 1)))
        self.refresh()
        if count:
            self._follow()
            self.post_message(self.Moved(self.cursor))

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.count)

    def render_line(self, y: int) -> Strip:
        number, width = y + round(self.scroll_y), self.scrollable_content_region.width
        if number >= self.count:
            return Strip.blank(width, self.rich_style)
        at = number == self.cursor
        style = self.get_visual_style("pick-list--cursor") if at else self.visual_style
        text = Content(POINTER if at else " " * len(POINTER)) + self._line(number, width - len(POINTER))
        [strip] = Visual.to_strips(self, text.truncate(width, ellipsis=True), width, 1, style, pad=True)
        return strip

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        for number in (old, new):
            self.refresh(Region(0, number - round(self.scroll_y), self.size.width, 1))
        self._follow()
        self.post_message(self.Moved(new))

    def _follow(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, self.size.width, 1), animate=False, force=True)

    def action_step(self, lines: int) -> None:
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_end(self, last: int) -> None:
        self.cursor = self.count - 1 if last else 0

    def on_click(self, event: events.Click) -> None:
        number = event.y + round(self.scroll_y)
        if number < self.count:
            self.cursor = number
            if event.chain == 2:
                self.post_message(self.Chosen(number))
