"""`cullr stage`: move what a review or a plan proposes to cull, each shot whole, reversibly."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from cullr.cli import options as shared
from cullr.cli.ask import agreed
from cullr.cli.progress import Ticker
from cullr.cli.words import left, recovered, size
from cullr.model import Kind
from cullr.session import Session
from cullr.session.plan import Plan, from_review

DEFAULT = (Kind.EXACT, Kind.PHASH, Kind.SET)


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="apply what `report --format json` wrote")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    shared.matching(parser)


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        if options.plan and not options.roots:
            options.roots = planned_roots(options.plan)
        session = shared.opened(options, ticker)
        plan, unread = _plan(options, session)
        ticker.clear()
        shots = [shot for shot, _ in plan.culled().values()]
        if not shots:
            print("Nothing to stage: no shot is proposed for culling.")
            return 4 if unread else 0
        files, frees = (
            len({(shot.root, path) for shot in shots for path in shot.files}),
            sum(each.size for each in shots),
        )
        question = f"Move {len(shots):,} shots ({files:,} files, {size(frees)} of photos) out of the way?"
        if not agreed(question, yes=options.yes):
            print("Nothing moved.")
            return 0
        staged = session.stage(plan)
    recovered(staged.recovered)
    left((session.roots[each.root], each.path, each.why) for each in staged.left)
    if staged.batch:
        where = " ".join(shlex.quote(str(root)) for root in session.roots)
        print(f"Moved {staged.shots:,} shots ({staged.files:,} files, {size(staged.bytes)}) as batch {staged.batch}.")
        print(f"To take it back: cullr undo --batch {staged.batch} {where}")
    else:
        print("Nothing moved.")
    return 4 if staged.left or unread else 0


def planned_roots(plan: Path) -> list[Path]:
    """The folders a plan was made for, where none are typed."""
    from cullr.session import plan as plans

    return [Path(root) for root in plans.read(plan).roots]


def _plan(options: argparse.Namespace, session: Session) -> tuple[Plan, bool]:
    """The plan, and whether photos could not be read for it."""
    chosen = [kind for part in options.kind for kind in part] if options.kind else list(DEFAULT)
    if options.plan:
        return session.plan(options.plan), False
    review, _ = session.review(chosen)
    return from_review(review), bool(review.skipped)
