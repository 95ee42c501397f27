"""The files of one folder → shots: which photos are one shot, and which other files belong to it.

Names alone decide, compared as parsed stems through dictionaries: never by prefix (`X_stage1` is not
`X_stage1.5_face_swapped`), and in time linear in the number of files. No file is lost: each comes back in a shot or
as an orphan.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from cullr import names
from cullr.formats import RAW_EXTENSIONS
from cullr.model import File, Shot

LITTER = "._"
"""macOS writes `._X` beside X on foreign disks. It goes where X goes and is never a photo."""

_FACE_ORDER = ("jpg jpeg jpe jfif mpo", "heic heif hif", "avif", "webp", "jxl", "png apng", "tif tiff", "bmp gif jp2")
_FACE_RANK = {extension: rank for rank, row in enumerate(_FACE_ORDER) for extension in row.split()}

# A Pixel phone writes one press of the shutter as PXL_<time>.RAW-01.COVER.jpg and .RAW-02.ORIGINAL.dng; PORTRAIT,
# NIGHT, LONG_EXPOSURE and MP likewise. The frames of a BURST or a top shot (TS) are pictures of their own.
_PIXEL = re.compile(r"(PXL_\d{8}_\d{9})(?:\.(?!BURST|TS\b)[A-Z][A-Z_]*(?:-\d\d)?)+", re.ASCII)
_APPLE = re.compile(r"(IMG_)([EO])(\d.*)", re.ASCII | re.DOTALL | re.IGNORECASE)
_DARKTABLE = re.compile(r"(.+)_\d\d(\.[^.]+)\.xmp", re.ASCII | re.DOTALL | re.IGNORECASE)
_TAKEOUT = re.compile(r"(.+)(\(\d+\))\.json", re.ASCII | re.DOTALL | re.IGNORECASE)
_TIMESTAMP = re.compile(r"\d{8}_\d{6}", re.ASCII)


def gather(photos: Sequence[File], others: Sequence[File]) -> tuple[list[Shot], list[File]]:
    """The shots of one folder in path order, and those of `others` that belong to no photo.

    Photos are joined in exact letter case, extensions apart. A companion prefers the photos that match it exactly;
    without any it goes by case-folded, composed (NFC) names, shared when several shots match. The order of the input
    does not matter.
    """
    photos = sorted(photos, key=_path)
    joined = _Photos([file.name for file in photos])
    members: defaultdict[int, list[File]] = defaultdict(list)
    for at, file in enumerate(photos):
        members[joined.shot(at)].append(file)
    owners = _Owners(joined, (file.name for file in others))
    companions: defaultdict[int, list[File]] = defaultdict(list)
    shared: set[File] = set()
    orphans = []
    for file in sorted(others, key=_path):
        shots = owners.of(file.name)
        for shot in shots:
            companions[shot].append(file)
        if not shots:
            orphans.append(file)
        elif len(shots) > 1:
            shared.add(file)
    found = [_shot(files, companions.get(shot, []), shared, joined.derived) for shot, files in members.items()]
    return sorted(found, key=_path), orphans


def family(names_: Iterable[str]) -> Callable[[str], bool]:
    """Whether a file may belong with files of these names: so do all that are one shot with them, all that share a
    companion with it, and few others. Gathering these alone finds the same shot as gathering the whole folder.
    """
    roots = tuple({_root(name) for name in names_})
    return lambda name: _plain(name).startswith(roots)


def _root(name: str) -> str:
    """What the names of all that belongs with this one begin with."""
    stage = names.stage(name)
    return stage.timestamp if stage else re.split(r"[.(]", _plain(name), maxsplit=1)[0]


def _plain(name: str) -> str:
    """A name in one case and form, without what says that it is litter or edited."""
    while name.startswith(LITTER):
        name = name.removeprefix(LITTER)
    apple = _APPLE.fullmatch(name)
    return _fold(apple[1] + apple[3] if apple else name)


def _path(item: File | Shot) -> str:
    return item.path


def _shot(photos: list[File], companions: list[File], shared: set[File], derived: set[str]) -> Shot:
    face = photos[0] if len(photos) == 1 else min(photos, key=lambda file: _face_key(file.name, derived))
    common = tuple(file for file in companions if file in shared) if shared else ()
    return Shot(face, tuple(photos), tuple(companions), common)


def _face_key(name: str, derived: set[str]) -> tuple[bool, bool, int, str]:
    """Rendered before RAW, the camera's own before what was made from it, then by format and name."""
    extension = names.split(name)[1]
    return extension in RAW_EXTENSIONS, name in derived, _FACE_RANK.get(extension, len(_FACE_ORDER)), name


class _Ties:
    """Positions of photos by full name and by stem, with two keys that say when names count as equal."""

    def __init__(self, photos: Iterable[str], name_key: Callable[[str], str], stem_key: Callable[[str], str]) -> None:
        self._name_key, self._stem_key = name_key, stem_key
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for at, name in enumerate(photos):
            self._by_name[name_key(name)].append(at)
            self._by_stem[stem_key(_family(name))].append(at)

    def stems(self) -> Iterable[list[int]]:
        """Photos of equal stems together."""
        return self._by_stem.values()

    def named(self, name: str) -> list[int]:
        """Photos of this full name."""
        return self._by_name.get(self._name_key(name), [])

    def stemmed(self, name: str) -> list[int]:
        """Photos of the same stem as this name."""
        return self._by_stem.get(self._stem_key(_family(name)), [])

    def extended(self, name: str) -> list[int]:
        """Photos whose full name this name only adds extensions to."""
        return [at for parent in _parents(name) for at in self.named(parent)]

    def original(self, name: str) -> list[int]:
        """Photos that this name says it is a variant of."""
        duplicate = _DARKTABLE.fullmatch(name)
        if duplicate:
            return self.named(duplicate[1] + duplicate[2])
        stem = _variant_of(*names.split(name))
        return self._by_stem.get(self._stem_key(_pixel(stem)), []) if stem else []

    def numbered(self, name: str) -> list[int]:
        """Takeout: `IMG_1.JPG.supplemental-metadata(2).json` belongs to `IMG_1(2).JPG`, not to `IMG_1.JPG`."""
        takeout = _TAKEOUT.fullmatch(name)
        if not takeout:
            return []
        photos = (full.rpartition(".") for full in (takeout[1], *_parents(takeout[1])))
        return [at for stem, _, extension in photos for at in self.named(f"{stem}{takeout[2]}.{extension}")]


class _Photos:
    """Photo names joined into shots; a shot's number is the position of one of its photos."""

    def __init__(self, photos: Sequence[str]) -> None:
        self._photos = photos
        self._joined = list(range(len(photos)))
        self.exact = _Ties(photos, _exact, str)
        self.derived: set[str] = set()
        for same in self.exact.stems():
            for at in same[1:]:
                self._join(at, same[0])
        for at, name in enumerate(photos):
            originals = self.exact.extended(name) or self.exact.original(name) if _may_be_derived(name) else []
            if originals:
                self.derived.add(name)
                self._join(at, originals[0])

    @cached_property
    def folded(self) -> _Ties:
        return _Ties(self._photos, _fold, _fold)

    @cached_property
    def stages(self) -> dict[str, list[int]]:
        """Positions of staged renders by their timestamp."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for at, name in enumerate(self._photos):
            stage = names.stage(name)
            if stage:
                found[stage.timestamp].append(at)
        return found

    def shot(self, at: int) -> int:
        root = at
        while self._joined[root] != root:
            root = self._joined[root]
        while self._joined[at] != root:  # shorten the way, so that a long chain is walked once
            self._joined[at], at = root, self._joined[at]
        return root

    def _join(self, a: int, b: int) -> None:
        self._joined[self.shot(a)] = self.shot(b)


class _Owners:
    """Which shots a file that is no photo belongs to."""

    def __init__(self, photos: _Photos, others: Iterable[str]) -> None:
        self._photos = photos
        self._known: dict[str, set[int] | None] = dict.fromkeys(others)

    def of(self, name: str) -> set[int]:
        """The shots' numbers. A sidecar of a companion goes with it: `IMG_1.MOV.json` with `IMG_1.MOV`."""
        known = self._known.get(name)
        if known is not None:
            return known
        bare = name
        while bare.startswith(LITTER):
            bare = bare.removeprefix(LITTER)
        found = {self._photos.shot(at) for at in self._photos_of(bare)}
        if not found:
            parent = next((parent for parent in _parents(bare) if parent in self._known), None)
            found = self.of(parent) if parent else set()
        self._known[name] = found
        return found

    def _photos_of(self, name: str) -> list[int]:
        """Directly named photos, or else the nearest kind of kinship that leads to any."""
        exact = self._photos.exact
        found = exact.numbered(name) or exact.extended(name) or exact.stemmed(name)
        stem = names.split(name)[0]
        if _TIMESTAMP.fullmatch(stem):
            found = found + self._photos.stages.get(stem, [])
        if found:
            return found
        folded = self._photos.folded
        return (
            folded.numbered(name)
            or folded.extended(name)
            or folded.stemmed(name)
            or exact.original(name)
            or folded.original(name)
        )


def _parents(name: str) -> Iterator[str]:
    """`a.jpg.b.c` → `a.jpg.b`, `a.jpg`: what it adds an extension to. `a` is no parent: only its stem is the same."""
    cut = name.rfind(".")
    if cut == len(name) - 1:
        return
    while cut > 0:
        parent = name[:cut]
        if names.split(parent)[1]:
            yield parent
        cut = name.rfind(".", 0, cut)


def _variant_of(stem: str, extension: str) -> str:
    """The stem of the photo that a name is a variant of by its form, or nothing.

    `X.cropped.png` of X; Apple's edited `IMG_E1.*` and the original's `IMG_O1.AAE` of `IMG_1`; `IMG_1_HEVC.MOV`.
    """
    if stem[-8:].lower() == ".cropped":
        return stem[:-8]
    if extension == "mov" and stem[-5:].upper() == "_HEVC":
        return stem[:-5]
    apple = _APPLE.fullmatch(stem)
    if apple and (apple[2] in "eE" or extension == "aae"):
        return apple[1] + apple[3]
    return ""


def _may_be_derived(name: str) -> bool:
    """False for most photos, so that they cost no more than two look-ups."""
    return name.count(".") > 1 or name[:4].upper() == "IMG_"


def _family(name: str) -> str:
    return _pixel(names.split(name)[0])


def _pixel(stem: str) -> str:
    """The stem, or what all files of one press on a Pixel phone have in common."""
    found = _PIXEL.fullmatch(stem) if stem.startswith("PXL_") else None
    return found[1] if found else stem


def _exact(name: str) -> str:
    """Letter case counts, but not the extension's."""
    stem, extension = names.split(name)
    return f"{stem}.{extension}"


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()
