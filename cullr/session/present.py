"""The folders that a plan names → the shots in them at this moment. Reads only.

A plan is not believed: a folder is looked into only where a walk of its root would have come to it.
"""

from __future__ import annotations

import errno
import fnmatch
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import annexes, scan
from cullr.journal.tree import Tree
from cullr.model import File, Shot
from cullr.moves import CompanionsNow, ShotMove
from cullr.session.plan import Place, Plan, PlannedShot


class Present:
    """The folders that a plan names, as they are at this moment."""

    def __init__(self, plan: Plan, roots: Sequence[Path], ignore: Sequence[str]) -> None:
        self.shots: dict[Place, Shot] = {}
        self._faces: dict[Place, File] = {}
        self._of_root: defaultdict[int, list[Shot]] = defaultdict(list)
        named = {
            (shot.root, shot.path.rpartition("/")[0]) for group in plan.groups for shot in (*group.keep, *group.cull)
        }
        for number, root in enumerate(roots):
            folders = sorted(folder for other, folder in named if other == number)
            for folder in _reachable(folders, number, roots, ignore):
                for shot in scan.folder(root, folder, ignore):
                    self._of_root[number].append(shot)
                    self.shots |= dict.fromkeys(((number, photo.path) for photo in shot.photos), shot)
                    self._faces |= {(number, photo.path): photo for photo in shot.photos}

    def of_root(self, root: int) -> list[Shot]:
        return self._of_root[root]

    def unchanged(self, planned: PlannedShot) -> bool:
        face = self._faces.get(planned.place)
        return face is not None and (face.size, face.mtime_ns) == (planned.size, planned.mtime_ns)

    def whole(self, planned: PlannedShot) -> bool:
        """Whether its face is unchanged, and just the files that the plan knows are there."""
        return self.unchanged(planned) and {file.path for file in self.shots[planned.place].files} == planned.files

    def stand_ins(self, planned: PlannedShot, kept: Sequence[PlannedShot]) -> list[Shot]:
        """Of the shots kept instead, those for the mover to look at again: none if one in another root will do."""
        there = [each for each in kept if self.unchanged(each)]
        if any(each.root != planned.root for each in there):
            return []
        return [replace(self.shots[each.place], face=self._faces[each.place]) for each in there]

    def as_planned(self, planned: PlannedShot) -> Shot:
        """The shot with the files the plan knows: the mover refuses what is gone, changed, or new beside them."""
        shot = self.shots[planned.place]
        files = {path: File(planned.root, path, -1, -1) for path in sorted(planned.files)}
        files |= {file.path: file for file in shot.files if file.path in files}
        files[planned.path] = replace(files[planned.path], size=planned.size, mtime_ns=planned.mtime_ns)
        photos = {photo.path for photo in shot.photos}
        return Shot(
            files.get(shot.path, files[planned.path]),
            tuple(file for file in files.values() if file.path in photos),
            tuple(file for file in files.values() if file.path not in photos),
            tuple(file for file in shot.shared if file.path in files),
        )


def _reachable(folders: Sequence[str], number: int, roots: Sequence[Path], ignore: Sequence[str]) -> Iterator[str]:
    """Those of the folders that a walk of this root would come to: a plan may name others, and is not believed."""
    if not folders:
        return
    inner = [root for root in roots if root != roots[number] and root.is_relative_to(roots[number])]
    with Tree(roots[number]) as tree:
        for folder in folders:
            if any((roots[number] / folder).is_relative_to(root) for root in inner) or _left_out(folder, ignore):
                continue
            try:
                tree.folder(folder)  # part by part, through no symbolic link
            except OSError:
                continue
            yield folder


def _left_out(folder: str, ignore: Sequence[str]) -> bool:
    """Whether a folder or one around it is hidden, ours or ignored: a walk goes into none of these."""
    globs = [glob.removeprefix("./").rstrip("/") for glob in ignore]
    while folder:
        outer, _, name = folder.rpartition("/")
        if name.startswith(".") or name in scan.LEFT_OUT:
            return True
        if any(fnmatch.fnmatchcase(name, glob) or fnmatch.fnmatchcase(folder, glob) for glob in globs):
            return True
        folder = outer
    return False


@dataclass(slots=True)
class _Look:
    """A folder when it was last looked at: the times of it and of those beside it that hold companions, the paths in
    all of these, and the files of each photo's shot."""

    changed: Mapping[Path, int]
    paths: frozenset[str]
    files: dict[str, frozenset[str]]


def companions_now(root: Path, ignore: Sequence[str]) -> CompanionsNow:
    """A fresh look at a shot's folder; one look serves all shots until a new name appears there or in its annexes.

    Names that went (our own moves, mostly) bring no companion: looking at everything again after each chunk of moves
    would make the cost of a folder of n shots grow with n².
    """
    looks: dict[str, _Look] = {}

    def now(shot: ShotMove) -> frozenset[str]:
        folder = shot.face.rpartition("/")[0]
        look = looks.get(folder)
        if look is None or any(place.stat().st_mtime_ns != then for place, then in look.changed.items()):
            changed, paths = _listed(root / folder)
            if look is not None and paths <= look.paths:
                look.changed, look.paths = changed, paths
            else:
                files = {
                    photo.path: frozenset(file.path for file in found.files)
                    for found in scan.folder(root, folder, ignore)
                    for photo in found.photos
                }
                look = looks[folder] = _Look(changed, paths, files)
        if shot.face not in look.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), shot.face)
        return look.files[shot.face]

    return now


def _listed(place: Path) -> tuple[dict[Path, int], frozenset[str]]:
    """The times of a folder, of its annexes and of the folders around these, and the paths in them. Raises OSError:
    where a program's folder cannot be read, nobody knows what belongs to a photo."""
    base = f"{os.fspath(place)}/"
    changed = {place: place.stat().st_mtime_ns}
    paths = set(os.listdir(place))  # noqa: PTH208
    outer = [name for name in paths if annexes.leads_to(name) and (place / name).is_dir()]
    for folder in (*outer, *scan.annexes_in(base, outer)):
        changed[place / folder] = (place / folder).stat().st_mtime_ns
        paths.update(f"{folder}/{name}" for name in os.listdir(base + folder))  # noqa: PTH208
    return changed, frozenset(paths)
