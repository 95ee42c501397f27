"""Markdown: parsed by a CommonMark parser, every name is plain text in the cell it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cullr.model import Review
from cullr.report.markdown_report import escape
from cullr.safe_text import visible
from cullr_tests.report.reviews import facts, group, names, odd_names, of_names, review, written

PLAIN = {"text", "text_special", "code_inline", "softbreak", "strong_open", "strong_close"}
NASTY = [
    "a|b.jpg", r"a\|b.jpg", "`x`.jpg", "``", "_x_ *y* ~~z~~", "[x](http://x)", "![x](y)", "<script>alert(1)</script>",
    "&lt;b&gt;", "# h", "- x", "1. x", "a@b.example", "@someone", "x@@y", "www.example.com", "https://example.com",
    "$x$", ":smile:", "a\\", "\\`", "|", "---", "<!-- x -->", "x\n\n# y",
]  # fmt: skip


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def shape(made: Review) -> list[str]:
    """The page's block structure."""
    return [token.type for token in tokens(written(made, "md"))]


def cells(text: str) -> list[str]:
    """Each inline run's text as a reader sees it; fails on any markup that is not ours."""
    seen = []
    for token in tokens(text):
        if token.type == "inline":
            assert {child.type for child in token.children or []} <= PLAIN, token.content
            seen.append("".join(child.content for child in token.children or []))
    return seen


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_text_and_nothing_else(name: str) -> None:
    made = review(group([facts(1, name), facts(2, "IMG_2.JPG")]))
    assert visible(name) in cells(written(made, "md"))
    assert shape(made) == shape(review(group([facts(1, "IMG_1.JPG"), facts(2, "IMG_2.JPG")])))


def test_odd_names_change_nothing_but_the_text(shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    made = of_names(found)
    seen = cells(written(made, "md"))
    assert all(f"day1/{visible(name)}".strip() in seen for name in found)
    assert shape(made) == shape(of_names([f"IMG_{number}.jpg" for number in range(len(found))]))


@given(st.lists(names() | st.text("ab|\\`_*<>&[]()@#~ .", min_size=1, max_size=12), min_size=1, max_size=3))
def test_no_name_changes_the_shape_of_the_page(found: list[str]) -> None:
    made = of_names(found)
    assert shape(made) == shape(of_names(["IMG.jpg"] * len(found)))
    cells(written(made, "md"))


@given(st.text("@`a\\|_", max_size=12))
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert "".join(cells(f"x{escape(text)}x")) == f"x{text}x"


def test_the_source_stays_readable() -> None:
    assert escape("day1/IMG_0001 (copy).JPG") == r"day1/IMG\_0001 &#40;copy&#41;.JPG"


def test_no_html_can_begin() -> None:
    assert not {"<", ">", '"'} & set(escape('<b onclick="x">&lt;</b>'))
