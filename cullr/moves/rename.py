"""One file from one place below the root to another, whatever the file system can do. Never replaces anything.

First choice is a rename that fails if the name is taken, then link + unlink, then an exclusive copy. Invariant: at
every instant the file's bytes stand whole under one of the two names, and an error means that they are at the source.
"""

from __future__ import annotations

import errno
import os
import stat

from cullr.journal import disk
from cullr.journal.tree import Tree
from cullr.moves import copy
from cullr.moves.stays import Stays, Unfinished

# What file systems answer that cannot rename exclusively: NFS and sshfs EINVAL, older kernels and musl ENOSYS.
_NO_RENAME = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
# EPERM is what Linux says where there are no hard links (FAT, exFAT, many SMB shares).
_NO_LINK = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}


def move(tree: Tree, source: str, target: str, expected: tuple[int, int] | None = None) -> None:
    """Move one regular file. `expected` is its (size, mtime in ns). Raises Stays when it is still at the source."""
    try:
        _move(tree, source, target, movable(tree, source, expected))
    except OSError as error:
        raise Stays(source, error) from error


def movable(tree: Tree, path: str, expected: tuple[int, int] | None = None) -> os.stat_result:
    """The file's state, if it is regular and as expected. Raises Stays, or OSError when it cannot be looked at."""
    found = tree.lstat(path)
    if found is None:
        raise Stays(path, "it vanished")
    if stat.S_ISLNK(found.st_mode):
        raise Stays(path, "it is a symbolic link")
    if not stat.S_ISREG(found.st_mode):
        raise Stays(path, "it is not a regular file")
    if expected and (found.st_size, found.st_mtime_ns) != expected:
        raise Stays(path, "it changed since it was indexed")
    return found


def _move(tree: Tree, source: str, target: str, before: os.stat_result) -> None:
    (at, name), (to, new) = tree.parent(source), tree.parent(target)
    try:
        disk.rename_new(name, at, new, to)
        return
    except OSError as error:
        if _arrived(tree, source, target, before):
            return
        if error.errno == errno.EXDEV:
            copy.move(tree, source, target, before)
            return
        if error.errno not in _NO_RENAME:
            raise
    try:
        disk.link(name, at, new, to)
    except OSError as error:
        if error.errno not in _NO_LINK:
            _take_back(tree, source, target, before)
            raise
        copy.move(tree, source, target, before)
        return
    try:
        # The new name must be on the disk before the old one goes, and the old one still be this file's.
        disk.fsync_folder(to)
        if not same(tree.lstat(source), before):
            raise Stays(source, "it was replaced while it was being moved")
        disk.unlink(name, at)
    except Stays:
        _take_back(tree, source, target, before)
        raise
    except OSError:
        if not _arrived(tree, source, target, before):
            _take_back(tree, source, target, before)
            raise


def _arrived(tree: Tree, source: str, target: str, before: os.stat_result) -> bool:
    """Whether a call that reported an error moved the file all the same, as a network share's lost reply does."""
    try:
        here, there = tree.lstat(source), tree.lstat(target)
    except OSError as error:
        raise Unfinished(source, error) from error
    return here is None and same(there, before)


def _take_back(tree: Tree, source: str, target: str, before: os.stat_result) -> None:
    """Remove the new name of a file whose old name still stands, by now perhaps for a later version of it."""
    try:
        here, there = tree.lstat(source), tree.lstat(target)
        if here is not None and same(there, before):
            at, name = tree.parent(target)
            disk.unlink(name, at)
    except OSError as error:
        raise Unfinished(source, error) from error


def same(one: os.stat_result | None, other: os.stat_result) -> bool:
    """Whether both are the same file, under whatever name."""
    return one is not None and (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
