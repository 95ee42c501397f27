"""`cullr index`: bring the index up to date, for instance at night, so that the next review starts at once.

The vectors of an encoder that is set are made, too: they take longest.
"""

from __future__ import annotations

import argparse

from cullr.cli import options as shared
from cullr.cli.progress import Ticker


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument("--encoder", metavar="SPEC", help="make this encoder's vectors too: auto, builtin …")


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        found = shared.opened(options, ticker).index()
    known = found.photos - found.read
    print(f"{found.photos:,} photos in {found.shots:,} shots: {found.read:,} new or changed, {known:,} known already")
    if found.moved:
        print(f"{found.moved:,} photos were known under another name")
    if found.skipped:
        print(f"{len(found.skipped):,} could not be read; `cullr report` lists them")
    return 4 if found.skipped else 0
