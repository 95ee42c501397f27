"""A program with two pictures for tests on a real pty: `python -m cullr_tests.terminal.screen WAY`.

`n` shows the next picture, `t` a toast over nothing, `c` changes text elsewhere, `m` opens a dialog, `q` quits.
Every key is counted in the title, so that a reply taken for a key shows.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import ClassVar

from cullr.tui.terminal import Terminal, choose, colour_settings, probe


def main() -> None:
    terminal = choose(probe(0, 2, float(sys.argv[2])), sys.argv[1])
    os.environ.update(colour_settings(terminal, os.environ))
    start(terminal)


def start(terminal: Terminal) -> None:
    from textual import events
    from textual.app import App, ComposeResult
    from textual.screen import ModalScreen
    from textual.widgets import Label, Static

    from cullr.pool.render import render
    from cullr.settings import Limits
    from cullr.tui.pictures.photo import Photo
    from cullr.tui.terminal.driver import driver_for
    from cullr_tests import pictures

    class Dialog(ModalScreen[None]):
        def compose(self) -> ComposeResult:
            yield Label("dialog")

        def key_escape(self) -> None:
            self.dismiss()

    class Desk(App[None]):
        CSS = "Static { height: 1; }"
        BINDINGS: ClassVar = [("n", "next"), ("c", "change"), ("m", "dialog"), ("q", "quit")]

        def __init__(self) -> None:
            super().__init__(driver_class=driver_for(terminal))
            self.keys: list[str] = []
            self.seed = 0

        def compose(self) -> ComposeResult:
            yield Static("first line", id="text")
            yield Photo(terminal)

        def on_key(self, event: events.Key) -> None:
            self.keys.append(event.key)

        def action_next(self) -> None:
            stream = io.BytesIO()
            self.seed += 1
            pictures.scene(self.seed, 320, 200).save(stream, "JPEG")
            photo = self.query_one(Photo)
            order = photo.order(stream.getvalue())
            assert order
            photo.show(render(order, Limits()), f"picture {self.seed}")

        def action_change(self) -> None:
            self.query_one("#text", Static).update("changed line")

        def action_dialog(self) -> None:
            self.push_screen(Dialog())

    app = Desk()
    app.run()
    Path(sys.argv[3]).write_text(" ".join(app.keys))


if __name__ == "__main__":
    main()
