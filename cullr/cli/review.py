"""`cullr [ROOT…]`: the review on the screen. Nothing heavy is imported before the arguments are understood."""

from __future__ import annotations

import argparse

from cullr import settings
from cullr.cli import options as shared
from cullr.cli import terminal
from cullr.cli.progress import Ticker
from cullr.errors import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    group = parser.add_argument_group("the screen")
    group.add_argument("--pictures", choices=settings.PICTURES, help="how to show pictures (default: what fits)")
    group.add_argument("--theme", choices=settings.THEMES, help="dark or light")
    shared.matching(parser)


def run(options: argparse.Namespace) -> int:
    if not terminal.is_there():
        raise UsageError("the review needs a terminal", "`cullr report` writes the same groups to a pipe or a file.")
    if options.kind:
        raise UsageError("--kind is for report and stage", "On the screen, Tab goes from kind to kind.")
    with Ticker(quiet=True) as ticker:
        session = shared.opened(options, ticker)
    screen = settings.screen(session.roots, {"theme": options.theme, "pictures": options.pictures})
    from cullr.tui import start

    return start.review(session, screen, options.child)
