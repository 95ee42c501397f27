"""`cullr report`: groups, proposals and reasons, on stdout or into a file. Moves nothing."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from cullr import report
from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.errors import Failed, UsageError
from cullr.model import Kind
from cullr.session import Session


def arguments(parser: argparse.ArgumentParser) -> None:
    shared.roots(parser)
    parser.add_argument("--format", choices=report.FORMATS, default="table")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here instead of to stdout")
    parser.add_argument("--dry-run", action="store_true", help="promise to write nothing below any root")
    shared.matching(parser)


def run(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        if options.output and options.dry_run:
            _check_outside(options.output, session)
        kinds = [kind for part in options.kind for kind in part] if options.kind else None
        question = session.question(_question(options, kinds))
        answer = question.answer()
        if answer is None:
            review, found = session.review(kinds, previews=options.format == "html")
    with target(options.output) as stream:
        if answer is not None:
            for piece in answer.pieces():
                stream.write(piece)
            return answer.code
        lasting = found.settled and options.format != "html"  # a page of pictures is quicker made again than read
        for piece in report.pieces(
            review,
            options.format,
            stream,
            thumbnails=lambda facts: found.previews.get(facts.id),
            asked=shared.asked(options),
        ):
            stream.write(piece)
            if lasting:
                question.note(piece)
    code = 4 if review.skipped else 0
    if lasting:
        question.keep(code)
    return code


def _question(options: argparse.Namespace, kinds: Sequence[Kind] | None) -> str:
    """All that shapes the page beside what the session knows: a terminal's width and colours, a stream's encoding."""
    parts: list[object] = [options.format, kinds, shared.asked(options)]
    if options.output is None:
        parts.append(sys.stdout.encoding)
        if sys.stdout.isatty():
            names = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR")
            parts += [shutil.get_terminal_size(), *(os.environ.get(name) for name in names)]
    return f"report {parts}"


def _check_outside(output: Path, session: Session) -> None:
    place = output.absolute().parent.resolve() / output.name
    for root in session.roots:
        if place.is_relative_to(root):
            raise UsageError(f"--dry-run writes nothing below {root}", "Choose an output file elsewhere.")


@contextlib.contextmanager
def target(output: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears whole or not at all."""
    if output is None:
        yield sys.stdout
        return
    try:
        handle, name = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name[:40]}.")
    except OSError as error:
        raise Failed(f"cannot write {output}: {error.strerror}", "Choose another folder with -o.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        os.chmod(name, 0o666 & ~_umask())  # noqa: PTH101
        os.replace(name, output)  # noqa: PTH105
    except OSError as error:
        raise Failed(f"cannot write {output}: {error.strerror}", "Is the disk full?") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
