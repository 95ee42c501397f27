"""A review → one HTML page that needs nothing else: a film strip for each group, to sort, filter and enlarge.

Its security policy allows only this page's own style and script (by hash) and data: pictures, and nothing from a
photo reaches the page unescaped. Without JavaScript it is still a complete report.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path, PurePosixPath

from cullr.model import Kind, Proposal, Review, ReviewedGroup, ShotFacts, TimeSource
from cullr.report import words
from cullr.safe_text import visible

_ORDERS = {
    "report": "report order",
    "bytes": "most bytes freed",
    "shots": "most shots",
    "kind": "kind",
    "time": "time taken",
}


def pieces(review: Review, thumbnails: Callable[[ShotFacts], bytes | None] | None = None) -> Iterator[str]:
    """The page, a group a piece, so that a page of hundreds of megabytes is never held whole."""
    style, script = _asset("page.css"), _asset("page.js")
    yield _head(review, style, script)
    yield _header(review)
    yield _tools(review)
    yield "<main>\n"
    if not review.groups:
        yield '<p class="soft">No groups: nothing here looks alike.</p>\n'
    for place, reviewed in enumerate(review.groups, 1):
        yield _group(review, place, reviewed, thumbnails)
    yield "</main>\n"
    yield "<footer>\n"
    yield _skipped(review)
    for kind in Kind:
        yield _left_out(review, kind)
    yield "</footer>\n"
    yield _DIALOG
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text("ascii")


def _safe(text: str) -> str:
    """Any text as an element's content or a quoted attribute's value."""
    return escape(visible(text), quote=True)


def _head(review: Review, style: str, script: str) -> str:
    policy = (
        f"default-src 'none'; img-src data:; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>cullr: {words.count(review.counts.groups, 'group')}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _header(review: Review) -> str:
    counts = review.counts
    figures = (
        ("", f"{counts.photos:,}", "photos"),
        ("", f"{counts.shots:,}", "shots"),
        ("", f"{counts.groups:,}", "groups"),
        ("", f"{counts.culled:,}", "shots to cull"),
        ("frees", words.size(counts.bytes_culled), "freed by that"),
        ("", f"{counts.skipped:,}", "skipped"),
    )
    boxes = "".join(f'<li class="{name}"><b>{figure}</b>{noun}</li>' for name, figure, noun in figures)
    roots = "".join(f"<li>{_root(review, index)}</li>" for index in range(len(review.roots)))
    warning = f'<p class="warn">{words.unfinished(review)}</p>\n' if not review.complete else ""
    return (
        f'<header>\n<h1>cullr report</h1>\n<ul class="roots soft">{roots}<li>rule: {_safe(review.rule)}</li></ul>\n'
        f'<ul class="totals">{boxes}</ul>\n{warning}</header>\n'
    )


def _root(review: Review, index: int) -> str:
    number = f"{index}: " if len(review.roots) > 1 else ""
    return number + _safe(review.roots[index])


def _tools(review: Review) -> str:
    """The controls; hidden until the script that serves them runs."""
    found = Counter(reviewed.group.kind for reviewed in review.groups)
    chips = "".join(
        f'<label class="chip"><input type="checkbox" name="kind" value="{kind.value}" checked>'
        f"{kind.value} {found[kind]:,}</label>\n"
        for kind in Kind
        if found[kind]
    )
    options = "".join(f'<option value="{value}">{text}</option>' for value, text in _ORDERS.items())
    return (
        f'<div class="tools"><form hidden>\n<label>Sort by <select name="order">{options}</select></label>\n{chips}'
        '<label class="chip"><input type="checkbox" name="cullable">only with something to cull</label>\n'
        '<output id="shown"></output>\n</form></div>\n'
    )


def _group(
    review: Review, place: int, reviewed: ReviewedGroup, thumbnails: Callable[[ShotFacts], bytes | None] | None
) -> str:
    group = reviewed.group
    culled = sum(not proposal.keep for proposal in reviewed.proposals)
    data = (
        f'data-place="{place}" data-kind="{group.kind.value}" data-shots="{len(group.shots)}" '
        f'data-culled="{culled}" data-bytes="{words.bytes_culled(reviewed)}" data-time="{_earliest(reviewed)}"'
    )
    frames = "".join(
        _frame(review, facts, proposal, thumbnails(facts) if thumbnails else None)
        for facts, proposal in zip(reviewed.shots, reviewed.proposals, strict=True)
    )
    return (
        f'<section class="group{" shielded" if group.shielded else ""}" {data}>\n'
        f'<h2><span class="place">{place}</span><span class="kind">{group.kind.value}</span>'
        f'<span>{words.count(len(group.shots), "shot")}</span><span class="soft">{words.weakest(group)}</span>'
        f'<span class="verdict">{_safe(words.verdict(reviewed))}</span></h2>\n'
        f'{_recipe(reviewed)}<div class="strip">\n{frames}</div>\n</section>\n'
    )


def _recipe(reviewed: ReviewedGroup) -> str:
    """What differs between the recipes of its sets."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in words.recipe(reviewed))
    return f'<ul class="roots soft">{lines}</ul>\n' if lines else ""


def _earliest(reviewed: ReviewedGroup) -> int:
    """Seconds to sort by; a file's own time only where no frame has better."""
    known = [facts.taken.wall_us for facts in reviewed.shots if facts.taken.source is not TimeSource.MTIME]
    return min(known or [facts.taken.wall_us for facts in reviewed.shots]) // 1_000_000


def _frame(review: Review, facts: ShotFacts, proposal: Proposal, thumbnail: bytes | None) -> str:
    face = facts.shot.face
    mark = "keep" if proposal.keep else "cull"
    root = f"{face.root}: " if len(review.roots) > 1 else ""
    folder = f'<span class="folder">{root}{_safe(face.folder)}</span>' if root or face.folder else ""
    also = len(facts.shot.files) - 1
    files = f", {words.count(also + 1, 'file')}" if also else ""
    return (
        f'<figure class="{mark}">{_picture(facts, thumbnail)}<figcaption><span class="badge">{mark}</span>'
        f'<span class="name">{_safe(face.name)}</span>{folder}'
        f'<span class="facts">{words.size(facts.shot.bytes)}{files}, {words.pixels(facts)}</span>'
        f'<span class="facts">{words.clock_time(facts.taken)}</span>'
        f'<span class="reason">{_safe(proposal.reason)}</span></figcaption></figure>\n'
    )


def _picture(facts: ShotFacts, thumbnail: bytes | None) -> str:
    if thumbnail is None:
        suffix = PurePosixPath(facts.shot.face.name).suffix.lstrip(".")
        return f'<div class="blank">{_safe(suffix[:8].upper()) or "no picture"}</div>'
    data = base64.b64encode(thumbnail).decode()
    return (
        f'<button type="button" class="look"><img loading="lazy" decoding="async" alt="{_safe(facts.shot.path)}" '
        f'src="data:image/jpeg;base64,{data}"></button>'
    )


def _skipped(review: Review) -> str:
    if not review.skipped:
        return ""
    rows = "".join(
        f"<tr><td>{_prefix(review, skipped.root)}{_safe(skipped.path)}</td><td>{_safe(skipped.why)}</td></tr>\n"
        for skipped in review.skipped
    )
    return (
        f'<details class="skipped" open><summary>{len(review.skipped):,} skipped</summary>\n'
        f"<table>\n{rows}</table></details>\n"
    )


def _left_out(review: Review, kind: Kind) -> str:
    found = [each for each in review.left_out if each.kind is kind]
    rows = "".join(
        f"<tr><td>{_prefix(review, each.root)}{', '.join(_safe(path) for path in each.paths)}</td>"
        f"<td>{_safe(each.why)}</td></tr>\n"
        for each in found
    )
    title = words.left_out(kind, len(found))
    table = f'<details class="skipped"><summary>{title}</summary>\n<table>\n{rows}</table></details>\n'
    return table if found else ""


def _prefix(review: Review, root: int) -> str:
    return f"{root}: " if len(review.roots) > 1 else ""


_DIALOG = (
    '<dialog aria-label="enlarged picture"><img alt=""><p><button type="button" value="-1" title="left arrow">'
    '&lsaquo; previous</button><span></span><button type="button" value="1" title="right arrow">next &rsaquo;</button>'
    '<button type="button" title="Esc">close</button></p></dialog>\n'
)
