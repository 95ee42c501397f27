"""`cullr verify`: is the index sound, and does it still say what the photos say?"""

from __future__ import annotations

import argparse

from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.safe_text import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument(
        "--sample", type=int, default=50, metavar="N", help="photos to read and hash again (default 50)"
    )


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        verified = shared.opened(options, ticker).verify(options.sample)
    for finding in verified.findings:
        print(visible(finding))
    print(
        f"{verified.photos:,} photos in the index, {verified.checked:,} read again, "
        f"{len(verified.findings):,} finding{'' if len(verified.findings) == 1 else 's'}"
    )
    return 1 if verified.findings else 0
