"""A few files below a root, requests for them, and a disk that refuses one call: what the tests of moves start from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cullr.journal import BatchId, disk
from cullr.model import File
from cullr.moves import BatchResult, ShotMove, stage


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.fsencode(path) * 3)
        os.utime(file, ns=(1, 1_500_000_000_000_000_001))


def file(root: Path, path: str) -> File:
    found = (root / path).lstat()
    return File(0, path, found.st_size, found.st_mtime_ns, found.st_ino)


def request(root: Path, face: str, *others: str, **more: object) -> ShotMove:
    return ShotMove(face, tuple(file(root, path) for path in (face, *others)), **more)  # type: ignore[arg-type]


def same_stem(root: Path) -> Callable[[ShotMove], list[str]]:
    """What belongs to a shot now: files of its stem."""

    def look(shot: ShotMove) -> list[str]:
        folder, _, name = shot.face.rpartition("/")
        stem = name.rpartition(".")[0]
        names = [path.name for path in (root / folder).iterdir() if path.name.partition(".")[0] == stem]
        return [f"{folder}/{name}" if folder else name for name in names]

    return look


def stage_shots(root: Path, *shots: ShotMove, **more: object) -> BatchResult:
    return stage(root, shots, lambda shot: [file.path for file in shot.files], **more)  # type: ignore[arg-type]


def batch_of(result: BatchResult) -> BatchId:
    assert result.batch is not None
    return result.batch


def deny(patch: pytest.MonkeyPatch, call: str, name: str, code: int) -> None:
    """Let the disk refuse one call on one name."""
    real = getattr(disk, call)

    def refuse(*args: object) -> object:
        if args[0] == name:
            raise OSError(code, os.strerror(code))
        return real(*args)

    patch.setattr(disk, call, refuse)
