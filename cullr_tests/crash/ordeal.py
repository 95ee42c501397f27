"""Runs stage and undo through every fault at every call, and holds the laws of the shoot against what is left."""

from __future__ import annotations

import errno
import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cullr.errors import CullrError
from cullr.moves import opened, stage, undo
from cullr_tests.crash.injection import AFTER, BUG, ERRNOS, KILLS, Fault, in_child
from cullr_tests.crash.shoot import Seen, batch, broken_laws, build, companions_now, snapshot

WAYS: dict[str, dict[str, int]] = {
    "rename": {},
    "link": {"rename_new": errno.EINVAL},
    "copy": {"rename_new": errno.EXDEV},
    "copy, no links": {"rename_new": errno.EINVAL, "link": errno.EPERM},
}
"""File systems: a usual one, NFS, another one mounted inside the root, SMB or exFAT."""


@dataclass
class Tally:
    faults: int = 0
    kills: int = 0
    sequences: int = 0
    losses: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            "| faults | kills | sequences | losses |\n|---|---|---|---|\n"
            f"| {self.faults} | {self.kills} | {self.sequences} | {len(self.losses)} |"
        )


Action = Callable[[Path], object]


def stage_all(root: Path) -> object:
    return stage(root, batch(root), companions_now, what="ordeal")


def undo_all(root: Path) -> object:
    return undo(root)


def settle(root: Path) -> object:
    with opened(root) as (_, recovered):
        return recovered


def torn_stage(root: Path) -> None:
    """Leave a stage killed in the middle of its first shot, for `settle` to be interrupted in its turn."""
    in_child(lambda: stage_all(root), root, Fault(3, kill="kill", of="rename_new"), {})


SCENES: dict[str, tuple[Action | None, Action]] = {
    "stage": (None, stage_all),
    "undo": (stage_all, undo_all),
    "settle": (torn_stage, settle),
}


def faults(calls: Sequence[str]) -> Iterator[Fault]:
    """Every fault at every call."""
    for k, name in enumerate(calls, 1):
        yield from (Fault(k, code) for code in ERRNOS)
        yield Fault(k, errno.EROFS, sticky=True)
        if name in AFTER:
            yield Fault(k, errno.EIO, after=True)
        yield from (Fault(k, kill=kill) for kill in KILLS)


def trial(work: Path, scene: str, way: str, fault: Fault | None) -> tuple[list[str], list[str]]:
    """One case in a fresh folder: the calls it made, and what is wrong afterwards."""
    root = work / "root"
    before, action = SCENES[scene]
    build(root)
    start = snapshot(root)
    try:
        if before:
            before(root)
        status, calls = in_child(lambda: action(root), root, fault, WAYS[way])
        wrong = ["an error that is not a CullrError"] if status == BUG else []
        wrong += _aftermath(root, start)
        return calls, [f"{scene} by {way}, {fault}: {text}" for text in wrong]
    finally:
        shutil.rmtree(root)


Trial = Callable[[Path, str, str, Fault | None], tuple[list[str], list[str]]]


def _aftermath(root: Path, start: dict[str, Seen]) -> list[str]:
    try:
        settle(root)
        wrong = broken_laws(root, start)
        refused = undo(root).refused
    except CullrError as error:
        return [f"opening it again failed: {error}"]
    wrong += [f"undo refused {row}" for row in refused]
    if snapshot(root) != start:
        wrong.append("undo did not bring the tree back to the start")
    return wrong


def systematic(
    work: Path,
    tally: Tally,
    cells: Iterable[tuple[str, str]],
    step: int = 1,
    first: int = 0,
    trial: Trial = trial,
) -> None:
    """Every fault at every call of these (scene, way) pairs; with a `step`, every step-th of them."""
    for scene, way in cells:
        calls, wrong = trial(work, scene, way, None)
        tally.losses += wrong
        for fault in itertools.islice(faults(calls), first, None, step):
            tally.losses += trial(work, scene, way, fault)[1]
            tally.kills += bool(fault.kill)
            tally.faults += not fault.kill


CELLS = tuple(itertools.product(SCENES, WAYS))
