"""Groups → which of them no rule may thin (see `match.shields`), each worked out anew only when more is known of it."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cullr.index.store import Store
from cullr.indexer import measuring
from cullr.indexer.passes import Passes
from cullr.match import shields
from cullr.model import Group, Measure, ShotFacts, ShotId

Facts = Mapping[ShotId, ShotFacts]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found of a group as it was `before`, and by what was known of its members; `unmeasured` are those whose
    quality may yet make it a focus stack."""

    before: Group
    members: Sequence[ShotFacts]
    after: Group
    unmeasured: Sequence[ShotId]


class Shielding:
    """What was found so far. Groups keep their ids as long as they hold the same shots."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def marked(self, groups: Sequence[Group], facts: Facts) -> tuple[Group, ...]:
        """The groups with their shields, as far as what is measured already tells."""
        return tuple(each.after for each in self._look(groups, facts))

    def unmeasured(self, groups: Sequence[Group], facts: Facts) -> dict[str, Sequence[ShotId]]:
        """By group, the shots whose quality may yet shield it: mostly none."""
        return {each.before.id: each.unmeasured for each in self._look(groups, facts)}

    def shielded(
        self, groups: Sequence[Group], facts: measuring.Facts, passes: Passes, store: Store
    ) -> tuple[Group, ...]:
        """The groups with their shields, measured where that decides: brackets, panoramas, focus stacks, stages."""
        lacking = self.unmeasured(groups, facts)
        measuring.fill({Measure.QUALITY: set().union(*lacking.values())}, facts, passes, store)
        return self.marked(groups, facts)

    def forget_but(self, groups: Collection[str]) -> None:
        """Keep nothing of groups but these ids."""
        self._seen = {name: self._seen[name] for name in groups if name in self._seen}

    def _look(self, groups: Sequence[Group], facts: Facts) -> list[_Seen]:
        members = {group.id: [facts[shot] for shot in group.shots] for group in groups}
        new = [group for group in groups if not self._is_known(group, members[group.id])]
        # At once: comparing neighbours group by group takes ten times as long.
        steps = shields.steps((group, members[group.id]) for group in new)
        for group in new:
            verdict = shields.shield(group, members[group.id], steps)
            after = replace(group, shielded=verdict) if verdict else group
            open_yet = shields.unmeasured(group, members[group.id], after.shielded, steps)
            self._seen[group.id] = _Seen(group, members[group.id], after, tuple(each.id for each in open_yet))
        return [self._seen[group.id] for group in groups]

    def _is_known(self, group: Group, members: Iterable[ShotFacts]) -> bool:
        seen = self._seen.get(group.id)
        return (
            seen is not None
            and all(map(operator.is_, seen.members, members))  # as many: the id tells
            and group in (seen.before, seen.after)
        )
