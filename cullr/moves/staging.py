"""Shots → a staged folder, as one batch: planned, written down, moved, a chunk at a time.

Invariant: a shot is moved whole or left whole, and every shot that was asked for is in the result, moved or refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from cullr.errors import UsageError
from cullr.journal import STAGED_FOLDERS, BatchId, Intent, Journal, MovedShot, Verb
from cullr.moves.opening import opened
from cullr.moves.perform import CHUNK, carry_out, sweep
from cullr.moves.plan import Planner, folders_to_make, homes_of
from cullr.moves.request import BatchResult, CompanionsNow, ShotMove
from cullr.moves.stays import Refusal, Stays


def stage(
    root: Path,
    shots: Sequence[ShotMove],
    companions_now: CompanionsNow,
    *,
    into: str = STAGED_FOLDERS[0],
    what: str = "",
    batch: BatchId | None = None,
    progress: Callable[[int], None] | None = None,
) -> BatchResult:
    """Open the root's journal and stage `shots` as stage_open does. Raises Failed, RootError, UsageError."""
    with opened(root) as (journal, recovered):
        result = stage_open(journal, shots, companions_now, into=into, what=what, batch=batch, progress=progress)
    return BatchResult(result.batch, result.moved, result.refused, recovered)


def stage_open(
    journal: Journal,
    shots: Sequence[ShotMove],
    companions_now: CompanionsNow,
    *,
    into: str = STAGED_FOLDERS[0],
    what: str = "",
    batch: BatchId | None = None,
    progress: Callable[[int], None] | None = None,
) -> BatchResult:
    """Move the shots to the same places below `into`; those that cannot go are refused, the rest goes on.

    `what` tells people later what this batch was ("phash, largest_original"); `progress` hears the number of shots
    seen so far. Raises Failed when the journal or a half-made move stops the batch: the next open settles it.
    """
    if into not in STAGED_FOLDERS:
        raise UsageError(f"{into!r} is not a staged folder", f"Known: {', '.join(STAGED_FOLDERS)}.")
    batch = batch or new_batch()
    planner = Planner(journal.tree, into, shots, companions_now)
    moved: list[MovedShot] = []
    refused: list[Refusal] = []
    for start in range(0, len(shots), CHUNK):
        planned, stayed = _plan(planner, shots[start : start + CHUNK])
        refused += stayed
        if planned:
            gone, stayed = _go(journal, planner, batch, what, planned)
            moved += gone
            refused += stayed
        if progress:
            progress(min(start + CHUNK, len(shots)))
    if refused:
        sweep(journal)
    return BatchResult(batch if moved else None, tuple(moved), tuple(refused))


def new_batch() -> BatchId:
    """A name for a batch that sorts by time and that a person can type: `20250102-150405-9f3c`."""
    return BatchId(f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}")


def _plan(planner: Planner, shots: Sequence[ShotMove]) -> tuple[list[MovedShot], list[Refusal]]:
    planned, refused = [], []
    for shot in shots:
        try:
            planned.append(planner.plan(shot))
        except Stays as stays:
            planner.stays(shot.face)
            refused.append(stays.refusal)
    return planned, refused


def _go(
    journal: Journal, planner: Planner, batch: BatchId, what: str, shots: list[MovedShot]
) -> tuple[list[MovedShot], list[Refusal]]:
    try:
        folders, homes = folders_to_make(journal.tree, shots), homes_of(journal.tree, shots)
    except OSError as error:
        for shot in shots:
            planner.stays(shot.face)
        return [], [Stays(shot.face, error).refusal for shot in shots]
    intent = Intent(Verb.STAGE, batch, tuple(shots), what, folders, homes)
    outcome = carry_out(journal, intent)
    moved = outcome.moved(intent)
    gone = {shot.face for shot in moved}
    for shot in shots:
        if shot.face not in gone:
            planner.stays(shot.face)
    return moved, outcome.refused
