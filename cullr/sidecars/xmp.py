"""An XMP packet, from a sidecar or from within a photo → what a person said of the photo elsewhere: stars, label, pick.

The bytes are a stranger's: no tree is built, no entity is expanded, and whatever is broken reads as nothing said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from cullr.model import Marks
from cullr.sidecars import labels

DIALECTS = 2
"""Raised whenever more is understood here or in a recipe: what an index read with less is then read again."""
LARGEST = 4 << 20
"""Bytes. Lightroom's longest histories stay under 1 MiB; what is larger is no sidecar."""

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MEDIA = "{http://ns.adobe.com/xmp/1.0/DynamicMedia/}"
_DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
_PHOTO_MECHANIC = "{http://ns.camerabits.com/photomechanic/1.0/}"
_ACDSEE = "{http://ns.acdsee.com/iptc/1.0/}"
_MICROSOFT = "{http://ns.microsoft.com/photo/1.0/}"
_DARKTABLE = "{http://darktable.sf.net/}"
_CAMERA_RAW = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
_TOP = [f"{_RDF}RDF", f"{_RDF}Description"]

Value = TypeVar("Value")

# Longest first: the two bytes of a UTF-16 mark also open a UTF-32 one, and `<` in UTF-32 starts like `<` in UTF-16.
_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)

_FRAMES = (
    ("<?xpacket begin", "<?xpacket end"),
    ("<x:xmpmeta", "</x:xmpmeta>"),
    ("<x:xapmeta", "</x:xapmeta>"),
    ("<rdf:RDF", "</rdf:RDF>"),
)


def read(data: bytes) -> Marks:
    """The marks in an XMP packet or sidecar of any Unicode encoding; `Marks()` when broken or over 4 MiB."""
    if len(data) > LARGEST:
        return Marks()
    text = _text(data)
    # A sidecar may carry a mark, NULs or white space around its XML; expat wants the XML alone.
    text = text[max(text.find("<"), 0) : text.rfind(">") + 1]
    parser = DefusedXMLParser(target=_Properties(), forbid_dtd=False, forbid_entities=True)
    try:
        parser.feed(text)
        found: dict[str, str] = parser.close()
    except (ParseError, DefusedXmlException):
        return Marks()
    return Marks(_first(_RATING, found), _first(_LABEL, found), _first(_PICK, found), _edited(found))


def packet(data: bytes) -> bytes | None:
    """The first whole XMP packet in a file's head, frames included; None when there is none or its end is cut off."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for opening, closing in _FRAMES:
            start = data.find(opening.encode(encoding))
            end = data.find(closing.encode(encoding), start) if start >= 0 else -1
            if end >= 0:
                # `<?xpacket end` only fences; an element's closing tag belongs to it.
                stop = end if closing.startswith("<?") else end + len(closing.encode(encoding))
                return data[start:stop]
    return None


class _Properties:
    """What expat reports → the properties of every top-level rdf:Description; the first one said counts.

    Descriptions deeper down tell of other pictures (ingredients, derived versions) and are passed over.
    """

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._path.append(tag)
        if self._description() == len(self._path):
            for name, value in attributes.items():
                self._say(name, value)
        elif self._in_property(at=1):
            self._text = []

    def data(self, text: str) -> None:
        if self._in_property():
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._in_property(at=1):
            self._say(tag, "".join(self._text))
        self._path.pop()

    def close(self) -> dict[str, str]:
        return self.found

    def _description(self) -> int:
        """The depth of the open top-level rdf:Description, 0 when none is: x:xmpmeta stands around rdf:RDF or not."""
        return next((depth for depth in (2, 3) if self._path[depth - 2 : depth] == _TOP), 0)

    def _in_property(self, at: int = 0) -> bool:
        """Whether a property is open; `at` = 1 asks for the property itself, not for what is nested within it."""
        below = len(self._path) - self._description()
        return self._description() > 0 and (below == at if at else below > 0)

    def _say(self, name: str, value: str) -> None:
        if name in _KNOWN and (value.strip() or name == _TEXT_LABEL):
            self.found[name] = self.found.get(name) or value.strip()


def _text(data: bytes) -> str:
    for start, encoding in _ENCODINGS:
        if data.startswith(start):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _rating(text: str) -> int | None:
    """Stars from `4`, `3.0` or `-1`; what lies outside -1 to 5 was never set by a person."""
    try:
        stars = float(text[:32])
    except ValueError:
        return None
    return int(stars) if -1 <= stars <= 5 else None


def _percent(text: str) -> int | None:
    """Windows: 1, 25, 50, 75 and 99 are one to five stars."""
    try:
        share = float(text[:32])
    except ValueError:
        return None
    return sum(share >= least for least in (1, 13, 38, 63, 87)) if 0 <= share <= 100 else None


def _stars(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def _preference(text: str, place: int) -> str:
    """Photo Mechanic's `tagged:colour class:rating:frame`, -1 for what is not set."""
    parts = text.split(":")
    return parts[place].strip() if len(parts) == 4 else ""


def _label(text: str) -> str | None:
    """Empty where a program took the label away; Capture One writes None for that, darktable 5 NoColor."""
    label = " ".join(text.split())[:100]
    return "" if label in {"None", "NoColor"} else label


def _numbered(names: tuple[str | None, ...]) -> Callable[[str], str | None]:
    return lambda text: names[int(text)] if text.isdecimal() and len(text) == 1 and int(text) < len(names) else None


def _first_colour(text: str) -> str | None:
    """darktable: a list of numbers from 0, of which one shot may have several."""
    place = next(iter(text.split()), "")
    return labels.COLOURS[int(place)].capitalize() if place in set("01234") else None


def _accepted(text: str) -> int | None:
    """digiKam: 0 none, 1 rejected, 2 pending, 3 accepted."""
    return {"0": 0, "1": -1, "2": 0, "3": 1}.get(text)


def _flag(text: str) -> int | None:
    return {"-1": -1, "0": 0, "1": 1}.get(text)


def _good(text: str) -> int | None:
    """Lightroom's newer pair of the pick flag: absent when unflagged."""
    return {"true": 1, "false": -1}.get(text.casefold())


def _tagged(text: str) -> int | None:
    """Photo Mechanic and ACDSee know tagged or not; they have no reject."""
    return {"true": 1, "1": 1, "false": 0, "0": 0}.get(text.casefold())


def _edited(found: Mapping[str, str]) -> bool:
    """Whether develop settings of a person's stand in it; what was baked into the pixels already is none."""
    if found.get(f"{_CAMERA_RAW}HasSettings", "").casefold() == "true":
        return found.get(f"{_CAMERA_RAW}AlreadyApplied", "").casefold() != "true"
    now = found.get(f"{_DARKTABLE}history_current_hash")
    if now:
        # darktable develops every photo it opens; by these two it knows that nobody has gone on from there.
        return now not in {found.get(f"{_DARKTABLE}history_{by}_hash") for by in ("basic", "auto")}
    return found.get(f"{_DARKTABLE}history_end", "0") not in {"0", "-1"}


_TEXT_LABEL = f"{_XMP}Label"
_RATING: dict[str, Callable[[str], int | None]] = {
    f"{_XMP}Rating": _rating,
    f"{_ACDSEE}rating": _rating,
    f"{_MICROSOFT}Rating": _percent,
    f"{_MICROSOFT[:-2]}}}Rating": _percent,  # both spellings are met
    f"{_PHOTO_MECHANIC}Prefs": lambda text: _stars(_preference(text, 2)),
}
_LABEL: dict[str, Callable[[str], str | None]] = {
    _TEXT_LABEL: _label,
    f"{_DIGIKAM}ColorLabel": _numbered(labels.DIGIKAM),
    f"{_DARKTABLE}colorlabels": _first_colour,
    f"{_PHOTO_MECHANIC}ColorClass": _numbered(labels.PHOTO_MECHANIC),
    f"{_PHOTO_MECHANIC}Prefs": lambda text: _numbered(labels.PHOTO_MECHANIC)(_preference(text, 1)),
}
_PICK: dict[str, Callable[[str], int | None]] = {
    f"{_MEDIA}pick": _flag,
    f"{_MEDIA}good": _good,
    f"{_DIGIKAM}PickLabel": _accepted,
    f"{_PHOTO_MECHANIC}Tagged": _tagged,
    f"{_PHOTO_MECHANIC}Prefs": lambda text: _tagged(_preference(text, 0)),
    f"{_ACDSEE}tagged": _tagged,
}
_EDITED = (
    *(f"{_CAMERA_RAW}{name}" for name in ("HasSettings", "AlreadyApplied")),
    *(f"{_DARKTABLE}history_{name}" for name in ("end", "basic_hash", "auto_hash", "current_hash")),
)
_KNOWN = frozenset((*_RATING, *_LABEL, *_PICK, *_EDITED))


def _first(readers: Mapping[str, Callable[[str], Value | None]], found: Mapping[str, str]) -> Value | None:
    said = (reader(found[name]) for name, reader in readers.items() if name in found)
    return next((value for value in said if value is not None), None)
