"""Groups as lines: a cursor on a key, the lines read page by page. 100 000 groups cost what 30 do.

The line under the cursor never moves and never turns into another group by itself: one that is gone stays as a ghost
until the cursor leaves it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cullr.session.desk import Desk, GroupRow
from cullr.tui import group_line
from cullr.tui.messages import Entered, Landed

MARGIN = 30
"""Lines read beyond the visible ones, so that a page down finds its lines."""


class GroupList(ScrollView, can_focus=True, inherit_bindings=False):
    """`fill` gives it keys; `Landed` says where the cursor stands."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in group_line.STYLES}
    DEFAULT_CSS = """
    GroupList { background: $surface; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    GroupList .line--plain { color: $foreground; background: $surface; }
    GroupList .line--faint { color: $text-muted; background: $surface; }
    GroupList .line--sign { color: $text-primary; background: $surface; }
    GroupList .line--cull { color: $text-error; background: $surface; }
    GroupList .line--frees { color: $foreground; background: $surface; }
    GroupList .line--shield { color: $text-warning; background: $surface; }
    GroupList .line--cursor { background: $primary 35%; text-style: bold; }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._keys: list[int] = []
        self._known: dict[int, GroupRow | None] = {}
        self._told: dict[int, tuple[GroupRow | None, tuple[int, int]]] = {}
        self._leaving: set[int] = set()

    # What it holds

    @property
    def keys(self) -> list[int]:
        return self._keys

    @property
    def row(self) -> int | None:
        """The key under the cursor."""
        return self._keys[self.cursor] if self._keys else None

    def line_of(self, row: int) -> GroupRow | None:
        """What this line says, read now if it was not yet; None when its group is gone."""
        self._read([row])
        return self._known[row]

    def gone(self, row: int) -> bool:
        """Whether the line is only a ghost."""
        return row in self._known and self._known[row] is None

    def fill(self, keys: list[int]) -> None:
        """Show these keys in this order, from the top."""
        self._keys = keys
        self._known.clear()
        self.virtual_size = Size(self.size.width, len(keys))
        self.set_reactive(GroupList.cursor, 0)
        self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()
        self.post_message(Landed(self.row))

    def follow(self, keys: list[int], *, sorted_by_key: bool) -> None:
        """These are the keys now: new ones go to the end, the cursor's line stays where it is on the screen."""
        here, above = self.row, self.cursor - round(self.scroll_y)
        kept = keys
        if not sorted_by_key:
            present, old = set(keys), set(self._keys)
            kept = [key for key in self._keys if key in present or key == here]
            kept += [key for key in keys if key not in old]
        elif here is not None and _missing(keys, here):
            kept = list(keys)
            insort(kept, here)
        if kept != self._keys:
            self._leaving &= set(kept)
            self._keys = kept
            self.virtual_size = Size(self.size.width, len(kept))
            self.set_reactive(GroupList.cursor, kept.index(here) if here is not None else 0)
            self.scroll_to(y=max(0, self.cursor - above), animate=False, immediate=True)
            self._known.clear()
            self.refresh()
            if here is None:
                self.post_message(Landed(self.row))
        else:
            self.reread()

    def tell(self, row: int, culled: int, frees: int) -> None:
        """What the person's word makes of a group, until the index says something new of it."""
        said = (self._known.get(row), (culled, frees))
        if self._told.get(row) != said:
            self._told[row] = said
            self._repaint([row])

    def leaving(self, row: int, *, leaves: bool) -> None:
        """Mark a group whose photos are being moved."""
        (self._leaving.add if leaves else self._leaving.discard)(row)
        self._repaint([row])

    def leaves(self, row: int) -> bool:
        return row in self._leaving

    def drop(self, row: int) -> None:
        """Take a line away; the cursor goes to the next one."""
        if row in self._keys:
            self._keys = [key for key in self._keys if key != row]
            self.virtual_size = Size(self.size.width, len(self._keys))
            self.set_reactive(GroupList.cursor, self.validate_cursor(self.cursor))
            self.refresh()
            self.post_message(Landed(self.row))

    # Moving

    def go(self, place: int) -> None:
        self.cursor = place

    def go_to(self, row: int) -> bool:
        """Put the cursor on a key."""
        if row not in self._keys:
            return False
        self.cursor = self._keys.index(row)
        return True

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._keys) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        left = self._keys[old] if old < len(self._keys) else None
        if left is not None and self.gone(left):
            self._keys.pop(old)
            self.set_reactive(GroupList.cursor, self.validate_cursor(new - (new > old)))
            self.virtual_size = Size(self.size.width, len(self._keys))
            self.refresh()
        else:
            self._repaint_line(old)
            self._repaint_line(new)
        self._bring_into_sight()
        # Rows that came in this very turn are not laid out yet, and cannot be scrolled to before they are.
        self.call_after_refresh(self._bring_into_sight)
        self.post_message(Landed(self.row))

    def _bring_into_sight(self) -> None:
        """Half a page at a time: a scroll repaints every line (7 KB), a step within the page two (0.4 KB)."""
        top, height = round(self.scroll_y), self.size.height
        if not top <= self.cursor < top + height:
            self.scroll_to(y=max(0, self.cursor - height // 2), animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        place = event.y + round(self.scroll_y)
        if place < len(self._keys):
            self.cursor = place
            if event.chain == 2:
                self.post_message(Entered())

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._keys))
        self.call_after_refresh(self._bring_into_sight)

    # Painting

    def render_line(self, y: int) -> Strip:
        place, width = y + round(self.scroll_y), self.scrollable_content_region.width
        plain = self.get_component_rich_style("line--plain")
        if place >= len(self._keys):
            return Strip([Segment(" " * width, plain)], width)
        key = self._keys[place]
        if key not in self._known:
            self._read(self._around(place))
        styles = self._styles()
        line, (about, told) = self._known.get(key), self._told.get(key, (None, None))
        told = told if about == line else None
        pieces = group_line.pieces(line, width, told=told, leaving=key in self._leaving)
        segments = [Segment(text, styles[name]) for text, name in pieces]
        if place == self.cursor:
            over = Style(bgcolor=self.get_component_rich_style("line--cursor").bgcolor, bold=True)
            segments = [Segment(text, (style or plain) + over) for text, style, _ in segments]
        return Strip(segments, width)

    def _styles(self) -> Mapping[str, Style]:
        return {name: self.get_component_rich_style(f"line--{name}") for name in group_line.STYLES}

    def _around(self, place: int) -> list[int]:
        return self._keys[max(0, place - MARGIN) : place + self.size.height + MARGIN]

    def _read(self, keys: Iterable[int]) -> None:
        wanted = [key for key in keys if key not in self._known]
        found = self._desk.rows(wanted)
        self._known |= {key: found.get(key) for key in wanted}

    def reread(self) -> None:
        """The lines in sight may read differently now: repaint those that do."""
        old = self._known
        self._known = {}
        top = round(self.scroll_y)
        self._read(self._around(top))
        here = self.row
        if here is not None:
            self._read([here])
        self._repaint(key for key in self._keys[top : top + self.size.height] if old.get(key) != self._known.get(key))

    def _repaint(self, keys: Iterable[int]) -> None:
        top = round(self.scroll_y)
        for key in keys:
            if key in (seen := self._keys[top : top + self.size.height]):
                self._repaint_line(top + seen.index(key))

    def _repaint_line(self, place: int) -> None:
        self.refresh(Region(0, place - round(self.scroll_y), self.size.width, 1))


def _missing(ordered: list[int], key: int) -> bool:
    from bisect import bisect_left

    place = bisect_left(ordered, key)
    return place == len(ordered) or ordered[place] != key
