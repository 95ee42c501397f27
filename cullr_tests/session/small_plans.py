"""Files below roots, and plans for them as a review would make them: what the tests of plans and staging start from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cullr import scan
from cullr.journal import BatchId, Intent, Journal, MovedFile, MovedShot, Verb
from cullr.model import Kind
from cullr.session.plan import Place, Plan, PlannedGroup, PlannedShot
from cullr.session.staging import Staged, apply

Side = Iterable[str | Place]


def write(root: Path, *paths: str) -> None:
    """Files that the scan takes for photos by their names; old, so that a later change shows."""
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.fsencode(path) * 3)
        os.utime(file, ns=(1, 1_500_000_000_000_000_001))


def plan(roots: Sequence[Path], *groups: tuple[Kind, Side, Side]) -> Plan:
    """Groups of (kind, kept, culled), shots by their faces: `a.jpg` lies in the first root, (1, `a.jpg`) elsewhere."""
    seen = {(shot.root, shot.path): shot for shot in scan.walk(roots).shots}

    def planned(place: str | Place) -> PlannedShot:
        shot = seen[(0, place) if isinstance(place, str) else place]
        files = frozenset(file.path for file in shot.files)
        return PlannedShot(shot.root, shot.path, files, shot.face.size, shot.face.mtime_ns)

    made = [
        PlannedGroup(f"{kind}-{number}", kind, tuple(map(planned, keep)), tuple(map(planned, cull)))
        for number, (kind, keep, cull) in enumerate(groups)
    ]
    return Plan(tuple(map(str, roots)), "largest_original", tuple(made))


def stage(chosen: Plan, *roots: Path, ignore: Sequence[str] = ()) -> Staged:
    return apply(chosen, roots, ignore, lambda *_step: None)


def tree(*roots: Path) -> dict[str, bytes]:
    """Every file below the roots but the journals', and what it holds."""
    return {
        str(path): path.read_bytes()
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".cullr" not in path.parts
    }


def names(root: Path) -> list[str]:
    """The files below a root that are not cullr's own, by path."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.startswith(".cullr/"))


def grow(path: Path) -> None:
    """Other bytes, the same time."""
    path.write_bytes(path.read_bytes() + b"x")
    os.utime(path, ns=(1, 1_500_000_000_000_000_001))


def touch(path: Path) -> None:
    """The same bytes, another time: by a nanosecond."""
    os.utime(path, ns=(1, 1_500_000_000_000_000_002))


def killed(root: Path, face: str, *others: str) -> None:
    """Leave what a run leaves that was killed after the first move of a shot, before it could say `done`."""
    files = [
        MovedFile(path, f"_review_dupes/{path}", found.st_size, found.st_mtime_ns)
        for path in (face, *others)
        for found in [(root / path).stat()]
    ]
    folder = (root / files[0].target).parent
    folders = tuple(str(each.relative_to(root)) for each in (*reversed(folder.parents), folder) if root in each.parents)
    with Journal(root) as book:
        book.append(Intent(Verb.STAGE, BatchId("killed"), (MovedShot(face, tuple(files)),), "", folders))
    folder.mkdir(parents=True)
    (root / face).rename(root / files[0].target)
