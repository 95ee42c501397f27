"""`cullr undo`: put a batch back, the last one unless told otherwise; any batch, in any order, at any time."""

from __future__ import annotations

import argparse

from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.cli.words import count, left, recovered, under_way
from cullr.session import past


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--batch", metavar="ID", help="this one (`cullr history` lists them)")
    which.add_argument("--last", type=int, metavar="N", help="the last N that still hold something (default 1)")
    which.add_argument("--all", action="store_true", help="every batch")
    parser.add_argument("--dry-run", action="store_true", help="say what would come back, move nothing")


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        recovered(() if options.dry_run else session.settle())
        under_way(session.interrupted())
        last = None if options.all or options.batch else (options.last if options.last is not None else 1)
        chosen = past.choose(session.history(), name=options.batch, last=last)
        done = session.undo(chosen, dry_run=options.dry_run)
    recovered(done.recovered)
    left((session.roots[root], path, why) for root, path, why in done.left)
    if not chosen:
        print("Nothing to undo.")
        return 0
    verb = "would come back" if options.dry_run else "came back"
    print(f"{count(done.files, 'file')} {verb} from {count(len(done.batches), 'batch', 'batches')}.")
    return 4 if done.left else 0
