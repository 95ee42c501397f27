"""Batches over several roots: one approval has one name in every root's journal, and is undone in all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cullr import moves
from cullr.errors import UsageError
from cullr.journal import JOURNAL_FOLDER, BatchId
from cullr.model import Kind
from cullr.moves import BatchInfo, BatchState, UndoResult
from cullr.safe_text import visible

APPROVED = re.compile(rf"[a-z_]+: (?:{'|'.join(Kind)})-[0-9a-f]+")
"""What a batch is called that one group's approval moved; others bear the name of the rule that chose."""


@dataclass(frozen=True, slots=True)
class PastBatch:
    """One approval: what every root's journal says of it. `at` is when it began, ISO 8601."""

    id: BatchId
    at: str
    what: str
    parts: tuple[tuple[int, BatchInfo], ...]

    @property
    def named(self) -> str:
        """Which shots: `IMG_0012.jpg and 11 more`; for stars and labels what was written."""
        first = next((part.first for _, part in self.parts if part.first), "").rpartition("/")[2]
        if self.wrote or not first:
            return self.what
        return f"{first} and {self.shots - 1:,} more" if self.shots > 1 else first

    @property
    def told(self) -> str:
        """Which shots, and where they went: `IMG_0012.jpg and 11 more, to _review_dupes`."""
        into, _, chosen = self.what.partition(": ")
        if self.named == self.what:
            return self.what
        # One group's approval bears the group's number, which says nothing to a person.
        rule = f" by {chosen}" if chosen and not APPROVED.fullmatch(self.what) else ""
        return f"{self.named}, to {into}{rule}"

    @property
    def shots(self) -> int:
        return sum(part.shots for _, part in self.parts)

    @property
    def files(self) -> int:
        return sum(part.files for _, part in self.parts)

    @property
    def wrote(self) -> bool:
        """Whether it wrote stars or labels into sidecars and moved nothing."""
        return all(part.wrote for _, part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for _, part in self.parts)

    @property
    def staged(self) -> int:
        return sum(part.staged for _, part in self.parts)

    @property
    def undoable(self) -> int:
        return sum(part.undoable for _, part in self.parts)

    @property
    def state(self) -> BatchState:
        states = {part.state for _, part in self.parts}
        return states.pop() if len(states) == 1 else BatchState.PARTLY


@dataclass(slots=True)
class Undone:
    """`files` were put back (or would be), `back` by (root, path); `left` are (root, staged path, reason)."""

    batches: list[BatchId] = field(default_factory=list)
    files: int = 0
    back: list[tuple[int, str]] = field(default_factory=list)
    left: list[tuple[int, str, str]] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)

    def add(self, root: int, result: UndoResult) -> None:
        """What became of it below the root of this number."""
        self.files += len(result.restored)
        self.back += [(root, path) for path in result.restored]
        self.left += [(root, refusal.path, refusal.why) for refusal in result.refused]
        self.recovered += result.recovered


def history(roots: Sequence[Path]) -> list[PastBatch]:
    """Every batch, oldest first. Writes nothing. Raises Failed for a journal that cannot be believed."""
    found: dict[BatchId, list[tuple[int, BatchInfo]]] = {}
    began: dict[BatchId, str] = {}
    for number, root in enumerate(roots):
        clock = ""
        for batch in moves.history(root):
            # The journal knows what came first; times are whole seconds, and clocks are set back.
            clock = max(clock, batch.at)
            began.setdefault(batch.id, clock)
            found.setdefault(batch.id, []).append((number, batch))
    return [
        PastBatch(name, min(part.at for _, part in found[name]), found[name][0][1].what, tuple(found[name]))
        for name in sorted(found, key=began.__getitem__)
    ]


def take_back(roots: Sequence[Path], batch: BatchId) -> Undone | None:
    """Put one batch back, None when nothing of it is away. No other batch is looked at. Raises Failed."""
    done = Undone([batch])
    away = False
    for number, root in enumerate(roots):
        if not (root / JOURNAL_FOLDER).is_dir():
            continue
        with moves.opened(root) as (book, recovered):
            held = book.state.batches.get(batch)
            if held and (held.held or held.standing):
                away = True
                done.add(number, moves.undo_open(book, [batch]))
            done.recovered += recovered
    return done if away else None


def undo(roots: Sequence[Path], wanted: Sequence[PastBatch], *, dry_run: bool = False) -> Undone:
    """Put the batches' files back, in the order given; what cannot go back stays staged and is named."""
    done = Undone([batch.id for batch in wanted])
    for number, root in enumerate(roots):
        # All of a root's at once: each opening reads its whole journal.
        batches = [part.id for batch in wanted for at, part in batch.parts if at == number]
        if not batches:
            continue
        result = (moves.preview if dry_run else moves.undo)(root, batches)
        done.add(number, result)
    return done


def choose(past: Sequence[PastBatch], *, name: str | None = None, last: int | None = None) -> list[PastBatch]:
    """The batches meant, latest first: the named one, the `last` n that still hold something, or all of these.

    Raises UsageError for a name that no journal knows and for less than one.
    """
    if last is not None and last < 1:
        raise UsageError(f"the last {last} batches are none", "Name a number of batches from 1 on.")
    if name is not None:
        found = [batch for batch in past if batch.id == name]
        if not found:
            raise UsageError(f"no batch {visible(name)} in these folders", "`cullr history` lists them.")
        return found
    held = [batch for batch in reversed(past) if batch.staged]
    return held if last is None else held[:last]
