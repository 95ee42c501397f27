"""Renders of several sets → rows of one stage each, a column per set: how a set group is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cullr.model import ShotFacts, ShotId, Stage


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of the line-up; `shots` in the sets' order, None where a set lacks it."""

    number: float
    name: str
    shots: tuple[ShotFacts | None, ...]


def line_up(shots: Sequence[ShotFacts], told: Mapping[ShotId, int] | None = None) -> list[StageRow]:
    """Rows in stage order; empty unless all shots have a stage and come from two sets at least.

    `told` says which set a shot is of, where that is known; else the names' times and stage numbers do.
    """
    staged = [(each.stage, each) for each in shots if each.stage]
    sets = _told(staged, told) if told else _sets(staged)
    if len(staged) < len(shots) or len(sets) < 2:
        return []
    places = sorted({(stage.number, stage.name) for stage, _ in staged})
    rows = []
    for number, name in places:
        found = [
            next((facts for stage, facts in one if (stage.number, stage.name) == (number, name)), None) for one in sets
        ]
        rows.append(StageRow(number, name, tuple(found)))
    return rows


def _told(staged: Sequence[tuple[Stage, ShotFacts]], told: Mapping[ShotId, int]) -> list[list[tuple[Stage, ShotFacts]]]:
    found: dict[int, list[tuple[Stage, ShotFacts]]] = {}
    for stage, facts in staged:
        found.setdefault(told.get(facts.id, 0), []).append((stage, facts))
    return [found[number] for number in sorted(found)]


def _sets(staged: Sequence[tuple[Stage, ShotFacts]]) -> list[list[tuple[Stage, ShotFacts]]]:
    """A set's stages follow each other in time and their numbers rise; one that does not rise begins the next set."""
    found: list[list[tuple[Stage, ShotFacts]]] = []
    for stage, facts in sorted(staged, key=lambda pair: (pair[1].shot.face.folder, pair[0].timestamp, pair[0].number)):
        before = found[-1][-1] if found else None
        same_folder = before is not None and before[1].shot.face.folder == facts.shot.face.folder
        if before is not None and same_folder and before[0].number < stage.number:
            found[-1].append((stage, facts))
        else:
            found.append([(stage, facts)])
    return found
