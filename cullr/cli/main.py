"""The command line's front door: picks the command, turns errors into a sentence, a remedy and an exit code.

0 done · 1 failed · 2 usage or configuration · 3 nothing found · 4 some photos refused or skipped · 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from cullr import __version__
from cullr.errors import CullrError, UsageError
from cullr.safe_text import visible

COMMANDS = {
    "report": "which photos look alike, which to keep and why",
    "stage": "move what a report proposes to cull into _review_dupes/, reversibly",
    "undo": "put a batch back where it was",
    "history": "what was moved, when, and whether it can come back",
    "empty": "send what is staged to the system's trash",
    "import": "another tool's list of look-alikes, through our rules",
    "index": "read new and changed photos into the index, nothing more",
    "verify": "check the index and the journal against the photos",
    "rules": "list, show or check keep rules",
    "demo": "write a small shoot to try everything on",
}
INTERRUPTED = 130


def entry() -> None:
    """What the `cullr` script runs."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing escapes as a traceback."""
    try:
        return _run(words)
    except CullrError as error:
        print(f"cullr: {visible(error.message)}", file=sys.stderr)
        if error.remedy:
            print(f"       {visible(error.remedy)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("cullr: interrupted; what was read so far is kept and the next run continues there", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # `cullr report | head`: the reader has seen enough. Python would complain once more on flushing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(words: Sequence[str]) -> int:
    if words and words[0] in COMMANDS:
        # A module cannot be named after the keyword.
        command = importlib.import_module(f"cullr.cli.{words[0].replace('import', 'import_')}")
        parser = _Parser(prog=f"cullr {words[0]}", description=COMMANDS[words[0]].capitalize() + ".")
        command.arguments(parser)
        code = command.run(parser.parse_args(words[1:]))
        sys.stdout.flush()
        assert isinstance(code, int)
        return code
    parser = _Parser(
        prog="cullr",
        usage="cullr COMMAND [ROOT ...]",
        description="Thin near-duplicate photos and renders, safely.",
        epilog="`cullr COMMAND --help` tells more. Settings: cullr.toml in a root, or your own.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cullr {__version__}")
    group = parser.add_argument_group("commands")
    for name, text in COMMANDS.items():
        group.add_argument(name, help=text, nargs="?")
    if not words or words[0] in {"-h", "--help", "--version"}:
        parser.parse_args(words or ["--help"])
    from cullr.tomlfile import nearest

    raise UsageError(f"unknown command {words[0]!r}", f"{nearest(words[0], COMMANDS)} Try `cullr --help`.")


class _Parser(argparse.ArgumentParser):
    """Usage errors go the way of all errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(message, f"Try `{self.prog} --help`.")


def _terminated(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a run as orderly as Ctrl+C does."""
    raise SystemExit(128 + signal.SIGTERM)
