"""Tools on one corpus, in turn, several rounds → a table for people and JSON for machines.

Ratios are taken within a round, so that a machine that grows slower in between slows both sides.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benching import corpus as corpora
from benching.corpus import Corpus
from benching.measured import Run
from benching.peers import PEERS, Missing, install
from benching.tools import Groups, Tool, peer

COLUMNS = ("tool", "wall s", "CPU s", "peak MB", "pairs", "precision", "recall", "wall ÷ cullr")


@dataclass(slots=True)
class Row:
    """One tool's runs, a failed one None, and the groups of its last."""

    name: str
    runs: list[Run | None] = field(default_factory=list)
    groups: Groups = field(default_factory=list)

    def of(self, name: str) -> list[float]:
        return [getattr(run, name) for run in self.runs if run]


def known_peers(work: Path, names: Sequence[str]) -> tuple[list[Tool], dict[str, str]]:
    """Those of the peers whose name begins so, and why others are missing."""
    found, missing = [], {}
    for each in PEERS:
        if any(each.name.lower().startswith(name.lower()) for name in names):
            try:
                found.append(peer(install(each, work)))
            except Missing as error:
                missing[each.name] = str(error)
    return found, missing


class Contestant(Protocol):
    """`run` once, from nothing, gives what it cost and the groups."""

    @property
    def name(self) -> str: ...

    @property
    def ours(self) -> bool: ...

    def run(self, corpus: Corpus, scratch: Path) -> tuple[Run, Groups]: ...


def hold(corpus: Corpus, tools: Sequence[Contestant], rounds: int, scratch: Path) -> list[Row]:
    """Run every tool once a round."""
    rows = [Row(tool.name) for tool in tools]
    for turn in range(rounds):
        for tool, row in zip(tools, rows, strict=True):
            done, groups = tool.run(corpus, scratch)
            # 4: some photos could not be read, which is no failure.
            fine = done.status == 0 or (tool.ours and done.status == 4)
            row.runs.append(done if fine else None)
            row.groups = groups if fine else row.groups
            said = f"{done.wall:.2f} s" if fine else f"failed ({done.status}): {done.said.strip()[-300:]}"
            print(f"  round {turn + 1}, {tool.name}: {said}", flush=True)
    return rows


def tell(title: str, corpus: Corpus, rows: Sequence[Row], missing: dict[str, str], ours: str, out: Path) -> None:
    """Print the table, ratios as peer ÷ `ours`, and write the JSON."""
    truth = corpus.pairs()
    known = f", {len(truth):,} true pairs" if truth is not None else ""
    print(f"\n{title}: {corpus.files:,} files, {corpus.megabytes:,.0f} MB{known}; {machine()}\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    mine = next(row for row in rows if row.name == ours)
    told = []
    for row in rows:
        entry = _entry(row, mine, truth)
        told.append(entry)
        print("| " + " | ".join([row.name, *_cells(entry)]) + " |")
    for name, why in missing.items():
        print(f"| {name} | missing: {why} | | | | | | |")
    out.write_text(json.dumps({"title": title, "machine": machine(), "files": corpus.files, "megabytes":
        corpus.megabytes, "true_pairs": None if truth is None else len(truth), "tools": told, "missing": missing},
        indent=1))  # fmt: skip
    print(f"\nwritten: {out}")


def machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, load {load}"


def _entry(row: Row, mine: Row, truth: set[frozenset[str]] | None) -> dict[str, object]:
    ratios = [run.wall / own.wall for run, own in zip(row.runs, mine.runs, strict=False) if run and own]
    joined = corpora.pairs(row.groups)
    entry: dict[str, object] = {"name": row.name, "pairs": len(joined), "failed": row.runs.count(None)}
    for name in ("wall", "cpu", "memory"):
        entry[name] = row.of(name)
    entry["ratio"] = [] if row is mine else ratios
    if truth is not None and row.groups:
        right = len(joined & truth)
        entry |= {"precision": right / len(joined) if joined else 1.0, "recall": right / len(truth)}
    return entry


def _cells(entry: dict[str, object]) -> list[str]:
    def spread(name: str, digits: int) -> str:
        values = entry[name]
        assert isinstance(values, list)
        if not values:
            return ""
        middle = f"{statistics.median(values):,.{digits}f}"
        return middle if len(values) == 1 else f"{middle} [{min(values):,.{digits}f}–{max(values):,.{digits}f}]"

    if not entry["wall"]:
        return ["failed", *[""] * 6]
    score = [f"{entry[name]:.3f}" if name in entry else "" for name in ("precision", "recall")]
    pairs = f"{entry['pairs']:,}" if score[0] or entry["pairs"] else ""
    return [spread("wall", 2), spread("cpu", 2), spread("memory", 0), pairs, *score, spread("ratio", 2)]
