"""An answer is given again as long as nothing it depends on has changed, and not once longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cullr import journal
from cullr.cli.main import main
from cullr.index import answers, database
from cullr.journal import Journal, Verdict
from cullr.session import Session
from cullr.session.recall import Recall
from cullr.settings import Limits, Settings
from cullr_tests import pictures

REPORT = ("report", "-q", "--format", "json")


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    root = tmp_path / "shoot"
    for number, quality in enumerate((90, 60)):
        pictures.save(root / f"a{number}.jpg", pictures.scene(1), quality=quality)
    pictures.save(root / "day2/b.jpg", pictures.scene(2))
    (root / "day2/b.xmp").write_text("<x/>")
    (root / ".hidden").mkdir()
    return root


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CULLR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def forget_photos(cache: Path) -> None:
    """Empty the index of photos: what comes now cannot come from them."""
    opened = database.open_for_writing(cache, lambda _sentence: None)
    opened.connection.execute("DELETE FROM photo")
    opened.close()


def known_photos(cache: Path) -> int:
    opened = database.open_for_writing(cache, lambda _sentence: None)
    try:
        return int(opened.connection.execute("SELECT count(*) FROM photo").fetchone()[0])
    finally:
        opened.close()


def test_the_same_question_is_answered_from_memory(
    shoot: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([*REPORT, str(shoot)])
    first = capsys.readouterr()
    forget_photos(cache)
    assert main([*REPORT, str(shoot)]) == code
    assert capsys.readouterr() == first
    assert known_photos(cache) == 0
    main([*REPORT, "--distance", "2", str(shoot)])
    assert known_photos(cache) == 3


def touch(shoot: Path) -> None:
    os.utime(shoot / "a0.jpg", ns=(1, 1))


def add(shoot: Path) -> None:
    pictures.save(shoot / "day3/new.jpg", pictures.scene(5))


def remove(shoot: Path) -> None:
    (shoot / "a1.jpg").unlink()


def rename(shoot: Path) -> None:
    (shoot / "a1.jpg").rename(shoot / "a9.jpg")


def exchange(shoot: Path) -> None:
    """The same names, sizes and times, but other files."""
    stat = (shoot / "a0.jpg").stat()
    (shoot / "copy").write_bytes((shoot / "a0.jpg").read_bytes())
    os.utime(shoot / "copy", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (shoot / "copy").rename(shoot / "a0.jpg")


def rate(shoot: Path) -> None:
    (shoot / "day2/b.xmp").write_text("<y/>")


def move(shoot: Path) -> None:
    (shoot / "day4").mkdir()
    (shoot / "a1.jpg").rename(shoot / "day4/a1.jpg")


def decide(shoot: Path) -> None:
    with Journal(shoot) as book:
        journal.decide(book, [(Verdict.KEEP, [b"0" * 16])])


def prefer(shoot: Path) -> None:
    (shoot.parent / "rule.toml").write_text('[[prefer]]\nby = "bytes"\n')


@pytest.mark.parametrize("change", [touch, add, remove, rename, exchange, rate, move, decide, prefer])
def test_whatever_changes_it_is_worked_out_again(shoot: Path, cache: Path, change: Callable[[Path], None]) -> None:
    rule = shoot.parent / "rule.toml"
    rule.write_text('[[prefer]]\nby = "rating"\n')
    asked = Recall([shoot], Settings(rule=str(rule)), cache, "words")
    assert asked.answer() is None
    asked.note("sa")
    asked.note("id")
    asked.keep(0)
    answer = asked.answer()
    assert answer is not None
    assert (answer.code, "".join(answer.pieces())) == (0, "said")
    change(shoot)
    assert asked.answer() is None


def test_what_lies_where_no_walk_comes_changes_nothing(shoot: Path, cache: Path) -> None:
    asked = Recall([shoot], Settings(), cache, "words")
    asked.answer()
    asked.keep(0)
    (shoot / ".hidden/x.jpg").write_bytes(b"x")
    assert asked.answer() is not None


def test_a_change_while_the_answer_is_worked_out_is_noticed(shoot: Path, cache: Path) -> None:
    asked = Recall([shoot], Settings(), cache, "words")
    asked.answer()
    add(shoot)
    asked.keep(0)
    assert asked.answer() is None


def test_only_the_newest_answers_are_kept(shoot: Path, cache: Path) -> None:
    questions = [Recall([shoot], Settings(), cache, str(number)) for number in range(answers.MOST + 4)]
    for each in questions:
        each.answer()
        each.keep(0)
    assert [each.answer() is not None for each in questions] == [False] * 4 + [True] * answers.MOST


def test_a_photo_that_may_be_read_next_time_leaves_no_answer(shoot: Path, cache: Path) -> None:
    pictures.save(shoot / "large.png", pictures.scene(5, 1500, 1000))
    session = replace(Session.open([shoot]), cache=cache, settings=Settings(limits=Limits(megapixels=1)))
    assert not session.review()[1].settled
    (shoot / "large.png").write_bytes(b"never a picture")
    assert session.review()[1].settled
