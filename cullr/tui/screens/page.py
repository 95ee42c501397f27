"""What every screen here shares: a title, a body, a line of news, a line of keys made from the bindings.

Whatever waits for the disk runs in a thread; what goes wrong there becomes a line of news.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from cullr.errors import CullrError
from cullr.session.desk import Desk
from cullr.tui.footer import KeyLine, MessageLine
from cullr.tui.keys import key_of

T = TypeVar("T")
WIDE = 100
"""Columns from which two things stand side by side."""


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
        yield KeyLine()

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
