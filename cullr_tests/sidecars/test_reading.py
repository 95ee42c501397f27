"""What each program wrote is understood, by its own properties and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr import sidecars
from cullr.model import Marks
from cullr.sidecars import recipes, xmp
from cullr_tests.sidecars import written


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("Lightroom", Marks(3, "Grün", 1, edited=True)),
        ("darktable", Marks(-1, "Green", None, edited=True)),
        ("darktable, as imported", Marks()),
        ("digiKam", Marks(4, "Green", 1)),
        ("Capture One", Marks(2, "", None)),
        ("Photo Mechanic", Marks(5, "Winner alt", 1)),
        ("Bridge", Marks(-1, "Select", None)),
        ("ACDSee", Marks(5, None, 1)),
        ("XnView", Marks(1, "Yellow", None)),
        ("Windows", Marks(3, None, None)),
    ],
)
def test_every_program_is_understood(program: str, said: Marks) -> None:
    assert sidecars.read("IMG_1.xmp", written.XMP[program]) == said


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jpg.pp3", written.RAWTHERAPEE, Marks(4, "Green", edited=True)),
        ("a.arp", written.RAWTHERAPEE.replace(b"InTrash=false", b"InTrash=true"), Marks(-1, "Green", edited=True)),
        ("a.pp3", b"[Version]\r\nVersion=351\r\n\r\n[General]\r\nRank=2\r\nColorLabel=0\r\n", Marks(2)),
        ("a.ARW.dop", written.DXO, Marks(3, edited=True)),
        ("a.ARW.dop", written.DXO.replace(b"\t\t\t\t\tExposureBias = 0.3,\r\n", b""), Marks(3)),
        ("a.cos", written.COS, Marks(5, "Green")),
        ("IMG_1.AAE", b"", Marks(edited=True)),
        ("IMG_1.txt", written.LIGHTROOM, Marks()),
    ],
)
def test_develop_settings_that_are_no_xmp_are_understood(name: str, data: bytes, said: Marks) -> None:
    assert sidecars.read(name, data) == said
    assert sidecars.is_sidecar(name) == (not name.endswith(".txt"))


def test_a_jpeg_that_was_developed_before_is_not_worked_on() -> None:
    baked = written.LIGHTROOM.replace(b'AlreadyApplied="False"', b'AlreadyApplied="True"')
    assert not xmp.read(baked).edited


@pytest.mark.parametrize(("share", "stars"), [("0", 0), ("1", 1), ("25", 2), ("50", 3), ("75", 4), ("99", 5), ("x", 0)])
def test_windows_counts_stars_in_percent(share: str, stars: int) -> None:
    found = xmp.read(written.WINDOWS.replace(b">50<", f">{share}<".encode()))
    assert found.rating == (None if share == "x" else stars)


def test_what_photo_mechanic_left_unset_is_unknown() -> None:
    unset = b"photomechanic:Prefs='-1:-1:-1:000000'"
    start, _, end = written.PHOTO_MECHANIC.partition(b"photomechanic:ColorClass='2'")
    data = start + unset + end.partition(b"photomechanic:Prefs='1:2:5:008771'")[2]
    assert xmp.read(data) == Marks()
    assert xmp.read(data.replace(b"-1:-1:-1", b"1:8:0")) == Marks(None, "Trash", 1)


@pytest.mark.parametrize("word", ["Red", "rot", "ROUGE", "Select", "红色", "レッド", " rojo "])
def test_a_colour_is_one_in_every_language(word: str) -> None:
    assert sidecars.colour(word) == "red"


def test_a_label_of_ones_own_has_no_colour() -> None:
    assert sidecars.colour("client A") is None
    assert sidecars.colour("") is None
    assert sidecars.colour(None) is None


@given(st.sampled_from(["a.xmp", "a.pp3", "a.dop", "a.cos", "a.aae", "a"]), st.binary(max_size=300))
def test_no_bytes_raise(name: str, data: bytes) -> None:
    assert isinstance(sidecars.read(name, data), Marks)


def test_a_sidecar_that_is_too_large_says_nothing() -> None:
    assert sidecars.read("a.pp3", written.RAWTHERAPEE + b"#" * sidecars.LARGEST) == Marks()


def test_a_bomb_of_repetitions_is_read_in_one_pass() -> None:
    """Patterns that could backtrack would take minutes over four megabytes of almost-matches."""
    for reader in (recipes.rawtherapee, recipes.dxo, recipes.capture_one):
        for unit in (b"[", b"Rank=", b"Overrides = {", b'<E K="Basic_Rating" V=', b" ", b"\n "):
            assert reader(unit * (sidecars.LARGEST // len(unit))).rating is None


def test_real_sidecars_of_the_shared_set_say_whether_somebody_worked_on_them(shared_photos: Path) -> None:
    assert sidecars.read("DSC_0103.JPG.pp3", (shared_photos / "companions/DSC_0103.JPG.pp3").read_bytes()) == Marks()
    edited = (shared_photos / "formats/raw/IMG_0042.CRW.xmp").read_bytes()
    assert sidecars.read("IMG_0042.CRW.xmp", edited) == Marks(4, edited=b'HasSettings="True"' in edited)
