"""A review → Markdown: a heading and a table for each group, for an issue, a wiki or a note to oneself.

No name can add markup, a table cell, a link or a mention: checked against CommonMark with GitHub's tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cullr.model import Kind, Proposal, Review, ReviewedGroup, ShotFacts
from cullr.report import words
from cullr.safe_text import visible

# A character reference never forms structure (CommonMark 2.5) and survives table splitting, where a backslash before
# a pipe does not when the name brings its own backslash. Underscores are too common in names to make them unreadable.
_MARKUP = re.compile(r"[&<>|\\`\"\[\]{}()*#~$!:=^]|_|@+|www(?=\.)")


def escape(text: str) -> str:
    """`text` made visible, then inert in Markdown and in the HTML it becomes."""
    return _MARKUP.sub(_inert, visible(text))


def _inert(match: re.Match[str]) -> str:
    found = match[0]
    if found == "_":
        return r"\_"
    if found == "www":
        return "ww&#119;"
    if found.startswith("@"):
        # GitHub links addresses and mentions after it has decoded references; only a code span keeps it from that.
        return f"`{found}`"
    return f"&#{ord(found)};"


def pieces(review: Review) -> Iterator[str]:
    yield "# cullr report\n\n"
    yield f"{words.totals(review.counts)}.\n\n"
    if not review.complete:
        yield f"**{words.unfinished(review)}**\n\n"
    yield f"- rule: {escape(review.rule)}\n"
    for index, root in enumerate(review.roots):
        yield f"- root {index}: {escape(root)}\n"
    for place, reviewed in enumerate(review.groups, 1):
        yield from _group(place, reviewed, several_roots=len(review.roots) > 1)
    yield from _skipped(review)
    for kind in Kind:
        yield from _left_out(review, kind)


def _left_out(review: Review, kind: Kind) -> Iterator[str]:
    rows = [each for each in review.left_out if each.kind is kind]
    if rows:
        yield f"\n## {words.left_out(kind, len(rows))}\n\n| Paths | Why |\n|---|---|\n"
    for each in rows:
        root = f"{each.root}: " if len(review.roots) > 1 else ""
        yield f"| {root}{', '.join(escape(path) for path in each.paths)} | {escape(each.why)} |\n"


def _group(place: int, reviewed: ReviewedGroup, *, several_roots: bool) -> Iterator[str]:
    group = reviewed.group
    yield f"\n## {place}. {group.kind.value}: {words.count(len(group.shots), 'shot')}, {words.weakest(group)}\n\n"
    yield f"{escape(words.verdict(reviewed)).capitalize()}.\n\n"
    for line in words.recipe(reviewed):
        yield f"- {escape(line)}\n"
    if reviewed.group.recipe is not None:
        yield "\n"
    yield "| | Path | Size | Pixels | Taken | Reason |\n|---|---|---:|---:|---|---|\n"
    for facts, proposal in zip(reviewed.shots, reviewed.proposals, strict=True):
        yield _row(facts, proposal, f"{facts.shot.root}: " if several_roots else "")


def _row(facts: ShotFacts, proposal: Proposal, root: str) -> str:
    cells = (
        "**keep**" if proposal.keep else "cull",
        root + escape(facts.shot.path),
        words.size(facts.shot.bytes),
        words.pixels(facts),
        words.clock_time(facts.taken),
        escape(proposal.reason),
    )
    return f"| {' | '.join(cells)} |\n"


def _skipped(review: Review) -> Iterator[str]:
    if not review.skipped:
        return
    yield f"\n## Skipped: {len(review.skipped):,}\n\n| Path | Why |\n|---|---|\n"
    for skipped in review.skipped:
        root = f"{skipped.root}: " if len(review.roots) > 1 else ""
        yield f"| {root}{escape(skipped.path)} | {escape(skipped.why)} |\n"
