"""All that groups and the rule's proposals depend on → one key: while it stays the same, so do they."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blake3 import blake3

from cullr import rules, scan
from cullr.settings import Settings


def lasts(settings: Settings) -> bool:
    """Whether the key holds all there is: an encoder's weights may be others tomorrow under the same name."""
    return settings.encoder == "none"


def key(roots: Sequence[Path], settings: Settings) -> bytes:
    """32 bytes: the folders as they are stat'ed, the settings, the rule, the program. Raises ConfigError."""
    digest = blake3(scan.trace(roots, settings.ignore))
    digest.update(repr((settings, rules.load(settings.rule))).encode("utf-8", "surrogateescape"))
    digest.update(_program())
    return digest.digest()


def _program() -> bytes:
    """This very program: its files' names, sizes and times. 2 ms."""
    package = Path(__file__).parents[1]
    files = sorted(package.rglob("*.py"))
    return repr([(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]).encode()
