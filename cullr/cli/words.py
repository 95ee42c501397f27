"""Sentences that several commands say about moves."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from cullr.report import words
from cullr.safe_text import visible

SHOWN = 50
"""Refusals told one by one; a share that went away refuses all of 12 000."""

size = words.size


def recovered(sentences: Iterable[str]) -> None:
    """What an interrupted earlier run had left, and how it was settled."""
    for sentence in sentences:
        print(f"cullr: settled from an interrupted run: {visible(sentence)}", file=sys.stderr)


def left(refusals: Iterable[tuple[Path, str, str]]) -> None:
    """Files that stayed where they are, and why."""
    for number, (root, path, why) in enumerate(refusals):
        if number == SHOWN:
            print("cullr: … and more", file=sys.stderr)
            return
        print(f"cullr: left alone: {visible(str(root / path))}: {visible(why)}", file=sys.stderr)
