"""Groups before a judge, the strongest kind first, as often as it takes until nothing more must be measured.

What a stronger kind culls competes nowhere else, so a kind is heard only when those above it are decided. A group that
was decided is not heard again unless another of its shots is gone by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from cullr.model import Group, Kind, Proposal, ShotFacts, ShotId
from cullr.rules.demand import Demand

Proposals = tuple[Proposal, ...]
Ask = Callable[[Group, Sequence[ShotFacts], Collection[ShotId], Demand | None], Proposals]
"""The judge: a group, its shots as far as they are known, those of them that are gone, whom to ask for measures."""


class Hearing:
    """One judge and what he has decided so far."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._decided: dict[str, tuple[frozenset[ShotId], Proposals]] = {}

    def proposals(
        self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand | None = None
    ) -> dict[str, Proposals]:
        """Each group's proposals by its id; only those of the strongest kinds where there is a demand at the end."""
        of_kind: dict[Kind, list[Group]] = {kind: [] for kind in Kind}
        for group in groups:
            of_kind[group.kind].append(group)
        gone: set[ShotId] = set()
        found: dict[str, Proposals] = {}
        for level in of_kind.values():
            for group in level:
                found[group.id] = self._heard(group, facts, gone, demand)
                gone.update(proposal.shot for proposal in found[group.id] if not proposal.keep)
            if demand:
                break
        return found

    def _heard(
        self, group: Group, facts: Mapping[ShotId, ShotFacts], gone: set[ShotId], demand: Demand | None
    ) -> Proposals:
        out = frozenset(gone.intersection(group.shots))
        before, known = self._decided.get(group.id, (None, ()))
        if before == out:
            return known
        questions = demand.questions if demand else 0
        said = self._ask(group, [facts[shot] for shot in group.shots if shot in facts], out, demand)
        if demand is None or demand.questions == questions:
            self._decided[group.id] = (out, said)
        return said
