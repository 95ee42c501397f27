"""From a session to the screen: the terminal is asked while Textual is imported, and the indexer works meanwhile."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor

from cullr.errors import Failed
from cullr.session import Session
from cullr.session.child import Child
from cullr.session.desk import Desk
from cullr.settings import Screen
from cullr.tui import terminal as terminals

CALM = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "120"}
"""What a key changed waits for the next frame: 4 ms on average, 8 at most, in place of 8 and 17."""
CALM_REMOTE = {**CALM, "TEXTUAL_FPS": "30"}
"""Frames that a slow line could not carry anyway are not made."""


def review(session: Session, screen: Screen, child: Child | None) -> int:
    """Show the screen until the person leaves; the exit code. `child`, if there is one, waits for its orders.

    Raises ConfigError for keys that cannot be, Failed after a mishap.
    """
    desk = Desk(session)
    desk.start(child, calmly=True)
    try:
        desk.changed()  # from here on: what is read now need not be read again
        with ThreadPoolExecutor(1, "cullr-reader") as beside:
            known = beside.submit(desk.glance)
            terminal = terminals.choose(ask(sys.stdin.fileno(), sys.stdout.fileno()), screen.pictures)
        from cullr.tui.app import CullrApp
        from cullr.tui.keymap import keymap

        given = keymap(screen.keys, screen.keys_from)
        app = CullrApp(desk, terminal, theme=screen.theme, keymap=given, known=known.result())
        code = app.run()
    finally:
        desk.stop()
    if app.failure:
        raise Failed(*app.failure)
    return code or 0


def ask(fd_in: int, fd_out: int, seconds: float = terminals.SECONDS) -> terminals.Terminal:
    """The terminal behind these two, and Textual imported and set up for it.

    Over a slow line the answer takes as long as the import does: neither waits for the other.
    """
    _prepare(os.environ)
    with ThreadPoolExecutor(1, "cullr-probe") as beside:
        answer = beside.submit(terminals.probe, fd_in, fd_out, seconds)
        importlib.import_module("cullr.tui.app")
    terminal = answer.result()
    _colour(os.environ, terminal)
    return terminal


def _prepare(env: MutableMapping[str, str]) -> None:
    """Textual reads these when it is imported; what the person set stays."""
    wanted: Mapping[str, str] = CALM_REMOTE if terminals.remote(env) else CALM
    for name, value in wanted.items():
        env.setdefault(name, value)
    # Where a shell exports these, Textual believes them and never hears of a resize.
    for name in ("COLUMNS", "LINES"):
        env.pop(name, None)


def _colour(env: MutableMapping[str, str], terminal: terminals.Terminal) -> None:
    """Textual reads the one from the environment and the other from its constants when the app is made."""
    from textual import constants

    wanted = terminals.colour_settings(terminal, env)
    env.update(wanted)
    constants.COLOR_SYSTEM = wanted.get("TEXTUAL_COLOR_SYSTEM", constants.COLOR_SYSTEM)  # type: ignore[misc]
