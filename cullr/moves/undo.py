"""A batch → its files back where they were, at any time, in any order, after any restart. Undo is a new entry.

Invariant: nothing that stands in a file's old place is touched; the shot then stays staged, whole, and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cullr.errors import UsageError
from cullr.journal import BatchId, Held, Intent, Journal, MovedFile, MovedShot, State, Verb, read
from cullr.journal.tree import Tree
from cullr.moves import rewriting
from cullr.moves.opening import opened
from cullr.moves.perform import CHUNK, carry_out, sweep
from cullr.moves.plan import folders_to_make
from cullr.moves.rename import movable
from cullr.moves.stays import Refusal, Stays
from cullr.safe_text import visible


@dataclass(frozen=True, slots=True)
class UndoResult:
    """`restored` holds the files by their old paths, and sidecars whose stars were taken back; `recovered` says what an
    earlier run had left."""

    batches: tuple[BatchId, ...]
    restored: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    recovered: tuple[str, ...] = ()


def undo(root: Path, batches: Iterable[BatchId] | None = None, *, last: int = 0) -> UndoResult:
    """Take back the named batches, or the `last` n that are still staged, or (neither given) all; latest first.

    Raises UsageError for a batch that never was, Failed, RootError.
    """
    with opened(root) as (journal, recovered):
        result = undo_open(journal, choose(journal.state, batches, last))
    return UndoResult(result.batches, result.restored, result.refused, recovered)


def undo_open(journal: Journal, batches: Sequence[BatchId]) -> UndoResult:
    """As `undo`, on an open journal and in the order given."""
    restored: list[str] = []
    refused: list[Refusal] = []
    for batch, shots in _chunks(journal.state, batches):
        gone, stayed = _undo_chunk(journal, batch, shots) if shots else rewriting.take_back(journal, batch)
        restored += gone
        refused += stayed
    sweep(journal)
    return UndoResult(tuple(batches), tuple(dict.fromkeys(restored)), tuple(refused))


def preview(root: Path, batches: Iterable[BatchId] | None = None, *, last: int = 0) -> UndoResult:
    """What `undo` would do. Writes nothing."""
    restored: list[str] = []
    refused: list[Refusal] = []
    state = read(root).state
    chosen = choose(state, batches, last)
    with Tree(root) as tree:
        for batch, shots in _chunks(state, chosen):
            if shots:
                homeward, stayed = _plan(tree, state, batch, shots)
                restored += [file.target for shot in homeward.shots for file in shot.files]
            else:
                held = state.batches[batch]
                back, stayed = rewriting.would_take_back(tree, held.rewrites, held.standing)
                restored += back
            refused += stayed
    return UndoResult(tuple(chosen), tuple(dict.fromkeys(restored)), tuple(refused))


def choose(state: State, batches: Iterable[BatchId] | None, last: int) -> list[BatchId]:
    """The batches meant, latest first unless named. Raises UsageError for a batch that never was."""
    if batches is None:
        staged = [batch.id for batch in state.batches.values() if batch.held or batch.standing][::-1]
        return staged[:last] if last else staged
    named = list(dict.fromkeys(batches))
    for batch in named:
        if batch not in state.batches:
            raise UsageError(f"there is no batch {batch!r}", "`cullr history` lists them.")
    return named


def _chunks(state: State, batches: Iterable[BatchId]) -> Iterator[tuple[BatchId, Sequence[MovedShot]]]:
    """The shots of each batch, a chunk at a time; none at all for one that wrote into sidecars."""
    for batch in batches:
        shots = tuple(state.batches[batch].shots)
        if not shots:
            yield batch, ()
        for start in range(0, len(shots), CHUNK):
            yield batch, shots[start : start + CHUNK]


def _undo_chunk(journal: Journal, batch: BatchId, shots: Sequence[MovedShot]) -> tuple[list[str], list[Refusal]]:
    tree = journal.tree
    tree.forget()
    homeward, refused = _plan(tree, journal.state, batch, shots)
    if not homeward.shots:
        return [], refused
    try:
        folders = folders_to_make(tree, homeward.shots)
    except OSError as error:
        return [], refused + [Stays(shot.face, error).refusal for shot in homeward.shots]
    intent = Intent(Verb.UNDO, batch, tuple(homeward.shots), folders=folders)
    outcome = carry_out(journal, intent, homeward.arrived)
    return [file.target for shot in outcome.moved(intent) for file in shot.files], refused + outcome.refused


@dataclass(slots=True)
class _Homeward:
    """`arrived` are staged paths whose files are home already, put there by hand or by HOW_TO_UNDO's script."""

    shots: list[MovedShot] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)


def _plan(tree: Tree, state: State, batch: BatchId, shots: Sequence[MovedShot]) -> tuple[_Homeward, list[Refusal]]:
    homeward, refused = _Homeward(), list[Refusal]()
    for shot in shots:
        arrived, missing = set[str](), list[Refusal]()
        try:
            held = list(_held(state, batch, shot))
            files = [file for each in held if (file := _way_home(tree, each.file, arrived, missing))]
        except (Stays, OSError) as error:
            stays = error if isinstance(error, Stays) else Stays(shot.face, error)
            refused.append(stays.refusal)
            continue
        refused += missing
        homeward.arrived |= arrived
        if files:
            homeward.shots.append(replace(shot, files=tuple(files), needs=()))
    return homeward, refused


def _held(state: State, batch: BatchId, shot: MovedShot) -> Iterator[Held]:
    """The shot's files still staged, and the shared companions it needs wherever those went with another shot."""
    for file in shot.files:
        held = state.staged.get(file.target)
        if held is not None and (held.batch, held.file) == (batch, file):
            yield held
    own = {file.source for file in shot.files}
    for need in shot.needs:
        if need in state.homes and need not in own:
            yield state.staged[state.homes[need]]


def _way_home(tree: Tree, file: MovedFile, arrived: set[str], missing: list[Refusal]) -> MovedFile | None:
    there, home = tree.lstat(file.target), tree.lstat(file.source)
    if there is None and home is not None and (home.st_size, home.st_mtime_ns) == (file.size, file.mtime_ns):
        arrived.add(file.target)
        return MovedFile(file.target, file.source, file.size, file.mtime_ns, file.digest)
    if there is None:
        missing.append(Refusal(file.target, "it is no longer where it was staged"))
        return None
    if home is not None:
        raise Stays(file.source, f"something else stands in its place; it stays at {visible(file.target)}")
    found = movable(tree, file.target)
    return MovedFile(file.target, file.source, found.st_size, found.st_mtime_ns, file.digest)
