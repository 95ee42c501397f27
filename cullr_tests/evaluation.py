"""Groups against the shared set's truth, pair by pair, by the truth's own scoring rules.

Run as a program it prints the tables of `scripts/evaluate`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cullr import embed
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


KINDS: dict[str, tuple[Kind, ...]] = {
    "exact": (Kind.EXACT,),
    "phash": (Kind.PHASH,),
    "exact + phash": (Kind.EXACT, Kind.PHASH),
    "burst": (Kind.BURST,),
    "clip": (Kind.CLIP,),
    "set": (Kind.SET,),
    "all": tuple(Kind),
}


def tables(review: Review, facts: Sequence[ShotFacts], truth: Truth) -> list[Table]:
    """Precision and recall by kind, recall by relation."""
    positives = wanted(facts, truth)
    by_kind = Table("kind", "right", "wrong", "unscored", "precision", "recall", title="pairs by kind")
    by_relation = Table("relation", "pairs", *KINDS, title="recall by relation")
    found = {name: joined(review, kinds) for name, kinds in KINDS.items()}
    for name, pairs in found.items():
        result = score(pairs, truth)
        recall = len(pairs & positives.keys()) / len(positives)
        by_kind.add_row(
            name,
            str(result.right),
            str(len(result.wrong)),
            str(result.unscored),
            f"{result.precision:.4f}",
            f"{recall:.3f}",
        )
    for relation in sorted(set(positives.values())):
        mine = {pair for pair, name in positives.items() if name == relation}
        by_relation.add_row(
            relation, str(len(mine)), *(f"{len(pairs & mine) / len(mine):.3f}" for pairs in found.values())
        )
    return [by_kind, by_relation]


def main() -> None:
    parser = argparse.ArgumentParser(description="Score the groups against the shared photos' ground truth.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "photos")
    parser.add_argument("--distance", type=int)
    parser.add_argument("--correlation", type=float)
    parser.add_argument("--any-orientation", action="store_true", default=None)
    parser.add_argument("--encoder")
    parser.add_argument("--cluster", action="store_true", default=None)
    options = parser.parse_args()
    flags = {
        "match.distance": options.distance,
        "match.correlation": options.correlation,
        "match.any_orientation": options.any_orientation,
        "encoder": options.encoder,
        "cluster": options.cluster,
    }
    truth = Truth.load(options.folder)
    review, facts = reviewed(options.folder, dict(flags))
    console = Console(width=110)
    for table in tables(review, facts, truth):
        console.print(table)
    if options.cluster:
        from cullr_tests import thresholds

        encoder, _ = embed.load(options.encoder or "auto")
        console.print(
            thresholds.clusters(facts, thresholds.encoded(facts, options.folder, encoder), truth, encoder.threshold)
        )
    flat = truth.flat & {
        facts.shot.path for group in review.groups for facts in group.shots if group.group.kind != "exact"
    }
    console.print(f"flat pictures in groups: {len(flat)}; photos skipped: {review.counts.skipped}")
    for pair in score(joined(review, Kind), truth).wrong:
        console.print("joined wrongly:", *sorted(pair), markup=False)


if __name__ == "__main__":
    main()
