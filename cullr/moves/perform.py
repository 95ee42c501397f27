"""An intent on the disk → files moved, and the `done` that says which. Each shot goes whole or stays whole.

One fsync per folder and intent, after the moves and before `done`: a crash in between leaves the intent open, and
recovery looks at the disk itself. Invariant: no file moves before the intent that names it is on the disk.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cullr.journal import Done, Intent, Journal, MovedFile, MovedShot, Verb, disk
from cullr.journal.tree import Tree
from cullr.moves import rename
from cullr.moves.plan import upwards
from cullr.moves.stays import Refusal, Stays, Unfinished

CHUNK = 256
"""Shots per intent. Three fsyncs and one per folder serve them all; a crash leaves at most this many to look at."""


@dataclass(slots=True)
class Outcome:
    """`left` as in Done; `refused` has one row for each shot that stayed."""

    left: set[tuple[int, int]] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)

    def moved(self, intent: Intent) -> list[MovedShot]:
        """The shots that went, with the files that went."""
        gone = [
            replace(shot, files=tuple(f for j, f in enumerate(shot.files) if (i, j) not in self.left))
            for i, shot in enumerate(intent.shots)
        ]
        return [shot for shot in gone if shot.files]


def carry_out(journal: Journal, intent: Intent, arrived: Iterable[str] = ()) -> Outcome:
    """Write the intent, move, sync, write `done`. Raises Failed, after which the next run settles what was begun.

    `arrived` are sources somebody else brought to their targets already.
    """
    tree = journal.tree
    # Looked-up folders are trusted for one intent only: somebody may move them.
    tree.forget()
    entry = journal.append(intent)
    closed = _make_folders(journal, intent)
    outcome, needed, home = Outcome(), set[str](), set(arrived)
    for i, shot in enumerate(intent.shots):
        going = [file for file in shot.files if file.source not in needed]
        try:
            _check_folders(shot, closed)
            # On the way home, a companion two shots share comes with the first of them and is then there for both.
            _move_shot(tree, [file for file in going if file.source not in home])
            home.update(file.source for file in going)
        except Stays as stays:
            outcome.refused.append(stays.refusal)
            going = []
            needed.update(shot.needs)
        outcome.left |= {(i, j) for j, file in enumerate(shot.files) if file not in going}
    finish(journal, entry.seq, intent, outcome.left)
    return outcome


def finish(journal: Journal, seq: int, intent: Intent, left: Iterable[tuple[int, int]]) -> None:
    """Sync every folder an intent touched and write `done`."""
    tree = journal.tree
    files = [file for shot in intent.shots for file in shot.files]
    targets = {file.target.rpartition("/")[0] for file in files if file.target}
    sources = {file.source.rpartition("/")[0] for file in files}
    # New names first: where renaming is not atomic, power loss must rather leave two names than none.
    for folder in (*sorted(targets), *sorted(sources - targets)):
        try:
            tree.sync(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Unfinished(folder or "the root", error) from error
    if intent.verb is Verb.UNDO:
        _restore_folders(journal, intent)
    journal.append(Done(seq, frozenset(left)))


def sweep(journal: Journal) -> None:
    """Take away the folders cullr made that are empty and hold nothing staged, deepest first."""
    needed = {path for staged in journal.state.staged for path in upwards(staged.rpartition("/")[0])}
    for folder in sorted(journal.state.folders - needed, key=lambda path: -path.count("/")):
        journal.tree.drop(folder)


def _restore_folders(journal: Journal, intent: Intent) -> None:
    """Give folders that undo had to make again the mode and time they had; deepest first, as filling one changes it."""
    tree = journal.tree
    for folder in reversed(intent.folders):
        mode, modified = journal.state.home_modes.get(folder, (None, 0))
        if mode is not None:
            with contextlib.suppress(OSError):
                disk.set_times(tree.folder(folder), modified, modified)
                disk.chmod(tree.folder(folder), mode)


def _move_shot(tree: Tree, files: Iterable[MovedFile]) -> None:
    done: list[MovedFile] = []
    for file in files:
        try:
            rename.move(tree, file.source, file.target, (file.size, file.mtime_ns))
        except (Stays, OSError) as error:
            stays = error if isinstance(error, Stays) else Stays(file.source, error)
            for earlier in reversed(done):
                put_back(tree, earlier.source, earlier.target)
            raise stays from error
        done.append(file)


def put_back(tree: Tree, begun: str, ended: str) -> None:
    """Take a move of this run back. Raises Unfinished when the disk does not let us."""
    try:
        rename.move(tree, ended, begun)
    except Stays as stays:
        raise Unfinished(begun, stays.refusal.why) from stays


def _make_folders(journal: Journal, intent: Intent) -> dict[str, OSError]:
    """Make the intent's folders; returned are those that could not be, for the shots that need them."""
    tree, closed, grown = journal.tree, dict[str, OSError](), set[str]()
    for folder in intent.folders:
        try:
            at, name = tree.parent(folder)
            disk.mkdir(name, at, 0o700)
            grown.add(folder.rpartition("/")[0])
            _dress(journal, intent, folder)
        except FileExistsError:
            continue
        except OSError as error:
            closed[folder] = error
    for folder in sorted(grown):
        try:
            tree.sync(folder)
        except OSError as error:
            closed |= dict.fromkeys((made for made in intent.folders if made.rpartition("/")[0] == folder), error)
    return closed


def _dress(journal: Journal, intent: Intent, folder: str) -> None:
    """Give a staged folder the mode of the one it mirrors: it shows its photos to no one who could not see them."""
    tree = journal.tree
    mirrored = folder if intent.verb is Verb.UNDO else folder.partition("/")[2]
    mode = journal.state.home_modes.get(mirrored, (0o777 & disk.fstat(tree.folder("")).st_mode, 0))[0]
    with contextlib.suppress(PermissionError):
        disk.chmod(tree.folder(folder), mode | 0o700)


def _check_folders(shot: MovedShot, closed: dict[str, OSError]) -> None:
    for file in shot.files if closed else ():
        for folder in upwards(file.target.rpartition("/")[0]):
            if folder in closed:
                raise Stays(file.source, closed[folder])


def stale(found: os.stat_result, file: MovedFile) -> bool:
    """Whether a file is not the one that was moved. FAT keeps times to two seconds."""
    return found.st_size != file.size or abs(found.st_mtime_ns - file.mtime_ns) > 2_000_000_000
