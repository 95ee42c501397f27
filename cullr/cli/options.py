"""Arguments that several commands share, and the session they describe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from cullr import session
from cullr.cli.progress import Ticker
from cullr.errors import UsageError
from cullr.model import Kind
from cullr.safe_text import visible
from cullr.settings import HASHES, LINKAGES
from cullr.tomlfile import nearest

REVIEWING = (
    "hash", "distance", "burst-seconds", "linkage", "encoder", "cosine", "cluster", "any-orientation", "rules",
    "across-stages",
)  # fmt: skip
"""Options that shape a review, beside its kinds and what it ignores."""


def roots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("roots", nargs="*", metavar="ROOT", type=Path, help="folders to look through (default: here)")
    parser.add_argument("--ignore", action="append", metavar="GLOB", help="leave these out; may be given several times")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="decoding processes (default: one per core, as memory allows)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def matching(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what counts as alike")
    group.add_argument("--kind", action="append", metavar="KIND", type=kinds, help="only exact, phash, burst …")
    group.add_argument("--hash", choices=HASHES, help="perceptual hash (default: phash)")
    group.add_argument("--distance", type=int, metavar="BITS", help="how many of its 64 bits may differ")
    group.add_argument("--burst-seconds", type=float, metavar="S", help="longest gap within a burst")
    group.add_argument("--linkage", choices=LINKAGES, help="every member matches the medoid, all others, or any other")
    group.add_argument(
        "--encoder", metavar="SPEC",
        help="find clip groups too: auto, builtin (measured), MODEL::TAG, onnx:FILE … (threshold unmeasured)",
    )  # fmt: skip
    group.add_argument(
        "--cosine", type=float, metavar="C", help="from which its vectors count as alike (default: the encoder's own)"
    )
    group.add_argument(
        "--cluster", action="store_true", default=None, help="also clusters of one scene (needs --encoder)"
    )
    group.add_argument("--any-orientation", action="store_true", default=None, help="also mirrored and rotated copies")
    group = parser.add_argument_group("what to keep")
    group.add_argument("--rules", "--rule", dest="rule", metavar="RULE", help="a shipped rule's name or a rule file")
    group.add_argument("--across-stages", action="store_true", default=None, help="let stages of one render compete")


def kinds(text: str) -> tuple[Kind, ...]:
    """`exact,phash` → kinds. Raises UsageError, not ArgumentTypeError, so that the remedy survives."""
    found = []
    for word in text.split(","):
        try:
            found.append(Kind(word.strip()))
        except ValueError as error:
            raise UsageError(f"unknown kind {word!r}", nearest(word, Kind)) from error
    return tuple(found)


def typed(options: argparse.Namespace, name: str) -> object:
    """What was typed after `--name`, None where it was not."""
    return getattr(options, "rule" if name == "rules" else name.replace("-", "_"), None)


def asked(options: argparse.Namespace) -> list[str]:
    """The options that shaped the review, as they can be typed again."""
    found = [word for glob in options.ignore or () for word in ("--ignore", glob)]
    for part in options.kind or ():
        found += ["--kind", ",".join(part)]
    for name in REVIEWING:
        value = typed(options, name)
        if value is not None:
            found += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return found


def opened(options: argparse.Namespace, ticker: Ticker) -> session.Session:
    """The session that the options describe."""
    flags: dict[str, object] = {
        "ignore": tuple(options.ignore) if options.ignore else None,
        "limits.workers": options.workers,
        "rule": getattr(options, "rule", None),
        "across_stages": getattr(options, "across_stages", None),
        "encoder": getattr(options, "encoder", None),
        "wants_encoder": _wants_encoder(options),
        "cluster": getattr(options, "cluster", None),
        "match.hash": getattr(options, "hash", None),
        "match.distance": getattr(options, "distance", None),
        "match.burst_seconds": getattr(options, "burst_seconds", None),
        "match.cosine": getattr(options, "cosine", None),
        "match.linkage": getattr(options, "linkage", None),
        "match.any_orientation": getattr(options, "any_orientation", None),
    }
    return session.Session.open(options.roots, flags, say=told(ticker), progress=ticker.step)


def _wants_encoder(options: argparse.Namespace) -> bool | None:
    """Who asks for clip groups asks for an encoder."""
    chosen = [kind for part in getattr(options, "kind", None) or () for kind in part]
    return True if Kind.CLIP in chosen else None


def told(ticker: Ticker) -> Callable[[str], None]:
    """Sentences for the person, on stderr, clear of the progress line."""

    def say(sentence: str) -> None:
        ticker.clear()
        print(f"cullr: {visible(sentence)}", file=sys.stderr)

    return say
