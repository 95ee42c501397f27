"""Groups by heads alone → which pictures to read first, and which to measure while they are decoded; where no head
tells anything (PNG), the pictures read just before.

Only a guess, and only about work: what it misses is measured later, what it guesses in vain is never asked for. A 24-
megapixel JPEG decodes in 70 ms, and measuring it takes 12 more then, but 85 afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cullr.match import shields
from cullr.model import File, Group, Look, Measure, Metadata, Proposal, ShotFacts, ShotId
from cullr.rules import Hearing, Wish

RECENT = 256
"""Pictures among which a look-alike is sought: variants of one render lie side by side."""
NEAR = 8
"""Bits of the hash."""
SLOWLY = 16
"""Pictures that weigh as much as all before them."""
PAYS = 0.3
"""The share of look-alikes from which it is less work to measure all: a 1024x1536 PNG takes 6 ms to be measured on the
way, and 14 more to be decoded once again."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """`members` are the faces in groups; `level` those of them whose quality will probably be asked for."""

    members: frozenset[File] = frozenset()
    level: frozenset[File] = frozenset()


def foresee(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], level: Iterable[ShotId]) -> Foresight:
    """The groups are provisional, `level` those of their shots that the `early` hearing would have measured."""
    everyone = {shot for group in groups for shot in group.shots}
    return Foresight(
        frozenset(facts[shot].shot.face for shot in everyone), frozenset(facts[shot].shot.face for shot in level)
    )


def early(
    groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], hearing: Hearing
) -> tuple[dict[str, tuple[Proposal, ...]], set[ShotId]]:
    """Proposals by what is known so far, and the shots whose quality will probably be asked for."""
    wish = Wish()
    for group in groups:
        wish.ask(Measure.QUALITY, shields.unmeasured(group, [facts[shot] for shot in group.shots], group.shielded))
    return hearing.proposals(groups, facts, wish), wish.wanted[Measure.QUALITY]


class Guess:
    """Whether the next picture will have to be measured, by how many of those just read look like another of their
    size."""

    def __init__(self) -> None:
        self.likely = False
        self._share = 0.0
        self._recent = np.empty((0, 3), np.uint64)

    def learn(self, pictures: Sequence[tuple[Metadata, Look | None]]) -> None:
        """These have been read."""
        new = np.array([(look.phash, facts.width, facts.height) for facts, look in pictures if look], np.uint64)
        if not len(new):
            return
        self._recent = np.concatenate((self._recent, new))[-RECENT:]
        near = np.bitwise_count(new[:, None, 0] ^ self._recent[None, :, 0]) <= NEAR
        near &= (new[:, None, 1:] == self._recent[None, :, 1:]).all(axis=2)
        self._share += (float((near.sum(axis=1) > 1).mean()) - self._share) * len(new) / (len(new) + SLOWLY)
        self.likely = self._share >= PAYS
