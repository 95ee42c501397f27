"""The desk with a real indexer child on real photos."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cullr.index import database
from cullr.journal import Verdict
from cullr.model import Kind
from cullr.session import Session
from cullr.session.desk import Desk, OpenGroup
from cullr.sidecars.splice import spliced
from cullr_tests import pictures


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    root = tmp_path / "shoot"
    for number, quality in enumerate((90, 60)):
        pictures.save(root / f"a{number}.jpg", pictures.scene(1), quality=quality)
    pictures.save(root / "b0.jpg", pictures.scene(2))
    shutil.copy2(root / "b0.jpg", root / "b1.jpg")
    (root / "b1.xmp").write_text("<x/>")
    pictures.save(root / "c.jpg", pictures.scene(3))
    return root


@pytest.fixture
def desk(shoot: Path) -> Iterator[Desk]:
    opened = Desk(Session.open([shoot]))
    opened.start()
    yield opened
    opened.stop()


def ready(desk: Desk) -> None:
    def complete() -> bool:
        assert [message for message in desk.heard() if "error" in message] == []
        return desk.complete()

    until(complete)


def group(desk: Desk, kind: Kind) -> OpenGroup:
    [row] = desk.order(kind=kind)
    found = desk.open(row)
    assert found is not None
    return found


def names(shoot: Path) -> list[str]:
    return sorted(path.name for path in shoot.iterdir() if path.is_file())


def test_groups_arrive_with_previews_and_progress(desk: Desk) -> None:
    ready(desk)
    assert desk.kinds() == {Kind.PHASH: 1, Kind.EXACT: 1}
    opened = group(desk, Kind.PHASH)
    assert [each.shot.path for each in opened.shots] == ["a0.jpg", "a1.jpg"]
    assert not opened.provisional
    preview = desk.preview(opened.shots[0].id)
    assert preview is not None
    assert preview[:2] == b"\xff\xd8"
    assert {each.name for each in desk.passes()} >= {"reading pictures"}


def test_a_photo_that_arrives_joins_the_groups(desk: Desk, shoot: Path) -> None:
    ready(desk)
    pictures.save(shoot / "a2.jpg", pictures.scene(1), quality=75)
    until(lambda: len(group(desk, Kind.PHASH).shots) == 3)


def test_an_approval_moves_and_the_groups_follow_and_undo_brings_back(desk: Desk, shoot: Path) -> None:
    ready(desk)
    before = names(shoot)
    opened = group(desk, Kind.EXACT)
    keep = [each.shot for each in opened.proposals if each.keep]
    staged = desk.approve(opened, keep)
    assert staged.left == []
    assert len(names(shoot)) < len(before)
    until(lambda: desk.order(kind=Kind.EXACT) == [])
    [batch] = desk.history()
    assert desk.undo([batch]).left == []
    assert names(shoot) == before
    until(lambda: len(desk.order(kind=Kind.EXACT)) == 1)


def test_a_word_outranks_the_rule_and_survives_the_next_start(desk: Desk, shoot: Path) -> None:
    ready(desk)
    opened = group(desk, Kind.PHASH)
    culled = next(each.shot for each in opened.proposals if not each.keep)
    desk.decide(opened, {culled: Verdict.KEEP})
    said = {each.shot: each for each in group(desk, Kind.PHASH).proposals}
    assert said[culled].keep
    assert said[culled].reason == "kept: you said so"
    later = Desk(Session.open([shoot]))
    later.start()
    try:
        again = {each.shot: each for each in group(later, Kind.PHASH).proposals}
        assert again[culled].keep
    finally:
        later.stop()


def test_of_two_copies_of_the_same_bytes_only_the_one_meant_is_decided(desk: Desk) -> None:
    ready(desk)
    opened = group(desk, Kind.EXACT)
    first, second = (each.id for each in opened.shots)
    desk.decide(opened, {first: Verdict.CULL})
    verdicts = group(desk, Kind.EXACT).verdicts
    assert verdicts == {first: Verdict.CULL}
    keeps = {each.shot: each.keep for each in group(desk, Kind.EXACT).proposals}
    assert keeps == {first: False, second: True}


def test_what_was_told_apart_stays_apart_until_taken_back(desk: Desk) -> None:
    ready(desk)
    opened = group(desk, Kind.PHASH)
    desk.tell_apart(opened)
    assert desk.open(opened.row) is None
    desk.tell_apart(opened, back=True)
    assert desk.open(opened.row) is not None


def test_the_place_is_remembered(desk: Desk, shoot: Path) -> None:
    assert desk.remembered() is None
    desk.remember("phash-123")
    assert Desk(Session.open([shoot])).remembered() == "phash-123"


def test_the_last_review_is_there_before_the_indexer_has_said_a_word(desk: Desk, shoot: Path) -> None:
    ready(desk)
    expected = desk.order()
    desk.stop()
    again = Desk(Session.open([shoot]))
    again._open_index(again.session.cache)
    assert again.order() == expected


def test_a_second_start_over_the_same_photos_reads_none(shoot: Path, tmp_path: Path, desk: Desk) -> None:
    ready(desk)
    before = [desk.open(row) for row in desk.order()]
    desk.stop()
    for path in shoot.glob("*.jpg"):  # nobody can read them now, and nothing tells
        stat = path.stat()
        path.write_bytes(b"\0" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    folder = Path(os.environ["CULLR_CACHE"])
    opened = database.open_for_writing(folder, lambda _sentence: None)
    opened.connection.execute("DELETE FROM review_pass")
    opened.connection.execute("UPDATE photo SET fingerprint = NULL, rung = NULL, hash = NULL, hash_name = NULL")
    opened.close()
    again = Desk(Session.open([shoot]))
    again.start()
    try:
        until(lambda: again._child is not None and any("index" in message for message in again._child.heard()))
        time.sleep(0.5)
        assert again.complete()
        assert again.passes() == []
        assert [again.open(row) for row in again.order()] == before
        pictures.save(shoot / "new.jpg", pictures.scene(9))
        until(lambda: again.passes() != [])
    finally:
        again.stop()


def test_stars_count_at_once_and_when_the_index_has_read_them(desk: Desk) -> None:
    ready(desk)
    opened = group(desk, Kind.PHASH)
    worse = next(each for each, said in zip(opened.shots, opened.proposals, strict=True) if not said.keep)
    done = desk.give_stars(worse, rating=5)
    assert done.batch
    now = group(desk, Kind.PHASH)
    assert {each.id for each in now.shots} == {each.id for each in opened.shots}
    assert [said.keep for said in now.proposals] == [each.id == worse.id for each in now.shots]
    until(lambda: desk.complete() and desk._reader and _index_says(desk, worse.shot.path) == 5)
    assert [said.keep for said in group(desk, Kind.PHASH).proposals] == [said.keep for said in now.proposals]
    desk.undo([batch for batch in desk.history() if batch.id == done.batch])
    assert [said.keep for said in group(desk, Kind.PHASH).proposals] == [said.keep for said in opened.proposals]
    until(lambda: _index_says(desk, worse.shot.path) is None)


def _index_says(desk: Desk, path: str) -> int | None:
    assert desk._reader is not None
    [row] = desk.order(kind=Kind.PHASH)
    found = desk._reader.group(row)
    assert found is not None
    return next(each.marks.rating for each in found[1] if each.shot.path == path)


def test_a_shot_that_was_just_starred_is_approved_with_its_new_sidecar(desk: Desk, shoot: Path) -> None:
    ready(desk)
    opened = group(desk, Kind.PHASH)
    keep = [each.shot for each in opened.proposals if each.keep]
    gone = next(each for each in opened.shots if each.id not in keep)
    desk.give_stars(gone, rating=0)
    done = desk.approve(group(desk, Kind.PHASH), keep)
    assert (done.left, done.files) == ([], 2)
    assert f"{gone.shot.path}.xmp" not in names(shoot)


def test_a_sidecar_that_another_program_wrote_is_read_while_the_screen_is_open(desk: Desk, shoot: Path) -> None:
    ready(desk)
    for stars in (2, 4):
        (shoot / "a1.xmp").write_bytes(spliced(None, rating=stars))
        until(lambda stars=stars: _index_says(desk, "a1.jpg") == stars)  # type: ignore[misc]
