"""Frames in time order → how like each is the one before it, and how far it moved; many groups worked out at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from cullr.match import looks
from cullr.match.shift import shifts
from cullr.model import ShotFacts, ShotId

STILL = 0.985
"""Correlation above which two frames did not move against each other: cheaper to see than the move, 5 µs to 100."""
TOGETHER = 16
"""Pairs whose moves are sought at once: all of it stays in the core's own cache, and takes half the time."""

Pair = tuple[ShotFacts, ShotFacts]
Move = tuple[int, int, float]
"""Rows and columns, and the correlation there; see `shifts`."""


class Steps:
    """The likeness of neighbours in these series, and the first move of those that do not stand still.

    Others are worked out when asked for, which takes ten times as long.
    """

    def __init__(self, series: Iterable[Sequence[ShotFacts]] = ()) -> None:
        self._likeness: dict[tuple[ShotId, ShotId], float] = {}
        self._moves: dict[tuple[ShotId, ShotId], Move] = {}
        every = [frames for frames in series if all(fact.look for fact in frames)]
        self._compare([pair for frames in every for pair in itertools.pairwise(frames)])
        self._move([(frames[0], frames[1]) for frames in every if len(frames) > 1 and not self.stands_still(frames)])

    def likeness(self, frames: Sequence[ShotFacts]) -> list[float]:
        """Correlations, one fewer than there are frames, which all have a look; NaN where a grey is of one colour."""
        pairs = list(itertools.pairwise(frames))
        self._compare([pair for pair in pairs if _key(pair) not in self._likeness])
        return [self._likeness[_key(pair)] for pair in pairs]

    def stands_still(self, frames: Sequence[ShotFacts]) -> bool:
        """Whether any two neighbours did not move against each other."""
        return any(step >= STILL for step in self.likeness(frames))

    def moves(self, frames: Sequence[ShotFacts]) -> list[Move]:
        """One fewer than there are frames, which all have a look."""
        pairs = list(itertools.pairwise(frames))
        self._move([pair for pair in pairs if _key(pair) not in self._moves])
        return [self._moves[_key(pair)] for pair in pairs]

    def _compare(self, pairs: Sequence[Pair]) -> None:
        if pairs:
            places = np.arange(2 * len(pairs), dtype=np.int32).reshape(-1, 2)
            found = looks.correlations([fact for pair in pairs for fact in pair], places).tolist()
            self._likeness |= zip(map(_key, pairs), found, strict=True)

    def _move(self, pairs: Sequence[Pair]) -> None:
        for start in range(0, len(pairs), looks.BLOCK):
            block = pairs[start : start + looks.BLOCK]
            places = np.arange(2 * len(block), dtype=np.int32)
            greys = looks.greys([fact for pair in block for fact in pair], places)
            for part in range(0, len(block), TOGETHER):
                ends = slice(2 * part, 2 * (part + TOGETHER))
                rows, columns, likeness = shifts(greys[ends][::2], greys[ends][1::2])
                moves = zip(rows.tolist(), columns.tolist(), likeness.tolist(), strict=True)
                self._moves |= zip(map(_key, block[part : part + TOGETHER]), moves, strict=True)


def _key(pair: Pair) -> tuple[ShotId, ShotId]:
    return pair[0].id, pair[1].id
