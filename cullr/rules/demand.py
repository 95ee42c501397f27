"""What contests must have measured before they can be decided: only where everything asked before left shots tied.

A contest that meets an unmeasured shot stops there and asks; asked again with what it wanted, it gets further. So a
rule that never comes to sharpness has no picture measured, and one that does has only those measured that are level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from cullr.model import Measure, ShotFacts, ShotId


class Demand:
    """`wanted` maps measures to the shots that contests wait for, `questions` counts the contests that wait; `tried`
    names what was sought in vain. `waits`: what was decided without a measure does not do where one is lacking."""

    waits = True

    def __init__(self, tried: Mapping[Measure, Collection[ShotId]] | None = None) -> None:
        self.wanted: defaultdict[Measure, set[ShotId]] = defaultdict(set)
        self.questions = 0
        self._tried = tried or {}

    def __bool__(self) -> bool:
        return self.questions > 0

    def apart(self) -> Demand:
        """One of its kind that nothing was asked of yet: for a part of the contests."""
        return Demand(self._tried)

    def add(self, part: Demand) -> None:
        """What a part of the contests asked."""
        for measure, shots in part.wanted.items():
            self.wanted[measure] |= shots
        self.questions += part.questions

    @property
    def lacks(self) -> bool:
        """Whether anything was found that is not measured, be it waited for or not."""
        return any(self.wanted.values())

    def ask(self, measure: Measure, shots: Iterable[ShotFacts]) -> bool:
        """Whether any of these lacks the measure and may still get it; those are noted."""
        tried = self._tried.get(measure, ())
        missing = {shot.id for shot in shots if not is_measured(shot, measure) and shot.id not in tried}
        self.wanted[measure] |= missing
        self.questions += bool(missing)
        return bool(missing)


class Wish(Demand):
    """Notes what contests lack and lets them go on without it: one hearing tells what is known so far and what is not.

    What a contest asks for later it asks of fewer shots, and so of none that are not among the first."""

    waits = False

    def apart(self) -> Wish:
        return Wish()

    def ask(self, measure: Measure, shots: Iterable[ShotFacts]) -> bool:
        """False; those that lack the measure are noted."""
        self.wanted[measure] |= {shot.id for shot in shots if not is_measured(shot, measure)}
        return False


def is_measured(shot: ShotFacts, measure: Measure) -> bool:
    """A measure bears the name of its place in ShotFacts."""
    return getattr(shot, measure) is not None
