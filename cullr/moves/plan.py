"""Shots to stage → moves that may be written down as intent, or the reason why a shot stays.

Invariant: what is planned was there, unchanged and complete a moment ago, and every target name is free.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator, Sequence

from cullr.journal import JOURNAL_FOLDER, MovedFile, MovedShot
from cullr.journal.entry import is_staged, relative
from cullr.journal.tree import Tree
from cullr.model import File
from cullr.moves.naming import Names
from cullr.moves.rename import movable
from cullr.moves.request import CompanionsNow, ShotMove
from cullr.moves.stays import Stays
from cullr.safe_text import visible


class Planner:
    """Plans the shots of one batch in order. `stays` is told of every shot that does not go after all."""

    def __init__(self, tree: Tree, into: str, shots: Sequence[ShotMove], companions_now: CompanionsNow) -> None:
        self._tree = tree
        self._now = companions_now
        self.names = Names(tree, into)
        self._leaving = {shot.face for shot in shots}
        self._place = {shot.face: place for place, shot in enumerate(shots)}
        self._claimed: set[str] = set()
        self._staying: set[str] = set()

    def plan_together(self, shots: Sequence[ShotMove]) -> MovedShot:
        """One move for all of them. Raises Stays when one of them does not go."""
        planned = []
        before = set(self._claimed)
        try:
            for shot in shots:
                planned.append(self.plan(shot))
        except Stays:
            self._claimed = before
            raise
        if len(planned) == 1:
            return planned[0]
        files = tuple(file for shot in planned for file in shot.files)
        needs = {path for shot in planned for path in shot.needs}
        return MovedShot(planned[0].face, files, tuple(sorted(needs)), tuple(shot.face for shot in planned[1:]))

    def stays(self, face: str) -> None:
        self._staying.add(face)

    def plan(self, shot: ShotMove) -> MovedShot:
        """Raises Stays."""
        try:
            self._check_files(shot)
            self._check_complete(shot)
            self._check_kept(shot)
            files = [file for file in shot.files if self._goes(shot, file.path)]
            targets = self.names.choose(shot.face, [file.path for file in files])
        except OSError as error:
            raise Stays(shot.face, error) from error
        self._claimed.update(file.path for file in files)
        moved = tuple(
            MovedFile(file.path, target, file.size, file.mtime_ns, shot.digests.get(file.path))
            for file, target in zip(files, targets, strict=True)
        )
        return MovedShot(shot.face, moved, tuple(sorted(shot.shared)))

    def _check_files(self, shot: ShotMove) -> None:
        if shot.face not in {file.path for file in shot.files} - shot.shared.keys():
            raise Stays(shot.face, "its own photo is not among the files to move")
        if len({file.path for file in shot.files}) != len(shot.files):
            raise Stays(shot.face, "one of its files is named twice")
        for file in shot.files:
            try:
                relative(file.path)
            except ValueError:
                raise Stays(file.path, "its path leads outside the root") from None
            if is_staged(file.path) or file.path.partition("/")[0] == JOURNAL_FOLDER:
                raise Stays(file.path, "it is staged already, or cullr's own")
            if file.path in self._claimed and file.path not in shot.shared:
                raise Stays(file.path, "it goes with another shot of the same batch")
            try:
                movable(self._tree, file.path, (file.size, file.mtime_ns))
            except OSError as error:
                raise Stays(file.path, error) from error

    def _check_complete(self, shot: ShotMove) -> None:
        grown = sorted(set(self._now(shot)) - {file.path for file in shot.files})
        if grown:
            raise Stays(shot.face, f"it has a new companion since it was indexed: {visible(grown[0])}")

    def _check_kept(self, shot: ShotMove) -> None:
        if shot.kept and not any(self._remains(file) for file in shot.kept):
            raise Stays(shot.face, "nothing kept in its stead is still there, unchanged and staying")

    def _remains(self, file: File) -> bool:
        if file.path in self._leaving and file.path not in self._staying:
            return False
        found = self._tree.regular(file.path)
        return found is not None and (found.st_size, found.st_mtime_ns) == (file.size, file.mtime_ns)

    def _goes(self, shot: ShotMove, path: str) -> bool:
        """Whether a file goes with this shot: a shared one only when no shot that needs it remains or is yet to go."""
        return path not in self._claimed and not any(
            self._needed_by(other, self._place[shot.face]) for other in shot.shared.get(path, ())
        )

    def _needed_by(self, other: str, place: int) -> bool:
        if other in self._leaving and other not in self._staying:
            return self._place[other] > place
        found = self._tree.lstat(other)
        return found is not None and stat.S_ISREG(found.st_mode)


def folders_to_make(tree: Tree, shots: Collection[MovedShot]) -> tuple[str, ...]:
    """The folders that must be made before these shots can go, parents first. Raises OSError."""
    missing: set[str] = set()
    for folder in {file.target.rpartition("/")[0] for shot in shots for file in shot.files}:
        for path in upwards(folder):
            if path in missing or tree.lstat(path) is not None:
                break
            missing.add(path)
    return tuple(sorted(missing, key=lambda path: (path.count("/"), path)))


def homes_of(tree: Tree, shots: Collection[MovedShot]) -> dict[str, tuple[int, int]]:
    """Mode and time of the folders these shots leave and of the folders around these. Raises OSError."""
    homes: dict[str, tuple[int, int]] = {}
    for folder in {file.source.rpartition("/")[0] for shot in shots for file in shot.files}:
        for path in upwards(folder):
            if path in homes:
                break
            if (found := tree.lstat(path)) is not None:
                homes[path] = (found.st_mode & 0o7777, found.st_mtime_ns)
    return homes


def upwards(folder: str) -> Iterator[str]:
    """A folder and those around it, the root not among them."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
