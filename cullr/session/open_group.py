"""A group as it lies on the desk: its shots, what holds for each of them, what the person said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cullr.journal import Verdict
from cullr.model import Group, Proposal, ShotFacts, ShotId


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group on the table. `proposals` are what holds now: the person's word where there is one, else the rule's."""

    row: int
    group: Group
    shots: tuple[ShotFacts, ...]
    proposals: tuple[Proposal, ...]
    verdicts: Mapping[ShotId, Verdict]
    provisional: bool

    def fellows(self, shot: ShotId) -> tuple[ShotId, ...]:
        """What shares this shot's fate: itself, or all of its set."""
        sets = self.group.sets
        if sets is None or shot not in sets:
            return (shot,)
        return tuple(each for each in self.group.shots if sets.get(each) == sets[shot])
