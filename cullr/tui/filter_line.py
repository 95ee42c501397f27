"""The line that `/` opens: the list follows every letter; Enter keeps the filter, Escape drops it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from cullr.tui.messages import Filtered


class FilterLine(Input):
    """Hidden until it is asked for."""

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus {
        display: none; height: 1; border: none; padding: 0 1; background: $boost; color: $foreground;
    }
    FilterLine.open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "no filter", id="filter.drop"),
        Binding("up,down", "app.focus_next", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="part of a name or folder", select_on_focus=False)
        self.cursor_blink = False

    def open(self) -> None:
        self.add_class("open")
        self.focus()

    def close(self) -> None:
        self.remove_class("open")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Filtered(event.value, done=False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
        self.post_message(Filtered(self.value, done=True))

    def action_drop(self) -> None:
        self.value = ""
        self.close()
        self.post_message(Filtered("", done=True))
