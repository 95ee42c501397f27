"""`cullr stage`: move what a review or a plan proposes to cull, each shot whole, reversibly."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from cullr.cli import options as shared
from cullr.cli.ask import agreed
from cullr.cli.progress import Ticker
from cullr.cli.words import count, left, recovered, size, typed
from cullr.errors import UsageError
from cullr.model import Kind
from cullr.session import Session
from cullr.session import plan as plans
from cullr.session.plan import Plan

DEFAULT = (Kind.EXACT, Kind.PHASH, Kind.SET)


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="apply what `report --format json` wrote")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    shared.matching(parser)


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        read = _read(options)
        if read and not options.roots:
            options.roots = [Path(root) for root in read.roots]
        session = shared.opened(options, ticker)
        recovered(session.settle())
        plan, unread = (session.planned(read), False) if read else _proposed(options, session)
        ticker.clear()
        culled = plan.culled().values()
        shots = [shot for shot, _ in culled]
        if not shots:
            print("Nothing to stage: no shot is proposed for culling.")
            return 4 if unread else 0
        files, frees = (
            len({(shot.root, path) for shot in shots for path in shot.files}),
            sum(each.size for each in shots),
        )
        kinds = Counter(group.kind for _, group in culled)
        of_which = ", ".join(f"{kinds[kind]:,} {kind.value}" for kind in Kind if kinds[kind])
        moved = f"{count(files, 'file')}, {size(frees)} of photos"
        question = f"Move {count(len(shots), 'shot')} ({of_which}; {moved}) out of the way?"
        if not agreed(question, yes=options.yes):
            print("Nothing moved.")
            return 0
        staged = session.stage(plan)
    recovered(staged.recovered)
    left((session.roots[each.root], each.path, each.why) for each in staged.left)
    if staged.batch:
        where = " ".join(typed(root) for root in session.roots)
        moved = f"{count(staged.files, 'file')}, {size(staged.bytes)}"
        print(f"Moved {count(staged.shots, 'shot')} ({moved}) as batch {staged.batch}.")
        print(f"To take it back: cullr undo --batch {staged.batch} {where}")
    else:
        print("Nothing moved.")
    return 4 if staged.left or unread else 0


def _read(options: argparse.Namespace) -> Plan | None:
    """The plan named, read once: it may come through a pipe."""
    if not options.plan:
        return None
    for name in ("kind", *shared.REVIEWING):
        if shared.typed(options, name) is not None:
            raise UsageError(
                f"--{name} does not go with --plan, which is applied unchanged", f"Give --{name} to `report` instead."
            )
    return plans.read(options.plan)


def _proposed(options: argparse.Namespace, session: Session) -> tuple[Plan, bool]:
    """What a review proposes, and whether photos could not be read for it."""
    chosen = [kind for part in options.kind for kind in part] if options.kind else list(DEFAULT)
    review, _ = session.review(chosen)
    return plans.from_review(review), bool(review.skipped)
