"""Where everything was read before, the screen comes first and the indexer after it; else the indexer comes first."""

from __future__ import annotations

import time
from pathlib import Path

from cullr import machine
from cullr.session import Session
from cullr.session.child import Child
from cullr.session.desk import Desk
from cullr_tests import pictures


def works(desk: Desk) -> Child | None:
    return desk._child


def groups(desk: Desk, many: int) -> None:
    deadline = time.monotonic() + 60
    while not (desk.complete() and len(desk.order()) == many):
        assert not [said for said in desk.heard() if "error" in said]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_known_groups_are_shown_before_the_indexer_works_and_new_photos_found_after(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    photo = pictures.save(root / "1.jpg", pictures.scene(1, 200, 150)).read_bytes()
    (root / "2.jpg").write_bytes(photo)

    first = Child.for_new(machine.cache_folder())
    assert first is not None, "nothing was ever read: at once"
    first.stop()
    desk = Desk(Session.open([root]))
    desk.work()
    assert works(desk) is None, "a desk that was not started lets nobody work"
    desk.start(calmly=True)
    try:
        assert works(desk) is not None, "no group is known: at once"
        groups(desk, 1)
    finally:
        desk.stop()

    assert Child.for_new(machine.cache_folder()) is None
    other = pictures.save(root / "3.jpg", pictures.scene(2, 200, 150)).read_bytes()
    (root / "4.jpg").write_bytes(other)
    desk = Desk(Session.open([root]))
    desk.start(calmly=True)
    try:
        assert works(desk) is None
        assert len(desk.order()) == 1
        desk.work()
        child = works(desk)
        desk.work()
        assert child is not None and works(desk) is child
        groups(desk, 2)
    finally:
        desk.stop()
