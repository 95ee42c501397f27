"""A finished review → text in one of six formats. Each format is one file, imported only when asked for.

Whatever the names hold, every format is one valid document: what people read passes through `safe_text.visible`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import TextIO

from cullr.errors import UsageError
from cullr.model import Review, ShotFacts

Thumbnails = Callable[[ShotFacts], bytes | None]
"""Gives a shot's picture as JPEG bytes, small enough for a page of thousands; None shows a placeholder."""

FORMATS = ("table", "csv", "json", "jsonl", "md", "html")


def write(review: Review, format: str, stream: TextIO, *, thumbnails: Thumbnails | None = None) -> None:
    """Write `review` to `stream`; `thumbnails` serves the HTML page only.

    A file for CSV should be opened with `newline=""` and UTF-8. Raises UsageError for an unknown format.
    """
    for piece in pieces(review, format, stream, thumbnails=thumbnails):
        stream.write(piece)


def pieces(
    review: Review, format: str, stream: TextIO, *, thumbnails: Thumbnails | None = None, asked: Sequence[str] = ()
) -> Iterator[str]:
    """What `write` writes, piece by piece; the stream only tells what fits it. `asked` are the options that shaped the
    review, for the command that the table names. Raises UsageError."""
    for piece in _pieces(review, format, stream, thumbnails, asked):
        yield _fitting(piece, format, stream.encoding)


def _pieces(
    review: Review, format: str, stream: TextIO, thumbnails: Thumbnails | None, asked: Sequence[str]
) -> Iterator[str]:
    match format:
        case "table":
            from cullr.report import table_report

            return table_report.pieces(review, terminal=stream.isatty(), asked=asked)
        case "csv":
            from cullr.report import csv_report

            return csv_report.pieces(review)
        case "json":
            from cullr.report import json_report

            return json_report.pieces(review)
        case "jsonl":
            from cullr.report import jsonl_report

            return jsonl_report.pieces(review)
        case "md":
            from cullr.report import markdown_report

            return markdown_report.pieces(review)
        case "html":
            from cullr.report import html_report

            return html_report.pieces(review, thumbnails)
    near = get_close_matches(format, FORMATS, 1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"unknown report format {format!r}", f"{hint}Known formats: {', '.join(FORMATS)}.")


def _fitting(piece: str, format: str, encoding: str | None) -> str:
    """The same text for a stream that is not UTF-8 (a Latin-1 locale): what it lacks is escaped, never an error."""
    if encoding is None or encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
        return piece
    if format == "html":
        # The page declares UTF-8, so only ASCII may leave through another encoding.
        return piece.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return piece.encode(encoding, "backslashreplace").decode(encoding)
