"""What a caller wants staged, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cullr.journal import BatchId, MovedShot
from cullr.model import File, Shot
from cullr.moves.stays import Refusal


@dataclass(frozen=True, slots=True)
class ShotMove:
    """A shot to stage: all its files as they were indexed, the face named by its path.

    `shared` maps those of its files that other shots need too to the faces of these others: such a file goes with the
    last of them. `kept` are the faces kept in its stead; when there are any, one of them must still be there,
    unchanged and staying. `digests` by path make `verify` compare bytes as well: BLAKE3 in hex, or a fingerprint
    (`cullr.fingerprint`) where all bytes would take too long. Shots of one `together` go all or none.
    """

    face: str
    files: tuple[File, ...]
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kept: tuple[File, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    together: str = ""


CompanionsNow = Callable[[ShotMove], Collection[str]]
"""The files that belong to a shot at this moment, as paths below the root: a fresh look at its folder."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One approval's outcome. `batch` is None when nothing moved; `recovered` says what an earlier run had left.

    `moved` holds a set that went together as one shot, with all its files.
    """

    batch: BatchId | None
    moved: tuple[MovedShot, ...] = ()
    refused: tuple[Refusal, ...] = ()
    recovered: tuple[str, ...] = ()

    @property
    def shots(self) -> int:
        return sum(len(shot.faces) for shot in self.moved)

    @property
    def files(self) -> int:
        return sum(len(shot.files) for shot in self.moved)

    @property
    def bytes(self) -> int:
        return sum(file.size for shot in self.moved for file in shot.files)


def requests(
    cull: Iterable[Shot], every: Iterable[Shot], kept: Mapping[str, Iterable[Shot]] | None = None
) -> list[ShotMove]:
    """Moves for the shots of one root to cull. `every` shot of the root tells which companions are shared with whom;
    `kept` maps a face's path to the shots kept in its stead."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for shot in every:
        for file in shot.shared:
            users[file.path].add(shot.path)
    return [
        ShotMove(
            shot.path,
            shot.files,
            {file.path: frozenset(users[file.path] - {shot.path}) for file in shot.shared},
            tuple(other.face for other in (kept or {}).get(shot.path, ())),
        )
        for shot in cull
    ]
