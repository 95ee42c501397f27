"""Embedding pauses when it is told to, stays paused over a restart, and goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cullr import machine
from cullr.embed.runtime import HANDED_OVER as BATCH
from cullr.index import database
from cullr.model import Kind
from cullr.session import Session
from cullr.session.desk import Desk
from cullr_tests import pictures

MANY = 8 * BATCH


def until(desk: Desk, holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert not [said for said in desk.heard() if "error" in said]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def vectors() -> int:
    db = database.open_for_reading(machine.cache_folder())
    assert db is not None
    with closing(db):
        return int(db.execute("SELECT count(*) FROM vector").fetchone()[0])


def embedded(desk: Desk) -> int:
    return next((row.done for row in desk.passes() if row.name == "embedding"), 0)


def test_a_pause_is_obeyed_within_a_batch_survives_a_restart_and_nothing_is_embedded_twice(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    for number in range(MANY):
        pictures.save(root / f"{number:03}.jpg", pictures.scene(number, 96, 72))
    desk = Desk(Session.open([root], {"encoder": "builtin"}))
    desk.start()
    try:
        until(desk, lambda: embedded(desk) > 0)
        desk.pause(on=True)
        before = embedded(desk)
        until(desk, lambda: any(each.kind is Kind.CLIP for each in desk.left_out()))
        kept = vectors()
        assert 0 < kept <= before + 3 * BATCH < MANY, "one batch under way, one told late, one being read"
        waiting = {each.why for each in desk.left_out()}
        assert waiting == {"no vector yet: embedding is paused"}
        assert not desk.complete()
    finally:
        desk.stop()

    desk = Desk(Session.open([root], {"encoder": "builtin"}))
    assert desk.paused
    desk.start()
    try:
        until(desk, lambda: len(desk.left_out()) == MANY - kept)
        assert vectors() == kept
        desk.pause(on=False)
        until(desk, desk.complete)
        assert vectors() == MANY
        assert max(row.total for row in desk.passes() if row.name == "embedding") == MANY - kept
        assert desk.left_out() == []
    finally:
        desk.stop()
    assert not Desk(Session.open([root], {"encoder": "builtin"})).paused
