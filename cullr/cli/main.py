"""The command line's front door: picks the command, turns errors into a sentence, a remedy and an exit code.

0 done · 1 failed · 2 usage or configuration · 3 nothing found · 4 some photos refused or skipped · 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from cullr import __version__
from cullr.cli import terminal
from cullr.cli.interrupted import INTERRUPTED, STOPPED
from cullr.errors import CullrError, UsageError
from cullr.safe_text import visible

if TYPE_CHECKING:
    from cullr.session.child import Child

COMMANDS = {
    "report": "which photos look alike, which to keep and why",
    "stage": "move what a report proposes to cull into _review_dupes/, reversibly",
    "undo": "put a batch back where it was",
    "history": "what was moved, when, and whether it can come back",
    "empty": "send what is staged to the system's trash",
    "import": "another tool's list of look-alikes, through our rules",
    "index": "read new and changed photos into the index, in advance",
    "verify": "check the index and the journal against the photos",
    "rules": "list, show, check, try or learn keep rules",
    "demo": "write a small shoot to try everything on",
}


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
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # `cullr report | head`: the reader has seen enough. Python would complain once more on flushing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(words: Sequence[str]) -> int:
    if words and words[0] in COMMANDS:
        gc.enable()
        # A module cannot be named after the keyword.
        command = importlib.import_module(f"cullr.cli.{words[0].replace('import', 'import_')}")
        parser = _Parser(prog=f"cullr {words[0]}", description=COMMANDS[words[0]].capitalize() + ".")
        rest = words[1:]
    else:
        _check_spelling(words)
        with _indexer(words) as child:
            command = importlib.import_module("cullr.cli.review")
            parser = _review_parser()
            parser.set_defaults(child=child)
            return _done(command, parser, words)
    return _done(command, parser, rest)


def _done(command: ModuleType, parser: _Parser, words: Sequence[str]) -> int:
    command.arguments(parser)
    code = command.run(parser.parse_args(words))
    sys.stdout.flush()
    assert isinstance(code, int)
    return code


@contextlib.contextmanager
def _indexer(words: Sequence[str]) -> Iterator[Child | None]:
    """The screen's indexer, where there will be one that has never read anything: begun before anything else, for what
    it imports takes longest."""
    if {"-h", "--help", "--version"}.intersection(words) or not terminal.is_there():
        yield None
        return
    from cullr import machine
    from cullr.session.child import Child

    child = Child.for_new(machine.cache_folder())
    try:
        yield child
    finally:
        if child:
            child.stop()


def _review_parser() -> _Parser:
    listed = "\n".join(f"  {name:<9} {text}" for name, text in COMMANDS.items())
    parser = _Parser(
        prog="cullr",
        usage="cullr [ROOT ...]   review on the screen\n       cullr COMMAND [ROOT ...]",
        description="Thin near-duplicate photos and renders from the keyboard, safely.",
        epilog=f"commands:\n{listed}\n\n`cullr COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cullr {__version__}")
    return parser


def _check_spelling(words: Sequence[str]) -> None:
    """`cullr raport` means a command, not a folder of that name."""
    if words and not words[0].startswith("-") and os.sep not in words[0] and not os.path.exists(words[0]):  # noqa: PTH110
        from cullr.tomlfile import nearest

        raise UsageError(
            f"{words[0]!r} is neither a command nor a folder", f"{nearest(words[0], COMMANDS)} Try `cullr --help`."
        )


class _Parser(argparse.ArgumentParser):
    """Usage errors go the way of all errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(message, f"Try `{self.prog} --help`.")
