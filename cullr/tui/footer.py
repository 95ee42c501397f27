"""The two lines below: what just happened, in plain words, and the keys that matter now."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from cullr.safe_text import visible
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
    """Made from the bindings, as many as fit; a click on one does what the key does. Help and the way out are there
    however narrow the screen is."""

    DEFAULT_CSS = "KeyLine { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, words: Mapping[str, str] | None = None) -> None:
        """What the line says of each action, the weightiest first; without it the screen's own words, in its order."""
        super().__init__()
        self._words = words
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Content:
        found = self._entries()
        tail = [found.pop(name) for name in ("help", "leave", "quit") if name in found]
        width = self.size.width
        room = width - sum(entry.cell_length + 2 for entry, _ in tail)
        line, self._places = Content(), []
        for entry, action in found.values():
            if line.cell_length + entry.cell_length + 2 > room:
                break
            line = self._put(line, entry, action)
        length = sum(entry.cell_length for entry, _ in tail) + 2 * (len(tail) - 1)
        line = Content.assemble(line, " " * max(0, width - line.cell_length - length - 2))
        for entry, action in tail:
            line = self._put(line, entry, action)
        return line

    def _put(self, line: Content, entry: Content, action: str) -> Content:
        line = Content.assemble(line, "  " if line else "")
        self._places.append((line.cell_length, line.cell_length + entry.cell_length, action))
        return Content.assemble(line, entry)

    def _entries(self) -> dict[str, tuple[Content, str]]:
        """What to show and what it does, by the binding's id."""
        found: dict[str, tuple[Content, str]] = {}
        typing = isinstance(self.screen.focused, Input)
        for active in sorted(self.screen.active_bindings.values(), key=lambda each: each.node is not self.screen):
            name, key = active.binding.id or "", self.app.get_key_display(active.binding)
            if typing and len(key.removeprefix("⇧")) == 1:
                continue  # a letter is a letter there
            if name not in found and active.enabled and (words := self._said(active)):
                entry = Content.assemble((key, "bold $text-accent"), " ", (words, FAINT))
                found[name] = entry, f"{'app' if active.node is self.app else 'screen'}.{active.binding.action}"
        return {name: found[name] for name in self._words or found if name in found}

    def _said(self, active: ActiveBinding) -> str:
        binding = active.binding
        if self._words is not None:
            return self._words.get(binding.id or "", "")
        ours = active.node is self.screen or binding.id == "help"
        return binding.description if ours and binding.show and binding.id else ""

    async def on_click(self, event: events.Click) -> None:
        for start, end, action in self._places:
            if start <= event.x - 1 < end:
                await self.run_action(action)
                return
