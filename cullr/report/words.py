"""Values of a review → the short texts that all reports for people share.

Nothing here holds a name except `path` and `reason`, and those are safe to show.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cullr.model import Counts, Difference, Group, Kind, Proposal, Review, ReviewedGroup, ShotFacts, Taken, TimeSource
from cullr.safe_text import visible

_EPOCH = datetime(1970, 1, 1)
_SHIELDS = {
    "bracket": "exposure bracket",
    "stages": "stages of one picture",
    "set": "part of a set that repeats, decide that first",
    "recipe": "the recipes differ",
}
_LEFT_OUT = {Kind.SET: ("run", "of renders not whole, never culled as a set"), Kind.CLIP: ("photo", "without a vector")}
_NOTHING = "nothing"
_SOURCES = {TimeSource.EXIF: "", TimeSource.NAME: " (name)", TimeSource.MTIME: " (file)"}


def count(number: int, noun: str, plural: str = "") -> str:
    """`1,204 photos`, `1 photo`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes in decimal units, as cameras and cards count them: `4.1 MB`."""
    if number < 1000:
        return f"{number} B"
    value = float(number)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        # 999.95 would round to "1000.0"; it belongs to the next unit.
        if value < 999.95 or unit == "PB":
            break
    return f"{value:.1f} {unit}"


def pixels(facts: ShotFacts) -> str:
    """`6000×4000`, or a dash where the head did not tell."""
    width, height = facts.metadata.width, facts.metadata.height
    return f"{width}×{height}" if width and height else "–"


def path(facts: ShotFacts) -> str:
    return visible(facts.shot.path)


def reason(proposal: Proposal) -> str:
    return visible(proposal.reason)


def iso_time(taken: Taken) -> str | None:
    """ISO 8601 with the offset where known and fractions only where present; None for what is not a capture time."""
    if taken.source is TimeSource.MTIME:
        return None
    clock = _clock(taken)
    return clock and clock.replace(" ", "T") + _offset(taken)


def clock_time(taken: Taken) -> str:
    """The same for people, `2025-01-01 12:00:03.25`, naming weaker evidence; of a file's time, whole seconds."""
    second = 1_000_000
    if taken.source is TimeSource.MTIME:
        taken = replace(taken, wall_us=taken.wall_us // second * second)
    clock = _clock(taken)
    return f"{clock}{_SOURCES[taken.source]}" if clock else "–"


def _clock(taken: Taken) -> str | None:
    """Wall-clock time; None outside the years 1 to 9999, which only damaged metadata claims."""
    try:
        moment = _EPOCH + timedelta(microseconds=taken.wall_us)
    except OverflowError:
        return None
    return moment.isoformat(" ").rstrip("0") if moment.microsecond else moment.isoformat(" ")


def _offset(taken: Taken) -> str:
    minutes = taken.offset_minutes
    if minutes is None or abs(minutes) >= 24 * 60:
        return ""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def weakest(group: Group) -> str:
    """The group's least alike pair against its bar, in the kind's own unit. Two members may be less alike than
    either is to the medoid, which is what the bar is about."""
    score, threshold = group.weakest.score, group.weakest.threshold
    beyond = score < threshold if group.kind in (Kind.CLIP, Kind.SET) else score > threshold
    of_what = " to the middle one" if beyond else ""
    match group.kind:
        case Kind.EXACT:
            return "same bytes"
        case Kind.PHASH:
            return f"{score:g} of 64 bits apart (limit {threshold:g}{of_what})"
        case Kind.BURST:
            return f"{score if score >= 0.01 else 0:.3g} s apart (limit {threshold:g} s{of_what})"
        case Kind.CLIP:
            return f"cosine {score:.3f} (at least {threshold:g}{of_what})"
        case Kind.SET:
            return f"likeness {score:.3f} at the weakest stage (at least {threshold:g})"


def shield(group: Group) -> str:
    """`exposure bracket` and the like; empty for a group that may be culled."""
    return _SHIELDS.get(group.shielded, visible(group.shielded)) if group.shielded else ""


def left_out(kind: Kind, number: int) -> str:
    """The title of a list of what could not be compared."""
    noun, what = _LEFT_OUT.get(kind, ("shot", f"not compared as {kind}"))
    return f"{count(number, noun)} {what}"


def recipe(reviewed: ReviewedGroup) -> list[str]:
    """What differs between the recipes of a set group, a sentence each; empty where nothing is known of them."""
    told = reviewed.group.recipe
    if told is None:
        return []
    if not told:
        return ["The recipes agree."]
    paths = {facts.id: path(facts) for facts in reviewed.shots}
    return [f"{paths[each.shot]}: {difference(each)}" for each in told]


def difference(each: Difference) -> str:
    """`seed: 7, in the first set 5`."""
    own, first = (_NOTHING if value is None else f"“{visible(value)}”" for value in (each.own, each.first))
    return f"{visible(each.key)}: {own}, in the first set {first}"


def bytes_culled(reviewed: ReviewedGroup) -> int:
    pairs = zip(reviewed.shots, reviewed.proposals, strict=True)
    return sum(facts.shot.bytes for facts, proposal in pairs if not proposal.keep)


def verdict(reviewed: ReviewedGroup) -> str:
    """What becomes of a group: `keep all: panorama`, `nothing to cull`, `cull 2, frees 8.1 MB`."""
    if reviewed.group.shielded:
        return f"keep all: {shield(reviewed.group)}"
    culled = sum(not proposal.keep for proposal in reviewed.proposals)
    return f"cull {culled:,}, frees {size(bytes_culled(reviewed))}" if culled else "nothing to cull"


def totals(counts: Counts) -> str:
    found = f"{count(counts.photos, 'photo')} in {count(counts.shots, 'shot')}, {count(counts.groups, 'group')}"
    if not counts.culled:
        return f"{found}; nothing to cull"
    return f"{found}; {count(counts.culled, 'shot')} to cull, {size(counts.bytes_culled)}"


def unfinished(review: Review) -> str:
    """The warning of a review that was written before every photo was read; empty otherwise."""
    return "" if review.complete else "Not complete: some photos are not read yet, so groups may be missing or change."
