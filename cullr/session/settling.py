"""What an interrupted run left in the journals: named, or settled. Every start asks, and asking loads no moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cullr import journal


def settle(roots: Sequence[Path]) -> list[str]:
    """Finish or take back what an interrupted run left, where one did; says what was done. Raises Failed."""
    said: list[str] = []
    for root in roots:
        log = journal.read(root)
        if log.state.unfinished or log.torn:
            from cullr import moves

            with moves.opened(root) as (_, recovered):
                said += recovered
    return said


def interrupted(roots: Sequence[Path]) -> list[str]:
    """Roots where a batch is under way or was interrupted, a sentence each. Writes nothing. Raises Failed."""
    return [
        f"{root}: a batch is under way or was interrupted; `cullr undo` settles it first"
        for root in roots
        if journal.read(root).state.unfinished
    ]
