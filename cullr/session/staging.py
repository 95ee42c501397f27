"""A plan → moves, root by root, as one batch: what changed since the plan was made stays, and is named.

Renders of a redundant set go to `delete_review/`, everything else to `_review_dupes/`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cullr import moves, scan
from cullr.journal import BatchId
from cullr.model import File, Kind, Shot
from cullr.moves import CompanionsNow, ShotMove
from cullr.session.plan import Place, Plan, PlannedShot

INTO = {Kind.SET: "delete_review"}
DUPES = "_review_dupes"


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
    """Stage every shot the plan culls. Raises Failed, RootError; a shot that cannot go is in `left`."""
    done = Staged()
    now = _Now(plan, roots, ignore)
    wanted = _moves(plan, now, done)
    batch = moves.new_batch()
    total = sum(len(shots) for shots in wanted.values())
    before = 0
    for (root, into), shots in sorted(wanted.items()):
        result = moves.stage(
            roots[root],
            shots,
            _companions_now(roots[root], ignore),
            into=into,
            what=f"{into}: {plan.rule}" if plan.rule else into,
            batch=batch,
            progress=lambda count, so_far=before: progress("moving", so_far + count, total),  # type: ignore[misc]
        )
        before += len(shots)
        done.batch = done.batch or result.batch
        done.shots += len(result.moved)
        done.files += result.files
        done.bytes += result.bytes
        done.left += [Left(root, refusal.path, refusal.why) for refusal in result.refused]
        done.recovered += result.recovered
    return done


def _moves(plan: Plan, now: _Now, done: Staged) -> dict[tuple[int, str], list[ShotMove]]:
    """Requests by root and staged folder; shots whose keepers are gone, or that cannot be found, are left at once."""
    keepers = plan.keepers()
    chosen: dict[tuple[int, str], list[tuple[Shot, list[PlannedShot]]]] = defaultdict(list)
    for place, (planned, group) in plan.culled().items():
        kept = keepers[place]
        why = _objection(planned, kept, now)
        if why:
            done.left.append(Left(*place, why))
        else:
            chosen[planned.root, INTO.get(group.kind, DUPES)].append((now.as_planned(planned), kept))
    found = {}
    for (root, into), culls in chosen.items():
        inside = {
            shot.path: [now.shot(each) for each in kept if each.root == root and now.shots.get(each.place)]
            for shot, kept in culls
        }
        found[root, into] = moves.requests([shot for shot, _ in culls], now.of_root(root), inside)
    return found


def _objection(planned: PlannedShot, kept: Sequence[PlannedShot], now: _Now) -> str:
    """Why this shot may not even be tried, or nothing."""
    if planned.place not in now.shots:
        return "it vanished since the plan was made"
    if not kept:
        return "the plan keeps nothing in its stead"
    elsewhere = [each for each in kept if each.root != planned.root]
    if len(elsewhere) == len(kept) and not any(now.unchanged(each) for each in elsewhere):
        return "nothing kept in its stead is still there and unchanged"
    return ""


class _Now:
    """The folders that the plan speaks of, as they are at this moment; what belongs to a shot lies in its folder."""

    def __init__(self, plan: Plan, roots: Sequence[Path], ignore: Sequence[str]) -> None:
        named = (shot for group in plan.groups for shot in (*group.keep, *group.cull))
        folders = sorted({(shot.root, shot.path.rpartition("/")[0]) for shot in named})
        self._all = [shot for root, folder in folders for shot in scan.folder(roots[root], folder, ignore, number=root)]
        self.shots: dict[Place, Shot] = {
            (shot.root, photo.path): replace(shot, face=photo) for shot in self._all for photo in shot.photos
        }

    def of_root(self, root: int) -> list[Shot]:
        return [shot for shot in self._all if shot.root == root]

    def shot(self, planned: PlannedShot) -> Shot:
        """The shot, its face as planned: changed since, it is not there any more in the mover's eyes."""
        shot = self.shots[planned.place]
        return replace(shot, face=replace(shot.face, size=planned.size, mtime_ns=planned.mtime_ns))

    def unchanged(self, planned: PlannedShot) -> bool:
        shot = self.shots.get(planned.place)
        return shot is not None and (shot.face.size, shot.face.mtime_ns) == (planned.size, planned.mtime_ns)

    def as_planned(self, planned: PlannedShot) -> Shot:
        """The shot with the files the plan knows: the mover refuses what is gone, changed, or new beside them."""
        shot = self.shot(planned)
        present = {file.path: file for file in shot.files} | {shot.face.path: shot.face}
        files = [present.get(path) or File(planned.root, path, -1, -1) for path in sorted(planned.files)]
        photos = {photo.path for photo in shot.photos}
        return replace(
            shot,
            photos=tuple(file for file in files if file.path in photos),
            companions=tuple(file for file in files if file.path not in photos),
            shared=tuple(file for file in shot.shared if file.path in planned.files),
        )


def _companions_now(root: Path, ignore: Sequence[str]) -> CompanionsNow:
    """A fresh look at a shot's folder; one look serves all shots until the folder changes."""
    looks: dict[str, tuple[int, dict[str, frozenset[str]]]] = {}

    def now(shot: ShotMove) -> frozenset[str]:
        folder = shot.face.rpartition("/")[0]
        changed = os.stat(root / folder).st_mtime_ns  # noqa: PTH116
        known = looks.get(folder)
        if known is None or known[0] != changed:
            files = {
                photo.path: frozenset(file.path for file in found.files)
                for found in scan.folder(root, folder, ignore)
                for photo in found.photos
            }
            known = looks[folder] = (changed, files)
        return known[1].get(shot.face, frozenset())

    return now
