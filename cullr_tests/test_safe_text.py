"""Nothing that comes out of `visible` can steer a terminal, a line or the reading direction."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.safe_text import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("line1\nline2.jpg", r"line1\nline2.jpg"),
        ("cr\rtab\t", r"cr\rtab\t"),
        ("\x1b[31mred\x00\x7f", r"\x1b[31mred\x00\x7f"),
        ("abc\u202egpj.exe", r"abc\u202egpj.exe"),
        ("\u2066a\u2069\u200f", r"\u2066a\u2069\u200f"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\u00ad"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("lone\ud800", r"lone\ud800"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain.jpg",
        "caf\u00e9",
        "cafe\u0301",
        "\u9ce5.jpg",
        "a\u00a0b\u3000c",
        "\U0001f469\u200d\U0001f680",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u2764\ufe0f\u200d\U0001f525",
        "\u0915\u094d\u200d\u0937",
        "[b]x[/]",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert visible(text) == text


def test_a_joiner_between_plain_letters_is_shown() -> None:
    assert visible("pass\u200dword") == r"pass\u200dword"


def test_a_byte_that_is_not_utf8_differs_from_the_control_character_of_its_number() -> None:
    assert visible(os.fsdecode(b"a\x85")) == r"a\x85"
    assert visible("a\u0085") == r"a\u0085"


@given(st.text(st.characters(exclude_categories=())) | st.binary().map(os.fsdecode))
def test_the_result_is_one_harmless_line_and_stable(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1
    bad = {char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert bad <= {"\u200c", "\u200d"}
