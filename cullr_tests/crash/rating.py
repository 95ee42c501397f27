"""Stars through every fault at every call: after each, every sidecar is the old one or the new one, bytes and mode."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

from cullr.errors import CullrError
from cullr.moves import rewrite, undo
from cullr_tests.crash.injection import BUG, Fault, in_child
from cullr_tests.crash.ordeal import WAYS, settle, undo_all
from cullr_tests.crash.shoot import build, snapshot

OLD = "day1/IMG_1.xmp"
NEW = "day1/deep/made.xmp"
AFTER = b"<x>stars</x>" * 9


def rate(root: Path) -> object:
    return rewrite(root, {OLD: ((root / OLD).read_bytes(), AFTER), NEW: (None, AFTER)}, what="stars")


def torn_rate(root: Path) -> None:
    """Leave it killed while the old sidecar stands aside, for `settle` to be interrupted in its turn."""
    in_child(lambda: rate(root), root, Fault(2, kill="kill", of="rename_new"), {})


SCENES: dict[str, tuple[Callable[[Path], object] | None, Callable[[Path], object]]] = {
    "rate": (None, rate),
    "undo": (rate, undo_all),
    "settle": (torn_rate, settle),
}
Bytes = dict[str, tuple[bytes | None, int]]


def seen(root: Path) -> Bytes:
    return {path: (found.data, found.mode) for path, found in snapshot(root).items()}


def trial(work: Path, scene: str, way: str, fault: Fault | None) -> tuple[list[str], list[str]]:
    root = work / "root"
    before, action = SCENES[scene]
    build(root)
    start = seen(root)
    try:
        if before:
            before(root)
        status, calls = in_child(lambda: action(root), root, fault, WAYS[way])
        wrong = ["an error that is not a CullrError"] if status == BUG else []
        return calls, [f"{scene} by {way}, {fault}: {text}" for text in wrong + aftermath(root, start)]
    finally:
        shutil.rmtree(root)


def aftermath(root: Path, start: Bytes) -> list[str]:
    try:
        settle(root)
        now = seen(root)
        wrong = [f"{path} was touched" for path in start if path != OLD and now.get(path) != start[path]]
        wrong += [f"{path} came from nowhere" for path in now.keys() - start.keys() - {NEW}]
        states: dict[str, set[tuple[bytes | None, int] | None]] = {
            OLD: {start[OLD], (AFTER, start[OLD][1])},
            NEW: {None, (AFTER, 0o644)},
        }
        wrong += [f"{path} is neither old nor new" for path, known in states.items() if now.get(path) not in known]
        refused = undo(root).refused
    except CullrError as error:
        return [f"opening it again failed: {error}"]
    wrong += [f"undo refused {row}" for row in refused]
    return wrong if seen(root) == start else [*wrong, "undo did not bring the bytes back"]


CELLS = tuple(itertools.product(SCENES, WAYS))
