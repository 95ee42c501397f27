"""Greys come back for the photos they belong to, however many were asked for before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr.index import database, greys
from cullr.index.store import Store
from cullr.model import Look, Metadata, Rung, ShotId

FACTS = Metadata("jpeg", 640, 480)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    yield Store(opened)
    opened.close()


def grey(number: int) -> bytes:
    return number.to_bytes(2, "big") * (greys.BYTES // 2)


def saved(store: Store, number: int) -> ShotId:
    photo = store.add(b"/a", b"%d.jpg" % number, number, 2, 3)
    store.save_picture(photo, FACTS, Look(number, grey(number), 42.5, Rung.FULL), None)
    return photo


def test_greys_come_in_the_order_asked_for_each_as_often_as_asked(store: Store) -> None:
    one, two, three = (saved(store, number) for number in (1, 2, 3))
    assert store.greys.of([three, one, three]) == [grey(3), grey(1), grey(3)]
    assert store.greys.of([two, one]) == [grey(2), grey(1)]
    assert store.greys.of([]) == []


def test_another_picture_of_a_photo_has_its_own_grey(store: Store) -> None:
    photo = saved(store, 1)
    assert store.greys.of([photo]) == [grey(1)]
    look = store.save_picture(photo, FACTS, Look(9, grey(9), 42.5, Rung.FULL), None)
    assert look is not None
    assert look.grey is store.greys
    assert store.greys.of([photo]) == [grey(9)]


def test_those_held_are_bounded_and_those_dropped_are_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greys, "HELD", 8)
    photos = [saved(store, number) for number in range(50)]
    for photo, number in zip(photos, range(50), strict=True):
        assert store.greys.of([photo]) == [grey(number)]
    assert len(store.greys._held) <= 8
    assert store.greys.of(photos[::-1]) == [grey(number) for number in range(50)][::-1]
    assert len(store.greys._held) <= 8


def test_a_hash_without_its_grey_is_a_damaged_index(store: Store) -> None:
    photo = saved(store, 1)
    store._db.execute("UPDATE photo SET grey = x'00' WHERE id = ?", (photo,))
    with pytest.raises(sqlite3.DatabaseError, match="without its grey"):
        store.greys.of([photo])
