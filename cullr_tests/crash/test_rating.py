"""The promise for stars: break their writing, undo or recovery at any file-system call, and no sidecar loses a byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr_tests.crash import rating
from cullr_tests.crash.ordeal import Tally, systematic
from cullr_tests.crash.shoot import build

STEPS = {("rate", "rename"): 1, ("undo", "rename"): 5, ("settle", "rename"): 5}


@pytest.fixture
def work() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


# A step that is no multiple of the eleven or so cases a call has meets each kind of fault at ever other calls.
@pytest.mark.parametrize("cell", rating.CELLS, ids=" by ".join)
def test_every_fault_and_every_kill_leaves_each_sidecar_old_or_new(cell: tuple[str, str], work: Path) -> None:
    tally, step = Tally(), STEPS.get(cell, 29)
    systematic(work, tally, [cell], step=step, trial=rating.trial)
    assert not tally.losses, tally.losses[:5]
    assert (tally.faults + tally.kills) * step > 200


def test_the_rating_that_recovery_starts_from_is_really_torn(work: Path) -> None:
    build(work / "root")
    rating.torn_rate(work / "root")
    assert not (work / "root" / rating.OLD).exists()
    assert any(path.name.endswith(".old") for path in (work / "root/day1").iterdir())
