"""A small, nasty shoot on disk, what a batch of it is, and the laws that must hold whatever happens to that batch.

Every file's bytes are unique, so that bytes can be followed wherever they go.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cullr.journal import JOURNAL_FOLDER, read
from cullr.model import File
from cullr.moves import ShotMove

SHOTS: dict[str, tuple[str, ...]] = {
    "day1/IMG_1.JPG": (
        "day1/CaptureOne/Settings153/IMG_1.JPG.cos",
        "day1/CaptureOne/Settings50/IMG_1.JPG.cos",
        "day1/IMG_1.CR3",
        "day1/IMG_1.JPG",
        "day1/IMG_1.xmp",
    ),
    "day1/IMG_2.JPG": ("day1/IMG_2.JPG", "day1/pair.xmp"),
    "day1/IMG_3.JPG": ("day1/IMG_3.JPG", "day1/pair.xmp"),
    "day1/deep/bad\udce9\n\x1b[2J.png": ("day1/deep/bad\udce9\n\x1b[2J.png", "day1/deep/bad\udce9\n\x1b[2J.txt"),
    "render.png": ("render.caption", "render.png"),
}
SHARED = {"day1/pair.xmp": frozenset({"day1/IMG_2.JPG", "day1/IMG_3.JPG"})}
SET = ("day1/IMG_3.JPG", "render.png")
"""Shots that go together or not at all."""
KEPT = ("day1/KEPT.JPG", "kept.png")
STRANGERS = ("_review_dupes/day1/img_1.jpg", "day1/notes.txt")
MODES = {"day1/IMG_1.CR3": 0o444, "render.png": 0o600}
FOLDER_MODES = {"day1/deep": 0o750}


def build(root: Path) -> None:
    for number, path in enumerate(sorted({*(f for files in SHOTS.values() for f in files), *KEPT, *STRANGERS})):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"{number}:{os.fsencode(path)!r}".encode() * (1 + number))
        file.chmod(MODES.get(path, 0o644))
        os.utime(file, ns=(10**18 + number, 1_600_000_000_123_456_789 + number))
    for folder, mode in FOLDER_MODES.items():
        (root / folder).chmod(mode)


def batch(root: Path, faces: tuple[str, ...] = tuple(SHOTS)) -> list[ShotMove]:
    """Requests for these shots as they now stand on the disk."""
    kept = tuple(_file(root, path) for path in KEPT)
    return [
        ShotMove(
            face,
            tuple(_file(root, path) for path in SHOTS[face]),
            {path: users - {face} for path, users in SHARED.items() if path in SHOTS[face]},
            kept,
            together="set" if face in SET else "",
        )
        for face in faces
    ]


def companions_now(shot: ShotMove) -> tuple[str, ...]:
    return tuple(file.path for file in shot.files)


def _file(root: Path, path: str) -> File:
    try:
        found = (root / path).lstat()
    except FileNotFoundError:
        return File(0, path, 0, 0)
    return File(0, path, found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(frozen=True)
class Seen:
    """One name: its bytes (None for a folder), mode and modification time (0 for a folder: moving changes it)."""

    data: bytes | None
    mode: int
    mtime_ns: int


def snapshot(root: Path) -> dict[str, Seen]:
    """Everything below a root but cullr's own folder."""
    return dict(_walk(str(root), ""))


def _walk(folder: str, below: str) -> Iterator[tuple[str, Seen]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if path == JOURNAL_FOLDER:
                continue
            found = entry.stat(follow_symlinks=False)
            mode = stat.S_IMODE(found.st_mode)
            if entry.is_dir(follow_symlinks=False):
                yield path, Seen(None, mode, 0)
                yield from _walk(entry.path, f"{path}/")
            else:
                fd = os.open(entry.path, os.O_RDONLY)
                yield path, Seen(os.read(fd, 1 << 20), mode, found.st_mtime_ns)
                os.close(fd)


def broken_laws(root: Path, start: dict[str, Seen]) -> list[str]:
    """What is wrong with the tree between two commands, an interrupted one having been settled."""
    now = snapshot(root)
    staged = read(root).state.staged
    wrong = []
    places: dict[bytes, list[str]] = {}
    for path, seen in now.items():
        if seen.data is not None:
            places.setdefault(seen.data, []).append(path)
    home: dict[str, bool] = {}
    for path, seen in start.items():
        if seen.data is None:
            continue
        found = places.pop(seen.data, [])
        if len(found) != 1:
            wrong.append(f"{path!r} exists {len(found)} times: {found}")
            continue
        home[path] = found[0] == path
        if not home[path] and (found[0] not in staged or staged[found[0]].file.source != path):
            wrong.append(f"{path!r} is at {found[0]!r}, which the journal does not know")
        elif now[found[0]] != seen:
            wrong.append(f"{path!r} has changed: {now[found[0]]} was {seen}")
    wrong += [f"{found} came from nowhere" for found in places.values()]
    wrong += [f"{path!r} is staged and was not to be" for path in (*KEPT, *STRANGERS) if not home.get(path)]
    for face, files in SHOTS.items():
        own = {home.get(path) for path in files if path not in SHARED}
        if len(own) != 1:
            wrong.append(f"the shot {face!r} is split")
    if len({home.get(face) for face in SET}) != 1:
        wrong.append(f"the set {SET} is split")
    for path, users in SHARED.items():
        if not home.get(path) and any(home.get(face) for face in users):
            wrong.append(f"{path!r} left a shot that needs it")
    return wrong
