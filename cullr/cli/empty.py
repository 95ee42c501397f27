"""`cullr empty`: the staged files into the system's trash, after a question; for good only after two."""

from __future__ import annotations

import argparse

from cullr.cli import options as shared
from cullr.cli.ask import agreed
from cullr.cli.progress import Ticker
from cullr.cli.words import count, left, recovered, size


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask the first question")
    parser.add_argument("--forever", action="store_true", help="delete instead: cannot be undone, asks a second time")
    parser.add_argument("--yes-forever", action="store_true", help="do not ask the second question")


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        recovered(session.settle())
        held = [batch for batch in session.history() if batch.staged]
        files = sum(batch.staged for batch in held)
        ticker.clear()
        if not files:
            print("Nothing is staged.")
            return 0
        goal = "Delete" if options.forever else "Send to the system's trash:"
        if not agreed(
            f"{goal} {count(files, 'staged file')} of {count(len(held), 'batch', 'batches')}?", yes=options.yes
        ):
            print("Nothing changed.")
            return 0
        if options.forever and not agreed(
            f"{count(files, 'file')} will be gone for good, no undo.",
            yes=options.yes_forever,
            wanted="forever",
            flag="--yes-forever",
        ):
            print("Nothing changed.")
            return 0
        results = session.empty(forever=options.forever)
    for root, result in zip(session.roots, results, strict=True):
        recovered(result.recovered)
        left((root, refusal.path, refusal.why) for refusal in result.refused)
    total, freed = sum(result.files for result in results), sum(result.bytes for result in results)
    print(f"{count(total, 'file')} ({size(freed)}) {'deleted' if options.forever else 'sent to the trash'}.")
    return 4 if any(result.refused for result in results) else 0
