"""Shots → a staged folder, as one batch: planned, written down, moved, a chunk at a time.

Invariant: a shot is moved whole or left whole, shots to go together likewise, and every shot that was asked for is in
the result, moved or refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cullr.errors import UsageError
from cullr.journal import STAGED_FOLDERS, BatchId, Intent, Journal, MovedShot, Verb
from cullr.moves.opening import opened
from cullr.moves.perform import CHUNK, carry_out, sweep
from cullr.moves.plan import Planner, folders_to_make, homes_of
from cullr.moves.request import BatchResult, CompanionsNow, ShotMove
from cullr.moves.stays import Refusal, Stays
from cullr.safe_text import visible


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
    units = _units(shots)
    planner = Planner(journal.tree, into, [shot for unit in units for shot in unit], companions_now)
    moved: list[MovedShot] = []
    refused: list[Refusal] = []
    seen = 0
    for start in range(0, len(units), CHUNK):
        planned, stayed = _plan(planner, units[start : start + CHUNK])
        refused += stayed
        if planned:
            gone, stayed = _go(journal, planner, batch, what, planned)
            moved += gone
            refused += stayed
        seen += sum(map(len, units[start : start + CHUNK]))
        if progress:
            progress(seen)
    if refused:
        sweep(journal)
    return BatchResult(batch if moved else None, tuple(moved), tuple(refused))


def new_batch() -> BatchId:
    """A name for a batch that sorts by time and that a person can type: `20250102-150405-9f3c`."""
    return BatchId(f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}")


def _units(shots: Sequence[ShotMove]) -> list[list[ShotMove]]:
    """What goes all or none: shots that go together, each other shot alone; in the order of their firsts."""
    found: dict[tuple[str, str], list[ShotMove]] = {}
    for shot in shots:
        found.setdefault((shot.together, "" if shot.together else shot.face), []).append(shot)
    return list(found.values())


Planned = dict[MovedShot, list[ShotMove]]


def _plan(planner: Planner, units: Sequence[list[ShotMove]]) -> tuple[Planned, list[Refusal]]:
    planned: Planned = {}
    refused: list[Refusal] = []
    for unit in units:
        try:
            planned[planner.plan_together(unit)] = unit
        except Stays as stays:
            refused += _stay(planner, unit, stays.refusal)
    return planned, refused


def _stay(planner: Planner, unit: Sequence[ShotMove], why: Refusal) -> list[Refusal]:
    """A row for each shot of it: the first for the one that could not go, the others for those that stay with it."""
    for shot in unit:
        planner.stays(shot.face)
    barred = next((shot for shot in unit if why.path in {shot.face, *(file.path for file in shot.files)}), unit[0])
    others = [shot.face for shot in unit if shot is not barred]
    return [why, *(Refusal(face, f"its set stays whole, and {visible(why.path)} stays: {why.why}") for face in others)]


def _go(
    journal: Journal, planner: Planner, batch: BatchId, what: str, planned: Planned
) -> tuple[list[MovedShot], list[Refusal]]:
    try:
        folders, homes = folders_to_make(journal.tree, planned), homes_of(journal.tree, planned)
    except OSError as error:
        whys = [Stays(shot.face, error).refusal for shot in planned]
        return [], _stayed(planner, planned.values(), whys)
    intent = Intent(Verb.STAGE, batch, tuple(planned), what, folders, homes)
    outcome = carry_out(journal, intent)
    moved = outcome.moved(intent)
    gone = {shot.face for shot in moved}
    return moved, _stayed(planner, (unit for shot, unit in planned.items() if shot.face not in gone), outcome.refused)


def _stayed(planner: Planner, units: Iterable[list[ShotMove]], whys: Sequence[Refusal]) -> list[Refusal]:
    """The reasons stand in the units' order."""
    return [row for unit, why in zip(units, whys, strict=True) for row in _stay(planner, unit, why)]
