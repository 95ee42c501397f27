"""Groups × runs → groups that leave runs whole: a run through the stages goes as a set, or all of it stays.

Thinned stage by stage, of two runs each would lose what the other keeps, and no set would be left to choose from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cullr.match.runs import Run
from cullr.model import Group, Kind, ShotFacts, ShotId

SHIELD = "set"


def kept(groups: Iterable[Group], facts: Sequence[ShotFacts], runs: Iterable[Run]) -> list[Group]:
    """The groups, those marked whose culls would tear a run.

    One of look-alikes that holds a shot of a matched set is shielded: that set is decided first. Else a run's shots are
    `held` where a rival of their stage has another timestamp; copies of the same render may be thinned, and a single
    render that belongs to no run goes when it loses.
    """
    every = list(groups)
    matched = {shot for group in every for shot in group.sets or ()}
    in_run = {facts[place].id for run in runs if len(run.shots) > 1 for place in run.shots}
    staged = {fact.id: fact for fact in facts if fact.stage}
    return [_marked(group, matched, in_run, staged) for group in every]


def _marked(group: Group, matched: set[ShotId], in_run: set[ShotId], staged: Mapping[ShotId, ShotFacts]) -> Group:
    if group.kind is Kind.SET:
        return group
    if not matched.isdisjoint(group.shots) and group.kind is not Kind.EXACT:
        return replace(group, shielded=SHIELD)
    held = {shot for shot in group.shots if shot in matched}
    stamps: dict[tuple[float, str], set[str]] = {}
    stages = {shot: stage for shot in group.shots if shot in staged and (stage := staged[shot].stage)}
    for stage in stages.values():
        stamps.setdefault((stage.number, stage.name), set()).add(stage.timestamp)
    held |= {shot for shot, stage in stages.items() if shot in in_run and len(stamps[stage.number, stage.name]) > 1}
    return replace(group, held=frozenset(held)) if held else group
