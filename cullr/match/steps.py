"""Frames in time order → how like each one is the one before it, worked out for many groups at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from cullr.match import looks
from cullr.model import ShotFacts, ShotId


class Steps:
    """Correlations of the greys of neighbours in these series, 5 µs a pair; of others when asked, 60 µs."""

    def __init__(self, series: Iterable[Sequence[ShotFacts]] = ()) -> None:
        self._known: dict[tuple[ShotId, ShotId], float] = {}
        self._learn(pair for frames in series for pair in itertools.pairwise(frames))

    def of(self, frames: Sequence[ShotFacts]) -> list[float]:
        """One fewer than there are frames, which all have a look; NaN where a grey is of one colour."""
        pairs = list(itertools.pairwise(frames))
        self._learn(pair for pair in pairs if (pair[0].id, pair[1].id) not in self._known)
        return [self._known[one.id, two.id] for one, two in pairs]

    def _learn(self, pairs: Iterable[tuple[ShotFacts, ShotFacts]]) -> None:
        new = [pair for pair in pairs if pair[0].look and pair[1].look]
        if not new:
            return
        facts = [fact for pair in new for fact in pair]
        places = np.arange(len(facts), dtype=np.int32).reshape(-1, 2)
        for (one, two), found in zip(new, looks.correlations(facts, places).tolist(), strict=True):
            self._known[one.id, two.id] = found
