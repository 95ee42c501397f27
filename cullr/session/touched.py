"""Shots whose sidecars were written here, as they are now, laid over what the index still says of them.

The index reads a changed sidecar a second later; until then the screen and the rule must not show the old stars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cullr.model import ShotFacts

Place = tuple[int, str]
State = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class _Note:
    """`index` is what the index said when this was first laid over it; `settled` once the index has caught up."""

    facts: ShotFacts
    index: State | None = None
    settled: bool = False


class Touched:
    """`note` a shot once it was written to; `over` gives the shots of a group as they are."""

    def __init__(self) -> None:
        self._notes: dict[Place, _Note] = {}

    def note(self, facts: ShotFacts) -> None:
        place = facts.shot.root, facts.shot.path
        before = self._notes.get(place)
        self._notes[place] = _Note(facts, before.index if before and not before.settled else None)

    def beside(self, root: int, path: str) -> list[ShotFacts]:
        """The noted shots that have this file, or whose folder it lies in."""
        folder = path.rpartition("/")[0]
        return [
            note.facts for (at, face), note in self._notes.items() if (at, face.rpartition("/")[0]) == (root, folder)
        ]

    def over(self, shots: Sequence[ShotFacts]) -> tuple[ShotFacts, ...]:
        """The very same shots where the index has caught up."""
        return tuple(map(self._over, shots)) if self._notes else tuple(shots)

    def _over(self, facts: ShotFacts) -> ShotFacts:
        place = facts.shot.root, facts.shot.path
        note = self._notes.get(place)
        if note is None or note.settled:
            return facts
        said, ours = _state(facts), _state(note.facts)
        note.index = note.index or said
        moved_on = said != note.index and _newest(said) >= _newest(ours)
        if said == ours or moved_on:
            note.settled = True
            return facts
        return replace(facts, shot=note.facts.shot, marks=note.facts.marks)


def _state(facts: ShotFacts) -> State:
    return tuple((file.path, file.size, file.mtime_ns) for file in facts.shot.files)


def _newest(state: State) -> int:
    return max(time for _, _, time in state)
