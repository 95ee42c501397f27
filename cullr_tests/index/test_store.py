"""Rows in, rows out, on real SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.index import database, rows
from cullr.index.store import Store
from cullr.model import Exposure, Look, Marks, Measure, Metadata, Quality, Rung, Taken, TimeSource
from cullr_tests.index.test_rows import KEPT

FULL = Metadata(
    format="jpeg",
    width=6000,
    height=4000,
    orientation=6,
    taken=Taken(1_700_000_000_123_456, TimeSource.EXIF, 120),
    camera="R5 #12",
    exposure=Exposure(0.01, 2.8, 400, -1.0),
    marks=Marks(-1, "Red", 1),
    tags=80,
    panorama=True,
)
LOOK = Look(0xFFFF_0000_FFFF_0001, bytes(range(256)) * 4, 42.5, Rung.DRAFT)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[database.Database]:
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    yield opened
    opened.close()


def test_what_is_saved_comes_back(index: database.Database) -> None:
    store = Store(index)
    photo = store.add(b"/a", b"x.jpg", 10, 20, 30)
    store.save_picture(photo, FULL, LOOK, b"head")
    store.save_content(photo, b"digest")
    [(folder, row)] = store.below(Path("/a"))
    assert (folder, row.name, row.metadata, row.look) == (b"/a", b"x.jpg", FULL, LOOK)
    assert (row.fingerprint, row.content) == (b"head", b"digest")
    assert row.same_file(10, 20, 30)
    assert store.greys.of([photo]) == [LOOK.grey]


def test_a_changed_file_forgets_everything(index: database.Database) -> None:
    store = Store(index)
    photo = store.add(b"/a", b"x.jpg", 10, 20, 30)
    store.save_picture(photo, FULL, LOOK, b"head")
    store.save_content(photo, b"digest")
    store.save_measure(photo, Measure.QUALITY, Quality(1.0, (0.5,) * 64, 0.0, 0.0, 0.5))
    store.save_preview(photo, b"jpeg")
    store.replace(photo, 11, 21, 31)
    [(_, row)] = store.below(Path("/a"))
    assert row == rows.PhotoRow(photo, row.folder, b"x.jpg", 11, 21, 31)
    assert store.measures([photo], Measure.QUALITY) == {}


def test_a_root_holds_only_what_lies_below_it(index: database.Database) -> None:
    store = Store(index)
    for folder in (b"/a", b"/a/b", b"/ab", b"/"):
        store.add(folder, b"x.jpg", 1, 1, 1)
    assert {folder for folder, _ in store.below(Path("/a"))} == {b"/a", b"/a/b"}
    assert len(list(store.below(Path("/")))) == 4


def test_another_hash_is_not_taken_for_this_one(index: database.Database) -> None:
    photo = Store(index).add(b"/a", b"x.jpg", 1, 1, 1)
    Store(index, "dhash").save_picture(photo, FULL, LOOK, None)
    [(_, row)] = Store(index, "phash").below(Path("/a"))
    assert row.look is None
    assert row.metadata == FULL


def test_names_that_are_not_utf8_survive(index: database.Database) -> None:
    store = Store(index)
    store.add(b"/caf\xe9", b"line1\nline2\xff.jpg", 1, 1, 1)
    [(folder, row)] = store.below(Path(os.fsdecode(b"/caf\xe9")))
    assert (folder, row.name) == (b"/caf\xe9", b"line1\nline2\xff.jpg")


def test_writes_of_a_killed_run_are_kept_up_to_its_last_quarter_second(tmp_path: Path) -> None:
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    store = Store(opened)
    store.add(b"/a", b"1.jpg", 1, 1, 1)
    store.commit()
    store.add(b"/a", b"2.jpg", 1, 1, 1)  # never committed: the process ends here
    opened.close()
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    assert [row.name for _, row in Store(opened).below(Path("/a"))] == [b"1.jpg"]
    opened.close()


@given(st.integers(0, 2**64 - 1), st.binary(min_size=1024, max_size=1024), st.sampled_from(Rung))
def test_every_hash_survives_sqlites_signed_integers(phash: int, grey: bytes, rung: Rung) -> None:
    look = replace(LOOK, phash=phash, grey=grey, rung=rung)
    known = (1, 1, b"x", 1, 1, 1, None, None, None, 1)
    *seen, _ = rows.look_values(look, "phash")
    read = rows.from_sql((*known, *seen, *rows.metadata_values(FULL)), "phash", KEPT)
    assert read.look == look
