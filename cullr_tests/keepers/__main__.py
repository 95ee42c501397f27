"""`scripts/evaluate keepers`: how often the shipped rules keep the frame that is known to be the best, by criterion."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cullr.model import Review
from cullr.session import Session
from cullr_tests.keepers import cases
from cullr_tests.keepers.cases import Case


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the rule kept the best frame and nothing else of its group; `why` are its reasons where it did not."""

    case: Case
    agrees: bool
    why: tuple[str, ...]


def judged(case: Case, review: Review) -> Verdict:
    """Every group that holds the best frame must keep it, and one of them must cull all the others."""
    wrong: list[str] = []
    shielded: str | None = None
    beaten: set[str] = set()
    for group in review.groups:
        said = {facts.shot.path: proposal for facts, proposal in zip(group.shots, group.proposals, strict=True)}
        if not said.keys() & {case.best, *case.harmed}:
            continue
        if case.best in said and not said[case.best].keep:
            wrong.append(f"{case.best}: {said[case.best].reason}")
        shielded = shielded or group.group.shielded
        beaten |= {path for path, proposal in said.items() if not proposal.keep}
    missing = case.harmed.keys() - beaten
    why = f"shielded as {shielded}" if shielded else "not culled"
    wrong += [f"{path} ({case.harmed[path]}) is {why}" for path in sorted(missing)]
    return Verdict(case, not wrong, tuple(wrong))


def reviewed(root: Path, rule: str, flags: dict[str, object] | None = None) -> Review:
    """The root's review by a rule, with an index of its own."""
    with tempfile.TemporaryDirectory() as cache:
        session = Session.open([root], {"rule": rule, **(flags or {})})
        return Session(session.roots, session.settings, Path(cache), lambda _: None, session.progress).review()[0]


def measured(photos: Path, criterion: str, part: str, seeds: Sequence[int], rule: str) -> list[Verdict]:
    """The rule's verdicts over one part of the scenes, one group a scene and seed."""
    pixels = cases.scenes(photos, criterion, part)
    verdicts = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            labelled = cases.write(Path(folder), criterion, pixels, seed)
            review = reviewed(Path(folder), rule)
            verdicts += [judged(case, review) for case in labelled]
    return verdicts


def truth(photos: Path) -> list[Verdict]:
    """The truth's own keepers: `largest_original` for versions of one picture, across stages for renders."""
    data = json.loads((photos / "ground_truth.json").read_text("utf-8"))
    whole, across = (reviewed(photos, "largest_original", {"across_stages": flag}) for flag in (None, True))
    verdicts = []
    digest = {path: file["sha256"] for path, file in data["files"].items()}
    for group in data["groups"]:
        if "keeper" in group:
            review = across if group["relation"] == "stage_set" else whole
            grouped = {facts.shot.path for found in review.groups for facts in found.shots}
            # Of the same bytes under two names it does not matter which stays.
            culled = {
                facts.shot.path
                for found in review.groups
                for facts, proposal in zip(found.shots, found.proposals, strict=True)
                if not proposal.keep
            }
            twins = [path for path in digest if digest[path] == digest[group["keeper"]]]
            keeper = next((path for path in twins if path not in culled), group["keeper"])
            others = {path: "" for path in group["files"] if path not in twins and path in grouped}
            verdicts.append(judged(Case("truth", group["id"], keeper, others), review))
    return verdicts


def _share(verdicts: Sequence[Verdict]) -> str:
    right = sum(verdict.agrees for verdict in verdicts)
    return f"{right}/{len(verdicts)} = {100 * right / len(verdicts):.1f} %" if verdicts else "-"


def _disagreements(console: Console, verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        for why in () if verdict.agrees else verdict.why:
            console.print(f"{verdict.case.criterion}, {verdict.case.scene}: {why}", markup=False, highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/evaluate keepers", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[3] / "shared" / "photos")
    parser.add_argument("--only", action="append", choices=[*cases.CRITERIA, "truth"])
    parser.add_argument("--seeds", type=int, default=2, help="groups of each scene and criterion")
    parser.add_argument("--part", choices=list(cases.SCENES))
    parser.add_argument("--rule", help="ask this rule, not the one that each criterion is meant for")
    options = parser.parse_args()
    console = Console(width=150)
    table = Table(
        "criterion", "rule", *([options.part] if options.part else cases.SCENES), title="the best frame was kept"
    )
    every: dict[str, list[Verdict]] = {}
    for criterion, made in cases.CRITERIA.items():
        if criterion in (options.only or cases.CRITERIA):
            rule = options.rule or made.rule
            parts = {
                part: measured(options.folder, criterion, part, range(options.seeds), rule)
                for part in cases.SCENES
                if part == (options.part or part)
            }
            table.add_row(criterion, rule, *map(_share, parts.values()))
            for part, verdicts in parts.items():
                every.setdefault(part, []).extend(verdicts)
                _disagreements(console, verdicts)
    table.add_section()
    table.add_row("all", "", *map(_share, every.values()))
    if "truth" in (options.only or ["truth"]):
        verdicts = truth(options.folder)
        _disagreements(console, verdicts)
        table.add_row("truth's keepers", "largest_original", _share(verdicts))
    console.print(table)


if __name__ == "__main__":
    main()
