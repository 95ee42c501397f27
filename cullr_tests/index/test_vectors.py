"""Vectors cannot drift: wrong rows, changed photos, killed runs and other models are all found out."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cullr.index import database
from cullr.index.store import Store
from cullr.index.vectors import DAMAGED, Vectors, Verdict
from cullr.model import Metadata, ShotId

SIZE = 16
FACTS = Metadata("jpeg", 640, 480)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[database.Database]:
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    yield opened
    opened.close()


def print_of(photo: int) -> bytes:
    return b"fingerprint %d" % photo


def vector_of(photo: int) -> NDArray[np.float32]:
    return np.random.default_rng(photo).normal(size=SIZE).astype(np.float32)


def again(photos: Sequence[ShotId]) -> NDArray[np.float32]:
    return np.array([vector_of(photo) for photo in photos], np.float32)


def add_photos(index: database.Database, count: int) -> list[ShotId]:
    store = Store(index)
    ids = [store.add(b"/a", b"%d.jpg" % number, 1, 1, 1) for number in range(count)]
    for photo in ids:
        store.save_picture(photo, FACTS, None, print_of(photo))
    store.commit()
    return ids


def filled(index: database.Database, count: int, model: str = "m") -> tuple[list[ShotId], Vectors]:
    ids = add_photos(index, count)
    vectors = Vectors(index, model, SIZE)
    assert not any(vectors.save(photo, print_of(photo), vector_of(photo)) for photo in ids)
    return ids, vectors


def rights(photos: Sequence[ShotId], vectors: NDArray[np.float32]) -> list[bool]:
    """Whether each vector is that of its photo."""
    wanted = again(photos)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    return [bool(same) for same in ((wanted * vectors).sum(axis=1) > 0.99999)]


def test_what_is_saved_comes_back_at_unit_length_in_the_order_asked(index: database.Database) -> None:
    ids, vectors = filled(index, 9)
    asked = random.Random(1).sample(ids, 9)
    loaded = vectors.load([*asked, ShotId(999), asked[0]])
    assert loaded.photos == tuple(asked)
    assert loaded.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(loaded.vectors, axis=1), 1, atol=1e-6)
    assert all(rights(loaded.photos, loaded.vectors))
    assert loaded.dropped == ()


def test_more_photos_than_one_page_come_back_all_and_in_order(index: database.Database) -> None:
    ids, vectors = filled(index, 9000)
    loaded = vectors.load(reversed(ids))
    assert loaded.photos == tuple(reversed(ids))
    assert all(rights(loaded.photos, loaded.vectors))
    assert vectors.missing(ids) == []


def test_missing_names_what_is_left_to_embed_and_models_are_kept_apart(index: database.Database) -> None:
    ids, first = filled(index, 4, "first")
    second = Vectors(index, "second", SIZE)
    assert second.missing(ids) == ids
    assert second.load(ids).photos == ()
    assert second.save(ids[2], print_of(ids[2]), -vector_of(ids[2])) == ""
    assert second.missing(ids) == [ids[0], ids[1], ids[3]]
    assert all(rights(ids, first.load(ids).vectors))
    assert not any(rights([ids[2]], second.load(ids).vectors))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_vector_that_points_nowhere_is_refused(index: database.Database, value: float) -> None:
    (photo,) = add_photos(index, 1)
    vectors = Vectors(index, "m", SIZE)
    bad = np.full(SIZE, value, np.float32) if value == 0 else np.r_[vector_of(1)[1:], np.float32(value)]
    assert "no direction" in vectors.save(photo, print_of(photo), bad)
    assert vectors.missing([photo]) == [photo]


def test_a_vector_of_another_length_is_a_mistake_of_the_caller(index: database.Database) -> None:
    (photo,) = add_photos(index, 1)
    with pytest.raises(ValueError, match="16 numbers"):
        Vectors(index, "m", SIZE).save(photo, print_of(photo), np.ones(SIZE - 1, np.float32))


def test_a_vector_made_of_bytes_that_are_gone_by_now_is_not_stored(index: database.Database) -> None:
    (photo,) = add_photos(index, 1)
    vectors = Vectors(index, "m", SIZE)
    Store(index).replace(photo, 2, 2, 2)
    assert "changed" in vectors.save(photo, print_of(photo), vector_of(photo))
    assert "gone" in vectors.save(ShotId(77), print_of(77), vector_of(77))
    assert index.connection.execute("SELECT count(*) FROM vector").fetchone() == (0,)


def test_a_changed_photo_loses_its_vectors_of_every_model(index: database.Database) -> None:
    ids, first = filled(index, 3, "first")
    second = Vectors(index, "second", SIZE)
    second.save(ids[0], print_of(ids[0]), vector_of(1))
    Store(index).replace(ids[0], 2, 2, 2)
    assert first.missing(ids) == [ids[0]]
    assert second.missing(ids[:1]) == [ids[0]]


def test_a_photo_read_again_keeps_its_vector_only_if_its_bytes_are_the_same(index: database.Database) -> None:
    ids, vectors = filled(index, 2)
    store = Store(index)
    store.save_picture(ids[0], FACTS, None, print_of(ids[0]))
    store.save_picture(ids[1], FACTS, None, b"other bytes")
    assert vectors.missing(ids) == [ids[1]]


def test_a_forgotten_photo_takes_its_vectors_with_it(index: database.Database) -> None:
    ids, _ = filled(index, 2)
    Store(index).forget(ids[0])
    assert index.connection.execute("SELECT photo FROM vector").fetchall() == [(ids[1],)]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE vector SET data = (SELECT data FROM vector WHERE photo = 2) WHERE photo = 1",
        "UPDATE vector SET (data, sum) = (SELECT data, sum FROM vector WHERE photo = 2) WHERE photo = 1",
        "UPDATE vector SET data = substr(data, 1, 30) WHERE photo = 1",
        "UPDATE vector SET data = 'text' WHERE photo = 1",
        "UPDATE vector SET sum = sum + 1 WHERE photo = 1",
        "UPDATE vector SET model = 'm' WHERE photo = 1",
    ],
)
def test_a_row_that_drifted_is_dropped_and_named_never_returned(index: database.Database, damage: str) -> None:
    ids, vectors = filled(index, 5)
    if "model" in damage:
        Vectors(index, "other", SIZE).save(ids[0], print_of(1), -vector_of(1))
        index.connection.execute("DELETE FROM vector WHERE photo = 1 AND model = 'm'")
    index.connection.execute(damage)
    loaded = vectors.load(ids)
    assert loaded.dropped == (ids[0],)
    assert loaded.photos == tuple(ids[1:])
    assert vectors.missing(ids) == [ids[0]]
    assert vectors.save(ids[0], print_of(1), vector_of(1)) == ""
    assert vectors.load(ids).dropped == ()


def test_a_row_of_another_photo_is_found_out_even_if_both_photos_begin_and_end_alike(index: database.Database) -> None:
    """A fingerprint reads the beginning, middle and end: two photos may share one."""
    ids = add_photos(index, 2)
    Store(index).save_picture(ids[1], FACTS, None, print_of(ids[0]))
    vectors = Vectors(index, "m", SIZE)
    for photo in ids:
        assert vectors.save(photo, print_of(ids[0]), vector_of(photo)) == ""
    sql = "UPDATE vector SET (data, sum) = (SELECT data, sum FROM vector WHERE photo = ?) WHERE photo = ?"
    index.connection.execute(sql, (ids[1], ids[0]))
    assert vectors.load(ids).dropped == (ids[0],)


def test_rows_shifted_by_one_as_in_the_known_disaster_are_all_found_out(index: database.Database) -> None:
    ids, vectors = filled(index, 50)
    rows = index.connection.execute("SELECT data, sum FROM vector ORDER BY photo").fetchall()
    for photo, (data, total) in zip(ids, rows[1:] + rows[:1], strict=True):
        index.connection.execute("UPDATE vector SET data = ?, sum = ? WHERE photo = ?", (data, total, photo))
    assert len(vectors.verify(ids, 0, again).faults) == 50
    assert vectors.load(ids).dropped == tuple(ids)


def test_verify_makes_a_sample_again_and_says_what_differs(index: database.Database) -> None:
    ids, vectors = filled(index, 40)
    assert vectors.verify(ids, 40, again) == Verdict(40, 40, ())
    vectors.save(ids[30], print_of(ids[30]), vector_of(ids[31]))  # whole by every checksum, and wrong
    index.connection.execute("UPDATE vector SET sum = sum + 1 WHERE photo = ?", (ids[3],))
    found = vectors.verify(ids, 40, again)
    assert (found.checked, found.made_anew) == (40, 39), "a checksum that does not hold is fault enough"
    assert [(fault.photo, fault.why[:25]) for fault in found.faults] == [
        (ids[3], DAMAGED[:25]),
        (ids[30], "the photo gives another v"),
    ]
    assert vectors.missing(ids) == []

    def unreadable(photos: Sequence[ShotId]) -> NDArray[np.float32]:
        return np.full((len(photos), SIZE), np.nan, np.float32)

    assert vectors.verify(ids[:2], 2, unreadable).faults[0].why == "it cannot be made again"


def test_the_sample_is_spread_over_all_ids_and_always_the_same(index: database.Database) -> None:
    ids, vectors = filled(index, 100)
    drawn: list[Sequence[ShotId]] = []

    def noted(photos: Sequence[ShotId]) -> NDArray[np.float32]:
        drawn.append(photos)
        return again(photos)

    for _ in range(2):
        vectors.verify(reversed(ids), 10, noted)
    assert drawn[0] == drawn[1]
    assert [(photo - ids[0]) // 10 for photo in drawn[0]] == list(range(10))


@given(st.lists(st.floats(-(2.0**99), 2.0**99, width=32, allow_subnormal=False), min_size=SIZE, max_size=SIZE))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_finite_direction_survives_half_precision(index: database.Database, numbers: list[float]) -> None:
    vector = np.array(numbers, np.float32)
    vectors = Vectors(index, "m", SIZE)
    photo = ShotId(1) if Store(index).count() else add_photos(index, 1)[0]
    if not vector.any():
        assert vectors.save(photo, print_of(1), vector)
        return
    assert vectors.save(photo, print_of(1), vector) == ""
    wide = vector.astype(np.float64)
    assert vectors.load([photo]).vectors[0] @ (wide / np.linalg.norm(wide)) > 0.999999


CHILD = """
import sys
from pathlib import Path
from cullr.index import database
from cullr.index.vectors import Vectors
from cullr_tests.index.test_vectors import SIZE, print_of, vector_of
index = database.open_for_writing(Path(sys.argv[1]), print)
vectors = Vectors(index, "m", SIZE)
ids = [row[0] for row in index.connection.execute("SELECT id FROM photo")]
for photo in vectors.missing(ids):
    print("about", photo, flush=True)
    vectors.save(photo, print_of(photo), vector_of(photo))
    if photo % int(sys.argv[2]) == 0:
        vectors.commit()
vectors.commit()
print("done", flush=True)
"""


def test_a_run_killed_at_any_point_goes_on_with_nothing_twice_and_nothing_missing(tmp_path: Path) -> None:
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    ids = add_photos(opened, 300)
    opened.close()
    draw = random.Random(7)
    begun: list[str] = []
    kills = 0
    while "done\n" not in begun:
        command = [sys.executable, "-c", CHILD, str(tmp_path), str(draw.choice((1, 3, 17)))]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        begun += itertools.islice(child.stdout, draw.randrange(20, 90))
        child.kill()
        child.wait()
        begun += [line for line in child.stdout if line.endswith("\n")]
        child.stdout.close()
        kills += child.returncode == -signal.SIGKILL
    begun.remove("done\n")
    opened = database.open_for_writing(tmp_path, lambda _sentence: None)
    vectors = Vectors(opened, "m", SIZE)
    loaded = vectors.load(ids)
    assert loaded.photos == tuple(ids)
    assert loaded.dropped == ()
    assert all(rights(loaded.photos, loaded.vectors))
    assert opened.connection.execute("SELECT count(*) FROM vector").fetchone() == (300,)
    assert kills
    assert {f"about {photo}\n" for photo in ids} == set(begun)
    assert len(begun) <= 300 + 18 * kills  # what was committed is not made again
    opened.close()
