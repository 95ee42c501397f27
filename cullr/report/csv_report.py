"""A review → CSV for a spreadsheet: one row for each shot of each group (RFC 4180, UTF-8).

No cell can be a formula and none holds a line break. Names are for reading; programs take JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cullr.model import Proposal, Review, ReviewedGroup, ShotFacts
from cullr.report import words
from cullr.report.json_report import number
from cullr.report.words import iso_time
from cullr.safe_text import visible

COLUMNS = (
    "group", "kind", "shielded", "proposal", "reason", "root", "path", "files",
    "bytes", "width", "height", "taken", "score", "set", "recipe",
)  # fmt: skip

# What Excel, LibreOffice and Google Sheets take for a formula's start; the wide forms count in East Asian versions.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def cell(text: str) -> str:
    """`text` made visible and, where a spreadsheet would calculate it, led by an apostrophe."""
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def pieces(review: Review) -> Iterator[str]:
    yield _line(COLUMNS)
    for reviewed in review.groups:
        for facts, proposal in zip(reviewed.shots, reviewed.proposals, strict=True):
            yield _line(_row(review, reviewed, facts, proposal))


def _row(review: Review, reviewed: ReviewedGroup, facts: ShotFacts, proposal: Proposal) -> tuple[str, ...]:
    group, shot = reviewed.group, facts.shot
    score = number(group.scores.get(facts.id))
    return (
        cell(group.id),
        group.kind.value,
        cell(group.shielded or ""),
        "keep" if proposal.keep else "cull",
        cell(proposal.reason),
        cell(review.roots[shot.root]),
        cell(shot.path),
        cell("; ".join(file.path for file in shot.files)),
        str(shot.bytes),
        str(facts.metadata.width),
        str(facts.metadata.height),
        iso_time(facts.taken) or "",
        "" if score is None else str(score),
        "" if group.sets is None else str(group.sets.get(facts.id, "")),
        cell("; ".join(words.difference(each) for each in group.recipe or () if each.shot == facts.id)),
    )


def _line(cells: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
