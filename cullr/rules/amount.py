"""How many stay: `keep = 2` of a group, or `keep = "2 per 10 seconds"` of each ten seconds of the camera's clock.

By the clock and not from the first shot on: what stays then never depends on which shots went before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cullr.model import ShotFacts, TimeSource
from cullr.rules.tomltable import Table

MOST = 100
LONGEST = 86_400.0
_WORDS = re.compile(r"\s*(\d{1,3})\s+per\s+(?:(\d{1,5}(?:\.\d{1,3})?)\s*)?(s|seconds?|min|minutes?)\s*")


@dataclass(frozen=True, slots=True)
class Amount:
    """`keep` shots of each contest, which holds the shots of `seconds` of the clock; 0 seconds are the whole group."""

    keep: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        if not self.seconds:
            return f"{self.keep}"
        return f"{self.keep} per {'second' if self.seconds == 1 else f'{self.seconds:g} seconds'}"


def amount(table: Table, key: str = "keep") -> Amount:
    """The table's value. Raises ConfigError."""
    value = table.values[key]
    found = _WORDS.fullmatch(value) if isinstance(value, str) else None
    if found:
        keep = int(found[1])
        seconds = float(found[2] or 1) * (60 if found[3].startswith("m") else 1)
        if 1 <= keep <= MOST and 0 < seconds <= LONGEST:
            return Amount(keep, seconds)
    elif isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST:
        return Amount(value)
    remedy = f'Examples: {key} = 2 or {key} = "1 per 10 seconds".'
    raise table.wrong(
        key, f"{key} must be a whole number from 1 to {MOST}, per some time or not, not {value!r}", remedy
    )


def windows(shots: Sequence[ShotFacts], seconds: float) -> list[list[ShotFacts]]:
    """The shots by the stretch of clock they were taken in, in order of time; those without a capture time last."""
    if not seconds:
        return [list(shots)]
    parts: dict[float, list[ShotFacts]] = {}
    for shot in shots:
        timed = shot.taken.source is not TimeSource.MTIME
        parts.setdefault(shot.taken.wall_us // (seconds * 1e6) if timed else float("inf"), []).append(shot)
    return [parts[key] for key in sorted(parts)]
