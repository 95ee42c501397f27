"""A checked rule: how many of a group stay, by what order of preferences, what is never culled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr.model import Kind, ShotFacts, TimeSource
from cullr.rules.amount import Amount
from cullr.rules.criteria import Preference

_LOOK_ALIKES = frozenset({Kind.PHASH, Kind.CLIP})


@dataclass(frozen=True, slots=True)
class Protect:
    """What can never be culled: so many stars, these labels, a pick flag, these paths; or any shot of these kinds."""

    rating: int | None = None
    label: tuple[str, ...] = ()
    pick: bool = False
    path: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How groups of one kind are thinned, where the file says other than for the rest."""

    kind: Kind
    amount: Amount
    prefer: tuple[Preference, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Preferences in the order in which they are asked, and how many shots of a group, or of `seconds` of it, stay."""

    name: str
    description: str
    path: Path
    keep: int
    prefer: tuple[Preference, ...]
    protect: Protect = Protect()
    seconds: float = 0.0
    kinds: tuple[Way, ...] = ()

    def judges_as(self, kind: Kind, shots: Sequence[ShotFacts]) -> Kind:
        """The kind by which these shots are thinned: frames of a burst are frames of a burst, also where they are so
        alike that hashes matched them first. Unless the file says how that kind is thinned."""
        named = {way.kind for way in self.kinds}
        if kind in _LOOK_ALIKES - named and Kind.BURST in named.union(self.protect.kind) and _in_a_row(shots):
            return Kind.BURST
        return kind

    def of(self, kind: Kind) -> Rule:
        """The rule as it holds for groups of this kind."""
        way = next((way for way in self.kinds if way.kind is kind), None)
        if way is None:
            return self
        return replace(self, keep=way.amount.keep, seconds=way.amount.seconds, prefer=way.prefer)


def _in_a_row(shots: Sequence[ShotFacts]) -> bool:
    """Whether one camera took them, at different moments: then they are frames, not versions of one."""
    known = all(shot.taken.source is TimeSource.EXIF and shot.metadata.camera for shot in shots)
    cameras, moments = {shot.metadata.camera for shot in shots}, {shot.taken.wall_us for shot in shots}
    return known and len(cameras) == 1 and len(moments) > 1
