"""What a shot can be preferred for, and how it is measured: each criterion turns shots into scores, higher is better.

Scores compare within one contest only. None is unknown. A measured criterion that is unknown of any shot still in
the running is left out: nobody loses for a picture that could not be measured. Any other unknown comes last.
"""

from __future__ import annotations

import fnmatch
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from cullr import formats, seen, sidecars
from cullr.model import Measure, ShotFacts, TimeSource
from cullr.rules import resends

REST = "*"
"""In an `order`: everything that the other entries do not name."""

MEASURED: Mapping[str, Measure] = {
    "eyes": Measure.FACES,
    "face": Measure.FACES,
    "sharpness": Measure.QUALITY,
    "noise": Measure.QUALITY,
    "exposure": Measure.QUALITY,
    "compression": Measure.TRACES,
}
"""The criteria that look at the picture itself, and what must be measured for each."""
LEFT_OUT_IF_UNKNOWN = frozenset(MEASURED)
LOSSLESS = frozenset({"png", "bmp", "tiff", "pnm"})

_SYNONYMS = {
    "heif": "heic",
    "hif": "heic",
    "jpg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "mpo": "jpeg",
    "tif": "tiff",
    "dib": "bmp",
    "apng": "png",
    "j2k": "jp2",
    "jpx": "jp2",
    "ppm": "pnm",
    "pgm": "pnm",
    "pbm": "pnm",
}
RAW = "raw"
FORMATS: dict[str, str] = (
    {name: _SYNONYMS.get(name, name) for name in formats.PHOTO_EXTENSIONS | _SYNONYMS.keys() | {"pnm"}}
    | dict.fromkeys(formats.RAW_EXTENSIONS, RAW)
    | {RAW: RAW}
)
"""Every word for a format → the format; all RAW formats are one."""


@dataclass(frozen=True, slots=True)
class Margin:
    """How far behind the best still counts as equal: a fraction of the best (`relative`), or the criterion's unit."""

    size: float
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Preference:
    """One [[prefer]] table, checked: the criterion and what to like about it."""

    by: str
    want: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    margin: Margin | None = None


Scores = Callable[[Preference, Sequence[ShotFacts]], list[float | None]]


def scores(prefer: Preference, shots: Sequence[ShotFacts]) -> list[float] | None:
    """A score for each of these shots, -inf where unknown; None when the criterion is left out."""
    found = SCORES[prefer.by](prefer, shots)
    if prefer.by in LEFT_OUT_IF_UNKNOWN and None in found:
        return None
    return [-math.inf if score is None else score for score in found]


@lru_cache(maxsize=1 << 10)  # a contest folds each name once for every glob of every order
def folded(text: str) -> str:
    """Text as patterns see it: without regard to case or to how the disk composes accents."""
    return unicodedata.normalize("NFC", text).casefold()


def matches(text: str, glob: str) -> bool:
    return _pattern(glob).match(folded(text)) is not None


@lru_cache(maxsize=1 << 8)
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(folded(glob)))


def below(path: str, glob: str) -> bool:
    """Whether a root-relative path, or any folder above it, matches: `portfolio` covers all that lies within."""
    parts = path.split("/")
    return any(matches("/".join(parts[:end]), glob.rstrip("/")) for end in range(1, len(parts) + 1))


def best_format(prefer: Preference, shot: ShotFacts) -> str:
    """A shot counts as the best of its photos: RAW + JPEG is RAW where the order likes RAW better."""
    return max(sorted(_formats(shot)), key=lambda name: _rank(prefer.order, name.__eq__))


def _format(prefer: Preference, shot: ShotFacts) -> float:
    return max(_rank(prefer.order, name.__eq__) for name in _formats(shot))


def has_raw(shot: ShotFacts) -> bool:
    return RAW in _formats(shot)


def companions(prefer: Preference, shot: ShotFacts) -> tuple[str, ...]:
    """Which of the wanted extensions stand beside the face; `.cropped` is there in `X.cropped` and `X.cropped.jpg`."""
    names = [f"{file.name.casefold()}." for file in shot.shot.files if file != shot.shot.face]
    return tuple(want for want in prefer.want if any(f"{want.casefold()}." in name for name in names))


def _rank(order: Sequence[str], named: Callable[[str], bool]) -> float:
    """Minus the place of the first entry that names it; what no entry names stands where `*` does, or last."""
    places = (place for place, entry in enumerate(order) if entry != REST and named(entry))
    return -float(next(places, order.index(REST) if REST in order else len(order)))


def _formats(shot: ShotFacts) -> set[str]:
    """Of all its photos, by extension; a rendered face by its content, which is known and may differ."""
    found = {_format_of(photo.name) for photo in shot.shot.photos if photo != shot.shot.face}
    face = _format_of(shot.shot.face.name)
    return found | {face if face == RAW else FORMATS.get(shot.metadata.format.casefold(), face)}


def _format_of(name: str) -> str:
    extension = name.rpartition(".")[2].casefold()
    return FORMATS.get(extension, extension)


def is_label(entry: str, label: str | None) -> bool:
    """Whether a rule's word names this label: the same text, or the same colour (Green is Grün, vert and Approved)."""
    if not label:
        return False
    colour = sidecars.colour(entry)
    return folded(entry) == folded(label) or (colour == folded(entry) and colour == sidecars.colour(label))


def worth_measuring(prefer: Preference, shots: Sequence[ShotFacts]) -> bool:
    """Whether their pictures tell more than their heads do: not of a camera's own files, whose heads are alike."""
    if prefer.by != "compression":
        return True
    heads = {(each.format, each.compression, each.camera, each.tags) for each in (shot.metadata for shot in shots)}
    jpegs = [shot.metadata.compression is not None for shot in shots]
    comparable = all(jpeg or _is_lossless(shot) for jpeg, shot in zip(jpegs, shots, strict=True))
    return comparable and any(jpegs) and len(heads) > 1


def _is_lossless(shot: ShotFacts) -> bool:
    return FORMATS.get(shot.metadata.format.casefold()) in LOSSLESS


def _compression(prefer: Preference, shots: Sequence[ShotFacts]) -> list[float | None]:
    """JPEG quality, by the tables or by the traces of coarser ones; 100 without loss."""
    traced = worth_measuring(prefer, shots)

    def quality(shot: ShotFacts) -> int | None:
        table, old = shot.metadata.compression, shot.traces if traced else None
        if table is None:
            return old if _is_lossless(shot) else None
        return table if old is None else min(table, old)

    return [None if found is None else float(found) for found in map(quality, shots)]


def _label(prefer: Preference, shot: ShotFacts) -> float:
    return _rank(prefer.order, lambda entry: is_label(entry, shot.marks.label))


def _taken(prefer: Preference, shots: Sequence[ShotFacts]) -> list[float | None]:
    """Seconds. A file's mtime is no capture time; zones count only where all of the contest know theirs."""
    known = [shot.taken for shot in shots if shot.taken.source is not TimeSource.MTIME]
    zoned = all(taken.utc_us is not None for taken in known)
    sign = 1 if prefer.want == ("newest",) else -1

    def seconds(shot: ShotFacts) -> float | None:
        time = shot.taken.utc_us if zoned else shot.taken.wall_us
        return None if shot.taken.source is TimeSource.MTIME or time is None else sign * time / 1e6

    return [seconds(shot) for shot in shots]


def _modified(prefer: Preference, shot: ShotFacts) -> float:
    """Seconds: the last time any of its photos was written."""
    newest = max(photo.mtime_ns for photo in shot.shot.photos) / 1e9
    return newest if prefer.want == ("newest",) else -newest


def _folder(prefer: Preference, shot: ShotFacts) -> float:
    """Without an order: the folders as they were given on the command line."""
    if not prefer.order:
        return -float(shot.shot.root)
    return _folder_rank(prefer.order, shot.shot.face.folder)


@lru_cache(maxsize=1 << 10)  # there are fewer folders than photos
def _folder_rank(order: tuple[str, ...], folder: str) -> float:
    return _rank(order, lambda glob: below(folder, glob))


def _name(prefer: Preference, shots: Sequence[ShotFacts]) -> list[float | None]:
    """`plain` asks for names that do not extend the name of another: IMG_1 before IMG_1-edit, IMG_1 (1), IMG_1~2."""
    names = [shot.shot.face.name for shot in shots]
    if prefer.order:
        return [_rank(prefer.order, partial(matches, name)) for name in names]
    if prefer.pattern:
        return [float(any(matches(name, glob) for glob in prefer.pattern)) for name in names]
    if prefer.want == ("plain",):
        stems = {stem(name) for name in names}
        return [-float(any(plainer in stems for plainer in plainer_stems(name))) for name in names]
    sign = 1.0 if prefer.want == ("longest",) else -1.0
    return [sign * len(stem(name)) for name in names]


def stem(name: str) -> str:
    """A file name without its extension, as patterns see it."""
    return folded(name.rpartition(".")[0] or name)


def plainer_stems(name: str) -> list[str]:
    """The stems that a name may have been made from: what stands before each character but letters and digits."""
    whole = stem(name)
    return [whole[:at] for at, char in enumerate(whole) if at and not char.isalnum()]


def _stage(prefer: Preference, shot: ShotFacts) -> float | None:
    if prefer.order:
        return _rank(prefer.order, lambda entry: shot.stage is not None and folded(entry) == folded(shot.stage.name))
    if shot.stage is None:
        return None
    return shot.stage.number if prefer.want == ("highest",) else -shot.stage.number


def _each(score: Callable[[Preference, ShotFacts], float | None]) -> Scores:
    return lambda prefer, shots: [score(prefer, shot) for shot in shots]


SCORES: dict[str, Scores] = {
    # No stars are 0 stars; rejected is -1.
    "rating": _each(lambda _, shot: float(shot.marks.rating or 0)),
    "label": _each(_label),
    "pick": _each(lambda _, shot: float(shot.marks.pick or 0)),
    "edited": _each(lambda _, shot: float(shot.marks.edited)),
    "raw": _each(lambda _, shot: float(has_raw(shot))),
    "format": _each(_format),
    "resolution": _each(lambda _, shot: float(shot.metadata.width * shot.metadata.height)),
    # Of the photos alone: the film of a Live Photo says nothing about the picture.
    "bytes": _each(lambda _, shot: float(sum(photo.size for photo in shot.shot.photos))),
    "compression": _compression,
    "resent": lambda _, shots: [-float(found) for found in resends.resent(shots)],
    "eyes": lambda _, shots: seen.eyes(shots),
    "face": lambda _, shots: seen.face(shots),
    "sharpness": lambda _, shots: seen.sharpness(shots),
    "noise": lambda _, shots: seen.noise(shots),
    "exposure": lambda _, shots: seen.exposure(shots),
    "taken": _taken,
    "modified": _each(_modified),
    "folder": _each(_folder),
    "name": _name,
    "companion": _each(lambda prefer, shot: float(len(companions(prefer, shot)))),
    "metadata": _each(lambda _, shot: float(shot.metadata.tags)),
    "stage": _each(_stage),
}
