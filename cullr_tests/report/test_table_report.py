"""The table: whole and plain in a pipe, within the terminal's width otherwise, and never steered by a name."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cullr import report
from cullr.model import Kind, Review, Skipped, Taken, TimeSource
from cullr.report import table_report, words
from cullr.safe_text import visible
from cullr_tests.report.reviews import NOON_US, facts, group, names, odd_names, of_names, review, written

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(made: Review, width: int) -> str:
    return "".join(table_report.pieces(made, terminal=True, width=width))


def test_a_pipe_gets_every_name_whole_and_nothing_to_steer_a_terminal(shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    text = written(of_names(found), "table")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    lines = text.split("\n")
    for name in found:
        assert any(f"  day1/{visible(name)} " in line for line in lines)
        assert f"  {visible(name)}: cannot read {visible(name)}" in lines


def test_a_pipe_gets_no_trailing_blanks_and_one_long_path_widens_only_its_line() -> None:
    long = facts(2, f"{'deep/' * 50}IMG_2.JPG")
    lines = written(review(group([facts(1, "IMG_1.JPG"), long])), "table").splitlines()
    assert lines == [line.rstrip() for line in lines]
    assert len(lines[1]) < 160 < len(lines[2])


def test_the_table_says_what_a_photographer_needs() -> None:
    made = review(
        group([facts(1, "IMG_1.JPG"), facts(2, "IMG_2.JPG", taken=Taken(NOON_US + 969_003, TimeSource.MTIME))]),
        group([facts(3, "IMG_3.JPG"), facts(4, "IMG_4.JPG")], Kind.BURST, score=0.4, threshold=2, shielded="bracket"),
        skipped=[Skipped(0, "bad.jpg", "image file is truncated")],
        roots=["/my photos"],
    )
    assert written(made, "table").splitlines() == [
        "1  phash  2 shots, 6 of 64 bits apart (limit 8); cull 1, frees 4.1 MB",
        "  keep  IMG_1.JPG    4.1 MB  6000×4000  2025-01-01 12:00:00.25      kept: sharper by 31 %",
        "  cull  IMG_2.JPG    4.1 MB  6000×4000  2025-01-01 12:00:00 (file)  culled: 12 % fewer pixels",
        "",
        "2  burst  2 shots, 0.4 s apart (limit 2 s); keep all: exposure bracket",
        "  keep  IMG_3.JPG    4.1 MB  6000×4000  2025-01-01 12:00:00.75  kept: sharper by 31 %",
        "  keep  IMG_4.JPG    4.1 MB  6000×4000  2025-01-01 12:00:01     kept: sharper by 31 %",
        "",
        "1 skipped",
        "  bad.jpg: image file is truncated",
        "",
        "1,204 photos in 4 shots, 2 groups; 1 shot to cull, 4.1 MB.",
        "Next: cullr stage '/my photos'",
    ]


@pytest.mark.parametrize(
    ("kind", "score", "threshold", "wanted"),
    [
        (Kind.CLIP, 0.91, 0.9, "cosine 0.910 (at least 0.9)"),
        (Kind.CLIP, 0.77, 0.9, "cosine 0.770 (at least 0.9 to the middle one)"),
        (Kind.PHASH, 8, 8, "8 of 64 bits apart (limit 8)"),
        (Kind.PHASH, 10, 8, "10 of 64 bits apart (limit 8 to the middle one)"),
        (Kind.BURST, 3.5, 2, "3.5 s apart (limit 2 s to the middle one)"),
    ],
)
def test_a_weakest_pair_that_lies_beyond_the_bar_is_explained(
    kind: Kind, score: float, threshold: float, wanted: str
) -> None:
    made = group([facts(1, "a.jpg"), facts(2, "b.jpg")], kind, score=score, threshold=threshold)
    assert words.weakest(made.group) == wanted


def test_bursts_have_to_be_named_to_be_staged() -> None:
    burst, copies = (
        group([facts(n, "a.jpg"), facts(n + 1, "b.jpg")], kind) for n, kind in ((1, Kind.BURST), (3, Kind.EXACT))
    )
    assert written(review(burst), "table").splitlines()[-1] == "Next: cullr stage --kind burst /photos"
    assert written(review(burst, copies), "table").splitlines()[-2:] == [
        "Next: cullr stage /photos",
        "And cullr stage --kind burst /photos",
    ]
    assert "stage" not in written(review(), "table")


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(width: int, shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    text = STYLE.sub("", on_terminal(of_names(found), width))
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    for name in found:
        # Folded at any column, between blanks that alignment adds.
        assert re.search(r"\s*".join(re.escape(char) for char in visible(name).strip() if char != " "), text)


@given(st.lists(names(), min_size=1, max_size=3), st.sampled_from([80, 160]))
def test_the_only_escapes_on_a_terminal_are_our_own_styles(found: list[str], width: int) -> None:
    text = STYLE.sub("", on_terminal(of_names(found), width))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_markup_in_a_name_is_shown_not_obeyed() -> None:
    made = review(group([facts(1, "[bold red]x[/].jpg"), facts(2, ":smile:[link=http://x]y.jpg")]))
    for text in (written(made, "table"), STYLE.sub("", on_terminal(made, 160))):
        assert "[bold red]x[/].jpg" in text
        assert ":smile:[link=http://x]y.jpg" in text


def test_a_real_terminal_gets_colour_unless_the_person_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    made = review(group([facts(1, "IMG_1.JPG"), facts(2, "IMG_2.JPG")]))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;32mkeep" in _through_a_terminal(made)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", _through_a_terminal(made))


def _through_a_terminal(made: Review) -> str:
    master, slave = os.openpty()
    try:
        with os.fdopen(slave, "w", encoding="utf-8") as stream:
            report.write(made, "table", stream)
            stream.flush()
            return os.read(master, 65536).decode()
    finally:
        os.close(master)
