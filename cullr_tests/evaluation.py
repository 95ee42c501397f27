"""The tables of `scripts/evaluate`: groups against the shared set's truth, pair by pair, by its own scoring rules."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cullr import embed
from cullr.model import Kind, Review, ShotFacts
from cullr_tests import thresholds
from cullr_tests.truth import Truth, joined, reviewed, score, wanted

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
