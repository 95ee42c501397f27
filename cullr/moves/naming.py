"""A shot's files → free names in a staged folder, one number for the whole shot so that its companions stay matched.

Invariant: no chosen name equals one that is there or another shot's, not even in another case or Unicode form.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence

from cullr.journal.tree import Tree
from cullr.moves.stays import Stays

LONGEST = 255
"""Bytes of a name: the limit of ext4, XFS, btrfs, APFS and NTFS alike."""
_TRIES = 10_000


class Names:
    """The names taken below one staged folder, during one batch."""

    def __init__(self, tree: Tree, into: str) -> None:
        self._tree, self._into = tree, into
        self._taken: dict[str, set[str]] = {}

    def choose(self, face: str, files: Sequence[str]) -> list[str]:
        """Targets for the files of a shot, in order. Raises Stays, or OSError when a staged folder cannot be read."""
        folders = [file.rpartition("/")[0] for file in files]
        names = [file.rpartition("/")[2] for file in files]
        targets = [f"{self._into}/{folder}" if folder else self._into for folder in folders]
        stem = _apart(face.rpartition("/")[2])[0]
        for number in range(1, _TRIES):
            chosen = numbered(names, stem, number)
            if chosen is None or len(set(zip(targets, chosen, strict=True))) < len(chosen):
                raise Stays(face, "its name is too long to be numbered")
            if not any(_folded(name) in self._there(target) for name, target in zip(chosen, targets, strict=True)):
                break
        else:
            raise Stays(face, f"{_TRIES} files of its name are staged already")
        for name, target in zip(chosen, targets, strict=True):
            self._there(target).add(_folded(name))
        return [f"{target}/{name}" for name, target in zip(chosen, targets, strict=True)]

    def release(self, targets: Iterable[str]) -> None:
        """Give names back that were chosen and not used."""
        for target in targets:
            folder, _, name = target.rpartition("/")
            self._there(folder).discard(_folded(name))

    def _there(self, folder: str) -> set[str]:
        key = _folded(folder)
        if key not in self._taken:
            self._taken[key] = {_folded(name) for name in self._tree.names(folder)}
        return self._taken[key]


def numbered(names: Sequence[str], stem: str, number: int) -> list[str] | None:
    """`IMG_1.CR3.xmp` of stem `IMG_1` → `IMG_1 (2).CR3.xmp`; the stem is cut if that is too long. None: cannot be."""
    if number == 1:
        return list(names)
    mark = f" ({number})"
    parts = [_split(name, stem) for name in names]
    excess = max(_length(front) + len(mark) + _length(back) for front, back in parts) - LONGEST
    if excess > 0:
        cut = [_cut(front, excess) for front, _ in parts]
        # Cut alike or not at all: companions are matched by what they share.
        if not all(cut):
            return None
        parts = [(front, back) for front, (_, back) in zip(cut, parts, strict=True)]
    return [front + mark + back for front, back in parts]


def _split(name: str, stem: str) -> tuple[str, str]:
    return (stem, name[len(stem) :]) if name.startswith(stem) else _apart(name)


def _apart(name: str) -> tuple[str, str]:
    front, dot, extension = name.rpartition(".")
    return (front, dot + extension) if front else (name, "")


def _cut(front: str, excess: int) -> str:
    while front and excess > 0:
        excess -= _length(front[-1])
        front = front[:-1]
    return front


def _length(name: str) -> int:
    return len(os.fsencode(name))


def _folded(name: str) -> str:
    """What a file system that ignores case or Unicode form may take the name for."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
