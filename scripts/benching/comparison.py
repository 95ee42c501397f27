"""One comparison from end to end: the file cache warmed, the screen's first group, every tool in turn, the table."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benching import contest, options, screen
from benching.contest import Row
from benching.corpus import Corpus
from benching.tools import Tool, every_byte


def compare(
    title: str, name: str, corpus: Corpus, ours: Sequence[Tool], chosen: argparse.Namespace, shown: str = ""
) -> None:
    """Ratios are against the first of `ours`; `shown` is what the screen says only when it shows a group."""
    work, out = options.prepared(chosen, name)
    peers, missing = contest.known_peers(work, options.peers(chosen))
    for peer, why in missing.items():
        print(f"  missing: {peer}: {why}", flush=True)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        scratch = Path(folder)
        warmed = every_byte()
        warmed.run(corpus, scratch)
        rows = contest.hold(corpus, [*ours, warmed, *peers], chosen.rounds, scratch)
        if shown:
            rows.insert(0, _screen(corpus, shown, chosen.rounds, scratch))
    contest.tell(title, corpus, rows, missing, ours[0].name, out)
    if shown:
        first = statistics.median(rows[0].of("wall"))
        for row in rows[1:]:
            if walls := row.of("wall"):
                print(f"{row.name} ÷ first groups on screen: {statistics.median(walls) / first:.1f}")


def _screen(corpus: Corpus, shown: str, rounds: int, scratch: Path) -> Row:
    row = Row("cullr, first groups on screen")
    row.runs += [screen.first_group(corpus, shown, scratch) for _ in range(rounds)]
    return row
