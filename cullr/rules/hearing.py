"""Groups before a judge, the strongest kind first, as often as it takes until nothing more must be measured.

What a stronger kind culls competes nowhere else, so a kind is heard only when those above it are decided. A group that
was decided is not heard again unless something of it has changed by then: what is known of its shots, or who is gone.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cullr.model import Group, Kind, Proposal, ShotFacts, ShotId
from cullr.rules.demand import Demand, Wish

Proposals = tuple[Proposal, ...]
Ask = Callable[[Group, Sequence[ShotFacts], Collection[ShotId], Demand], Proposals]
"""The judge: a group, its shots as far as they are known, those of them that are gone, whom to ask for measures."""


NOTHING = Wish()
"""What most contests lack, once for all of them."""


@dataclass(frozen=True, slots=True)
class _Decision:
    """What was said of a group, from what, and which measures it would have come to ask for."""

    group: Group
    members: Sequence[ShotFacts]
    gone: frozenset[ShotId]
    said: Proposals
    lacking: Demand


class Hearing:
    """One judge and what he has decided so far."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._decided: dict[str, _Decision] = {}

    def proposals(
        self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand | None = None
    ) -> dict[str, Proposals]:
        """Each group's proposals by its id; only those of the strongest kinds where there is a demand at the end.

        Without a demand criteria that nobody measured are left out."""
        of_kind: dict[Kind, list[Group]] = {kind: [] for kind in Kind}
        for group in groups:
            of_kind[group.kind].append(group)
        gone: set[ShotId] = set()
        found: dict[str, Proposals] = {}
        for level in of_kind.values():
            for group in level:
                found[group.id] = self._heard(group, facts, gone, Wish() if demand is None else demand)
                gone.update(proposal.shot for proposal in found[group.id] if not proposal.keep)
            if demand:
                break
        return found

    def forget_but(self, groups: Collection[str]) -> None:
        """Keep nothing of groups but these ids."""
        self._decided = {name: self._decided[name] for name in groups if name in self._decided}

    def _heard(self, group: Group, facts: Mapping[ShotId, ShotFacts], gone: set[ShotId], demand: Demand) -> Proposals:
        members = [facts[shot] for shot in group.shots if shot in facts]
        out = frozenset(gone.intersection(group.shots))
        before = self._decided.get(group.id)
        known = before is not None and before.gone == out and _same(before, group, members)
        if before and known and not (demand.waits and before.lacking.lacks):
            demand.add(before.lacking)
            return before.said
        asked = demand.apart()
        said = self._ask(group, members, out, asked)
        demand.add(asked)
        if not asked:
            self._decided[group.id] = _Decision(group, members, out, said, asked if asked.lacks else NOTHING)
        return said


def _same(before: _Decision, group: Group, members: Sequence[ShotFacts]) -> bool:
    """Whether a judge could tell the two apart: scores tell him nothing, and facts are made anew when they change."""
    was = before.group
    return (
        (was.shots, was.shielded, was.held, was.sets) == (group.shots, group.shielded, group.held, group.sets)
        and len(before.members) == len(members)
        and all(map(operator.is_, before.members, members))
    )
