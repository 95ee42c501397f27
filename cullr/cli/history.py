"""`cullr history`: what was moved, when, how much, and whether it can still come back."""

from __future__ import annotations

import argparse

from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.cli.words import count, size, under_way
from cullr.safe_text import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        batches = session.history()
        under_way(session.interrupted())
    if not batches:
        print("Nothing was ever moved here.")
        return 0
    for batch in batches:
        free = (
            f"{batch.undoable:,} of {count(batch.staged, 'file')} can come back"
            if batch.staged
            else "nothing left to undo"
        )
        moved = f"{count(batch.shots, 'shot')}, {count(batch.files, 'file')}, {size(batch.bytes)}"
        if batch.wrote:
            moved = count(batch.files, "sidecar")
        print(f"{batch.id}  {batch.at[:19].replace('T', ' ')}  {batch.state}  {moved}  {free}  ({visible(batch.told)})")
    return 0
