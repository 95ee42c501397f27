"""The journal → one row per batch: what moved when, how much of it is still staged, and whether it can come back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cullr.journal import Batch, BatchId, State, read
from cullr.journal.tree import Tree
from cullr.moves import rewriting


class BatchState(StrEnum):
    STAGED = "staged"
    PARTLY = "partly staged"
    UNDONE = "undone"
    EMPTIED = "emptied"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """`files` and `bytes` as they were moved; `staged` of these files are staged by the journal's word, `undoable` of
    them are there and have their old place free. For stars and labels: sidecars that were written, those whose change
    still stands, and those of them that hold it unchanged. `first` is the path that the first shot had."""

    id: BatchId
    at: str
    what: str
    shots: int
    files: int
    bytes: int
    state: BatchState
    staged: int
    undoable: int
    wrote: bool = False
    first: str = ""


def history(root: Path) -> list[BatchInfo]:
    """Every batch below a root, oldest first. Writes nothing, needs no lock. Raises Failed, RootError."""
    state = read(root).state
    with Tree(root) as tree:
        return [_row(tree, state, batch) for batch in state.batches.values()]


def _row(tree: Tree, state: State, batch: Batch) -> BatchInfo:
    if batch.rewrites:
        return _written(tree, batch)
    files = [file for shot in batch.shots for file in shot.files]
    undoable = sum(_can_return(tree, state.staged[path].file.source, path) for path in batch.held)
    return BatchInfo(
        batch.id,
        batch.at,
        batch.what,
        sum(len(shot.faces) for shot in batch.shots),
        len(files),
        sum(file.size for file in files),
        _state(batch, len(files)),
        len(batch.held),
        undoable,
        first=batch.shots[0].face if batch.shots else "",
    )


def _written(tree: Tree, batch: Batch) -> BatchInfo:
    count, standing = len(batch.rewrites), len(batch.standing)
    free = len(rewriting.would_take_back(tree, batch.rewrites, batch.standing)[0])
    state = BatchState.WRITTEN if standing else BatchState.UNDONE
    return BatchInfo(batch.id, batch.at, batch.what, 1, count, 0, state, standing, free, wrote=True)


def _state(batch: Batch, files: int) -> BatchState:
    if batch.held:
        return BatchState.STAGED if len(batch.held) == files else BatchState.PARTLY
    return BatchState.EMPTIED if batch.emptied else BatchState.UNDONE


def _can_return(tree: Tree, home: str, staged: str) -> bool:
    try:
        return tree.regular(staged) is not None and tree.lstat(home) is None
    except OSError:
        return False
