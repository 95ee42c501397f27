"""A plan → moves, root by root, as one batch: what changed since the plan was made stays, and is named.

Renders of a redundant set go to `delete_review/`, everything else to `_review_dupes/`. Invariant: a shot goes only
while one of those kept in its stead is there and unchanged, of a set all of them; and of a set all shots go or none.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from cullr import moves
from cullr.fingerprint import fingerprint
from cullr.journal import BatchId
from cullr.model import Kind, Shot
from cullr.moves import ShotMove
from cullr.session.plan import Place, Plan, PlannedShot
from cullr.session.present import Present, companions_now

INTO = {Kind.SET: "delete_review"}
DUPES = "_review_dupes"
Wanted = dict[tuple[int, str], list[ShotMove]]
"""Requests by root and staged folder."""


@dataclass(frozen=True, slots=True)
class Left:
    """A shot that stayed where it is, and why."""

    root: int
    path: str
    why: str


@dataclass(slots=True)
class Staged:
    """What became of a plan. `batch` is None when nothing moved; `recovered` says what an earlier run had left."""

    batch: BatchId | None = None
    shots: int = 0
    files: int = 0
    bytes: int = 0
    left: list[Left] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)


def apply(
    plan: Plan, roots: Sequence[Path], ignore: Sequence[str], progress: Callable[[str, int, int], None]
) -> Staged:
    """Stage every shot the plan culls. Raises Failed, RootError; a shot that cannot go is in `left`.

    The journals of all roots concerned are opened first: where one cannot be, nothing moves anywhere.
    """
    done = Staged()
    wanted = _moves(plan, Present(plan, roots, ignore), roots, done)
    with ExitStack() as stack:
        books = {}
        for root in sorted({root for root, _ in wanted}):
            books[root], recovered = stack.enter_context(moves.opened(roots[root]))
            done.recovered += recovered
        if done.recovered:
            # Settling an interrupted run moved files, so what was seen before does not hold.
            done.left.clear()
            wanted = _moves(plan, Present(plan, roots, ignore), roots, done)
        batch = moves.new_batch()
        total = sum(len(shots) for shots in wanted.values())
        before = 0
        for (root, into), shots in sorted(wanted.items()):
            result = moves.stage_open(
                books[root],
                shots,
                companions_now(roots[root], ignore),
                into=into,
                what=f"{into}: {plan.rule}" if plan.rule else into,
                batch=batch,
                progress=lambda count, so_far=before: progress("moving", so_far + count, total),  # type: ignore[misc]
            )
            before += len(shots)
            done.batch = done.batch or result.batch
            done.shots += result.shots
            done.files += result.files
            done.bytes += result.bytes
            done.left += [Left(root, refusal.path, refusal.why) for refusal in result.refused]
    return done


def _moves(plan: Plan, now: Present, roots: Sequence[Path], done: Staged) -> Wanted:
    """What to ask the mover for; shots whose keepers are gone, or that cannot be found, are left at once."""
    keepers = plan.keepers()
    culls: dict[tuple[int, str], list[Shot]] = defaultdict(list)
    kept: dict[tuple[int, str], list[Shot]] = {}
    sets: dict[tuple[int, str], str] = {}
    objections = _objections(plan, keepers, now)
    for place, (planned, group) in plan.culled().items():
        if why := objections.get(place):
            done.left.append(Left(*place, why))
            continue
        shot = now.as_planned(planned)
        culls[planned.root, INTO.get(group.kind, DUPES)].append(shot)
        if group.kind is Kind.SET:
            sets[planned.root, shot.path] = f"{group.id} {planned.set}"
        kept[planned.root, shot.path] = now.stand_ins(planned, keepers[place])
    return {
        (root, into): [
            replace(move, digests=_digests(roots[root], move), together=sets.get((root, move.face), ""))
            for move in moves.requests(shots, now.of_root(root), {shot.path: kept[root, shot.path] for shot in shots})
        ]
        for (root, into), shots in culls.items()
    }


def _digests(root: Path, move: ShotMove) -> dict[str, str]:
    """A fingerprint of each file, so that `verify` can tell later whether it is still the same; 192 KiB read a file.

    A file that cannot be read now is the mover's to refuse.
    """
    found = {}
    for file in move.files:
        with suppress(OSError):
            handle = os.open(root / file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                found[file.path] = fingerprint(os.fstat(handle).st_size, partial(_read, handle)).hex()
            finally:
                os.close(handle)
    return found


def _read(handle: int, offset: int, length: int) -> bytes:
    return os.pread(handle, length, offset)


def _objections(plan: Plan, keepers: Mapping[Place, Sequence[PlannedShot]], now: Present) -> dict[Place, str]:
    """Why shots may not be tried. One of a set that cannot go keeps the whole set."""
    found: dict[Place, str] = {}
    sets: dict[tuple[str, int | None], list[PlannedShot]] = defaultdict(list)
    for place, (planned, group) in plan.culled().items():
        if why := _objection(planned, group.kind, keepers[place], now):
            found[place] = why
        if group.kind is Kind.SET:
            sets[group.id, planned.set].append(planned)
    for shots in sets.values():
        torn = next((each for each in shots if each.place in found or not now.whole(each)), None)
        if torn is not None:
            why = f"its set stays whole, and {torn.path} changed since the plan was made"
            found |= {each.place: found.get(each.place, why) for each in shots}
    return found


def _objection(planned: PlannedShot, kind: Kind, kept: Sequence[PlannedShot], now: Present) -> str:
    """Why this shot may not even be tried, or nothing."""
    if planned.place not in now.shots:
        return "it vanished since the plan was made"
    if not kept:
        return "the plan keeps nothing in its stead"
    there = [now.unchanged(each) for each in kept]
    if not any(there):
        return "nothing kept in its stead is still there and unchanged"
    if kind is Kind.SET and not all(there):
        return "the set kept in its stead is no longer whole and unchanged"
    return ""
