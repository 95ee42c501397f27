"""`cullr import FILE`: Czkawka's results, or a CSV of two columns, reported with our proposals; the JSON is a plan."""

from __future__ import annotations

import argparse
from pathlib import Path

from cullr import report
from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.cli.report import target


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="Czkawka's JSON, or CSV: group,path or path,path")
    shared.roots(parser)
    parser.add_argument("--format", choices=report.FORMATS, default="table", help="json is a plan for `stage --plan`")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here instead of to stdout")
    parser.add_argument("--rules", "--rule", dest="rule", metavar="RULE", help="a shipped rule's name or a rule file")


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        review, found = shared.opened(options, ticker).imported(options.file)
    with target(options.output) as stream:
        report.write(review, options.format, stream, thumbnails=lambda facts: found.previews.get(facts.id))
    return 4 if review.skipped else 0
