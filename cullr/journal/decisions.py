"""What a person said of pictures → journal entries keyed by content, and back.

A shot is known by the digests of its photos, a group that is not alike by those of its faces: renaming and moving
files changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cullr.journal.entry import Decision, Decisions, Verdict
from cullr.journal.log import Log
from cullr.journal.writer import Journal


@dataclass(frozen=True, slots=True)
class Said:
    """`verdicts` maps a shot's content to keep or cull; `not_alike` holds the sets of content that were told apart."""

    verdicts: Mapping[tuple[str, ...], Verdict]
    not_alike: frozenset[tuple[str, ...]]


def decide(journal: Journal, decisions: Iterable[tuple[Verdict, Iterable[bytes]]]) -> None:
    """Write verdicts on content digests as one entry; they are on the disk on return. The order of digests is free."""
    items = tuple(Decision(verdict, _key(content)) for verdict, content in decisions)
    if items:
        journal.append(Decisions(items))


def said(log: Log) -> Said:
    """Everything said and not taken back."""
    return Said(dict(log.state.verdicts), frozenset(log.state.not_alike))


def _key(content: Iterable[bytes]) -> tuple[str, ...]:
    key = tuple(sorted(digest.hex() for digest in content))
    if not key or not all(key):
        raise ValueError("a decision needs the digest of at least one photo")
    return key
