"""Staged files → the system's trash, or gone for good on a second word. What cullr did not stage is left and named.

Written down before and after, as a move is; a batch some of whose files went says so in the history.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cullr.errors import Failed
from cullr.journal import BatchId, Intent, Journal, MovedFile, MovedShot, Verb, disk
from cullr.journal.tree import Tree
from cullr.moves.opening import opened
from cullr.moves.perform import CHUNK, Outcome, finish, sweep
from cullr.moves.rename import movable
from cullr.moves.stays import Refusal, Stays
from cullr.safe_text import visible


@dataclass(frozen=True, slots=True)
class EmptyResult:
    """`bytes` of `files` left the staged folders; `refused` are those that stayed, by their staged path."""

    files: int
    bytes: int
    refused: tuple[Refusal, ...]
    recovered: tuple[str, ...]


def empty(root: Path, *, forever: bool = False) -> EmptyResult:
    """Send all staged files to the trash, or delete them `forever`.

    Raises Failed where there is no trash (NAS, SMB): nothing has been deleted then; RootError.
    """
    with opened(root) as (journal, recovered):
        shots = _staged(journal)
        discard = _delete if forever else _to_trash
        files = size = 0
        refused: list[Refusal] = []
        for start in range(0, len(shots), CHUNK):
            for batch, group in _by_batch(shots[start : start + CHUNK]):
                intent = Intent(Verb.EMPTY, batch, tuple(group))
                outcome = _carry_out(journal, intent, discard)
                moved = [file for shot in outcome.moved(intent) for file in shot.files]
                files, size = files + len(moved), size + sum(file.size for file in moved)
                refused += outcome.refused
        sweep(journal)
    return EmptyResult(files, size, tuple(refused), recovered)


def _staged(journal: Journal) -> list[tuple[BatchId, MovedShot]]:
    found = []
    state = journal.state
    for batch in state.batches.values():
        for shot in batch.shots:
            files = tuple(
                MovedFile(file.target, "", file.size, file.mtime_ns)
                for file in shot.files
                if file.target in batch.held and state.staged[file.target].file == file
            )
            if files:
                found.append((batch.id, MovedShot(shot.face, files)))
    return found


def _by_batch(shots: Iterable[tuple[BatchId, MovedShot]]) -> Iterable[tuple[BatchId, list[MovedShot]]]:
    groups: dict[BatchId, list[MovedShot]] = {}
    for batch, shot in shots:
        groups.setdefault(batch, []).append(shot)
    return groups.items()


def _carry_out(journal: Journal, intent: Intent, discard: Callable[[Tree, str], None]) -> Outcome:
    tree = journal.tree
    tree.forget()
    entry = journal.append(intent)
    outcome = Outcome()
    failed: Failed | None = None
    for i, shot in enumerate(intent.shots):
        for j, file in enumerate(shot.files):
            try:
                if failed is None:
                    movable(tree, file.source, (file.size, file.mtime_ns))
                    discard(tree, file.source)
                    continue
            except Stays as stays:
                outcome.refused.append(stays.refusal)
            except OSError as error:
                outcome.refused.append(Stays(file.source, error).refusal)
            except Failed as error:
                failed = error
            outcome.left.add((i, j))
    finish(journal, entry.seq, intent, outcome.left)
    if failed is not None:
        raise failed
    return outcome


def _delete(tree: Tree, path: str) -> None:
    at, name = tree.parent(path)
    disk.unlink(name, at)


def _to_trash(tree: Tree, path: str) -> None:
    # Imported late: it looks for desktop libraries, and only this command needs it.
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(os.fspath(tree.path / path))
    except (TrashPermissionError, OSError, UnicodeError) as error:
        if tree.lstat(path) is None:
            return
        raise Failed(
            f"there is no trash that takes {visible(path)}; it and all after it stay staged ({error})",
            "Empty with --forever to delete, or leave them where they are.",
        ) from error
