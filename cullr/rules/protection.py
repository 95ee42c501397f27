"""What a rule never culls, whatever competes with it, and why in words."""

from __future__ import annotations

from cullr.model import ShotFacts
from cullr.rules import criteria, reasons
from cullr.rules.entries import Entry
from cullr.rules.rule import Rule


def protected_for(rule: Rule, entry: Entry) -> str | None:
    """Why the rule protects any shot of the entry, or None."""
    return next(filter(None, (_why(rule, shot) for shot in entry)), None)


def _why(rule: Rule, shot: ShotFacts) -> str | None:
    protect, marks = rule.protect, shot.marks
    if protect.rating is not None and (marks.rating or 0) >= protect.rating:
        return f"protected, {reasons.stars(marks.rating or 0)}"
    if any(criteria.is_label(entry, marks.label) for entry in protect.label):
        return f"protected, {reasons.label(shot)}"
    if protect.pick and marks.pick == 1:
        return "protected, picked"
    paths = (glob for glob in protect.path for file in shot.shot.files if criteria.below(file.path, glob))
    found = next(paths, None)
    return f"protected, below {reasons.shortened(found, 28)}" if found else None
