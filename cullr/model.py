"""The values every room speaks: files, shots, what is known of them, groups, proposals.

Plain frozen data without behaviour worth testing alone, and without heavy imports: the screen loads this at start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, Protocol

from cullr.quick import Quick

ShotId = NewType("ShotId", int)
"""The index's id of a shot's face; stable for as long as the index lives."""


class Kind(StrEnum):
    """What made shots a group, strongest evidence first."""

    EXACT = "exact"
    PHASH = "phash"
    SET = "set"
    BURST = "burst"
    CLIP = "clip"


class Rung(StrEnum):
    """How a picture's pixels were come by, cheapest first. Only THUMBNAIL is provisional: it can be stale."""

    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    DRAFT = "draft"
    FULL = "full"


class Measure(StrEnum):
    """What is measured of a picture on demand: each names the field of ShotFacts that holds it."""

    QUALITY = "quality"
    FACES = "faces"
    TRACES = "traces"


class TimeSource(StrEnum):
    """Where a capture time came from, strongest first."""

    EXIF = "exif"
    NAME = "name"
    MTIME = "mtime"


@dataclass(frozen=True, slots=True, order=True)
class File:
    """One file below a root. `path` is relative, `/`-separated, undecodable bytes as surrogate escapes."""

    root: int
    path: str
    size: int = field(compare=False)
    mtime_ns: int = field(compare=False)
    inode: int = field(compare=False, default=0)

    def __hash__(self) -> int:
        return hash(self.path)  # text remembers its hash, and a file is looked up a dozen times in a run

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Shot:
    """What was taken: its photos and their companions; always decided on and moved whole.

    `photos` holds the face too; `shared` are those of `companions` that serve another shot as well.
    """

    face: File
    photos: tuple[File, ...]
    companions: tuple[File, ...] = ()
    shared: tuple[File, ...] = ()

    @property
    def root(self) -> int:
        return self.face.root

    @property
    def path(self) -> str:
        return self.face.path

    @property
    def files(self) -> tuple[File, ...]:
        return tuple(sorted(self.photos + self.companions))

    @property
    def bytes(self) -> int:
        """Bytes that moving this shot frees: everything but what another shot still needs."""
        shared = set(self.shared)
        return sum(file.size for file in self.files if file not in shared)


@dataclass(frozen=True, slots=True)
class Taken(Quick):
    """A capture time: wall-clock microseconds since 1970, and the zone's minutes east of UTC where known."""

    wall_us: int
    source: TimeSource
    offset_minutes: int | None = None

    @property
    def utc_us(self) -> int | None:
        return None if self.offset_minutes is None else self.wall_us - self.offset_minutes * 60_000_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A render's place in its run: `20250101_120000_stage1.5_face_swapped` → timestamp, 1.5, `face_swapped`."""

    timestamp: str
    number: float
    name: str


@dataclass(frozen=True, slots=True)
class Exposure(Quick):
    """What the camera set: seconds, f-number, ISO, bias in EV; None where not recorded."""

    seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    bias_ev: float | None = None


@dataclass(frozen=True, slots=True)
class Marks(Quick):
    """What a person said elsewhere: stars -1 (rejected) to 5, label ("" is taken away), pick flag (-1, 0, 1).

    `edited`: develop settings stand beside it or in it.
    """

    rating: int | None = None
    label: str | None = None
    pick: int | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Metadata(Quick):
    """What a photo's head tells. `width` and `height` as shown, after EXIF orientation; `compression` is a JPEG's
    quality by its tables, 1 to 100, None for other formats."""

    format: str
    width: int
    height: int
    orientation: int = 1
    taken: Taken | None = None
    camera: str | None = None
    exposure: Exposure = Exposure()
    marks: Marks = Marks()
    tags: int = 0
    panorama: bool = False
    compression: int | None = None


class Kept(Protocol):
    """Greys that are kept elsewhere, and asked for many at once."""

    def of(self, photos: Sequence[ShotId], /) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Look(Quick):
    """A picture in 1 KiB: perceptual hash (64 bits, first bit highest), 32x32 grey bytes or who keeps them, their
    standard deviation."""

    phash: int
    grey: bytes | Kept = field(compare=False)
    contrast: float
    rung: Rung


@dataclass(frozen=True, slots=True)
class Quality(Quick):
    """Measures of one picture, comparable within a group only.

    `sharpness` ≥ 0, higher is sharper; `tiles` is sharpness in an 8x8 grid, row by row; `shadows` and `highlights`
    are the fractions of clipped pixels; `brightness` is the mean grey, 0 to 1; `noise` is its standard deviation in
    grey levels; `slopes` are mean gx², gy² and gx·gy: movement takes them along one way.
    """

    sharpness: float
    tiles: tuple[float, ...]
    shadows: float
    highlights: float
    brightness: float
    noise: float = 0.0
    slopes: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture; its place as fractions of the picture, without the hair.

    `sharpness` as in Quality, of the face alone; `eyes` is how far the lids are apart, as a fraction of the eye's
    width, the mean of both: about 0.25 open, 0.1 shut, other for every person. None where it is too small to tell.
    """

    left: float
    top: float
    width: float
    height: float
    sharpness: float | None
    eyes: float | None


@dataclass(frozen=True, slots=True)
class ShotFacts:
    """All that is known of a shot: what matchers, rules and reports read.

    `content` holds the digests of its photos in `shot.photos` order, None until a file of equal size made it needed;
    `fingerprint` is a digest of the face's size and of its beginning, middle and end: decisions are remembered by it;
    `traces` is the JPEG quality at which the face was once saved more coarsely than it is now, 100 if at none.
    """

    id: ShotId
    shot: Shot
    metadata: Metadata
    taken: Taken
    look: Look | None = None
    quality: Quality | None = None
    stage: Stage | None = None
    marks: Marks = Marks()
    content: tuple[bytes | None, ...] = ()
    fingerprint: bytes | None = None
    faces: tuple[Face, ...] | None = None
    traces: int | None = None


@dataclass(frozen=True, slots=True)
class Weakest:
    """The least alike pair of a group and the bar it had to pass; `score` in the kind's own unit."""

    a: ShotId
    b: ShotId
    score: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What the recipe of a set's shot says of a key, and what that of the same stage in set 0 says; None: nothing."""

    shot: ShotId
    key: str
    own: str | None
    first: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Shots offered together. `shots` in path order; `scores` is each shot's evidence against the medoid.

    `sets` tells of each shot of a `set` group which of the matched sets it belongs to, from 0. `held` are shots that no
    rule may cull here, for they are stages of a run that goes whole or stays. `recipe` is what differs between the
    sets' recipes, None where there are no two to compare.
    """

    id: str
    kind: Kind
    shots: tuple[ShotId, ...]
    medoid: ShotId
    scores: Mapping[ShotId, float]
    weakest: Weakest
    shielded: str | None = None
    sets: Mapping[ShotId, int] | None = None
    held: frozenset[ShotId] = frozenset()
    recipe: tuple[Difference, ...] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule suggests for one shot of a group, and why, in words."""

    shot: ShotId
    keep: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A photo or folder that could not be read, and why, in plain words."""

    root: int
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Shots that could be read but could not be compared as this kind wants it, and why, in plain words."""

    kind: Kind
    root: int
    paths: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ReviewedGroup:
    """A group with a proposal for each of its shots, in the group's order."""

    group: Group
    shots: tuple[ShotFacts, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals of a review; `culled` and `bytes_culled` count each shot once, however many groups it is in."""

    photos: int
    shots: int
    groups: int
    culled: int
    bytes_culled: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Review:
    """One finished look at some roots: what `report` prints and `stage` applies."""

    roots: tuple[str, ...]
    rule: str
    complete: bool
    counts: Counts
    skipped: tuple[Skipped, ...]
    groups: tuple[ReviewedGroup, ...]
    left_out: tuple[LeftOut, ...] = ()
