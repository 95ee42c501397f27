"""A root → its journal, open, locked, and with whatever an interrupted run left behind settled first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cullr.journal import Journal
from cullr.moves.recover import recover


@contextmanager
def opened(root: Path) -> Iterator[tuple[Journal, tuple[str, ...]]]:
    """The journal, and in words what was settled. Raises Failed: locked, damaged, read-only, or past settling."""
    with Journal(root) as journal:
        yield journal, tuple(recover(journal))
