"""A person's past choices → an order of preferences that would have chosen alike, and how often, honestly.

An order, never weights: at each step the preference that is most often right among the pairs that those before it
left open (Martignon & Hoffrage's "take the best", by conditional validity). Cross-validation fits on nine tenths of the
choices and asks about the tenth that was not seen. Ties go to what stands first in CANDIDATES: same choices, same rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cullr.model import Group, Kind, ShotFacts, ShotId, Weakest
from cullr.rules import criteria
from cullr.rules.contest import bar, propose
from cullr.rules.criteria import Margin, Preference
from cullr.rules.rule import Rule

LEAST = 20
"""Choices from which on an order can be told from chance."""
FOLDS = 10
MOST_PREFERENCES = 8
SUPPORT = 3.0
"""Choices that a preference must have decided to be believed."""

CANDIDATES = (
    Preference("rating"),
    Preference("pick"),
    Preference("label", order=("Green", "Blue", "Yellow", criteria.REST, "Red")),
    Preference("edited"),
    Preference("raw"),
    Preference("eyes"),
    Preference("face", margin=Margin(0.1, relative=True)),
    Preference("resolution", margin=Margin(0.05, relative=True)),
    Preference("sharpness", margin=Margin(0.1, relative=True)),
    Preference("noise", margin=Margin(2)),
    Preference("exposure", margin=Margin(2)),
    Preference("resent"),
    Preference("compression", margin=Margin(12)),
    Preference("format", order=("raw", "heic", criteria.REST)),
    Preference("name", want=("plain",)),
    Preference("metadata", margin=Margin(0.75, relative=True)),
    Preference("bytes", margin=Margin(0.2, relative=True)),
    Preference("companion", want=(".xmp", ".cropped", ".pp3", ".dop")),
    Preference("folder"),
    Preference("taken", want=("oldest",)),
    Preference("taken", want=("newest",)),
    Preference("modified", want=("oldest",), margin=Margin(2)),
    Preference("modified", want=("newest",), margin=Margin(2)),
    Preference("stage", want=("highest",)),
    Preference("name", want=("shortest",)),
)


@dataclass(frozen=True)
class Choice:
    """A group as it was decided: its shots in path order, those that stayed, and its kind."""

    shots: tuple[ShotFacts, ...]
    kept: frozenset[ShotId]
    kind: Kind = Kind.PHASH

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Places of each kept shot with each culled one."""
        kept = [at for at, shot in enumerate(self.shots) if shot.id in self.kept]
        culled = [at for at in range(len(self.shots)) if at not in kept]
        return tuple((better, worse) for better in kept for worse in culled)

    @cached_property
    def opinions(self) -> tuple[tuple[int, ...], ...]:
        """For each candidate and pair: 1 it would choose alike, -1 the other way round, 0 it does not tell."""
        return tuple(self._opinion(prefer) for prefer in CANDIDATES)

    def _opinion(self, prefer: Preference) -> tuple[int, ...]:
        scores = criteria.scores(prefer, self.shots)
        if scores is None:
            return (0,) * len(self.pairs)
        return tuple(
            (scores[worse] < bar(scores[better], prefer.margin)) - (scores[better] < bar(scores[worse], prefer.margin))
            for better, worse in self.pairs
        )


@dataclass(frozen=True, slots=True)
class Learnt:
    """One preference of the order: of the choices that came to it, those it decided as the person did, and all."""

    prefer: Preference
    right: float
    decided: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a rule's first choice was among those that the person kept."""

    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def fit(choices: Sequence[Choice]) -> list[Learnt]:
    """The order of preferences, those left out that never decided enough or were wrong as often as right."""
    open_pairs = [list(range(len(choice.pairs))) for choice in choices]
    left = list(range(len(CANDIDATES)))
    order: list[Learnt] = []
    while left and len(order) < MOST_PREFERENCES:
        asked = [(number, _asked(number, choices, open_pairs)) for number in left]
        believed = [(number, (right, of)) for number, (right, of) in asked if of >= SUPPORT and right > of / 2]
        if not believed:
            break
        best, (right, of) = max(believed, key=lambda each: ((each[1][0] + 1) / (each[1][1] + 2), -each[0]))
        order.append(Learnt(CANDIDATES[best], right, of))
        left.remove(best)
        for choice, pairs in zip(choices, open_pairs, strict=True):
            pairs[:] = [pair for pair in pairs if not choice.opinions[best][pair]]
    return order


def agreement(prefer: Sequence[Preference], choices: Sequence[Choice]) -> Agreement:
    """How often this order would have chosen one that the person kept."""
    return agreement_of(rule(prefer), choices)


def agreement_of(chosen: Rule, choices: Sequence[Choice]) -> Agreement:
    """As `agreement`, for any rule: by its order for the kind, as if it kept one and protected none."""
    orders = (chosen.of(chosen.judges_as(each.kind, each.shots)).prefer for each in choices)
    right = sum(_winner(rule(prefer), each) in each.kept for prefer, each in zip(orders, choices, strict=True))
    return Agreement(right, len(choices))


def validated(choices: Sequence[Choice]) -> Agreement:
    """By cross-validation: each choice is asked of an order that was fitted without it."""
    folds = min(FOLDS, len(choices))
    right = 0
    for fold in range(folds):
        unseen = choices[fold::folds]
        seen = [choice for at, choice in enumerate(choices) if at % folds != fold]
        right += agreement([learnt.prefer for learnt in fit(seen)], unseen).right
    return Agreement(right, len(choices))


def rule(prefer: Sequence[Preference], keep: int = 1) -> Rule:
    """The order as a rule; where nothing was learnt, the path alone decides."""
    return Rule("learned", "fitted to what was kept so far", Path("learned.toml"), keep, tuple(prefer))


def _asked(number: int, choices: Sequence[Choice], open_pairs: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Right and decided, each choice weighing one however many pairs it has."""
    right = of = 0.0
    for choice, pairs in zip(choices, open_pairs, strict=True):
        said = [choice.opinions[number][pair] for pair in pairs]
        right += said.count(1) / len(choice.pairs)
        of += sum(map(abs, said)) / len(choice.pairs)
    return right, of


def _winner(chosen: Rule, choice: Choice) -> ShotId:
    ids = tuple(shot.id for shot in choice.shots)
    kind = Kind.PHASH if choice.kind is Kind.SET else choice.kind
    group = Group("learning", kind, ids, ids[0], {}, Weakest(ids[0], ids[-1], 0, 0))
    said = propose(chosen, group, choice.shots, across_stages=True)
    return next(proposal.shot for proposal in said if proposal.keep)
