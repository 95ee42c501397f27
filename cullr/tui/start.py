"""From a session to the screen: the terminal is asked first, Textual is imported last, the indexer works meanwhile."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping

from cullr.errors import Failed
from cullr.session import Session
from cullr.session.desk import Desk
from cullr.settings import Screen
from cullr.tui import terminal as terminals

CALM = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
CALM_REMOTE = {**CALM, "TEXTUAL_FPS": "30"}
"""Frames that a slow line could not carry anyway are not made."""


def review(session: Session, screen: Screen) -> int:
    """Show the screen until the person leaves; the exit code.

    Raises ConfigError for keys that cannot be, Failed after a mishap.
    """
    desk = Desk(session)
    # The indexer needs half a second to begin: let it begin now.
    desk.start()
    try:
        terminal = terminals.choose(terminals.probe(sys.stdin.fileno(), sys.stdout.fileno()), screen.pictures)
        prepare(os.environ, terminal)
        from cullr.tui import keys
        from cullr.tui.app import CullrApp

        app = CullrApp(desk, terminal, theme=screen.theme, keymap=keys.keymap(screen.keys, screen.keys_from))
        code = app.run()
    finally:
        desk.stop()
    if app.failure:
        raise Failed(*app.failure)
    return code or 0


def prepare(env: MutableMapping[str, str], terminal: terminals.Terminal) -> None:
    """Textual reads these when it is imported; what the person set stays."""
    wanted: Mapping[str, str] = CALM_REMOTE if terminal.remote else CALM
    for name, value in wanted.items():
        env.setdefault(name, value)
    env.update(terminals.colour_settings(terminal, env))
    # Where a shell exports these, Textual believes them and never hears of a resize.
    for name in ("COLUMNS", "LINES"):
        env.pop(name, None)
