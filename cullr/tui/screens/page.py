"""What every screen here shares: a title, a body, a line of news, a line of keys made from the bindings.

Whatever waits for the disk runs in a thread; what goes wrong there becomes a line of news.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from cullr.errors import CullrError
from cullr.session.desk import Desk
from cullr.tui.footer import MessageLine
from cullr.tui.keys import key_of

T = TypeVar("T")
FAINT = "$foreground 60%"
"""Less than the text beside it; `$text-muted` in a span comes out as pure white (Textual 8.2)."""
WIDE = 100
"""Columns from which two things stand side by side."""


class PageKeys(Widget):
    """The keys that matter now, as many as fit; a click on one does what the key does."""

    DEFAULT_CSS = "PageKeys { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[range, str]] = []
        """Which columns belong to which action."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Content:
        entries = self._entries()
        # How to get help and how to get out must be there however narrow the screen is.
        tail = [entries.pop(name) for name in ("help", "leave") if name in entries]
        room = self.size.width - sum(entry.cell_length + 2 for entry, _ in tail)
        line = Content()
        self._places = []
        for entry in entries.values():
            if line.cell_length + entry[0].cell_length + 2 > room:
                break
            line = self._with(line, *entry)
        line += " " * (room - line.cell_length)
        for entry in tail:
            line = self._with(line, *entry)
        return line

    def _with(self, line: Content, entry: Content, action: str) -> Content:
        start = line.cell_length
        self._places.append((range(start, start + entry.cell_length), action))
        return Content.assemble(line, entry, "  ")

    def _entries(self) -> dict[str, tuple[Content, str]]:
        """What to show and what it does, by the binding's id, in the screen's order."""
        found: dict[str, tuple[Content, str]] = {}
        active = sorted(self.screen.active_bindings.values(), key=lambda each: each.node is not self.screen)
        for node, binding, enabled, _ in active:
            ours = node is self.screen or binding.id == "help"
            if ours and binding.show and enabled and binding.id and binding.id not in found:
                key = (self.app.get_key_display(binding), "bold $text-accent")
                entry = Content.assemble(key, " ", (binding.description, FAINT))
                found[binding.id] = (entry, f"{'screen' if node is self.screen else 'app'}.{binding.action}")
        return found

    async def on_click(self, event: events.Click) -> None:
        for place, action in self._places:
            if event.x - 1 in place:  # one column of padding
                await self.run_action(action)
                return


class Page(Screen[bool]):
    """Leaves with whether anything was changed that the screen below shows."""

    DEFAULT_CSS = """
    Page { background: $background; }
    Page #title { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "back", id="leave")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.changed = False
        self._done: dict[Worker[Any], Callable[[Any], None]] = {}

    @property
    def gone(self) -> bool:
        """Whether it was left: what was on its way to it still comes, but its parts are there no more."""
        return not self.display

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield from self.body()
        yield MessageLine()
        yield PageKeys()

    def body(self) -> ComposeResult:
        """What stands between the title and the news."""
        raise NotImplementedError

    def head(self, name: str, *rest: str) -> None:
        """The title: what this is, then what it is about."""
        about = "   ".join(filter(None, rest))
        self.query_one("#title", Static).update(Content.assemble((name, "bold $text-primary"), "   ", about))

    def say(self, sentence: str, tone: str = "") -> None:
        """News in plain words; `tone` is good, bad, care or nothing."""
        self.query_one(MessageLine).say(sentence, tone)

    def key_of(self, action: str) -> str:
        """The key that does this here, as the person would call it."""
        return key_of(self, action)

    def copy(self, path: Path) -> None:
        """To the clipboard of the terminal, wherever that is (OSC 52); bytes that are not UTF-8 as escapes."""
        self.app.copy_to_clipboard(os.fsencode(path).decode("utf-8", "backslashreplace"))
        self.say(f"Copied {path}")

    def in_background(self, work: Callable[[], T], done: Callable[[T], None], *, only: str = "") -> Worker[T]:
        """Do this in a thread and the rest with its result here; of those with the same `only` the last one counts."""
        worker = self.run_worker(
            work, thread=True, exit_on_error=False, exclusive=bool(only), group=only or "background"
        )
        self._done[worker] = done
        return worker

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state in {WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED}:
            done = self._done.pop(event.worker, None)
            if self.gone:
                return
            if event.state is WorkerState.SUCCESS and done is not None:
                done(event.worker.result)
            elif event.state is WorkerState.ERROR:
                self.failed(event.worker.error)

    def failed(self, error: BaseException | None) -> None:
        """Something in a thread went wrong: say what, and what to do about it."""
        sentence = (
            f"{error.message}. {error.remedy}" if isinstance(error, CullrError) else f"That went wrong: {error!r}"
        )
        self.say(sentence.replace("..", "."), "bad")

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    def action_leave(self) -> None:
        self.dismiss(self.changed)
