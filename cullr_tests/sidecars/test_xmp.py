"""XMP of every make, kind and degree of brokenness."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr import sidecars
from cullr.model import Marks
from cullr.sidecars import xmp

SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "photomechanic": "http://ns.camerabits.com/photomechanic/1.0/",
}
NAMED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())


def sidecar(attributes: str = "", elements: str = "") -> str:
    body = f'<rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMED}>{body}</rdf:RDF></x:xmpmeta>'


def read(attributes: str = "", elements: str = "") -> Marks:
    return xmp.read(sidecar(attributes, elements).encode())


@pytest.mark.parametrize(
    ("text", "stars"),
    [("4", 4), ("0", 0), ("-1", -1), ("3.0", 3), (" 5 ", 5), ("-1.0", -1), ("3.7", 3), ("-0.4", 0)]
    + [(bad, None) for bad in ("", "6", "-2", "nan", "inf", "1e999", "five", "4 stars", "9" * 9999)],
)
def test_stars_are_read_from_attribute_and_element(text: str, stars: int | None) -> None:
    assert read(f'xmp:Rating="{text}"') == Marks(rating=stars)
    assert read("", f"<xmp:Rating>{text}</xmp:Rating>") == Marks(rating=stars)


def test_a_label_is_one_line_of_bounded_text() -> None:
    assert read('xmp:Label=" Grün &amp; gut "').label == "Grün & gut"
    assert read("", "<xmp:Label>To\n  Do</xmp:Label>").label == "To Do"
    assert read(f'xmp:Label="{"x" * 5000}"').label == "x" * 100
    assert read('xmp:Label="  "').label == ""


@pytest.mark.parametrize(
    ("said", "pick"),
    [
        ('xmpDM:pick="1"', 1),
        ('xmpDM:pick="0"', 0),
        ('xmpDM:pick="-1"', -1),
        ('xmpDM:pick="2"', None),
        ('xmpDM:good="True"', 1),
        ('xmpDM:good="false"', -1),
        ('digiKam:PickLabel="0"', 0),
        ('digiKam:PickLabel="1"', -1),
        ('digiKam:PickLabel="2"', 0),
        ('digiKam:PickLabel="3"', 1),
        ('photomechanic:Tagged="True"', 1),
        ('photomechanic:Tagged="False"', 0),
        ('xmpDM:pick="?" digiKam:PickLabel="3"', 1),
        ('xmpDM:pick="-1" xmpDM:good="true"', -1),
    ],
)
def test_pick_flags_of_each_program_are_understood(said: str, pick: int | None) -> None:
    assert read(said) == Marks(pick=pick)


def test_the_name_space_counts_and_not_its_prefix() -> None:
    assert xmp.read(sidecar('xmp:Rating="4"').replace("xmp:", "xap:").encode()).rating is None
    renamed = sidecar('xmp:Rating="4"').replace("xmlns:xmp=", "xmlns:q=").replace("xmp:Rating", "q:Rating")
    assert xmp.read(renamed.replace("rdf:", "r:").replace("xmlns:rdf", "xmlns:r").encode()).rating == 4
    foreign = sidecar('xmp:Rating="4"').replace(SPACES["xmp"], "http://example.org/")
    assert xmp.read(foreign.encode()) == Marks()


def test_several_descriptions_add_up_and_the_first_one_said_counts() -> None:
    more = '</rdf:Description><rdf:Description xmp:Rating="5" xmp:Label="Red">'
    assert read('xmp:Rating="2"', more) == Marks(rating=2, label="Red")
    assert read('xmp:Rating=""', more) == Marks(rating=5, label="Red")


def test_what_is_said_of_an_ingredient_is_not_said_of_the_photo() -> None:
    other = '<rdf:Description xmp:Rating="5"><xmp:Label>Red</xmp:Label></rdf:Description>'
    inner = f"<rdf:Bag><rdf:li>{other}</rdf:li></rdf:Bag>"
    assert read('xmp:Label="Blue"', f"<xmp:Ingredients>{inner}</xmp:Ingredients>") == Marks(label="Blue")


def test_a_packet_without_xmpmeta_is_a_packet() -> None:
    bare = sidecar('xmp:Rating="4"').partition(">")[2].removesuffix("</x:xmpmeta>")
    assert bare.startswith("<rdf:RDF") and xmp.read(bare.encode()).rating == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
@pytest.mark.parametrize(
    "frame", ["{}", '<?xml version="1.0" encoding="UTF-16"?>{}', "<?xpacket begin='\ufeff'?>{}  \0\0"]
)
def test_every_encoding_is_read(encoding: str, frame: str) -> None:
    text = frame.replace("\ufeff", "") if encoding == "latin-1" else frame
    data = text.format(sidecar('xmp:Rating="3" xmp:Label="Grün"')).encode(encoding)
    assert xmp.read(data) == Marks(rating=3, label="Grün")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_recognised_without_a_mark(encoding: str) -> None:
    assert xmp.read(sidecar('xmp:Rating="3"').encode(encoding)).rating == 3


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\0" * 64,
        b"not xml at all",
        b"<",
        b"\xff\xfe<",
        b"\xff\xfe\0\xd8",
        sidecar('xmp:Rating="4"')[:-9].encode(),
        (BOMB + sidecar('xmp:Rating="4" xmp:Label="&b;"')).encode(),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sidecar("", "<xmp:Label>&a;</xmp:Label>")).encode(),
        sidecar('xmp:Rating="4" xmp:Label="&undefined;"').encode(),
        sidecar('xmp:Rating="4" xmp:Rating="5"').encode(),
        sidecar('xmp:Rating="4"').encode() + b" " * xmp.LARGEST + b"<!-- -->",
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    ],
)
def test_what_is_broken_hostile_or_huge_says_nothing(broken: bytes) -> None:
    assert xmp.read(broken) == Marks()


@pytest.mark.parametrize("unit", ["<a>", "<rdf:RDF><rdf:Description>"])
def test_a_deep_sidecar_is_answered_in_time(unit: str) -> None:
    """A path looked through from its root for every element would take minutes here."""

    def seconds(size: int) -> float:
        deep = f"<rdf:RDF {NAMED}>" + unit * (size // len(unit))
        started = time.process_time()
        assert xmp.read(deep.encode()) == Marks()
        return time.process_time() - started

    assert seconds(2_000_000) < 40 * max(seconds(200_000), 0.02)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: sidecar(f'xmp:Label="{text}"').encode("utf-8", "replace"))
)
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(xmp.read(data), Marks)
    found = xmp.packet(data)
    assert found is None or found in data


def test_a_packet_is_found_within_a_photo() -> None:
    inner = sidecar('xmp:Rating="4"').encode()
    framed = b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>" + inner + b"   <?xpacket end='w'?>"
    for photo in (b"\xff\xd8\xff\xe1" + framed + b"\xff\xd9", b"RIFF" + inner + b"\0\0", framed):
        found = xmp.packet(photo)
        assert found and xmp.read(found).rating == 4


def test_a_wide_packet_is_found_within_a_photo() -> None:
    found = xmp.packet(b"\x89PNG" + sidecar('xmp:Rating="4"').encode("utf-16-le") + b"tail")
    assert found and xmp.read(found).rating == 4


def test_a_packet_that_is_cut_off_is_none() -> None:
    assert xmp.packet(b"\xff\xd8<?xpacket begin=''?><x:xmpmeta><rdf:RDF>") is None
    assert xmp.packet(b"</x:xmpmeta> <x:xmpmeta") is None
    assert xmp.packet(b"") is None


def test_the_first_known_value_of_each_field_wins() -> None:
    sidecar_marks, embedded = Marks(rating=0, pick=-1), Marks(rating=5, label="Red", pick=1)
    assert sidecars.merge(sidecar_marks, embedded) == Marks(0, "Red", -1)
    assert sidecars.merge(embedded, sidecar_marks) == embedded
    assert sidecars.merge() == Marks()


def test_real_sidecars_are_read(shared_photos: Path) -> None:
    found = {
        path.name: xmp.read(path.read_bytes()) for path in shared_photos.rglob("*") if path.suffix.lower() == ".xmp"
    }
    assert len(found) >= 8
    assert found.pop("IMG_0042.CRW.xmp") == Marks(rating=4, edited=True)
    assert set(found.values()) == {Marks()}


def test_a_real_utf_16_sidecar_is_parsed_and_not_just_given_up_on(shared_photos: Path) -> None:
    data = (shared_photos / "companions" / "DSC_0101.xmp").read_bytes()
    assert data.startswith(b"\xff\xfe")
    starred = data.decode("utf-16").replace('rdf:about=""', 'rdf:about="" xmp:Rating="2"', 1)
    assert "xmlns:xmp=" in starred and xmp.read(starred.encode("utf-16")).rating == 2


@pytest.mark.parametrize(("name", "stars"), [("metadata/mongolels.jpg", 3), ("singles/prairie_falcon.jpg", 0)])
def test_real_photos_carry_their_packet(shared_photos: Path, name: str, stars: int) -> None:
    with (shared_photos / name).open("rb") as stream:
        found = xmp.packet(stream.read(128 << 10))
    assert found and xmp.read(found) == Marks(rating=stars)
