"""Several shots → what is known of each, line by line, and whether they differ in it. Safe to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cullr import seen
from cullr.model import Proposal, ShotFacts
from cullr.report import words
from cullr.safe_text import visible

UNKNOWN = "–"
SAME_SHARPNESS = 0.1
"""Below 10 % two frames cannot be told apart by eye (best_of_burst's margin)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: `values` in the shots' order."""

    name: str
    values: tuple[str, ...]
    differs: bool


def compared(shots: Sequence[ShotFacts], proposals: Sequence[Proposal]) -> list[Fact]:
    """What is known of any of them; a line that all leave empty is left out."""
    facts = [_fact(name, [say(each) for each in shots]) for name, say in _LINES]
    facts.insert(4, _sharpness(shots))
    facts.append(_fact("why", [visible(proposal.reason) for proposal in proposals]))
    return [fact for fact in facts if any(value != UNKNOWN for value in fact.values)]


def _fact(name: str, values: Sequence[str]) -> Fact:
    return Fact(name, tuple(values), len(set(values)) > 1)


def _folder(facts: ShotFacts) -> str:
    return visible(facts.shot.face.folder) or "."


def _files(facts: ShotFacts) -> str:
    photos = "+".join(photo.name.rpartition(".")[2].upper() for photo in facts.shot.photos)
    companions = len(facts.shot.companions)
    return visible(photos) + (f" +{words.count(companions, 'companion')}" if companions else "")


def _taken(facts: ShotFacts) -> str:
    """To the millisecond: a file's time has six digits, of which a camera made none."""
    return re.sub(r"(\.\d{3})\d+", r"\1", words.clock_time(facts.taken))


def _exposure(facts: ShotFacts) -> str:
    shown = facts.metadata.exposure
    parts = [_seconds(shown.seconds) if shown.seconds else ""]
    parts += [f"f/{shown.f_number:g}" if shown.f_number else ""]
    parts += [f"ISO {shown.iso}" if shown.iso else ""]
    parts += [f"{shown.bias_ev:+.2g} EV" if shown.bias_ev else ""]
    return " ".join(filter(None, parts)) or UNKNOWN


def _seconds(seconds: float) -> str:
    return f"1/{1 / seconds:.0f} s" if 0 < seconds < 0.3 else f"{seconds:g} s"


def _sharpness(shots: Sequence[ShotFacts]) -> Fact:
    """In per cent of the sharpest, as the rules see it: the measure means something within a group only."""
    scores = seen.sharpness(shots)
    known = [score for score in scores if score is not None]
    best = max(known, default=0.0)
    values = [f"{100 * score / best:.0f} %" if score is not None and best else UNKNOWN for score in scores]
    apart = len(known) < len(scores) or min(known, default=0.0) < (1 - SAME_SHARPNESS) * best
    return Fact("sharpness", tuple(values), len(set(values)) > 1 and apart)


def _clipped(facts: ShotFacts) -> str:
    if facts.quality is None:
        return UNKNOWN
    dark, bright = 100 * facts.quality.shadows, 100 * facts.quality.highlights
    return f"{dark:.1f} % black, {bright:.1f} % white"


def _stars(facts: ShotFacts) -> str:
    marks = facts.marks
    rating = marks.rating or 0
    parts = ["rejected" if rating < 0 else "★" * min(rating, 5), visible(marks.label or "")]
    parts.append({1: "picked", -1: "flagged as rejected"}.get(marks.pick or 0, ""))
    return " ".join(filter(None, parts)) or UNKNOWN


def _stage(facts: ShotFacts) -> str:
    return f"{facts.stage.number:g} {visible(facts.stage.name)}" if facts.stage else UNKNOWN


_LINES: Sequence[tuple[str, Callable[[ShotFacts], str]]] = (
    ("folder", _folder),
    ("files", _files),
    ("pixels", words.pixels),
    ("bytes", lambda facts: words.size(facts.shot.bytes)),
    ("clipped", _clipped),
    ("taken", _taken),
    ("camera", lambda facts: visible(facts.metadata.camera or UNKNOWN)),
    ("exposure", _exposure),
    ("metadata", lambda facts: words.count(facts.metadata.tags, "tag")),
    ("marks", _stars),
    ("stage", _stage),
)
