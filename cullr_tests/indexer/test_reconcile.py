"""Whatever is renamed, exchanged, changed or deleted between two runs: no photo is given what was learnt of another."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import scan
from cullr.index import database
from cullr.index.store import Store
from cullr.indexer.reconcile import Reconciled, reconcile
from cullr.model import File, Metadata

NAMES = [f"{folder}{name}.jpg" for folder in ("", "a/", "a/b/", "c/") for name in "xy"]
TIME = itertools.count(1_700_000_000_000_000_000)

Change = tuple[str, str, str]
changes = st.lists(st.tuples(st.sampled_from(["write", "rename", "swap", "delete"]), *[st.sampled_from(NAMES)] * 2))


def make(root: Path, change: Change) -> None:
    how, one, other = change[0], root / change[1], root / change[2]
    other.parent.mkdir(parents=True, exist_ok=True)
    match how:
        case "write":
            one.parent.mkdir(parents=True, exist_ok=True)
            moment = next(TIME)
            one.write_bytes(moment.to_bytes(8, "big"))  # all of one size
            os.utime(one, ns=(moment, moment))
        case "rename" if one.exists():
            one.rename(other)
        case "swap" if one.exists() and other.exists() and one != other:
            one.rename(root / "z")
            other.rename(one)
            (root / "z").rename(other)
        case "delete":
            one.unlink(missing_ok=True)


def reading(root: Path, file: File) -> bytes:
    return blake3((root / file.path).read_bytes()).digest()


def run(store: Store, root: Path) -> tuple[Sequence[File], Reconciled]:
    """A run that reads what it does not know."""
    photos = [photo for shot in scan.walk([root]).shots for photo in shot.photos]
    found = reconcile(store, [root], photos, lambda _place: True)
    for file in photos:
        if found.rows[file].metadata is None:
            store.save_picture(found.rows[file].id, Metadata("jpeg", 1, 1), None, reading(root, file))
    return photos, found


@contextmanager
def somewhere() -> Iterator[tuple[Path, Store]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "root").mkdir()
        opened = database.open_for_writing(Path(folder) / "cache", lambda _sentence: None)
        try:
            yield Path(folder) / "root", Store(opened)
        finally:
            opened.close()


@settings(deadline=None, max_examples=60)
@given(st.lists(changes, min_size=1, max_size=4))
def test_each_photo_has_its_own_row_and_what_is_gone_has_none(runs: list[list[Change]]) -> None:
    with somewhere() as (root, store):
        for batch in runs:
            for change in batch:
                make(root, change)
            photos, found = run(store, root)
            assert store.count() == len(photos) == len({row.id for row in found.rows.values()})
            assert all(found.rows[file].fingerprint in {None, reading(root, file)} for file in photos)
            assert {row.name for row in found.rows.values()} == {os.fsencode(file.name) for file in photos}
            assert {file for file in photos if found.rows[file].metadata is None} == found.fresh
        photos, found = run(store, root)
        assert (found.unchanged, found.moved, found.gone) == (len(photos), 0, 0)


@settings(deadline=None, max_examples=30)
@given(st.permutations(NAMES), st.integers(1, len(NAMES) - 1))
def test_a_renamed_file_is_not_read_again_whichever_folder_is_looked_at_first(names: list[str], count: int) -> None:
    with somewhere() as (root, store):
        for name in names[:count]:
            make(root, ("write", name, name))
        run(store, root)
        free = names[count:]
        for old, new in zip(names[:count], free, strict=False):
            make(root, ("rename", old, new))
        photos, found = run(store, root)
        assert not found.fresh
        assert found.moved == min(count, len(free))
        assert found.gone == 0
        assert all(found.rows[file].fingerprint == reading(root, file) for file in photos)
