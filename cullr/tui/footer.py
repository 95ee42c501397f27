"""The two lines below: what just happened, in plain words, and the keys that matter now."""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from cullr.safe_text import visible
from cullr.tui.keys import SHORT
from cullr.tui.theme import FAINT

TONES = {"good": ("✓ ", "$text-success"), "bad": ("✗ ", "$text-error"), "care": ("◆ ", "$text-warning"), "": ("", "")}

_ENDS = re.compile(r"(?<=[.!])\s+(?=[^\s.])")
"""Between two sentences."""


class MessageLine(Widget):
    """One sentence, and at the right what is under way."""

    DEFAULT_CSS = "MessageLine { height: 1; padding: 0 1; background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self.sentence = ""
        self.tone = ""
        self._under_way = ""

    def say(self, sentence: str, tone: str = "") -> None:
        """`tone` is good, bad, care or nothing."""
        self.sentence, self.tone = visible(sentence), tone
        self.refresh()

    def under_way(self, words: str) -> None:
        if words != self._under_way:
            self._under_way = words
            self.refresh()

    def render(self) -> Content:
        sign, style = TONES[self.tone]
        width = self.size.width
        right = Content.styled(f"  ⟳ {self._under_way}", "$text-accent") if self._under_way else Content()
        room = max(0, width - right.cell_length)
        left = Content.styled(sign + whole(self.sentence, room - cell_len(sign)), style)
        left = left.truncate(room, ellipsis=True)
        return Content.assemble(left, " " * max(0, width - left.cell_length - right.cell_length), right)


def whole(text: str, room: int) -> str:
    """As many of its sentences as there is room for; the first in any case."""
    while cell_len(text) > room and (ends := list(_ENDS.finditer(text))):
        text = text[: ends[-1].start()]
    return text


class KeyLine(Widget):
    """Made from the bindings, as many as fit; a click on one does what the key does."""

    DEFAULT_CSS = "KeyLine { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Content:
        found = self._entries()
        width = self.size.width
        # Help and quit must be there however narrow the screen is.
        tail = [name for name in ("help", "quit") if name in found]
        room = width - sum(found[name][0].cell_length + 2 for name in tail)
        line, self._places = Content(), []
        for name in SHORT:
            if name in found and name not in tail:
                if line.cell_length + found[name][0].cell_length + 2 > room:
                    break
                line = self._put(line, *found[name])
        length = sum(found[name][0].cell_length for name in tail) + 2 * (len(tail) - 1)
        line = Content.assemble(line, " " * max(0, width - line.cell_length - length - 2))
        for name in tail:
            line = self._put(line, *found[name])
        return line

    def _put(self, line: Content, entry: Content, action: str) -> Content:
        line = Content.assemble(line, "  " if line else "")
        self._places.append((line.cell_length, line.cell_length + entry.cell_length, action))
        return Content.assemble(line, entry)

    def _entries(self) -> dict[str, tuple[Content, str]]:
        found: dict[str, tuple[Content, str]] = {}
        typing = isinstance(self.screen.focused, Input)
        for active in self.screen.active_bindings.values():
            name, key = active.binding.id or "", self.app.get_key_display(active.binding)
            if typing and len(key.removeprefix("⇧")) == 1:
                continue  # a letter is a letter there
            if name in SHORT and name not in found and active.enabled:
                entry = Content.assemble((key, "bold $text-accent"), " ", (SHORT[name], FAINT))
                found[name] = entry, f"{'app' if active.node is self.app else 'screen'}.{active.binding.action}"
        return found

    async def on_click(self, event: events.Click) -> None:
        for start, end, action in self._places:
            if start <= event.x - 1 < end:
                await self.run_action(action)
                return
