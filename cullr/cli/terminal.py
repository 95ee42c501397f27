"""Whether there is a terminal to show anything on; without heavy imports."""

from __future__ import annotations

import sys


def is_there() -> bool:
    """Textual reads stdin and draws on stderr; a pipe in place of any of the three is not what a screen wants."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
