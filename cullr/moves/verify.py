"""The journal against the disk → what differs, in words. Writes nothing."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from cullr.fingerprint import fingerprint
from cullr.journal import JOURNAL_FOLDER, STAGED_FOLDERS, Held, Intent, Rewriting, State, disk, read
from cullr.journal.tree import Tree
from cullr.moves.stays import in_words

SAMPLED = 32
"""Hex digits of a fingerprint; a digest of every byte has 64."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at `path` that is not as the journal says; `why` in words."""

    path: str
    why: str


def verify(root: Path, *, contents: bool = True) -> list[Finding]:
    """Look at every staged file; with `contents`, read those whose digest is known. Raises Failed, RootError."""
    log = read(root)
    found: list[Finding] = []
    if log.torn:
        found.append(Finding(JOURNAL_FOLDER, "its last line is not whole; the next change sets it aside"))
    with Tree(root) as tree:
        for seq, entry in log.state.unfinished.items():
            assert isinstance(entry.body, Intent | Rewriting)
            why = f"batch {entry.body.batch} was interrupted (entry {seq}); the next change settles it"
            found.append(Finding(JOURNAL_FOLDER, why))
        for path, held in log.state.staged.items():
            if why := _difference(tree, path, held, contents):
                found.append(Finding(path, why))
        found += [Finding(path, "cullr did not put it here") for path in _strays(tree, log.state)]
    return found


def _difference(tree: Tree, path: str, held: Held, contents: bool) -> str:
    try:
        there = tree.lstat(path)
        if there is None:
            return f"it is missing; batch {held.batch} staged it here"
        if not stat.S_ISREG(there.st_mode):
            return "it is not a regular file any more"
        if there.st_size != held.file.size:
            return f"it has {there.st_size} bytes, it had {held.file.size}"
        # FAT keeps times to two seconds.
        if abs(there.st_mtime_ns - held.file.mtime_ns) > 2_000_000_000:
            return "it was changed since it was staged"
        digest = held.file.digest
        if contents and digest and _digest(tree, path, sampled=len(digest) == SAMPLED) != digest:
            return "its bytes are not those that were staged"
    except OSError as error:
        return f"it cannot be read: {in_words(error)}"
    return ""


def _digest(tree: Tree, path: str, *, sampled: bool) -> str:
    at, name = tree.parent(path)
    fd = disk.open_file(name, at)
    try:
        if sampled:
            size = disk.fstat(fd).st_size
            return fingerprint(size, lambda offset, length: disk.read_at(fd, length, offset)).hex()
        sum_ = blake3()
        while block := disk.read(fd, 1 << 20):
            sum_.update(block)
        return sum_.hexdigest()
    finally:
        disk.close(fd)


def _strays(tree: Tree, state: State) -> Iterator[str]:
    under_way = {
        path
        for entry in state.unfinished.values()
        if isinstance(entry.body, Intent)
        for shot in entry.body.shots
        for file in shot.files
        for path in (file.source, file.target)
    }
    for top in STAGED_FOLDERS:
        for path in files_below(tree, top):
            if path not in state.staged and path not in under_way:
                yield path


def files_below(tree: Tree, top: str) -> Iterator[str]:
    """Everything below a folder that is not a folder, in order; links are named, not followed."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            names = tree.names(folder)
            deeper = []
            for name in sorted(names):
                path = f"{folder}/{name}"
                if tree.is_folder(path):
                    deeper.append(path)
                else:
                    yield path
        except OSError:
            yield folder
            continue
        waiting += reversed(deeper)
