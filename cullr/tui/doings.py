"""What the person did since the start, latest last: Ctrl+Z takes back the last one, whatever it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cullr.model import ShotFacts, ShotId
from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import BatchId, OpenGroup, Verdict

if TYPE_CHECKING:
    from cullr.session.past import Undone
    from cullr.session.staging import Staged
    from cullr.session.stars import Starred


@dataclass(frozen=True, slots=True)
class Moved:
    """An approval; `batch` is its name in the journals."""

    batch: BatchId


@dataclass(frozen=True, slots=True)
class Apart:
    """A group that was told apart."""

    group: OpenGroup


@dataclass(frozen=True, slots=True)
class Marked:
    """Words on shots of a group, and what they replaced."""

    group: OpenGroup
    before: Mapping[ShotId, Verdict]


@dataclass(frozen=True, slots=True)
class Rated:
    """Stars or a label of one shot; `batch` is its name in the journal."""

    row: int
    batch: BatchId


Doing = Moved | Apart | Marked | Rated


def moved(staged: Staged, undo_key: str) -> tuple[str, str]:
    """What became of an approval, and its tone."""
    stayed = ""
    if staged.left:
        first = staged.left[0]
        name, why = visible(first.path.rpartition("/")[2]), visible(first.why)
        stayed = f"{name} stayed: {why}." if len(staged.left) == 1 else f"{len(staged.left)} stayed, {name}: {why} …"
    if not staged.shots:
        return (f"Nothing moved. {stayed}", "bad") if stayed else ("Nothing was left to move.", "care")
    files = f"{words.count(staged.files, 'file')}, {words.size(staged.bytes)}"
    sentence = f"Moved {words.count(staged.shots, 'shot')} ({files}). {undo_key} takes it back."
    return (f"{sentence} {stayed}", "care") if stayed else (sentence, "good")


def rated(facts: ShotFacts, starred: Starred, undo_key: str) -> str:
    """What the sidecars say now."""
    name, marks = words.path(facts).rpartition("/")[2], starred.facts.marks
    stars = f"★{marks.rating}" if marks.rating and marks.rating > 0 else "rejected" if marks.rating else "no stars"
    said = f"{name}: {stars}{f', {visible(marks.label)}' if marks.label else ''}"
    if starred.batch is None:
        return f"{said}, as before."
    where = ", ".join(visible(path.rpartition("/")[2]) for path in starred.written)
    return f"{said}, written to {where}. {undo_key} takes it back."


def undone(result: Undone) -> tuple[str, str]:
    """What came back, and its tone."""
    what = f"Took back {words.count(result.files, 'file')}"
    if result.left:
        _, path, why = result.left[0]
        return f"{what}; {len(result.left)} could not come back: {visible(path)}: {visible(why)}", "care"
    return f"{what}.", "good"
