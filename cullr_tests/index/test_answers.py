"""Answers come back to the letter, in pieces, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.index import answers
from cullr.index.answers import Answer, Packing

TEXT = st.text(st.characters(codec=None, categories=None))


def packed(*pieces: str) -> Answer:
    packing = Packing()
    for piece in pieces:
        packing.add(piece)
    answer = packing.answer(4)
    assert answer is not None
    return answer


@given(st.lists(TEXT))
def test_the_pieces_are_what_was_added(pieces: list[str]) -> None:
    assert "".join(packed(*pieces).pieces()) == "".join(pieces)


def test_long_answers_come_a_piece_at_a_time() -> None:
    line = "one line of a plan, and a letter of two bytes: é\n"
    pieces = list(packed(*[line] * 100_000).pieces())
    assert "".join(pieces) == line * 100_000
    assert max(map(len, pieces)) <= answers.SLICE


def test_one_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST", 100)
    packing = Packing()
    for number in range(100_000):
        packing.add(f"{number * number}\n")
    assert packing.answer(0) is None


def test_a_damaged_one_is_no_answer(tmp_path: Path) -> None:
    answers.keep(tmp_path, "name", b"key", packed("text"))
    found = answers.recall(tmp_path, "name", b"key")
    assert found is not None
    assert "".join(found.pieces()) == "text"
    db = sqlite3.connect(tmp_path / "index.sqlite3")
    db.execute("UPDATE answer SET text = substr(text, 1, 4) || x'00' || substr(text, 6)")
    db.commit()
    db.close()
    assert answers.recall(tmp_path, "name", b"key") is None
