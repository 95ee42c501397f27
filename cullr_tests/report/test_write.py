"""One door to six formats: each is known, none fails for the stream's encoding, and each loads only its own."""

from __future__ import annotations

import html
import io
import subprocess
import sys
from pathlib import Path

import pytest

from cullr import report
from cullr.errors import UsageError
from cullr_tests.report.reviews import odd_names, of_names


@pytest.mark.parametrize("format", report.FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp1252"])
def test_every_format_fits_every_stream(format: str, encoding: str, shared_photos: Path) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")
    report.write(of_names([*odd_names(shared_photos), "鳥.jpg"]), format, stream)
    stream.seek(0)
    assert "IMG_0002" in stream.read().replace("\\_", "_")


def test_a_page_through_another_encoding_still_shows_its_names() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", errors="strict")
    report.write(of_names(["鳥é.jpg"]), "html", stream)
    stream.seek(0)
    text = stream.read()
    assert text.isascii()
    assert "鳥é.jpg" in html.unescape(text)


def test_an_unknown_format_names_the_nearest_known_one() -> None:
    with pytest.raises(UsageError) as caught:
        report.write(of_names(["a.jpg"]), "jsn", io.StringIO())
    assert "'json'" in caught.value.remedy
    assert caught.value.exit_code == 2


def test_plain_formats_load_no_rich_and_none_loads_pillow() -> None:
    code = (
        "import io, sys; from cullr import report; from cullr.model import Counts, Review;"
        "review = Review((), '', True, Counts(0, 0, 0, 0, 0, 0), (), ());"
        "[report.write(review, format, io.StringIO()) for format in ('csv', 'json', 'jsonl', 'md', 'html')];"
        "assert 'rich' not in sys.modules;"
        "report.write(review, 'table', io.StringIO());"
        "assert not {'PIL', 'numpy', 'textual'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
