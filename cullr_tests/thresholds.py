"""What an encoder's threshold costs and gains: `scripts/evaluate thresholds [FOLDER] [--encoder SPEC]`.

Every pair of shots counts, not only those of groups: so nothing hides what the encoder itself would join. In a folder
without a ground truth pairs that the hashes join are taken for known, and shots more than an hour apart whose hashes
differ as those of strangers do for strangers; the nearest of those are named, to be looked at.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from cullr import embed
from cullr.embed import Encoder
from cullr.indexer import grouping
from cullr.match import clip, cluster, groups, looks
from cullr.model import Kind, ShotFacts
from cullr.pool import Job
from cullr.pool.crew import Crew
from cullr.pool.jobs import Square, Task
from cullr.settings import Limits
from cullr_tests.truth import Pair, Truth, joined, reviewed, score, wanted

PRECISION = 0.99
HOUR_US, STRANGE_BITS = 3_600_000_000, 20
"""Hashes of strangers differ by 32 of 64 bits in the mean; below 20 they may show one scene."""
SHOWN = (0.6, 0.65, 0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98)


@dataclass(frozen=True, slots=True)
class Sweep:
    """`cosines` [m], highest first, of scored `pairs`; `right` [m] says which should be joined; `positives` are all."""

    cosines: NDArray[np.float64]
    pairs: tuple[Pair, ...]
    right: NDArray[np.bool_]
    positives: dict[Pair, str]

    def at(self, threshold: float) -> tuple[int, int]:
        """Pairs joined rightly and wrongly from this cosine on."""
        right = self.right[self.cosines >= threshold]
        return int(right.sum()), int((~right).sum())

    def lowest(self, precision: float = PRECISION) -> float:
        """The least cosine from which at least this share is right, from which on no mistake more is bought."""
        shares = np.cumsum(self.right) / np.arange(1, len(self.right) + 1)
        ends = np.append(np.diff(self.cosines) != 0, True)  # equal cosines are joined together or not at all
        fine = np.flatnonzero((shares >= precision) & ends & self.right)
        return float(self.cosines[fine[-1]]) if len(fine) else 1.0

    def joined(self, threshold: float) -> set[Pair]:
        return set(itertools.compress(self.pairs, self.cosines >= threshold))


def sweep(facts: Sequence[ShotFacts], vectors: NDArray[np.float32], truth: Truth) -> Sweep:
    """`vectors` [n, d] stand in the facts' order, rows of NaN where there is none."""
    there = np.flatnonzero(np.isfinite(vectors).all(axis=1)).tolist()
    table = vectors[there].astype(np.float64) @ vectors[there].T.astype(np.float64)
    names = [facts[place].shot.path for place in there]
    positives = wanted(facts, truth)
    found = [
        (float(table[i, j]), pair)
        for i, j in itertools.combinations(range(len(names)), 2)
        if truth.scored(pair := frozenset((names[i], names[j])))
    ]
    found.sort(key=lambda each: -each[0])
    pairs = tuple(pair for _, pair in found)
    right = np.array([pair in positives or pair in truth.positive for pair in pairs], np.bool_)
    return Sweep(np.array([cosine for cosine, _ in found]), pairs, right, positives)


def encoded(facts: Sequence[ShotFacts], folder: Path, encoder: Encoder) -> NDArray[np.float32]:
    """[n, d] of the shots' faces as the matcher gets them: rows of NaN for what cannot be read, and for flat ones."""
    made = np.full((len(facts), encoder.dimension), np.nan, np.float32)
    square = Square(encoder.side, encoder.fit)
    with Crew(Limits()) as crew:
        tasks = (Task(row, str(folder / each.shot.path), square=square) for row, each in enumerate(facts))
        for outcome in crew.run(Job.SQUARE, tasks):
            if isinstance(outcome.value, bytes):
                pixels = np.frombuffer(outcome.value, np.uint8).reshape(1, encoder.side, encoder.side, 3)
                made[outcome.key] = encoder.encode(pixels)[0]
    return grouping.telling(facts, made)


def tables(swept: Sweep, hashed: set[Pair], threshold: float) -> list[Table]:
    """`hashed` are the pairs of the exact and phash groups; `threshold` the encoder's own."""
    count = len(swept.positives)
    by_threshold = Table(
        "cosine ≥", "right", "wrong", "precision", "recall", "with hashes", title="every pair of shots"
    )
    lowest = swept.lowest()
    for bar in sorted({*SHOWN, threshold, lowest}):
        right, wrong = swept.at(bar)
        found = swept.joined(bar) & swept.positives.keys()
        note = " (its own)" if bar == threshold else f" (≥ {PRECISION:.0%})" if bar == lowest else ""
        by_threshold.add_row(
            f"{bar:.3f}{note}", str(right), str(wrong), f"{right / max(right + wrong, 1):.4f}",
            f"{len(found) / count:.3f}", f"{len((found | hashed) & swept.positives.keys()) / count:.3f}",
        )  # fmt: skip
    ways = {
        "hashes": hashed,
        f"encoder ≥ {lowest:.3f}": swept.joined(lowest),
        "both": hashed | swept.joined(lowest),
        f"encoder ≥ {threshold:.3f}": swept.joined(threshold),
        "both at its own": hashed | swept.joined(threshold),
    }
    by_relation = Table("relation", "pairs", *ways, title=f"recall at a precision of {PRECISION:.0%} and more")
    for relation in [*sorted(set(swept.positives.values())), "all"]:
        mine = {pair for pair, name in swept.positives.items() if relation in (name, "all")}
        shares = (f"{len(pairs & mine) / len(mine):.3f}" for pairs in ways.values())
        by_relation.add_row(relation, str(len(mine)), *shares)
    return [by_threshold, by_relation]


def guessed(facts: Sequence[ShotFacts], known: set[Pair]) -> Truth:
    """A truth for pictures that have none: `known` pairs are right, what is neither alike nor far apart is unscored."""
    hashes = looks.phashes(facts)
    when = np.array([each.taken.wall_us for each in facts], np.float64)
    near = np.abs(when[:, None] - when) < HOUR_US
    near |= np.bitwise_count(hashes[:, None] ^ hashes) < STRANGE_BITS
    unscored = {
        pair
        for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True)
        if (pair := frozenset((facts[i].shot.path, facts[j].shot.path))) not in known
    }
    return Truth(dict.fromkeys(known, "alike by hash"), unscored)


def suggested(swept: Sweep, shots: int) -> float:
    """The least cosine, in hundredths, from which no more than one in a thousand shots meets a stranger."""
    strangers = swept.cosines[~swept.right]
    allowed = shots // 1000
    bar = float(strangers[allowed]) if len(strangers) > allowed else 0.0
    return min(max(math.ceil(bar * 100 + 1e-6) / 100, 0.5), 0.99)


def few(facts: Sequence[ShotFacts], known: set[Pair], most: int) -> list[ShotFacts]:
    """At most so many shots, half of them from known pairs, drawn by a fixed seed."""
    draw = random.Random(0)
    pairs = sorted(sorted(pair) for pair in known)
    draw.shuffle(pairs)
    chosen = set(itertools.chain(*pairs[: most // 4]))
    others = [each for each in facts if each.shot.path not in chosen]
    chosen |= {each.shot.path for each in draw.sample(others, min(max(most - len(chosen), 0), len(others)))}
    return [each for each in facts if each.shot.path in chosen]


def clusters(facts: Sequence[ShotFacts], vectors: NDArray[np.float32], truth: Truth, threshold: float) -> Table:
    """What HDBSCAN's clusters hold, and the groups made of them."""
    unit = clip.normalised(vectors)
    there = np.flatnonzero(np.isfinite(unit[:, 0]))
    of_all = importlib.import_module("sklearn.cluster").HDBSCAN(
        min_cluster_size=cluster.SMALLEST, algorithm="brute", copy=True
    )
    labels = of_all.fit_predict(unit[there].astype(np.float64))
    place = {each.id: row for row, each in enumerate(facts)}
    kept = groups.group(cluster.match(facts, vectors, threshold=threshold), facts)
    ways: dict[str, list[list[int]]] = {
        "HDBSCAN of all distances": [there[labels == label].tolist() for label in range(labels.max(initial=-1) + 1)],
        "of near neighbours": [
            there[part].tolist() for part in cluster.clusters(unit[there], cluster.scene(threshold), cluster.SMALLEST)
        ],
        f"the groups shown (≥ {cluster.scene(threshold)})": [[place[shot] for shot in group.shots] for group in kept],
    }
    table = Table("clusters", "of them", "shots", "right", "wrong", "unscored", "precision", "recall")
    positives = wanted(facts, truth)
    for name, parts in ways.items():
        pairs = {
            frozenset((facts[i].shot.path, facts[j].shot.path))
            for part in parts
            for i, j in itertools.combinations(part, 2)
        }
        found = score(pairs, truth)
        table.add_row(
            name, str(len(parts)), str(sum(map(len, parts))), str(found.right), str(len(found.wrong)),
            str(found.unscored), f"{found.precision:.4f}", f"{len(pairs & positives.keys()) / len(positives):.3f}",
        )  # fmt: skip
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="evaluate thresholds", description="Precision and recall by cosine.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "photos")
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--most", type=int, default=1500, help="shots of a folder without a truth (default 1500)")
    options = parser.parse_args()
    given = (options.folder / "ground_truth.json").is_file()
    review, facts = reviewed(options.folder, {})
    hashed = joined(review, (Kind.EXACT, Kind.PHASH))
    if not given:
        facts = tuple(few(facts, hashed, options.most))
        hashed = {pair for pair in hashed if pair <= {each.shot.path for each in facts}}
    truth = Truth.load(options.folder) if given else guessed(facts, hashed)
    encoder, which = embed.load(options.encoder)
    swept = sweep(facts, encoded(facts, options.folder, encoder), truth)
    console = Console(width=110)
    console.print(which, markup=False)
    for table in tables(swept, hashed, encoder.threshold):
        console.print(table)
    if not given:
        console.print(
            f"{len(facts)} shots, no ground truth: pairs alike by hash count as right, strangers as wrong.\n"
            f"To let one shot in a thousand meet a stranger, write into cullr.toml:\n"
            f"[match]\ncosine = {suggested(swept, len(facts)):.2f}    # the encoder's own is {encoder.threshold}",
            markup=False,
        )
    worst = [
        (cosine, pair) for cosine, pair, right in zip(swept.cosines, swept.pairs, swept.right, strict=True) if not right
    ]
    for cosine, pair in worst[:5]:
        console.print(f"alike at {cosine:.3f} and unrelated:", *sorted(pair), markup=False)


if __name__ == "__main__":
    main()
