"""One comparison from end to end: the file cache warmed, the screen's first group, every tool in turn, the table."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benching import contest, options
from benching.contest import Row
from benching.corpus import Corpus
from benching.screen import Watched
from benching.tools import Tool, every_byte


def compare(
    title: str,
    name: str,
    corpus: Corpus,
    ours: Sequence[Tool],
    chosen: argparse.Namespace,
    watched: Watched | None = None,
) -> None:
    """Ratios are against complete groups on the screen where it is `watched`, as peers choose no keepers; else against
    the first of `ours`."""
    work, out = options.prepared(chosen, name)
    peers, missing = contest.known_peers(work, options.peers(chosen))
    for peer, why in missing.items():
        print(f"  missing: {peer}: {why}", flush=True)
    first = Row("cullr, first groups on screen", watched.first if watched else [])
    pixels = Row("cullr, complete groups, every pixel read", watched.pixels if watched else [])
    with tempfile.TemporaryDirectory(dir=work) as folder:
        scratch = Path(folder)
        warmed = every_byte()
        warmed.run(corpus, scratch)
        seen = [watched] if watched else []
        rows = contest.hold(corpus, [*seen, *ours, warmed, *peers], chosen.rounds, scratch)
    if not watched:
        contest.tell(title, corpus, rows, missing, rows[0].name, out)
        return
    contest.tell(title, corpus, [first, rows[0], pixels, *rows[1:]], missing, rows[0].name, out)
    for ours_at in (first, pixels):
        when = statistics.median(ours_at.of("wall"))
        for row in rows[1:]:
            if walls := row.of("wall"):
                print(f"{row.name} ÷ {ours_at.name}: {statistics.median(walls) / when:.1f}")
