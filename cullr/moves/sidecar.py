"""One sidecar's bytes replaced, and never a moment in which another program's bytes could be lost.

The new bytes are written beside it, the old file steps aside (a move that replaces nothing), is looked at once more,
and only then the new one takes the name. Invariant: at every instant the old bytes or the new ones stand whole under
the sidecar's name or under one that the journal's entry tells, and a newcomer is never touched.

The time of change is always the present, also when stars are taken back: darktable, digiKam and Lightroom look at a
sidecar again when its time has moved on. With the old time back, one that has read the stars meanwhile would never
hear that they are gone, and would write them again. Without, the worst is one needless look.
"""

from __future__ import annotations

import contextlib
import stat

from blake3 import blake3

from cullr.journal import Rewrite, Rewriting, disk
from cullr.journal.tree import Tree
from cullr.moves import copy, rename
from cullr.moves.stays import Stays, Unfinished
from cullr.safe_text import visible

LARGEST = 8 << 20
"""Bytes of a sidecar; larger ones are not written to."""


def aside(entry: Rewriting, number: int) -> tuple[str, str]:
    """Where the new bytes are made and where the old file steps aside: hidden names in the sidecar's own folder."""
    folder, slash, _ = entry.files[number].path.rpartition("/")
    name = f"{folder}{slash}.cullr-{entry.batch}-{number}"
    return f"{name}.new", f"{name}.old"


def content(tree: Tree, path: str) -> bytes | None:
    """The bytes of a regular file, None where nothing stands. Raises Stays for anything else, OSError."""
    found = tree.lstat(path)
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise Stays(path, "it is not a regular file")
    if found.st_size > LARGEST:
        raise Stays(path, "it is too large for a sidecar")
    at, name = tree.parent(path)
    fd = disk.open_file(name, at)
    try:
        return disk.read_all(fd)
    finally:
        disk.close(fd)


def digest(data: bytes | None) -> str:
    """BLAKE3 in hex, "" for no file."""
    return "" if data is None else blake3(data).hexdigest()


def put(tree: Tree, entry: Rewriting, number: int, data: bytes | None) -> None:
    """Write `data` (None: remove the file) where the entry says. Raises Stays when the file is as it was."""
    file = entry.files[number]
    new, old = aside(entry, number)
    try:
        if data is not None:
            _make(tree, new, data, file.path)
        if file.before:
            rename.move(tree, file.path, old)
    except (Stays, OSError) as error:
        _back(tree, file.path, new, old)
        raise error if isinstance(error, Stays) else Stays(file.path, error) from error
    try:
        if digest(content(tree, old)) != file.before:
            raise Stays(file.path, "another program changed it meanwhile")
        if data is not None:
            rename.move(tree, new, file.path)
    except (Stays, OSError) as error:
        _back(tree, file.path, new, old)
        raise error if isinstance(error, Stays) else Stays(file.path, error) from error
    try:
        tree.sync(file.path.rpartition("/")[0])
        # A program that had it open before it stepped aside may have written into it since.
        if digest(content(tree, old)) != file.before:
            raise Stays(file.path, f"another program wrote into it; what it wrote is kept as {visible(old)}")
        _drop(tree, old)
    except (Stays, OSError) as error:
        raise Unfinished(file.path, error.refusal.why if isinstance(error, Stays) else error) from error


def settle(tree: Tree, entry: Rewriting, number: int, said: list[str]) -> bool:
    """Bring a file that a crash caught to one of its two states; whether it is the new one. Raises OSError, Stays."""
    file = entry.files[number]
    new, old = aside(entry, number)
    here = _without_halves(tree, file, new, old)
    aside_now = _digest(tree, old)
    _drop(tree, new)
    if here == file.after:
        if aside_now == file.before:
            _drop(tree, old)
        elif aside_now:
            said.append(f"{visible(file.path)}: what another program wrote meanwhile is kept as {visible(old)}")
        return True
    if aside_now and not here:
        rename.move(tree, old, file.path)
    elif aside_now:
        said.append(f"{visible(file.path)}: something else stands here by now; what it was is kept as {visible(old)}")
    return False


def _without_halves(tree: Tree, file: Rewrite, new: str, old: str) -> str:
    """The digest at the sidecar's name, once copies that were cut off are gone: where there are no links, a move is a
    copy, which has the mode of an unfinished one until all of it is there."""
    here = _digest(tree, file.path)
    if here not in {"", file.before} and copy.begun(tree, file.path, new):
        _drop(tree, file.path)
        here = ""
    if not here or tree.lstat(old) is None:
        return here
    whole = _digest(tree, old) == file.before and (here != file.before or not _unfinished(tree, old))
    if whole and _unfinished(tree, file.path) and copy.begun(tree, file.path, old):
        _drop(tree, file.path)
        return ""
    if here != file.after and copy.begun(tree, old, file.path):
        _drop(tree, old)
    return here


def _unfinished(tree: Tree, path: str) -> bool:
    found = tree.lstat(path)
    return found is not None and stat.S_IMODE(found.st_mode) == copy.UNFINISHED_MODE


def _digest(tree: Tree, path: str) -> str:
    """As `digest`; a text that is no digest for what is no sidecar."""
    try:
        return digest(content(tree, path))
    except Stays:
        return "?"


def _make(tree: Tree, path: str, data: bytes, replaces: str) -> None:
    """A new file on the disk itself, with the mode, owner and attributes of the one it will replace."""
    at, name = tree.parent(path)
    like = tree.lstat(replaces)
    fd = disk.open_file(name, at, disk.CREATE_NEW)
    try:
        disk.write_all(fd, data)
        if like is not None:
            _carry_attributes(tree, replaces, fd)
            with contextlib.suppress(OSError):
                disk.chown(fd, like.st_uid, like.st_gid)
            with contextlib.suppress(OSError):
                disk.chmod(fd, like.st_mode & 0o7777)
        disk.fsync(fd)
    finally:
        disk.close(fd)


def _carry_attributes(tree: Tree, path: str, writer: int) -> None:
    """Tags of the desktop's, access lists: what a file bears besides its bytes, where the disk can."""
    at, name = tree.parent(path)
    with contextlib.suppress(OSError):
        reader = disk.open_file(name, at)
        try:
            for attribute, value in disk.attributes(reader).items():
                with contextlib.suppress(OSError):
                    disk.set_attribute(writer, attribute, value)
        finally:
            disk.close(reader)


def _back(tree: Tree, path: str, new: str, old: str) -> None:
    """Undo a half-made exchange: the old file gets its name back unless a newcomer has it."""
    try:
        if tree.lstat(old) is not None and tree.lstat(path) is None:
            rename.move(tree, old, path)
        _drop(tree, new)
    except (Stays, OSError) as error:
        raise Unfinished(path, error.refusal.why if isinstance(error, Stays) else error) from error
    if tree.lstat(old) is not None:
        raise Unfinished(path, f"something else took its name; what it was is kept as {visible(old)}")


def _drop(tree: Tree, path: str) -> None:
    """Take away a file of our own name, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        at, name = tree.parent(path)
        disk.unlink(name, at)


def reverse(file: Rewrite) -> Rewrite:
    """The rewrite that takes this one back."""
    return Rewrite(file.path, file.after, file.before, file.offset, file.new, file.old)


def cut(path: str, before: bytes | None, after: bytes | None) -> Rewrite:
    """Where two versions differ, from the first byte to the last that does."""
    a, b = before or b"", after or b""
    front = _alike(a, b)
    back = _alike(a[front:][::-1], b[front:][::-1])
    return Rewrite(path, digest(before), digest(after), front, a[front : len(a) - back], b[front : len(b) - back])


def _alike(a: bytes, b: bytes) -> int:
    """How many bytes both begin with."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def applied(file: Rewrite, data: bytes | None) -> bytes | None:
    """The bytes after the rewrite. Raises Stays when these are not the bytes it was made for."""
    if digest(data) != file.before:
        why = "it is not there" if data is None else "it was changed since, by another program or by later stars"
        raise Stays(file.path, why)
    if not file.after:
        return None
    whole = data or b""
    made = whole[: file.offset] + file.new + whole[file.offset + len(file.old) :]
    if digest(made) != file.after:
        raise Stays(file.path, "the journal does not tell enough to write it")
    return made
