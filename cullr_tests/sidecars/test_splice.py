"""Stars and labels written into sidecars of every program: read back, and not a byte of theirs lost."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from defusedxml.ElementTree import DefusedXMLParser, fromstring
from hypothesis import given
from hypothesis import strategies as st

from cullr.sidecars import kin, labels, xmp
from cullr.sidecars.splice import EMPTY, Unwritable, spliced
from cullr_tests.sidecars import written
from cullr_tests.sidecars.__main__ import judged
from cullr_tests.sidecars.foreign import lost

XAP = "http://ns.adobe.com/xap/1.0/"
OURS = {f"{{{uri}}}{local}" for uri, local in (*kin.NAMES, (XAP, "Rating"), (XAP, "Label"))}
LABELS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=30).filter(
    lambda text: text != "None" and text.isprintable()
)


def foreign(data: bytes) -> list[object]:
    """Everything but what says stars or a label, element by element, attributes in their order."""

    def told(element: ElementTree.Element) -> object:
        attributes = [(name, value) for name, value in element.attrib.items() if name not in OURS]
        return (element.tag, attributes, element.text, [(told(e), e.tail) for e in element if e.tag not in OURS])

    text = xmp._text(data)
    return [told(fromstring(text[text.find("<") : text.rfind(">") + 1].partition("?>")[2] or text))]


@pytest.mark.parametrize("program", sorted(written.XMP))
def test_only_what_says_stars_or_a_label_changes(program: str) -> None:
    before = written.XMP[program]
    after = spliced(before, rating=5, label="Blue")
    said = xmp.read(after)
    assert (said.rating, said.label) == (5, "Blue")
    assert (said.pick, said.edited) == (xmp.read(before).pick, xmp.read(before).edited)
    assert lost(before, after) == 0
    assert spliced(after, rating=5, label="Blue") == after


@pytest.mark.parametrize("program", sorted(written.XMP))
def test_setting_the_old_value_again_gives_the_old_bytes_back(program: str) -> None:
    """The splice is exact: what it puts in, it takes out again, byte for byte."""
    first = spliced(written.XMP[program], rating=1, label="Red")
    again = spliced(spliced(first, rating=4, label="Grün & <x>"), rating=1, label="Red")
    assert again == first


def voices(data: bytes) -> tuple[set[int | None], set[str | None]]:
    """Stars and colours by each property that tells them, the way its program reads it."""
    found = told(data)
    stars = {read(found[name]) for name, read in xmp._RATING.items() if name in found}
    return stars, {labels.colour(read(found[name])) for name, read in xmp._LABEL.items() if name in found}


def told(data: bytes) -> dict[str, str]:
    parser = DefusedXMLParser(target=xmp._Properties(), forbid_dtd=False)
    parser.feed(data.decode())
    found: dict[str, str] = parser.close()
    return found


@pytest.mark.parametrize("program", sorted(written.XMP))
@pytest.mark.parametrize(("rating", "label"), [(5, "Blue"), (0, ""), (2, "Purple"), (3, "Rot"), (1, "my own")])
def test_no_property_of_any_program_shows_the_old_stars_or_label(program: str, rating: int, label: str) -> None:
    stars, colours = voices(spliced(written.XMP[program], rating=rating, label=label))
    assert stars <= {rating, None} | ({0} if rating == 0 else set())
    assert colours <= {"purple" if label == "Purple" else labels.colour(label), None}
    assert voices(spliced(written.XMP[program], rating=-1))[0] <= {-1, 0, None}


def test_each_program_is_told_in_its_own_words() -> None:
    """What digiKam, darktable, Photo Mechanic, ACDSee and Windows read themselves."""
    digikam = told(spliced(written.DIGIKAM, rating=3, label="Purple"))
    assert {name.rpartition("}")[2]: text for name, text in digikam.items()} | {"Rating": ""} == {
        "ColorLabel": "6", "PickLabel": "3", "rating": "3", "Label": "Purple", "Rating": "",
    }  # fmt: skip
    assert digikam["{http://ns.microsoft.com/photo/1.0/}Rating"] == "50"
    red = spliced(written.DARKTABLE, label="Red")
    assert red.replace(
        b"<rdf:li>0</rdf:li>", b"<rdf:li>2</rdf:li>\n     <rdf:li>0</rdf:li>"
    ) == written.DARKTABLE.replace(b'xmp_version="5"\n', b'xmp_version="5"\n').replace(
        b'cb807">', b'cb807"\n   xmp:Label="Red">'
    )
    none = spliced(red, label="")
    assert b"<rdf:Seq>\n    </rdf:Seq>\n   </darktable:colorlabels>" in none
    assert spliced(none, label="Red") == red
    assert spliced(written.DARKTABLE, label="Green").count(b"rdf:li>") == written.DARKTABLE.count(b"rdf:li>")
    bare = written.DARKTABLE.replace(b"masks_history", b"colorlabels").replace(b"<rdf:Seq/>", b"<rdf:Bag/>")
    assert b"<rdf:Bag><rdf:li>3</rdf:li></rdf:Bag>" in spliced(bare, label="Blue")
    assert b"Prefs='1:2:4:008771'" in spliced(written.PHOTO_MECHANIC, rating=4, label="Blue")
    assert b"ColorClass='7'" in spliced(written.PHOTO_MECHANIC, label="Extras")
    assert b"Prefs='1:0:5:008771'" in spliced(written.PHOTO_MECHANIC, label="")


@pytest.mark.parametrize("inside", [b"2", b"<rdf:Seq><rdf:li>x</rdf:li></rdf:Seq>", b"<rdf:Seq><b/></rdf:Seq>", b""])
def test_a_list_that_is_none_stays_as_it_is(inside: bytes) -> None:
    before = EMPTY.replace(
        b'xmp="http://ns.adobe.com/xap/1.0/"/>',
        b'xmp="http://ns.adobe.com/xap/1.0/" xmlns:d="http://darktable.sf.net/"><d:colorlabels>%s</d:colorlabels>'
        b"</rdf:Description>" % inside,
    )
    assert b"<d:colorlabels>%s</d:colorlabels>" % inside in spliced(before, label="Red")


@pytest.mark.parametrize(
    ("old", "label", "new"),
    [
        ("Grün", "Red", "Rot"),
        ("Select", "Purple", "To Do"),
        ("红色", "Blue", "蓝色"),
        ("Rouge", "Green", "Vert"),
        ("Verde", "Red", "Red"),
        ("mine", "Red", "Red"),
        (None, "Red", "Red"),
        ("Rot", "", ""),
        ("Rot", "mine", "mine"),
    ],
)
def test_a_colour_is_named_as_the_persons_label_set_names_it(old: str | None, label: str, new: str) -> None:
    assert labels.in_words_of(old, label) == new
    assert labels.colour(new) == labels.colour(label)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-8-sig"])
def test_the_encoding_and_its_mark_stay(encoding: str) -> None:
    text = written.LIGHTROOM.decode()
    before = text.encode(encoding)
    after = spliced(before, rating=0)
    assert xmp.read(after).rating == 0
    assert after == text.replace('xmp:Rating="3"', 'xmp:Rating="0"').encode(encoding)
    marked = b"\xff\xfe" + text.encode("utf-16-le")
    assert spliced(marked, label="Red") == marked.replace("Grün".encode("utf-16-le"), "Red".encode("utf-16-le"))


def test_what_is_missing_is_added_in_the_manner_of_the_file() -> None:
    after = spliced(written.UNTOUCHED, rating=2).decode()
    assert '5c52c8f4a"\n   xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n   xmp:Rating="2"/>' in after
    assert after.replace('\n   xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n   xmp:Rating="2"', "") == (
        written.UNTOUCHED.decode()
    )


def test_a_prefix_that_means_something_else_is_not_taken() -> None:
    data = EMPTY.replace(b"http://ns.adobe.com/xap/1.0/", b"http://example.org/")
    after = spliced(data, rating=3)
    assert b'xmlns:xmp1="http://ns.adobe.com/xap/1.0/"' in after
    assert xmp.read(after).rating == 3


def test_an_empty_element_is_filled_and_one_with_spaces_keeps_them() -> None:
    data = written.BRIDGE.replace(b"<xap:Rating>-1</xap:Rating>", b"<xap:Rating />").replace(b"Select", b"\n Select\n ")
    after = spliced(data, rating=3, label="Green")
    assert b"<xap:Rating >3</xap:Rating>" in after
    assert b"<xap:Label>\n Green\n </xap:Label>" in after
    assert b"<!-- set in Bridge -->" in after


def test_what_is_said_of_an_ingredient_is_not_touched() -> None:
    inner = b'<xmp:I><rdf:Bag><rdf:li><rdf:Description xmp:Rating="1"/></rdf:li></rdf:Bag></xmp:I></rdf:Description>'
    data = written.LIGHTROOM.replace(b"  </rdf:Description>", inner)
    after = spliced(data, rating=5)
    assert b'<rdf:Description xmp:Rating="1"/>' in after
    assert xmp.read(after).rating == 5


def test_a_new_sidecar_is_xmp() -> None:
    made = spliced(None, rating=4, label="Red")
    assert (xmp.read(made).rating, xmp.read(made).label) == (4, "Red")
    assert fromstring(made.decode().partition("?>")[2]).tag == "{adobe:ns:meta/}xmpmeta"


@pytest.mark.parametrize(
    "data",
    [
        b"not xml",
        b"<x/>",
        written.LIGHTROOM[:-20],
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + written.LIGHTROOM,
        b"<!DOCTYPE x>" + written.LIGHTROOM,
        written.LIGHTROOM.replace(b"\xc3\xbc", b"\xfc"),
        written.CAPTURE_ONE.replace(b">2<", b"><rdf:Alt/><"),
        written.LIGHTROOM.replace(b"</rdf:RDF>", b'<rdf:Description xmp:Rating="1"/></rdf:RDF>'),
    ],
)
def test_what_cannot_be_written_without_risk_is_refused(data: bytes) -> None:
    with pytest.raises(Unwritable):
        spliced(data, rating=3)


OPEN = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)
CLOSE = b"</rdf:Description></rdf:RDF></x:xmpmeta>"
OTHER = b'</rdf:Description><rdf:Description rdf:about="b.jpg" xmlns:q="http://ns.adobe.com/xap/1.0/"'


def within(inner: bytes, attributes: bytes = b"") -> bytes:
    return OPEN + attributes + b">" + inner + CLOSE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<!-- <xmp:Rating>1</xmp:Rating> --><xmp:Rating>2</xmp:Rating>", (b">2<", b">4<")),
        (b"<?x xmp:Rating='1'?><xmp:Rating>\r\n2\r\n</xmp:Rating>\r\n", (b"\n2\r", b"\n4\r")),
        (b"<xmp:N><![CDATA[<xmp:Rating>1</xmp:Rating>]]></xmp:N><xmp:Rating>2</xmp:Rating>", (b">2<", b">4<")),
        (b"<xmp:Rating xml:lang='x'>2</xmp:Rating>", (b">2<", b">4<")),
        (b"<xmp:Rating>1&#x32;</xmp:Rating>", (b"1&#x32;", b"4")),
        (b"<Rating xmlns='http://ns.adobe.com/xap/1.0/'>2</Rating>", (b">2<", b">4<")),
        (b"<xmp:Rating>2</xmp:Rating>" + OTHER.replace(b"b.jpg", b"") + b" q:Rating='2'>", (b"2", b"4")),
    ],
)
def test_only_the_value_changes_whatever_stands_around_it(before: bytes, after: tuple[bytes, bytes]) -> None:
    head, tail = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0"?>\n', b"\n" + b" " * 900 + b'\n<?xpacket end="r"?>\0\0'
    made = spliced(head + within(before) + tail, rating=4)
    assert made == head + within(before.replace(*after)) + tail
    assert xmp.read(made).rating == 4


def test_an_attribute_with_a_bracket_in_it_and_one_with_references_keep_their_neighbours() -> None:
    before = within(b"", b" xmp:Nickname='a>b xmp:Label=\"x\"' xmp:Label='&lt;a&gt;'")
    assert spliced(before, label="Red") == before.replace(b"'&lt;a&gt;'", b"'Red'")


def test_renamed_prefixes_and_no_prefixes_are_what_they_stand_for() -> None:
    before = (
        b'<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Description xmlns:e="http://ns.adobe.com/xap/1.0/" '
        b'e:Rating="2"/></RDF>'
    )
    assert spliced(before, rating=4) == before.replace(b'"2"', b'"4"')


def test_an_empty_file_becomes_a_sidecar() -> None:
    assert spliced(b"", rating=4) == spliced(None, rating=4)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (within(OTHER.replace(b"b.jpg", b"a.jpg") + b">" + OTHER + b">"), "more than one picture"),
        (within(b"<xmp:Rating rdf:value='3'/>"), "no plain text"),
        (within(b"<xmp:Rating rdf:parseType='Resource'><rdf:value>3</rdf:value></xmp:Rating>"), "no plain text"),
        (within(b"<xmp:Rating>1<!-- 2 --></xmp:Rating>"), "no plain text"),
        (within(b"<xmp:Rating><![CDATA[3]]></xmp:Rating>"), "no plain text"),
        (
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + within("grün".encode()),
            "says of itself that it is ISO-8859",
        ),
        (within(b"x" * (5 << 20)), "larger than the 4 MiB"),
        (within(b"".join(b"<a xmlns:p%d='u'>" % n for n in range(300)) + b"</a>" * 300), "256 namespaces"),
        (b"\0" * 500, "not well-formed"),
    ],
)
def test_what_is_not_understood_is_left_alone_and_said(data: bytes, why: str) -> None:
    with pytest.raises(Unwritable, match=why):
        spliced(data, rating=4)


@given(st.sampled_from(sorted(written.XMP)), st.integers(-1, 5), LABELS)
def test_any_label_is_written_and_the_rest_is_what_it_was(program: str, rating: int, label: str) -> None:
    before = written.XMP[program]
    after = spliced(before, rating=rating, label=label)
    assert xmp.read(after).rating == rating
    assert xmp.read(after).label == label
    assert foreign(after) == foreign(before)


def test_no_sidecar_at_hand_loses_a_foreign_byte_whatever_is_written(shared_photos: Path) -> None:
    found = judged(shared_photos)
    assert {name: each.lost + each.unread + each.refused for name, each in found.items()} == dict.fromkeys(found, 0)
    kinds = {kind: sum(each.sidecars for (k, _), each in found.items() if k == kind) for kind, _ in found}
    assert kinds["modelled"] >= 10 and kinds["real"] >= 3 and kinds["packet"] >= 1


def test_a_lost_byte_is_noticed() -> None:
    after = spliced(written.LIGHTROOM, rating=5, label="Red")
    assert lost(written.LIGHTROOM, after) == 0
    for spoilt in (
        after.replace(b"A &amp; B", b"A"),
        after.replace(b'crs:Version="16.2"', b""),
        after.replace(b'crs:Version="16.2"', b'crs:Version="16.3"'),
        after[:-1],
    ):
        assert lost(written.LIGHTROOM, spoilt) > 0
