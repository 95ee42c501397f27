"""CSV: the right cells, whatever the names, and no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.model import Taken, TimeSource
from cullr.report.csv_report import COLUMNS, cell
from cullr.safe_text import visible
from cullr_tests.report.reviews import NOON_US, facts, group, names, odd_names, of_names, review, written

FORMULA = tuple("=+-@\t\r")


def rows(text: str) -> list[dict[str, str]]:
    """The cells by column, read strictly."""
    table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert table[0] == list(COLUMNS)
    assert {len(row) for row in table} == {len(COLUMNS)}
    return [dict(zip(COLUMNS, row, strict=True)) for row in table[1:]]


def test_a_row_tells_all_of_a_shot() -> None:
    first = facts(1, "day1/IMG_1.JPG", companions=["day1/IMG_1.xmp"], taken=Taken(NOON_US, TimeSource.EXIF, 60))
    second = facts(2, "day1/IMG_2.JPG", taken=Taken(NOON_US, TimeSource.MTIME))
    found = rows(written(review(group([first, second], shielded="bracket")), "csv"))
    assert found[0] == {
        "group": "phash-3f9c00000001",
        "kind": "phash",
        "shielded": "bracket",
        "proposal": "keep",
        "reason": "kept: sharper by 31 %",
        "root": "/photos",
        "path": "day1/IMG_1.JPG",
        "files": "day1/IMG_1.JPG; day1/IMG_1.xmp",
        "bytes": "4102001",
        "width": "6000",
        "height": "4000",
        "taken": "2025-01-01T12:00:00+01:00",
        "score": "0",
        "set": "",
        "recipe": "",
    }
    assert (found[1]["taken"], found[1]["score"]) == ("", "2")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{visible(text)}"


def test_odd_names_stay_one_visible_cell_each(shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    text = written(of_names(found), "csv")
    assert [row["path"] for row in rows(text)[: len(found)]] == [f"day1/{visible(name)}" for name in found]
    assert text.count("\r\n") == text.count("\n") == text.count("\r") == 1 + 3 * len(found)


@given(st.lists(names(), min_size=1, max_size=4))
def test_no_name_makes_a_formula_or_a_control_character(found: list[str]) -> None:
    made = review(group([facts(number, name) for number, name in enumerate(found)]), roots=[found[0]])
    for row, name in zip(rows(written(made, "csv")), found, strict=True):
        assert not any(value.startswith(FORMULA) for value in row.values())
        assert not any(ord(char) < 32 or char == "\x7f" for value in row.values() for char in value)
        assert row["path"].removeprefix("'") == visible(name).removeprefix("'")


def test_a_name_that_is_not_utf8_shows_its_bytes() -> None:
    found = rows(written(review(group([facts(1, os.fsdecode(b"caf\xe9.jpg"))])), "csv"))
    assert found[0]["path"] == r"caf\xe9.jpg"
