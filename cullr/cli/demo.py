"""`cullr demo DIR`: a small believable shoot, for someone without photos at hand."""

from __future__ import annotations

import argparse
from pathlib import Path

from cullr.safe_text import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")


def run(options: argparse.Namespace) -> int:
    from cullr import demo

    made = demo.make(options.folder)
    print(f"{made.photos} photos and {made.files - made.photos} companions in {visible(str(options.folder))}")
    print(f"Try: cullr report {visible(str(options.folder))}")
    return 0
