"""Sentences that several commands say about moves."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from cullr.report import words
from cullr.safe_text import visible

SHOWN = 50
"""Refusals told one by one; a share that went away refuses all of 12 000."""

size, count = words.size, words.count


def recovered(sentences: Iterable[str]) -> None:
    """What an interrupted earlier run had left, and how it was settled."""
    for sentence in sentences:
        print(f"cullr: settled from an interrupted run: {visible(sentence)}", file=sys.stderr)


def under_way(sentences: Iterable[str]) -> None:
    """Batches that are not over, which no list of batches holds yet."""
    for sentence in sentences:
        print(f"cullr: {visible(sentence)}", file=sys.stderr)


def left(refusals: Iterable[tuple[Path, str, str]]) -> None:
    """Files that stayed where they are, and why."""
    every = list(refusals)
    for root, path, why in every[:SHOWN]:
        print(f"cullr: left alone: {visible(str(root / path))}: {visible(why)}", file=sys.stderr)
    if len(every) > SHOWN:
        print(f"cullr: … and {len(every) - SHOWN:,} more", file=sys.stderr)


def typed(path: Path) -> str:
    """The path as it can be typed into a shell, unprintable parts as bash and zsh take them: `$'caf\\xe9'`."""
    text = str(path)
    if visible(text) == text:
        return shlex.quote(text)
    letters = (chr(byte) for byte in os.fsencode(text))
    plain = "/._- "
    shown = (c if c.isascii() and (c.isalnum() or c in plain) else f"\\x{ord(c):02x}" for c in letters)
    return f"$'{''.join(shown)}'"
