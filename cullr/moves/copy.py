"""A file across file systems: exclusive create, copy, fsync, byte compare, and only then the source goes.

Invariant: the source is removed only while an equal, synced copy stands at the target and it itself did not change.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from cullr.journal import disk
from cullr.journal.tree import Tree
from cullr.moves.stays import Stays, Unfinished

BLOCK = 1 << 20
UNFINISHED_MODE = 0o600
"""Of a copy until all its bytes are there: nobody else reads half a photo, and recovery knows it from a newcomer."""


def move(tree: Tree, source: str, target: str, before: os.stat_result) -> None:
    """Raises OSError or Stays when the file is still at the source and nothing of it is at the target."""
    if before.st_nlink > 1:
        raise Stays(source, "it has other hard links, which a copy to another file system would cut off")
    (at, name), (to, new) = tree.parent(source), tree.parent(target)
    reader = disk.open_file(name, at)
    try:
        writer = disk.open_file(new, to, disk.CREATE_NEW, UNFINISHED_MODE)
        try:
            try:
                _fill(source, reader, writer, before)
                disk.fsync_folder(to)
                _insist_unchanged(source, tree.lstat(source), before)
            except (OSError, Stays):
                _discard(tree, source, target, writer)
                raise
            _remove(tree, source, target, writer, before)
        finally:
            disk.close(writer)
    finally:
        disk.close(reader)


def _fill(source: str, reader: int, writer: int, before: os.stat_result) -> None:
    _insist_unchanged(source, disk.fstat(reader), before)
    while block := disk.read(reader, BLOCK):
        disk.write_all(writer, block)
    _dress(reader, writer, before)
    disk.fsync(writer)
    disk.forget_cached(writer)
    if not equal(reader, writer):
        raise Stays(source, "its copy on the other file system did not read back the same")


def _remove(tree: Tree, source: str, target: str, writer: int, before: os.stat_result) -> None:
    try:
        at, name = tree.parent(source)
        disk.unlink(name, at)
    except OSError:
        # On a network share an unlink may report an error and have happened all the same.
        if _is_there(tree, source, before):
            _discard(tree, source, target, writer)
            raise


def _dress(reader: int, writer: int, before: os.stat_result) -> None:
    """Carry over attributes, owner, mode and times; the first two only where the other file system can."""
    with contextlib.suppress(OSError):
        for name, value in disk.attributes(reader).items():
            disk.set_attribute(writer, name, value)
    with contextlib.suppress(OSError):
        disk.chown(writer, before.st_uid, before.st_gid)
    try:
        disk.chmod(writer, before.st_mode & 0o7777)
    except OSError as error:
        # What FAT and SMB answer, which make modes up.
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise
    disk.set_times(writer, before.st_atime_ns, before.st_mtime_ns)


def equal(one: int, other: int, prefix: bool = False) -> bool:
    """Whether two open files hold the same bytes; with `prefix`, whether the first begins with all of the second."""
    offset = 0
    while True:
        a, b = disk.read_at(one, BLOCK, offset), disk.read_at(other, BLOCK, offset)
        if a != b:
            return prefix and a.startswith(b) and not disk.read_at(other, 1, offset + len(b))
        if not a:
            return True
        offset += len(a)


def _insist_unchanged(source: str, found: os.stat_result | None, before: os.stat_result) -> None:
    if not unchanged(found, before):
        raise Stays(source, "it changed while it was being moved")


def unchanged(one: os.stat_result | None, other: os.stat_result) -> bool:
    """Whether it is the same file with the same size and time of change."""
    return one is not None and (one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns) == (
        other.st_dev,
        other.st_ino,
        other.st_size,
        other.st_mtime_ns,
    )


def begun(tree: Tree, path: str, original: str) -> bool:
    """Whether one file is an equal copy of the other, or the beginning of one as only cullr leaves it."""
    found = tree.regular(path)
    if found is None or tree.regular(original) is None:
        return False
    (at, name), (to, new) = tree.parent(original), tree.parent(path)
    one = disk.open_file(name, at)
    try:
        other = disk.open_file(new, to)
        try:
            unfinished = stat.S_IMODE(found.st_mode) == UNFINISHED_MODE
            return equal(one, other, prefix=unfinished)
        finally:
            disk.close(other)
    finally:
        disk.close(one)


def _is_there(tree: Tree, source: str, before: os.stat_result) -> bool:
    try:
        found = tree.lstat(source)
    except OSError as error:
        raise Unfinished(source, error) from error
    return found is not None and (found.st_dev, found.st_ino) == (before.st_dev, before.st_ino)


def _discard(tree: Tree, source: str, target: str, writer: int) -> None:
    """Remove the copy this run made, and nothing else that may stand there by now."""
    try:
        made, found = disk.fstat(writer), tree.lstat(target)
        if found is not None and (found.st_dev, found.st_ino) == (made.st_dev, made.st_ino):
            at, name = tree.parent(target)
            disk.unlink(name, at)
    except OSError as error:
        raise Unfinished(source, error) from error
