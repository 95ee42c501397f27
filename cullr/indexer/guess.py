"""Where no head tells anything (PNG): the pictures just read → whether the next one will have to be measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cullr.model import Look, Metadata

RECENT = 256
"""Pictures among which a look-alike is sought: variants of one render lie side by side."""
NEAR = 8
"""Bits of the hash."""
SLOWLY = 16
"""Pictures that weigh as much as all before them."""
PAYS = 0.3
"""The share of look-alikes from which it is less work to measure all: a 1024x1536 PNG takes 6 ms to be measured on the
way, and 14 more to be decoded once again."""


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
