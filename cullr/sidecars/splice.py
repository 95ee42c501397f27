"""Stars and a label → into an XMP sidecar, every byte that another program wrote where it was.

exiv2 0.28 and lxml 6 write the whole file anew (60 to 200 changed lines for one rating, and exiv2 refuses UTF-16), so
the two properties are cut in where they stand, or added to the first description; what else there says the same is
brought in step (`kin`). The bytes are a stranger's: a
DOCTYPE is refused, so no entity can expand, and what is not well-formed is left alone.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from cullr.sidecars import kin, xmp

XMP = "http://ns.adobe.com/xap/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
EMPTY = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="cullr">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"/>
 </rdf:RDF>
</x:xmpmeta>
"""

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NAME = re.compile(rb"<[^\s/>]+")
_DECLARED = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)""", re.ASCII)
_PROPERTIES = kin.NAMES | {(XMP, "Rating"), (XMP, "Label")}
Cut = tuple[int, int, bytes]
"""From, to, and what is put there."""
_MOST_PREFIXES = 256
"""In scope at once; Lightroom's richest sidecars have some forty. A hostile file could fill the memory with more."""
_PLAIN = (b"xml:lang", b"xmlns")
"""What a rating's element may bear besides its text; with rdf:value or rdf:resource the value is not the text."""


class Unwritable(ValueError):
    """The sidecar cannot be written to without a risk to what stands in it; the text says why."""


def spliced(data: bytes | None, *, rating: int | None = None, label: str | None = None) -> bytes:
    """The sidecar (None: a new one) with these values; None leaves a property as it is. Raises Unwritable.

    No stars are 0; no label is an empty text, which also outranks a label inside the photo.
    """
    wanted = {(XMP, "Rating"): None if rating is None else str(rating), (XMP, "Label"): label}
    if data and len(data) > xmp.LARGEST:
        raise Unwritable(f"it is larger than the {xmp.LARGEST >> 20} MiB that a sidecar has at most")
    mark, encoding, text = _decoded(data or EMPTY)
    _check_declared(text, label or "")
    start, end = text.find("<"), text.rfind(">") + 1
    body = text[max(start, 0) : end].encode("utf-8")
    found = _parsed(body)
    own = {name: value for name, value in wanted.items() if value is not None}
    cuts = sorted([*_cuts(found, body, own), *_kin_cuts(found, body, rating, label)])
    for first, last, new in reversed(cuts):
        body = body[:first] + new + body[last:]
    whole = text[: max(start, 0)] + body.decode("utf-8") + text[end:]
    made = mark + whole.encode(encoding)
    said = xmp.read(made)
    if (rating is not None and said.rating != rating) or (label is not None and (said.label or "") != label):
        raise Unwritable("what was written would not be read back")
    return made


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    """Byte order mark, encoding, text: joined again they are the same bytes."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        encoding = next((name for start, name in _UNMARKED if data.startswith(start)), "utf-8")
    try:
        return mark, encoding, data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise Unwritable(f"it is not {encoding.upper()} throughout") from None


def _check_declared(text: str, label: str) -> None:
    """XMP is Unicode; a file that claims to be Latin-1 would be read as that by others. Raises Unwritable."""
    declared = _DECLARED.match(text.lstrip("\ufeff"))
    if declared and not declared[1].upper().startswith("UTF-") and not (text + label).isascii():
        raise Unwritable(f"it says of itself that it is {declared[1]}, which XMP never is")


@dataclass(slots=True)
class _Description:
    """A top-level rdf:Description: where its start tag is, and which prefix stands for what there."""

    start: int
    prefixes: dict[str, str]


@dataclass(slots=True)
class _Found:
    """`elements` are properties with (start of their tag, start of their end tag) wherever they stand; `subjects` are
    the pictures that the descriptions name."""

    descriptions: list[_Description] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    elements: list[tuple[kin.Name, int, int]] = field(default_factory=list)


def _parsed(body: bytes) -> _Found:
    """Where the descriptions are and, as elements, the properties. Raises Unwritable."""
    found = _Found()
    path: list[tuple[str, str]] = []
    scopes: list[dict[str, str]] = [{}]
    starts: list[int] = []
    parser = expat.ParserCreate("utf-8")  # whatever the declaration says: the text was decoded already

    def start(tag: str, attributes: dict[str, str]) -> None:
        own = {name.partition(":")[2]: uri for name, uri in attributes.items() if name.partition(":")[0] == "xmlns"}
        scopes.append(scopes[-1] | own if own else scopes[-1])
        if len(scopes[-1]) > _MOST_PREFIXES:
            raise Unwritable(f"it declares more than {_MOST_PREFIXES} namespaces")
        path.append(_expanded(tag, scopes[-1]))
        starts.append(parser.CurrentByteIndex)
        if _is_description(path):
            found.descriptions.append(_Description(starts[-1], scopes[-1]))
            found.subjects |= {about for name, about in attributes.items() if about and _is_about(name, scopes[-1])}

    def end(_tag: str) -> None:
        if path[-1] in _PROPERTIES and _is_description(path[:-1]):
            found.elements.append((path[-1], starts[-1], parser.CurrentByteIndex))
        path.pop()
        scopes.pop()
        starts.pop()

    def doctype(*_: object) -> None:
        raise Unwritable("it declares a document type")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Unwritable(f"it is not well-formed XML: {error}") from None
    if not found.descriptions:
        raise Unwritable("it is no XMP: it describes nothing")
    if len(found.subjects) > 1:
        raise Unwritable("it describes more than one picture")
    return found


def _expanded(tag: str, prefixes: dict[str, str]) -> tuple[str, str]:
    prefix, _, local = tag.rpartition(":")
    return prefixes.get(prefix, ""), local


def _is_about(name: str, prefixes: dict[str, str]) -> bool:
    """Old files write `about` without a prefix."""
    return name == "about" or (name.endswith(":about") and _expanded(name, prefixes) == (RDF, "about"))


def _is_description(path: list[tuple[str, str]]) -> bool:
    """At the top of rdf:RDF; descriptions deeper down tell of other pictures."""
    return len(path) in {2, 3} and path[-2:] == [(RDF, "RDF"), (RDF, "Description")]


def _cuts(found: _Found, body: bytes, wanted: dict[kin.Name, str]) -> Iterator[Cut]:
    """What to put in the place of which bytes, places apart from each other."""
    missing = dict(wanted)
    for name, first, last in found.elements:
        if name in wanted:
            missing.pop(name, None)
            yield _in_element(body, first, last, wanted[name])
    for name, begin, end in _in_attributes(found, body):
        if name in wanted:
            missing.pop(name, None)
            yield begin, end, _quoted(wanted[name])
    if missing:
        yield _added(body, found.descriptions[0], missing)


def _kin_cuts(found: _Found, body: bytes, rating: int | None, label: str | None) -> Iterator[Cut]:
    """The same for what else says it; an element that is more than a text stays as it is."""
    for name, first, last in found.elements:
        if name == kin.LIST and label is not None and last > first:
            begin = body.index(b">", first) + 1
            yield begin, last, kin.listed(body[begin:last], label)
        elif name in kin.NAMES and name != kin.LIST:
            with contextlib.suppress(Unwritable):
                begin, end, _ = _in_element(body, first, last, "")
                if b">" not in (old := body[begin:end]):
                    yield begin, end, kin.told(name, old.decode(), rating, label).encode()
    for name, begin, end in _in_attributes(found, body):
        if name in kin.NAMES:
            yield begin, end, kin.told(name, body[begin:end].decode(), rating, label).encode()


def _in_attributes(found: _Found, body: bytes) -> Iterator[tuple[kin.Name, int, int]]:
    """Properties that are attributes, and where their values are."""
    for description in found.descriptions:
        for match in _attributes(body, description.start):
            prefix, _, local = match[2].decode().rpartition(":")
            if prefix and prefix in description.prefixes:
                yield (description.prefixes[prefix], local), *match.span(3 if match[3] is not None else 4)


def _attributes(body: bytes, start: int) -> Iterator[re.Match[bytes]]:
    """The attributes of the start tag there, which expat has found well-formed."""
    name = _NAME.match(body, start)
    at = name.end() if name else start
    while match := _ATTRIBUTE.match(body, at):
        yield match
        at = match.end()


def _in_element(body: bytes, first: int, last: int, value: str) -> tuple[int, int, bytes]:
    """The text of `<xmp:Rating …>3</xmp:Rating>`, white space around it kept; or all of `<xmp:Rating/>`."""
    name = _NAME.match(body, first)
    assert name
    attributes = list(_attributes(body, first))
    if not all(match[2].startswith(_PLAIN) for match in attributes):
        raise Unwritable("its rating or label is no plain text")
    at = attributes[-1].end() if attributes else name.end()
    close = body.index(b">", at)
    if body[close - 1 : close] == b"/":
        return close - 1, close + 1, b">" + escape(value).encode() + b"</" + name[0][1:] + b">"
    inside = body[close + 1 : last]
    if b"<" in inside:
        raise Unwritable("its rating or label is no plain text")
    text = inside.strip()
    begin = close + 1 + (inside.index(text) if text else 0)
    return begin, begin + len(text), escape(value).encode()


def _added(body: bytes, to: _Description, missing: dict[kin.Name, str]) -> tuple[int, int, bytes]:
    """Attributes after the description's last one, laid out as that one is."""
    last, at = b" ", to.start + len(_NAME.match(body, to.start)[0])  # type: ignore[index]
    for match in _attributes(body, to.start):
        last, at = match[1], match.end()
    prefix = next((prefix for prefix, uri in to.prefixes.items() if uri == XMP and prefix), "")
    new = b""
    if not prefix:
        names = ("xmp", *(f"xmp{number}" for number in range(1, len(to.prefixes) + 2)))
        prefix = next(name for name in names if name not in to.prefixes)
        new = last + f'xmlns:{prefix}="{XMP}"'.encode()
    for (_, name), value in missing.items():
        new += last + f"{prefix}:{name}=".encode() + b'"' + _quoted(value) + b'"'
    return at, at, new


def _quoted(value: str) -> bytes:
    return escape(value, {'"': "&quot;", "'": "&apos;"}).encode()
