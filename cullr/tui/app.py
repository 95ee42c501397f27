"""The app: themes, keys, the loader of pictures, and the ways to leave: by key, by signal, by mishap."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.message_pump import MessagePump
from textual.theme import Theme

from cullr.session.desk import Desk, Glance
from cullr.tui import keys
from cullr.tui.help import HelpScreen
from cullr.tui.main_screen import MainScreen
from cullr.tui.palette import Actions
from cullr.tui.pictures.loader import Loaded, PictureLoader
from cullr.tui.pictures.photo import Photo
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.terminal import Terminal
from cullr.tui.terminal.driver import PictureDriver, driver_for
from cullr.tui.theme import THEMES

SIGNALS = (signal.SIGHUP, signal.SIGTERM)
PATIENCE = 3.0
"""Seconds a signal waits for an orderly end. A move that is cut off is settled by the journal on the next start."""
SETTLED = 1.0
"""Seconds until what was made for the first frames is taken for what stays."""
SIGNS = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}
FUNCTION_KEYS = {f"f{number}": f"F{number}" for number in range(1, 13)}


class CullrApp(App[int]):
    """`failure` is set when it ended by a mishap: what it was, and where the details are."""

    TITLE = "cullr"
    COMMANDS: ClassVar[set[Any]] = {Actions}
    BINDINGS: ClassVar[list[BindingType]] = list(keys.EVERYWHERE)
    animation_level = "none"

    def __init__(
        self,
        desk: Desk,
        terminal: Terminal,
        *,
        theme: str = "dark",
        keymap: Mapping[str, str] | None = None,
        known: Glance | None = None,
    ) -> None:
        """`known` is what was read of the index before."""
        super().__init__(driver_class=driver_for(terminal))
        self.desk = desk
        self.terminal = terminal
        self.failure: tuple[str, str] | None = None
        self._leaving = False
        self._known = known
        self._wear(THEMES[theme])
        self.set_keymap(dict(keymap or {}))
        # Nothing here has a tooltip or a toast: two widgets and their styles less on each screen.
        self._disable_tooltips = self._disable_notifications = True
        self.loader = PictureLoader(desk.session.settings.limits, self.post_message)
        self.shelf = Shelf(truecolor=terminal.truecolor, tmux=terminal.tmux)

    def _wear(self, theme: Theme) -> None:
        """Before anything is styled: a theme that is set later has every sheet parsed twice."""
        for each in THEMES.values():
            self.register_theme(each)
        self.set_reactive(App.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_default_screen(self) -> MainScreen:
        self.main = MainScreen(self.desk, self.terminal, self.loader, self.shelf, size=self.size, known=self._known)
        return self.main

    def on_mount(self) -> None:
        self._heed_signals()

    def on_ready(self) -> None:
        self.call_after_refresh(self.desk.work)
        if not gc.isenabled():
            self.set_timer(SETTLED, lambda: self.run_worker(self._settle(), exit_on_error=False))

    async def _settle(self) -> None:
        """From here on garbage is looked for only among what is new: a look at all that was imported stops the loop."""
        await asyncio.to_thread(self.desk.preload)
        gc.freeze()
        gc.enable()

    def on_unmount(self) -> None:
        self.loader.close(0.2)
        if self._driver is not None and (gone := self.shelf.clear()):
            self._driver.write(gone)
        for number in SIGNALS:
            with contextlib.suppress(ValueError, RuntimeError):
                asyncio.get_running_loop().remove_signal_handler(number)

    def on_loaded(self, message: Loaded) -> None:
        """A picture goes to the widget that asked for it."""
        if isinstance(message.key, MessagePump) and message.key.is_running:
            message.key.post_message(message)

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.screen, self._notes()))

    def action_repaint(self) -> None:
        """Write every cell and send every picture: something else wrote over the screen, or the terminal lost it."""
        if isinstance(self._driver, PictureDriver):
            self._driver.shown.forget()
        self.shelf.forget()
        for photo in self.screen.query(Photo):
            photo.resend()
        self.screen.refresh(layout=True)

    def _notes(self) -> list[str]:
        terminal = self.main.terminal
        notes = [f"{terminal.name or 'unnamed'}. Pictures by {terminal.why}"]
        if not terminal.truecolor:
            notes.append("256 colours. If yours has more: export COLORTERM=truecolor there.")
        if terminal.tmux:
            notes.append("tmux: pictures need `set -g allow-passthrough on`.")
        return [*notes, 'Other keys: a table [keys] in cullr.toml, for example keep = "p,space".']

    async def action_quit(self) -> None:
        """Leave once what was begun is done; asked twice, leave at once."""
        clerk = self.main.decisions.clerk
        if clerk.waiting and not self._leaving:
            self._leaving = True
            self.main.say("Leaving when that is done; once more leaves at once.", "care")
            self.run_worker(self._leave_later(), exit_on_error=False)
            return
        self.exit(0)

    async def _leave_later(self) -> None:
        await self.main.decisions.clerk.finish()
        self.exit(0)

    def get_key_display(self, binding: Binding) -> str:
        """`Ctrl+Z`, `Enter`, `P` for Shift+P is `⇧P`."""
        if binding.key_display:
            return binding.key_display
        *held, key = binding.key.split("+")
        shown = SIGNS.get(key) or FUNCTION_KEYS.get(key) or super().get_key_display(Binding(key, "", ""))
        if len(key) == 1 and key.isupper() and not held:
            held = ["shift"]
        words = {"ctrl": "Ctrl+", "shift": "⇧", "alt": "Alt+"}
        single = shown.upper() if held and len(shown) == 1 else shown
        return "".join(words.get(each, f"{each}+") for each in held) + single

    # Mishaps and signals

    def _handle_exception(self, error: Exception) -> None:
        """Textual prints a traceback over the screen; here a file takes it and the person a sentence."""
        if self._return_code != 1:
            self._return_code = 1
            self._exception = error
            log = _written(self.desk.session.cache, error)
            self.failure = (
                f"the screen had to stop: {error.__class__.__name__}: {error}",
                f"What was decided is safe. {f'The details are in {log}.' if log else ''}",
            )
        self._close_messages_no_wait()
        self._exception_event.set()

    def _heed_signals(self) -> None:
        """A line that drops (SIGHUP) and SIGTERM end as orderly as `q` does, in three seconds at most."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: int) -> None:
        limit = threading.Timer(PATIENCE, os._exit, (128 + number,))
        limit.daemon = True
        limit.start()
        self.exit(128 + number, return_code=128 + number)


def _written(cache: Path, error: Exception) -> Path | None:
    """The traceback in the log file; None when that is impossible as well."""
    log = cache / "cullr-error.log"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        text = "".join(traceback.format_exception(error))
        log.write_text(text, "utf-8", errors="backslashreplace")
    except OSError:
        return None
    return log
