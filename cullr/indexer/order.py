"""In which order groups are settled: families together, from where the person looks onwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from cullr.model import Group, ShotId

AT_ONCE = 32
"""Members served before the person's place is asked again: half a second of work."""


def families(groups: Sequence[Group]) -> list[list[Group]]:
    """Groups that share shots, directly or through others, together: what one of them culls is gone in the others."""
    home: dict[ShotId, list[Group]] = {}
    for group in groups:
        joined = list({id(part): part for shot in group.shots if (part := home.get(shot))}.values())
        family = max(joined, key=len, default=[])
        for part in (*(each for each in joined if each is not family), [group]):
            family += part
            home.update((shot, family) for each in part for shot in each.shots)
    return list({id(home[group.shots[0]]): home[group.shots[0]] for group in groups}.values())


def from_there(parts: Sequence[Sequence[Group]], looking_at: Callable[[], str]) -> Iterator[list[Group]]:
    """The groups by the handful, those of a part together: from the group the person looks at onwards, then from the
    first."""
    waiting = set(range(len(parts)))
    places = {group.id: place for place, part in enumerate(parts) for group in part}
    looked_at, onwards = None, iter(range(len(parts)))
    while waiting:
        if looked_at != looking_at():
            looked_at = looking_at()
            begin = places.get(looked_at, 0)
            onwards = itertools.chain(range(begin, len(parts)), range(begin))
        handful: list[Group] = []
        for place in onwards:
            if place in waiting:
                waiting.discard(place)
                handful += parts[place]
            if sum(len(group.shots) for group in handful) >= AT_ONCE:
                break
        yield handful
