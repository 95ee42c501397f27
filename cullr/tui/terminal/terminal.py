"""What the terminal can do, and why we think so, in words a person can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from cullr.errors import UsageError
from cullr.pool.jobs import Blocks

Pictures = Literal["kitty", "iterm", "sixel", "cells", "none"]
USUAL_CELL = (8, 16)
"""Pixels of a cell when the terminal does not say: rather too small, so that no picture leaves its box."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """`why` is a sentence for the help screen: "sixel: the terminal says so".

    `answered` is False when the terminal had not answered in time: its replies may still come and look like keys,
    and `begun` is the beginning of one. `typed` are the keys pressed while it was asked. `blocks`: what
    its block characters can fill. `spills`: it wipes cells to the right of a sixel picture and below it. `remote`: over
    a line that is slow at times.
    """

    name: str
    pictures: Pictures
    why: str
    truecolor: bool = False
    cell_pixels: tuple[int, int] = USUAL_CELL
    tmux: bool = False
    remote: bool = False
    blocks: Blocks = "quadrants"
    spills: bool = False
    answered: bool = True
    typed: bytes = b""
    begun: bytes = b""


def choose(terminal: Terminal, wanted: str = "auto") -> Terminal:
    """The same terminal with the way of showing pictures that the person asked for. Raises UsageError."""
    if wanted == "auto":
        return terminal
    known = get_args(Pictures)
    if wanted not in known:
        raise UsageError(f"pictures {wanted!r} is unknown", f"Known are auto, {', '.join(known)}.")
    if terminal.pictures == "none" and wanted != "none":
        return terminal
    way: Pictures = next(way for way in known if way == wanted)
    return replace(terminal, pictures=way, why=f"{way}: as you asked")


def colour_settings(terminal: Terminal, env: Mapping[str, str]) -> dict[str, str]:
    """What to set in the environment before the app is made, so that Textual uses the colours that are there.

    OpenSSH does not forward COLORTERM, and without it photos and dark themes fall back to 256 colours. Apple's
    Terminal may come with a COLORTERM that it does not keep; a tmux whose TERM is `screen` has 256, not 16.
    """
    if terminal.truecolor:
        return {"COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
    term = env.get("TERM", "")
    if terminal.tmux or "256color" in term or term == "mlterm":
        return {"COLORTERM": "", "TEXTUAL_COLOR_SYSTEM": "256"}
    return {"COLORTERM": ""}
