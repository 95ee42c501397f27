"""Renders → runs through the stages, told from names alone, and by their pictures where two overlap in time.

A run lies in one folder, its stage numbers rise, and each picture is like the one before it: of 518 real runs the
longest took 295 s, and 11 overlapped with the next.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cullr import names
from cullr.match import looks
from cullr.match.burst import WEAK_BITS, WEAK_CORRELATION
from cullr.match.edges import by_path
from cullr.match.neighbours import Matrix
from cullr.match.phash import FLAT
from cullr.match.shields import RUN_SECONDS
from cullr.model import ShotFacts

OPEN = 64
"""Runs a picture is compared with: a million renders of one second make 64 million comparisons, not 5·10¹¹."""

LineUp = tuple[tuple[float, str], ...]
"""Stage numbers and names, in order."""


@dataclass(frozen=True, slots=True)
class Run:
    """One picture's way through the stages: `shots` are positions in the facts, one for each stage of `line_up`."""

    shots: tuple[int, ...]
    line_up: LineUp
    timestamp: str
    folder: tuple[int, str]


def find(facts: Sequence[ShotFacts], unit: Matrix | None = None) -> list[Run]:
    """Every render's run, those of a single stage too, by the path of their first shot.

    `unit` [n, d] are unit vectors in the facts' order, NaN where there is none; where there are, they choose between
    runs that overlap, else the greys do.
    """
    lanes: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place in by_path(facts).tolist():
        if facts[place].stage is not None:
            lanes[facts[place].shot.root, facts[place].shot.face.folder].append(place)
    found = [_run(facts, shots, lane) for lane, places in lanes.items() for shots in _split(facts, unit, places)]
    return sorted(found, key=lambda run: (run.folder, facts[run.shots[0]].shot.path))


def lacking(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """For each run the names of the stages it lacks of what its folder's runs have.

    That is the line-up that most of them have, of equally common ones the longest; and any longer one that holds all
    of the run's own stages, has two runs and is at least half as common: five runs that were broken off make no
    shorter line-up, and one that was taken further makes no longer one.
    """
    counts: dict[tuple[int, str], Counter[LineUp]] = defaultdict(Counter)
    for run in runs:
        if len(run.line_up) > 1:
            counts[run.folder][run.line_up] += 1
    known: dict[tuple[tuple[int, str], LineUp], tuple[str, ...]] = {}
    for run in runs:
        key = (run.folder, run.line_up)
        if key not in known:
            known[key] = _lacks(run.line_up, counts.get(run.folder, Counter()))
    return [known[run.folder, run.line_up] for run in runs]


def _lacks(own: LineUp, common: Counter[LineUp]) -> tuple[str, ...]:
    full = min(common, key=lambda line_up: (-common[line_up], -len(line_up), line_up), default=())
    longer = [each for each in common if set(each) > set(own) and common[each] >= max(2, common[own] / 2)]
    if not set(full) - set(own) and longer:
        full = max(longer, key=lambda line_up: (common[line_up], len(line_up), line_up))
    return tuple(name for number, name in full if (number, name) not in own)


@dataclass(slots=True)
class _Picture:
    """What a picture is compared by; `plane` [1024] of mean 0 and length 1."""

    bits: int
    plane: NDArray[np.float32]
    vector: NDArray[np.float32] | None


@dataclass(slots=True)
class _Open:
    began_us: int
    number: float
    timestamp: str
    last: _Picture | None
    shots: list[int] = field(default_factory=list)


def _split(facts: Sequence[ShotFacts], unit: Matrix | None, places: Sequence[int]) -> list[list[int]]:
    """One folder's renders, given by path: in time order each to the run that it is most like, else to one of its own.

    Of runs it may belong to, one of its own timestamp comes first: of a run broken off and made again at once, both
    first stages are as like.
    """
    done: list[list[int]] = []
    running: list[_Open] = []
    for when, number, stamp, rank in sorted((*_when(facts[place]), rank) for rank, place in enumerate(places)):
        place = places[rank]
        running = [run for run in running if when - run.began_us <= RUN_SECONDS * 1_000_000][-OPEN:]
        picture = _picture(facts[place], None if unit is None else unit[place])
        likeness = [_likeness(run.last, picture) if run.number < number else 0.0 for run in running]
        claims = [(like > 0.0, run.timestamp == stamp, like) for run, like in zip(running, likeness, strict=True)]
        best = max(claims, default=None)
        if best and best[0]:
            run = running[claims.index(best)]
            run.shots.append(place)
            run.number, run.last = number, picture
        else:
            running.append(_Open(when, number, stamp, picture, [place]))
            done.append(running[-1].shots)
    return done


def _when(fact: ShotFacts) -> tuple[int, float, str]:
    assert fact.stage is not None
    taken = names.taken(fact.stage.timestamp)
    return (taken or fact.taken).wall_us, fact.stage.number, fact.stage.timestamp


def _picture(fact: ShotFacts, vector: NDArray[np.float32] | None) -> _Picture | None:
    """None for a picture that shows nothing."""
    if fact.look is None or fact.look.contrast < FLAT:
        return None
    plane = np.frombuffer(looks.each_grey([fact])[0], np.uint8).astype(np.float32)
    plane -= plane.mean()
    known = vector if vector is not None and np.isfinite(vector[0]) else None
    return _Picture(fact.look.phash, plane / np.linalg.norm(plane), known)


def _likeness(one: _Picture | None, two: _Picture | None) -> float:
    """Above 0 where they may show one picture: within a run at least 0.96 and 8 bits, of others at most 0.84 and 26."""
    if one is None or two is None or (one.bits ^ two.bits).bit_count() > WEAK_BITS:
        return 0.0
    correlation = float(one.plane @ two.plane)
    if correlation < WEAK_CORRELATION:
        return 0.0
    if one.vector is not None and two.vector is not None:
        return 1.0 + float(one.vector @ two.vector)
    return correlation


def _run(facts: Sequence[ShotFacts], shots: Sequence[int], folder: tuple[int, str]) -> Run:
    stages = [stage for place in shots if (stage := facts[place].stage) is not None]
    return Run(tuple(shots), tuple((stage.number, stage.name) for stage in stages), stages[0].timestamp, folder)
