"""A rule → lines for people."""

from __future__ import annotations

from cullr.model import Kind
from cullr.rules.amount import Amount
from cullr.rules.criteria import REST, Margin, Preference
from cullr.rules.forms import FORMS
from cullr.rules.reasons import plain, stars
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
    "folder": "folder",
    "name": "name",
    "companion": "with",
    "metadata": "more metadata",
    "stage": "stage",
}


_AGES = {
    ("taken", "oldest"): "taken earlier",
    ("taken", "newest"): "taken later",
    ("modified", "oldest"): "changed earlier",
    ("modified", "newest"): "changed later",
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
    return {Kind.EXACT: "group of the same bytes", Kind.BURST: "burst"}.get(kind, f"{kind} group")


def _wish(prefer: Preference) -> str:
    """`sharper, by more than 10 %`."""
    wanted = " ".join(prefer.want)
    if (prefer.by, wanted) in _AGES:
        words = [_AGES[prefer.by, wanted]]
    elif prefer.by == "companion":
        words = [_WISHES[prefer.by], wanted]
    else:
        words = [wanted, _WISHES[prefer.by], _detail(prefer)]
    text = " ".join(filter(None, words))
    return f"{text}, by more than {_equal(prefer, prefer.margin)}" if prefer.margin else text


def _detail(prefer: Preference) -> str:
    if prefer.by == "folder" and not prefer.order:
        return "as given on the command line"
    if prefer.pattern:
        return f"with {' or '.join(map(_quoted, prefer.pattern))}"
    globs = prefer.by in {"folder", "name"}
    return ", then ".join("any other" if each == REST else _quoted(each) if globs else each for each in prefer.order)


def _quoted(glob: str) -> str:
    return f"“{plain(glob)}”"


def _equal(prefer: Preference, margin: Margin) -> str:
    size, unit = margin.size, FORMS[prefer.by].unit
    if margin.relative:
        return f"{size * 100:g} %"
    if unit == "seconds" and size and size % 60 == 0:
        return f"{size / 3600:g} h" if size % 3600 == 0 else f"{size / 60:g} min"
    return f"{size:g} {unit.removesuffix('s') if size == 1 else unit}"


def _protections(protect: Protect) -> list[str]:
    found = [f"{stars(protect.rating)} or more"] if protect.rating else []
    found += [f"label {label}" for label in protect.label]
    found += ["picked"] if protect.pick else []
    found += [f"below {path}" for path in protect.path]
    return found + [f"any {_called(kind)}" for kind in protect.kind]
