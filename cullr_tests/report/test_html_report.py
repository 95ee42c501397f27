"""The page: one file that loads nothing, whose elements and attributes no name can change."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cullr.model import Kind, Review, ShotFacts, Skipped
from cullr.safe_text import visible
from cullr_tests.report.reviews import facts, group, names, odd_names, of_names, review, written

THUMBNAIL = b"\xff\xd8\xff\xe0 not really a picture"
VOID = {"meta", "img", "input"}


class Page(HTMLParser):
    """Every start tag with its attributes, every text by the element it stands in."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.tags if found == tag]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and the names of their attributes, in order."""
        return [(tag, tuple(attrs)) for tag, attrs in self.tags]


def thumbnail(shot: ShotFacts) -> bytes:
    return THUMBNAIL


def page(made: Review) -> Page:
    return Page(written(made, "html", thumbnail))


def test_odd_names_change_nothing_but_the_text(shared_photos: Path) -> None:
    found = [*odd_names(shared_photos), "<script>alert(1)</script>", "\"'><img src=x onerror=y>", "</style>", "&lt;"]
    odd = page(of_names(found))
    assert odd.shape == page(of_names([f"IMG_{number}.jpg" for number in range(len(found))])).shape
    alts = [attrs["alt"] for attrs in odd.all("img")]
    assert all(f"day1/{visible(name)}" in alts for name in found)
    assert all(any(visible(name) in text for text in odd.texts["span"]) for name in found)


def test_no_extension_makes_an_element_of_the_placeholder() -> None:
    odd = Page(written(of_names(["a.<b>", "b.&lt;"]), "html"))
    assert odd.shape == Page(written(of_names(["a.CR3", "b.NEF"]), "html")).shape
    assert {"<B>", "&LT;"} <= set(odd.texts["div"])


@given(st.lists(names() | st.text("<>\"'&=/a !-", min_size=1), min_size=1, max_size=3))
def test_no_name_makes_an_element_or_an_attribute(found: list[str]) -> None:
    assert page(of_names(found)).shape == page(of_names(["IMG.jpg"] * len(found))).shape


def test_the_policy_allows_exactly_this_pages_style_and_script() -> None:
    made = page(review(group([facts(1, "a.jpg"), facts(2, "b.jpg")])))
    policy = next(
        attrs["content"] for attrs in made.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256("".join(made.texts[tag]).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert len(made.all(tag)) == 1


def test_the_page_asks_for_nothing_from_outside_and_has_no_inline_handlers() -> None:
    text = written(of_names(["a.jpg"]), "html", thumbnail)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    for tag, attrs in Page(text).tags:
        assert not {name for name in attrs if name.startswith("on") or name in {"style", "href"}}, tag
        assert (attrs.get("src") or "data:").startswith("data:")


def test_thumbnails_are_inside_the_page_and_a_missing_one_leaves_a_placeholder() -> None:
    made = review(group([facts(1, "a.jpg"), facts(2, "b.CR3")]))
    text = written(made, "html", lambda shot: THUMBNAIL if shot.shot.path == "a.jpg" else None)
    sources = [attrs["src"] for attrs in Page(text).all("img") if "src" in attrs]
    assert sources == [f"data:image/jpeg;base64,{base64.b64encode(THUMBNAIL).decode()}"]
    assert "CR3" in Page(text).texts["div"]
    assert not [attrs for attrs in Page(written(made, "html")).all("img") if "src" in attrs]


def test_groups_carry_what_the_controls_sort_and_filter_by() -> None:
    made = page(
        review(
            group([facts(1, "a.jpg"), facts(2, "b.jpg"), facts(3, "c.jpg")]),
            group([facts(4, "d.jpg"), facts(5, "e.jpg")], Kind.BURST, shielded="panorama"),
        )
    )
    keys = ("data-place", "data-kind", "data-shots", "data-culled", "data-bytes", "data-time")
    assert [tuple(attrs[key] for key in keys) for attrs in made.all("section")] == [
        ("1", "phash", "3", "2", str(4_100_002 + 4_100_003), "1735732800"),
        ("2", "burst", "2", "0", "0", "1735732801"),
    ]
    assert [attrs["value"] for attrs in made.all("input") if attrs.get("name") == "kind"] == ["phash", "burst"]
    assert [attrs["class"] for attrs in made.all("figure")] == ["keep", "cull", "cull", "keep", "keep"]
    assert "keep all: panorama" in made.texts["span"]


def test_skipped_photos_and_an_unfinished_review_are_said() -> None:
    made = page(review(skipped=[Skipped(0, "bad.jpg", "image file is truncated")]))
    assert {"bad.jpg", "image file is truncated"} <= set(made.texts["td"])
    assert "No groups: nothing here looks alike." in made.texts["p"]
