"""A rendered PNG → kitty's graphics commands, and the placeholder text that shows it.

Placeholders are ordinary characters: Textual and tmux place, clip and scroll them. Every cell carries its row and
column, so that any part of a row still shows the right part of the picture.
"""

from __future__ import annotations

from base64 import b64encode

from cullr.pool.jobs import Rendered
from cullr.tui.pictures.diacritics import DIACRITICS
from cullr.tui.terminal.shown import PLACEHOLDER
from cullr.tui.terminal.tmux import past

CHUNK = 4096
"""Bytes of base64 a command may carry."""
QUIET = "q=2"
"""No answers: Textual's parser would read them as keys."""


def transmit(picture: int, rendered: Rendered, *, tmux: bool = False) -> str:
    """Send the picture under this id, with a virtual placement of the cells it was rendered for."""
    data = b64encode(rendered.data).decode()
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    keys = f"a=T,U=1,i={picture},f=100,t=d,c={rendered.columns},r={rendered.rows},{QUIET}"
    commands = []
    for number, chunk in enumerate(chunks):
        more = f"m={int(number < len(chunks) - 1)}"
        commands.append(f"\x1b_G{keys},{more};{chunk}\x1b\\" if number == 0 else f"\x1b_G{QUIET},{more};{chunk}\x1b\\")
    return "".join(_sent(command, tmux) for command in commands)


def delete(picture: int, *, tmux: bool = False) -> str:
    """Take this picture, its placements and its data out of the terminal's memory, and no other."""
    return _sent(f"\x1b_Ga=d,d=I,i={picture},{QUIET}\x1b\\", tmux)


def placeholders(columns: int, rows: int) -> list[str]:
    """One text a row; the id goes into its foreground colour."""
    columns, rows = min(columns, len(DIACRITICS)), min(rows, len(DIACRITICS))
    return [
        "".join(PLACEHOLDER + DIACRITICS[row] + DIACRITICS[column] for column in range(columns)) for row in range(rows)
    ]


def _sent(command: str, tmux: bool) -> str:
    return past(command) if tmux else command
