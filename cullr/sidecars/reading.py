"""A sidecar of any program, known by its name → Marks. Bytes of strangers: what is broken reads as nothing said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cullr.model import File, Marks
from cullr.sidecars import recipes, xmp

LARGEST = xmp.LARGEST
"""Bytes. Lightroom's longest histories stay under 1 MiB; what is larger is no sidecar."""

_READERS: dict[str, Callable[[bytes], Marks]] = {
    "xmp": xmp.read,
    "nksc": xmp.read,
    "pp3": recipes.rawtherapee,
    "arp": recipes.rawtherapee,
    "dop": recipes.dxo,
    "cos": recipes.capture_one,
}
_KNOWN_BY_NAME = {"aae": Marks(edited=True)}
"""Photos writes an .aae for a picture that was edited there, and for no other."""


_DUPLICATE = re.compile(r"_\d\d\.[^.]+\.xmp$", re.ASCII | re.IGNORECASE)


def in_order(files: Iterable[File]) -> list[File]:
    """Those that can say anything, strongest word first: XMP, for there stars given here stand; darktable's further
    versions after its first; of the settings that several versions of Capture One wrote those of the last."""
    found = (file for file in files if is_sidecar(file.name))
    return sorted(found, key=_strength)


def _strength(file: File) -> tuple[bool, bool, str, int, str]:
    return is_duplicate(file.name), _extension(file.name) != "xmp", file.name, -file.mtime_ns, file.path


def is_duplicate(name: str) -> bool:
    """Whether it is the sidecar of a further version that darktable made of a photo: `IMG_1_01.CR3.xmp`."""
    return bool(_DUPLICATE.search(name))


def is_sidecar(name: str) -> bool:
    """Whether a file of this name can say anything of its photo."""
    return _extension(name) in _READERS.keys() | _KNOWN_BY_NAME.keys()


def without_reading(name: str) -> Marks | None:
    """What a sidecar says by being there, None for one that must be read."""
    return _KNOWN_BY_NAME.get(_extension(name))


def read(name: str, data: bytes) -> Marks:
    """What a sidecar says; `Marks()` when it is broken, over 4 MiB or none that we know."""
    reader = _READERS.get(_extension(name))
    return reader(data) if reader and len(data) <= LARGEST else without_reading(name) or Marks()


NOTHING = Marks()
"""What most sidecars and heads say: one value for all of them."""


def merge(*marks: Marks) -> Marks:
    """The first known value of each field: name the strongest source first. Worked on in any is worked on."""
    told = [mark for mark in marks if mark != NOTHING]
    if len(told) < 2:
        return told[0] if told else NOTHING
    return Marks(
        rating=next((mark.rating for mark in told if mark.rating is not None), None),
        label=next((mark.label for mark in told if mark.label is not None), None),
        pick=next((mark.pick for mark in told if mark.pick is not None), None),
        edited=any(mark.edited for mark in told),
    )


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()
