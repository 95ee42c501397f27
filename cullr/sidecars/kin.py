"""Properties of other programs that say stars or a label, too → the same in their own words, so that none shows the
old one. Only what stands there already is changed, and only where it is understood.

digiKam reads its ColorLabel before xmp:Label (core/libs/dmetadata); darktable its colorlabels before it up to 3.2,
after it since, and of the texts only the five English ones (src/common/exif.cc). Photo Mechanic's classes have names of
the person's own and no colours: a colour leaves them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cullr.sidecars import labels

Name = tuple[str, str]
"""Name space and local name."""

_DIGIKAM = "http://www.digikam.org/ns/1.0/"
_PHOTO_MECHANIC = "http://ns.camerabits.com/photomechanic/1.0/"
_MICROSOFT = "http://ns.microsoft.com/photo/1.0"
LIST: Name = ("http://darktable.sf.net/", "colorlabels")
"""The one that is a list: darktable gives a photo several labels."""

_ITEM = re.compile(rb"\s*<(?P<prefix>(?:[\w.-]+:)?)li\s*>\s*(?P<number>\d+)\s*</(?P=prefix)li\s*>")
_EMPTY = re.compile(
    rb"(?P<before>\s*<(?P<name>(?P<prefix>(?:[\w.-]+:)?)(?:Seq|Bag|Alt))\s*)"
    rb"(?:/>|>(?P<space>\s*)</(?P=name)\s*>)(?P<after>\s*)"
)


def _stars(rating: int, _old: str) -> str:
    """Neither ACDSee nor Windows has a reject."""
    return str(max(rating, 0))


def _percent(rating: int, _old: str) -> str:
    return ("0", "1", "25", "50", "75", "99")[max(rating, 0)]


def _rated(rating: int, old: str) -> str | None:
    """Photo Mechanic's `tagged:class:stars:frame`."""
    parts = old.split(":")
    return ":".join([*parts[:2], str(max(rating, 0)), parts[3]]) if len(parts) == 4 else None


def _number(label: str, _old: str) -> str:
    """digiKam's number of the colour, magenta for purple; none for a text that is no colour."""
    colour = labels.colour(label)
    name = "Magenta" if colour == "purple" else (colour or "").capitalize()
    return str(labels.DIGIKAM.index(name)) if name else "0"


def _class(label: str, _old: str) -> str | None:
    if label in labels.PHOTO_MECHANIC:
        return str(labels.PHOTO_MECHANIC.index(label))
    return None if label else "0"


def _classed(label: str, old: str) -> str | None:
    number, parts = _class(label, old), old.split(":")
    return ":".join([parts[0], number, *parts[2:]]) if number is not None and len(parts) == 4 else None


_RATING: dict[Name, Callable[[int, str], str | None]] = {
    ("http://ns.acdsee.com/iptc/1.0/", "rating"): _stars,
    (_MICROSOFT, "Rating"): _percent,
    (f"{_MICROSOFT}/", "Rating"): _percent,
    (_PHOTO_MECHANIC, "Prefs"): _rated,
}
_LABEL: dict[Name, Callable[[str, str], str | None]] = {
    (_DIGIKAM, "ColorLabel"): _number,
    (_PHOTO_MECHANIC, "ColorClass"): _class,
    (_PHOTO_MECHANIC, "Prefs"): _classed,
}
NAMES = frozenset((*_RATING, *_LABEL, LIST))


def told(name: Name, old: str, rating: int | None, label: str | None) -> str:
    """The property's new text; the old one where there is nothing to say, or no way to say it."""
    new = old
    if rating is not None and name in _RATING:
        new = _RATING[name](rating, new) or new
    if label is not None and name in _LABEL:
        new = _LABEL[name](label, new) or new
    return new


def listed(inside: bytes, label: str) -> bytes:
    """What stands within darktable's list, with this label as its only one; as it was where it names it first."""
    colour = labels.colour(label)
    number = str(labels.COLOURS.index(colour)).encode() if colour else b""
    items = list(_ITEM.finditer(inside))
    bare = _EMPTY.fullmatch(_ITEM.sub(b"", inside))
    if bare is None or (items and items[0]["number"] == number):
        return inside
    if items and number:
        first, last = items[0], items[-1]
        return (
            inside[: first.start("number")] + number + inside[first.end("number") : first.end()] + inside[last.end() :]
        )
    if items:
        return _ITEM.sub(b"", inside)
    if not number:
        return inside
    space = bare["space"] or b""
    item = b"<%sli>%s</%sli>" % (bare["prefix"], number, bare["prefix"])
    indent = space + b" " if space else b""
    return b"%s>%s%s%s</%s>%s" % (bare["before"], indent, item, space, bare["name"], bare["after"])
