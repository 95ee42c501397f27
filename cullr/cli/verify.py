"""`cullr verify`: do the index and the journal still say what the disk says?"""

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
    parser.add_argument("--encoder", metavar="SPEC", help="check this encoder's vectors too: auto, builtin …")


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        journals = session.verify_journals()
        verified = session.verify(options.sample)
    findings = [*journals, *verified.findings]
    for finding in findings:
        print(visible(finding))
    print(
        f"{verified.photos:,} photos in the index, {verified.checked:,} read again, "
        f"{len(findings):,} finding{'' if len(findings) == 1 else 's'}"
    )
    return 1 if findings else 0
