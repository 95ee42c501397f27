"""Shots → what competes in a contest: each shot by itself, or in a `set` group whole sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cullr.model import ShotFacts, ShotId

Entry = tuple[ShotFacts, ...]
"""What competes: one shot, or a whole set in path order."""


def sets_of(shots: Sequence[ShotFacts], told: Mapping[ShotId, int] | None) -> list[Entry]:
    """The sets of a group in path order; none where they cannot be told apart for certain."""
    if told is not None:
        if any(shot.id not in told for shot in shots):
            return []
        marks = dict.fromkeys(told[shot.id] for shot in shots)
        return [tuple(shot for shot in shots if told[shot.id] == mark) for mark in marks]
    runs: list[list[ShotFacts]] = []
    line_ups: list[list[tuple[float, str]]] = []
    for shot in sorted(shots, key=_run_order):
        if shot.stage is None:
            return []
        if not runs or shot.stage.number <= line_ups[-1][-1][0]:
            runs.append([])
            line_ups.append([])
        runs[-1].append(shot)
        line_ups[-1].append((shot.stage.number, shot.stage.name))
    # Sets that overlap in time split into runs of different line-ups.
    if any(line_up != line_ups[0] for line_up in line_ups):
        return []
    return sorted((tuple(sorted(run, key=by_path)) for run in runs), key=lambda run: by_path(run[0]))


def by_path(shot: ShotFacts) -> tuple[int, str, int]:
    """The order of paths, and of nothing else."""
    return shot.shot.root, shot.shot.path, shot.id


def _run_order(shot: ShotFacts) -> tuple[str, float]:
    """Stages of one run may share their timestamp; in path order 1.5 would come before 1."""
    return (shot.stage.timestamp, shot.stage.number) if shot.stage else ("", 0.0)
