"""Roots → shots: every folder below them listed once, every file stat'ed once, no picture opened.

A file belongs to exactly one root: the innermost given one that contains it, and of equal roots the first. Symbolic
links below a root are left out and counted: a move through one would leave the root. What cannot be read is a row
with the reason, never an exception.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from blake3 import blake3

from cullr import annexes, companions, formats, names
from cullr.model import File, Shot, Skipped
from cullr.roots import Identity, identify

STAGING_FOLDERS = frozenset({"_review_dupes", "delete_review", ".cullr"})
"""Our own folders, left out at any depth: a folder inside this root may have been a root before."""
LEFT_OUT = STAGING_FOLDERS | annexes.CACHES


class Digest(Protocol):
    def update(self, data: bytes, /) -> object: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies below some roots: `shots` and `skipped` in order of root and path.

    `orphans` counts files that belong to no photo, `links` the symbolic links left out.
    """

    shots: tuple[Shot, ...]
    skipped: tuple[Skipped, ...]
    photos: int
    orphans: int
    links: int


def walk(roots: Sequence[Path], ignore: Sequence[str] = (), progress: Callable[[int], None] | None = None) -> Scan:
    """All shots below `roots`, the same for the same tree. Never raises for what is on the disk.

    `ignore` holds case-sensitive globs against a name or a path below the root (`*` crosses `/`); with a trailing
    slash they mean folders only. `progress` gets the number of photos so far after each folder; what it raises ends
    the walk.
    """
    walker = _Walker(_Ignored(ignore), _identities(roots))
    for number, root in enumerate(roots):
        for _ in walker.folders(number, root):
            if progress:
                progress(walker.photos)
    return Scan(
        tuple(sorted(walker.shots, key=lambda shot: (shot.root, shot.path))),
        tuple(sorted(walker.skipped, key=lambda each: (each.root, each.path))),
        walker.photos,
        walker.orphans,
        walker.links,
    )


def trace(roots: Sequence[Path], ignore: Sequence[str] = ()) -> bytes:
    """32 bytes that stand for all that `walk` would see: every name, size, time and inode in every folder it enters.

    A third of its time, for nothing is joined into shots: while it stays the same, so does what a walk finds.
    """
    tracer = _Tracer(_Ignored(ignore), _identities(roots))
    for number, root in enumerate(roots):
        tracer.digest.update(f"\0root {number} {os.fspath(root)!r}\n".encode("utf-8", "surrogateescape"))
        for _ in tracer.folders(number, root):
            pass
    for each in tracer.skipped:
        tracer.digest.update(repr(each).encode("utf-8", "surrogateescape"))
    return tracer.digest.digest()


def folder(root: Path, relative: str, ignore: Sequence[str] = (), number: int = 0) -> tuple[Shot, ...]:
    """The shots of one folder below the root of this number as they are now, without the folders inside it but with
    what belongs to its photos in their annexes."""
    walker = _Walker(_Ignored(ignore), {})
    walker.take_in(number, os.fspath(root).rstrip("/") + "/", relative)
    return tuple(walker.shots)


def annexes_in(base: str, folders: Iterable[str]) -> Iterator[str]:
    """Those of these folders, and of the folders in these, that are annexes; paths below `base`, which ends in `/`."""
    for folder in folders:
        name = folder.rpartition("/")[2]
        if not annexes.leads_to(name):
            continue
        pattern = annexes.inside(name)
        if pattern is None:
            yield folder
            continue
        with contextlib.suppress(OSError), os.scandir(base + folder) as listing:
            yield from sorted(
                f"{folder}/{entry.name}"
                for entry in listing
                if pattern.fullmatch(entry.name.lower()) and entry.is_dir(follow_symlinks=False)
            )


def anew(root: Path, shot: Shot, ignore: Sequence[str] = ()) -> Shot | None:
    """The shot of this face as it is now, None where it is gone. Of its folder only names are looked at: a shot in a
    folder of 20 000 files costs a tenth of what `folder` does."""
    walker = _Walker(_Ignored(ignore), {}, only=companions.family([photo.name for photo in shot.photos]))
    walker.take_in(shot.root, os.fspath(root).rstrip("/") + "/", shot.face.folder)
    return next((found for found in walker.shots if found.path == shot.path), None)


class _Ignored:
    """The `ignore` globs, compiled once: a pattern each for files and for folders."""

    def __init__(self, globs: Sequence[str]) -> None:
        globs = [glob.removeprefix("./") for glob in globs]
        self._files = self._pattern(globs)  # no file's path ends in a slash, so `exports/` matches none
        self._folders = self._pattern([glob.rstrip("/") for glob in globs])

    @staticmethod
    def _pattern(globs: Sequence[str]) -> re.Pattern[str] | None:
        return re.compile("|".join(map(fnmatch.translate, globs))) if globs else None

    def file(self, name: str, path: str) -> bool:
        return self._files is not None and bool(self._files.match(name) or self._files.match(path))

    def folder(self, name: str, path: str) -> bool:
        if name.startswith(".") or name in LEFT_OUT:
            return True
        return self._folders is not None and bool(self._folders.match(name) or self._folders.match(path))


@dataclass(slots=True)
class _Walker:
    """What was found so far. `roots` maps the identity of each root to the number of the first that has it."""

    ignored: _Ignored
    roots: dict[Identity, int]
    shots: list[Shot] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    photos: int = 0
    orphans: int = 0
    links: int = 0
    seen: set[Identity] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    """Files in folders still to come that belong to photos of the folder around."""
    only: Callable[[str], bool] | None = None
    """Whether a file of this name is wanted; None: all."""

    def folders(self, number: int, root: Path) -> Iterator[str]:
        """Go through a root depth first, in order of names, and yield each folder's path when it is done."""
        try:
            identity = identify(root.stat())
        except OSError as error:
            self._skip(number, "", error)
            return
        if identity and self.roots.get(identity, number) != number:
            return
        base = os.fspath(root).rstrip("/") + "/"
        pending = [""]
        while pending:
            relative = pending.pop()
            pending += reversed(self.take_in(number, base, relative))
            yield relative

    def take_in(self, number: int, base: str, relative: str) -> list[str]:
        """Take in the files of one folder; returns the folders inside it, by name."""
        try:
            with os.scandir(base + relative) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(number, relative, error)
            return []
        prefix = f"{relative}/" if relative else ""
        inside: list[str] = []
        photos: list[os.DirEntry[str]] = []
        others: list[os.DirEntry[str]] = []
        for entry in entries:
            path = prefix + entry.name
            try:
                if self.only and not self.only(entry.name) and not annexes.leads_to(entry.name):
                    continue
                if self.taken and path in self.taken:
                    self.taken.discard(path)
                elif entry.is_symlink():
                    self.links += 1
                elif entry.is_dir(follow_symlinks=False):
                    if not self.ignored.folder(entry.name, path) and self._is_ours(number, path, entry):
                        inside.append(path)
                elif entry.is_file(follow_symlinks=False) and not self.ignored.file(entry.name, path):
                    (photos if _is_photo(entry) else others).append(entry)
            except OSError as error:
                self._skip(number, path, error)
        if photos:
            self._gather(number, prefix, photos, others, self._annexed(number, base, inside))
        else:  # nothing needs a stat
            self.orphans += len(others)
        return inside

    def _gather(
        self,
        number: int,
        prefix: str,
        photos: list[os.DirEntry[str]],
        others: list[os.DirEntry[str]],
        annexed: list[File],
    ) -> None:
        """Join the files of one folder, and those in its annexes, into shots."""
        found = self._files(number, prefix, photos)
        shots, orphans = companions.gather(found, [*self._files(number, prefix, others), *annexed])
        self.shots += shots
        self.photos += len(found)
        if annexed:
            strange = set(orphans)
            self.taken.update(file.path for file in annexed if file not in strange)
            orphans = list(strange.difference(annexed))  # these are met again in their folder
        self.orphans += len(orphans)

    def _annexed(self, number: int, base: str, inside: Sequence[str]) -> list[File]:
        """The files in programs' own folders among these; what cannot be read is named when the walk comes there."""
        found: list[File] = []
        for folder in annexes_in(base, inside):
            try:
                with os.scandir(base + folder) as listing:
                    entries = [
                        entry
                        for entry in listing
                        if (self.only is None or self.only(entry.name))
                        and entry.is_file(follow_symlinks=False)
                        and not self.ignored.file(entry.name, f"{folder}/{entry.name}")
                    ]
                here = self.roots and identify(os.stat(base + folder)) in self.roots  # noqa: PTH116
            except OSError:
                continue
            if not here and not self._hidden(folder):
                found += self._files(number, f"{folder}/", entries)
        return found

    def _hidden(self, folder: str) -> bool:
        return self.ignored.folder(folder.rpartition("/")[2], folder)

    def _files(self, number: int, prefix: str, entries: list[os.DirEntry[str]]) -> list[File]:
        files = []
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError as error:
                self._skip(number, prefix + entry.name, error)
                continue
            files.append(File(number, prefix + entry.name, about.st_size, about.st_mtime_ns, about.st_ino))
        return files

    def _is_ours(self, number: int, path: str, entry: os.DirEntry[str]) -> bool:
        """False for a folder that is a root itself, or that a bind mount shows a second time."""
        identity = identify(entry.stat(follow_symlinks=False))
        if identity is None:
            return True
        if identity in self.roots:
            return False
        if identity in self.seen:
            self.skipped.append(Skipped(number, path, "this folder was already met at another path"))
            return False
        self.seen.add(identity)
        return True

    def _skip(self, number: int, path: str, error: OSError) -> None:
        self.skipped.append(Skipped(number, path, f"cannot be read: {error.strerror or error}"))


@dataclass(slots=True)
class _Tracer(_Walker):
    """Goes where the walker goes and remembers nothing but a digest."""

    digest: Digest = field(default_factory=blake3)

    def take_in(self, number: int, base: str, relative: str) -> list[str]:
        try:
            with os.scandir(base + relative) as listing:
                entries = sorted(listing, key=_name)
        except OSError as error:
            self._skip(number, relative, error)
            return []
        prefix = f"{relative}/" if relative else ""
        inside: list[str] = []
        lines = [relative]
        for entry in entries:
            name = entry.name
            try:
                if entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    lines.append(f"{name}\0{about.st_size} {about.st_mtime_ns} {about.st_ino}")
                elif entry.is_dir(follow_symlinks=False):
                    if not self.ignored.folder(name, prefix + name) and self._is_ours(number, prefix + name, entry):
                        inside.append(prefix + name)
                else:
                    lines.append(f"{name}\0")
            except OSError as error:
                self._skip(number, prefix + name, error)
        self.digest.update("\0/".join(lines).encode("utf-8", "surrogateescape"))
        return inside


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_photo(entry: os.DirEntry[str]) -> bool:
    """By extension where that is enough, else by content: `IMG_0001` and `trail .jpg ` may be photos too."""
    if entry.name.startswith(companions.LITTER):
        return False
    extension = names.split(entry.name)[1]
    if extension in formats.PHOTO_EXTENSIONS:
        return True
    return extension not in formats.OTHER_EXTENSIONS and formats.sniff(_head(entry.path)) is not None


def _head(path: str) -> bytes:
    """The first bytes of a regular file. What became a link or a pipe since it was listed is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, formats.HEAD) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    finally:
        os.close(descriptor)


def _identities(roots: Sequence[Path]) -> dict[Identity, int]:
    found: dict[Identity, int] = {}
    for number, root in enumerate(roots):
        try:
            identity = identify(root.stat())
        except OSError:
            continue  # `_Walker.folders` reports it
        if identity:
            found.setdefault(identity, number)
    return found
