"""A rule → lines for people."""

from __future__ import annotations

from cullr.model import Kind
from cullr.rules.amount import Amount
from cullr.rules.criteria import REST, Preference
from cullr.rules.forms import FORMS
from cullr.rules.rule import Protect, Rule

_WISHES = {
    "rating": "more stars",
    "label": "label",
    "pick": "picked over not flagged over rejected",
    "edited": "with develop settings beside it",
    "raw": "with a RAW photo",
    "format": "format",
    "resolution": "more pixels",
    "bytes": "larger file",
    "face": "sharper on the face",
    "sharpness": "sharper",
    "compression": "less compressed",
    "resent": "not sent by a messenger",
    "eyes": "fewer people with eyes shut",
    "noise": "less noise",
    "exposure": "less clipped, better lit",
    "taken": "capture time",
    "modified": "last change",
    "folder": "folder",
    "name": "name",
    "companion": "with",
    "metadata": "more metadata",
    "stage": "stage",
}


def describe(rule: Rule) -> str:
    """What it keeps, in which order, and what is never culled."""
    lines = [f"{rule.name}: {rule.description}" if rule.description else rule.name, f"  from {rule.path}"]
    lines += _order("of each group", Amount(rule.keep, rule.seconds), rule.prefer)
    for way in rule.kinds:
        same = way.prefer == rule.prefer
        lines += _order(f"of each {_called(way.kind)}", way.amount, () if same else way.prefer)
    protected = _protections(rule.protect)
    if protected:
        lines.append(f"  never culled: {'; '.join(protected)}")
    return "\n".join(lines)


def _order(of: str, amount: Amount, prefer: tuple[Preference, ...]) -> list[str]:
    """How many stay and by what order; no preferences are those said before."""
    stays = "stays" if amount.keep == 1 else "stay"
    if not prefer:
        return [f"  {of} {amount} {stays}, preferring in the same order"]
    lines = [f"  {of} {amount} {stays}, preferring in this order:"]
    lines += [f"  {number:2}. {_wish(each)}" for number, each in enumerate(prefer, 1)]
    return [*lines, f"  {len(prefer) + 1:2}. the first by path"]


def _called(kind: Kind) -> str:
    return "burst" if kind is Kind.BURST else f"{kind} group"


def _wish(prefer: Preference) -> str:
    detail = ", then ".join("any other" if entry == REST else entry for entry in prefer.order)
    if prefer.by == "folder" and not prefer.order:
        detail = "as given on the command line"
    if prefer.pattern:
        detail = f"like {' or '.join(prefer.pattern)}"
    wanted = " ".join(prefer.want)
    words = (_WISHES[prefer.by], wanted) if prefer.by == "companion" else (wanted, _WISHES[prefer.by], detail)
    text = " ".join(filter(None, words))
    if prefer.margin is None:
        return text
    size = prefer.margin.size
    equal = f"{size * 100:g} %" if prefer.margin.relative else f"{size:g} {_unit(prefer)}"
    return f"{text} (differences up to {equal} do not count)"


def _unit(prefer: Preference) -> str:
    unit = FORMS[prefer.by].unit
    return unit.removesuffix("s") if prefer.margin and prefer.margin.size == 1 else unit


def _protections(protect: Protect) -> list[str]:
    found = [f"{protect.rating} stars or more"] if protect.rating else []
    found += [f"label {label}" for label in protect.label]
    found += ["picked"] if protect.pick else []
    found += [f"below {path}" for path in protect.path]
    return found + [f"{_called(kind)}s" for kind in protect.kind]
