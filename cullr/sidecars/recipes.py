"""Develop settings that are no XMP (RawTherapee, ART, DxO PhotoLab, Capture One) → Marks.

Read by patterns line by line: none of these needs a parser that could be led astray, and no entity is expanded.
"""

from __future__ import annotations

import re

from cullr.model import Marks
from cullr.sidecars import labels

_HOUSEKEEPING = {"version", "general", "exif", "iptc", "metadata"}
"""Sections of a .pp3 that stars and tags alone bring about."""
_SECTION = re.compile(r"^\[([^\]\n]{1,60})\]\s*$", re.MULTILINE)
_PAIR = re.compile(r"^(Rank|ColorLabel|InTrash)=(\S{1,20})\s*$", re.MULTILINE)
_DXO = re.compile(r"^[ \t]*Rating[ \t]*=[ \t]*(\d)[ \t]*,", re.MULTILINE)
# PhotoLab applies its preset to every photo that it opens; what a person changed stands under Overrides.
_OVERRIDES = re.compile(r"^[ \t]*Overrides[ \t]*=[ \t]*\{\s*[^\s}]", re.MULTILINE)
_COS = re.compile(r"""<E\s+K="(Basic_Rating|Basic_ColorTag)"\s+V="(\d)"\s*/?>""")


def rawtherapee(data: bytes) -> Marks:
    """.pp3 and ART's .arp: [General] Rank, ColorLabel (1 to 5: red, yellow, green, blue, purple), InTrash."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    said = dict(_PAIR.findall(text))
    sections = {name.casefold() for name in _SECTION.findall(text)}
    trashed = said.get("InTrash", "").casefold() == "true"
    rank = _digit(said.get("Rank"), 5)
    return Marks(
        rating=-1 if trashed else rank,
        label=_named((None, *(name.capitalize() for name in labels.COLOURS)), said.get("ColorLabel")),
        edited=bool(sections - _HOUSEKEEPING),
    )


def dxo(data: bytes) -> Marks:
    """PhotoLab's .dop, a table in Lua's manner; the first item is the picture, the next are virtual copies."""
    text = data.decode("utf-8", "replace")
    stars = _DXO.search(text)
    return Marks(rating=_digit(stars and stars[1], 5), edited=bool(_OVERRIDES.search(text)))


def capture_one(data: bytes) -> Marks:
    """.cos: XML of <E K="…" V="…"/>; Capture One writes one for a picture that was rated or adjusted."""
    said = dict(reversed(_COS.findall(data.decode("utf-8", "replace"))))
    return Marks(
        rating=_digit(said.get("Basic_Rating"), 5),
        label=_named(labels.CAPTURE_ONE, said.get("Basic_ColorTag")),
    )


def _digit(text: str | None, most: int) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) == 1 and int(text) <= most else None


def _named(names: tuple[str | None, ...], text: str | None) -> str | None:
    place = _digit(text, len(names) - 1)
    return None if place is None else names[place]
