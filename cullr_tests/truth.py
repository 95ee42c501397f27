"""The shared set's truth: which pairs of photos belong together, and how well a review joins them."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cullr.model import Kind, Review, ShotFacts
from cullr.session import Session

Pair = frozenset[str]
JOINED = ("same_file", "same_picture", "same_moment", "stage_set")


@dataclass(slots=True)
class Truth:
    """`positive` maps each pair that should be joined to its relation; `unscored` pairs count neither way."""

    positive: dict[Pair, str] = field(default_factory=dict)
    unscored: set[Pair] = field(default_factory=set)
    flat: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Truth:
        data = json.loads((folder / "ground_truth.json").read_text("utf-8"))
        truth = cls(flat=frozenset(data["flat_pictures"]["files"]), ignored=tuple(data["not_scored_for_grouping"]))
        for group in data["groups"]:
            truth._add(group)
        truth.unscored -= truth.positive.keys()
        return truth

    def _add(self, group: dict[str, object]) -> None:
        files, relation = group["files"], str(group["relation"])
        assert isinstance(files, list)
        for (i, a), (j, b) in itertools.combinations(enumerate(files), 2):
            pair = frozenset((a, b))
            if relation in JOINED:
                self.positive.setdefault(pair, relation)
            elif relation == "sequence":
                near = group["near"]
                assert isinstance(near, int)
                if j - i <= near:
                    self.positive.setdefault(pair, relation)
                else:
                    self.unscored.add(pair)
            elif relation != "panorama" or j - i == 1:
                self.unscored.add(pair)

    def scored(self, pair: Pair) -> bool:
        return not any(name.startswith(self.ignored) for name in pair) and pair not in self.unscored


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs that were joined: rightly, wrongly, and those the truth does not judge."""

    right: int
    wrong: tuple[Pair, ...]
    unscored: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else 1.0


def joined(review: Review, kinds: Iterable[Kind]) -> set[Pair]:
    """Pairs of faces that share a group of one of these kinds."""
    wanted = set(kinds)
    return {
        frozenset((a.shot.path, b.shot.path))
        for group in review.groups
        if group.group.kind in wanted
        for a, b in itertools.combinations(group.shots, 2)
    }


def score(pairs: Iterable[Pair], truth: Truth) -> Score:
    """How the truth judges these pairs."""
    judged = [pair for pair in pairs if truth.scored(pair)]
    right = sum(pair in truth.positive for pair in judged)
    wrong = tuple(sorted((pair for pair in judged if pair not in truth.positive), key=sorted))
    return Score(right, wrong, len(set(pairs)) - len(judged))


def wanted(facts: Sequence[ShotFacts], truth: Truth) -> dict[Pair, str]:
    """Positive pairs of photos that were read, by their shots' faces; photos of one shot are joined already."""
    face = {photo.path: each.shot.path for each in facts for photo in each.shot.photos}
    found = {}
    for pair, relation in truth.positive.items():
        if all(name in face for name in pair) and truth.scored(pair):
            faces = frozenset(face[name] for name in pair)
            if len(faces) == 2:
                found[faces] = relation
    return found


def reviewed(folder: Path, flags: dict[str, object]) -> tuple[Review, tuple[ShotFacts, ...]]:
    """A review of the folder with an index of its own."""
    with tempfile.TemporaryDirectory() as cache:
        session = Session.open([folder], flags)
        review, found = Session(session.roots, session.settings, Path(cache), print, session.progress).review()
        return review, found.facts
