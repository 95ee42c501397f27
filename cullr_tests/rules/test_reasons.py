"""Each criterion keeps the better shot, and the reasons of both say in what it is better."""

from __future__ import annotations

from typing import Any

import pytest

from cullr.model import Taken, TimeSource
from cullr.rules.criteria import Preference
from cullr_tests.rules.known_shots import face, propose, rule, shot, wish

HOUR_US = 3_600_000_000
BRIGHTER = ("better lit than IMG_0002.JPG, which is 1.5 stops brighter", "1.5 stops brighter than IMG_0001.JPG")

PAIRS: list[tuple[Preference, dict[str, Any], dict[str, Any], str, str]] = [
    (wish("rating"), {"rating": 4}, {"rating": 1}, "4 stars (IMG_0002.JPG: 1 star)", "1 star (IMG_0001.JPG: 4 stars)"),
    (wish("rating"), {}, {"rating": -1}, "no stars (IMG_0002.JPG: rejected)", "rejected (IMG_0001.JPG: no stars)"),
    (
        wish("label", order=("green", "*", "Red")),
        {"label": "Green"},
        {"label": "Red"},
        "label Green (IMG_0002.JPG: label Red)",
        "label Red (IMG_0001.JPG: label Green)",
    ),
    (
        wish("label", order=("*", "Red")),
        {},
        {"label": "Red"},
        "no label (IMG_0002.JPG: label Red)",
        "label Red (IMG_0001.JPG: no label)",
    ),
    (wish("pick"), {"pick": 1}, {"pick": -1}, "picked (IMG_0002.JPG: rejected)", "rejected (IMG_0001.JPG: picked)"),
    (wish("raw"), {"photos": ["day/IMG_0001.NEF"]}, {}, "RAW (IMG_0002.JPG: no RAW)", "no RAW (IMG_0001.JPG: RAW)"),
    (
        wish("format", order=("heic", "jpeg")),
        {"format": "heif"},
        {},
        "HEIC (IMG_0002.JPG: JPEG)",
        "JPEG (IMG_0001.JPG: HEIC)",
    ),
    (
        wish("resolution"),
        {},
        {"width": 5280},
        "14 % more pixels than IMG_0002.JPG",
        "12 % fewer pixels than IMG_0001.JPG",
    ),
    (
        wish("resolution"),
        {"width": 15_000},
        {},
        "2.5× the pixels of IMG_0002.JPG",
        "60 % fewer pixels than IMG_0001.JPG",
    ),
    (
        wish("bytes"),
        {"size": 1_240_000},
        {},
        "24 % larger file than IMG_0002.JPG",
        "19 % smaller file than IMG_0001.JPG",
    ),
    (
        wish("edited"),
        {"edited": True},
        {},
        "has develop settings, unlike IMG_0002.JPG",
        "no develop settings, unlike IMG_0001.JPG",
    ),
    (
        wish("companion", wants=(".xmp", ".cropped")),
        {"companions": ["day/IMG_0001.xmp", "day/IMG_0001.cropped"]},
        {"companions": ["day/IMG_0002.xmp"]},
        "has .cropped, unlike IMG_0002.JPG",
        "no .cropped, unlike IMG_0001.JPG",
    ),
    (
        wish("name", order=("*[-_ ]orig*", "*", "IMG_E[0-9]*")),
        {"path": "aaa-orig.jpg"},
        {"path": "IMG_E0001.JPG"},
        "name with “orig” (IMG_E0001.JPG: name with “IMG_E”)",
        "name with “IMG_E” (aaa-orig.jpg: name with “orig”)",
    ),
    (
        wish("bytes"),
        {"size": 20_000_000},
        {},
        "20× the file size of IMG_0002.JPG",
        "95 % smaller file than IMG_0001.JPG",
    ),
    (
        wish("sharpness"),
        {"sharpness": 1.31},
        {},
        "sharper than IMG_0002.JPG (1.3×)",
        "24 % less sharp than IMG_0001.JPG",
    ),
    (
        wish("exposure"),
        {},
        {"shadows": 0.07},
        "7 % less of the picture clipped than IMG_0002.JPG",
        "7 % more of the picture clipped than IMG_0001.JPG",
    ),
    (
        wish("exposure"),
        {},
        {"brightness": 0.2},
        "better lit than IMG_0002.JPG, which is 2.9 stops darker",
        "2.9 stops darker than IMG_0001.JPG",
    ),
    (wish("taken", "oldest"), {}, {}, "taken 1 s earlier than IMG_0002.JPG", "taken 1 s later than IMG_0001.JPG"),
    (
        wish("taken", "newest"),
        {"taken": Taken(HOUR_US * 3, TimeSource.NAME)},
        {"taken": Taken(0, TimeSource.EXIF)},
        "taken 3 h later than IMG_0002.JPG",
        "taken 3 h earlier than IMG_0001.JPG",
    ),
    (
        wish("taken", "oldest"),
        {},
        {"taken": Taken(0, TimeSource.MTIME)},
        "has a capture time, unlike IMG_0002.JPG",
        "no capture time, unlike IMG_0001.JPG",
    ),
    (
        wish("modified", "newest"),
        {"mtime_ns": 10**18 + 300 * 10**9},
        {},
        "changed 5 min later than IMG_0002.JPG",
        "changed 5 min earlier than IMG_0001.JPG",
    ),
    (
        wish("folder"),
        {},
        {"root": 1},
        "in folder 1 rather than folder 2",
        "in folder 2 rather than folder 1",
    ),
    (
        wish("folder", order=("keep", "*")),
        {"path": "Keep/sub/a.jpg"},
        {},
        "in Keep/sub rather than day",
        "in day rather than Keep/sub",
    ),
    (
        wish("name", "shortest"),
        {"path": "a.jpeg"},
        {"path": "bb.jpg"},
        "shorter name than bb.jpg",
        "longer name than a.jpeg",
    ),
    (
        wish("name", "longest"),
        {"path": "aa.jpg"},
        {"path": "b.jpg"},
        "longer name than b.jpg",
        "shorter name than aa.jpg",
    ),
    (
        wish("name", pattern=("*_EDIT*",)),
        {"path": "a_edit.jpg"},
        {"path": "b.jpg"},
        "name with “_EDIT” (b.jpg: plain name)",
        "plain name (a_edit.jpg: name with “_EDIT”)",
    ),
    (
        wish("name", "plain"),
        {"path": "x/IMG_1.JPG"},
        {"path": "IMG_1 (1).jpg"},
        "plain name, unlike IMG_1 (1).jpg",
        "named like a version of IMG_1.JPG",
    ),
    (
        wish("companion", wants=(".xmp", ".cropped")),
        {"companions": ["day/IMG_0001.cropped"]},
        {},
        "has .cropped, unlike IMG_0002.JPG",
        "no .cropped, unlike IMG_0001.JPG",
    ),
    (
        wish("companion", wants=(".jpg",)),
        {"companions": ["day/IMG_0001.cropped.jpg"]},
        {},
        "has .jpg, unlike IMG_0002.JPG",
        "no .jpg, unlike IMG_0001.JPG",
    ),
    (
        wish("name", order=("*", "*-WA*")),
        {"path": "b.jpg"},
        {"path": "a-WA1.jpg"},
        "plain name (a-WA1.jpg: name with “-WA”)",
        "name with “-WA” (b.jpg: plain name)",
    ),
    (
        wish("exposure"),
        {"shadows": 0.01},
        {"brightness": 0.1},
        "better lit than IMG_0002.JPG, which is 5.1 stops darker",
        "5.1 stops darker than IMG_0001.JPG",
    ),
    (wish("exposure"), {}, {"brightness": 0.8, "highlights": 0.02}, *BRIGHTER),
    (
        wish("noise"),
        {"noise": 2.0},
        {"noise": 6.2},
        "less noise than IMG_0002.JPG (3.1× as much)",
        "3.1× the noise of IMG_0001.JPG",
    ),
    (
        wish("sharpness"),
        {"slopes": (40.0, 40.0, 0.0)},
        {"sharpness": 0.7, "slopes": (10.0, 36.0, 0.0)},
        "sharper than IMG_0002.JPG (2.4×)",
        "blurred by movement: 59 % less sharp than IMG_0001.JPG",
    ),
    (
        wish("sharpness"),
        {"slopes": (40.0, 40.0, 0.0)},
        {"sharpness": 0.4, "slopes": (10.0, 11.0, 0.0)},
        "sharper than IMG_0002.JPG (2.5×)",
        "out of focus: 60 % less sharp than IMG_0001.JPG",
    ),
    (
        wish("face"),
        {"faces": (face(sharpness=0.9),), "sharpness": 0.2},
        {"faces": (face(left=0.42, sharpness=0.5),)},
        "sharper on the face than IMG_0002.JPG (1.8×)",
        "44 % less sharp on the face than IMG_0001.JPG",
    ),
    (
        wish("eyes"),
        {"faces": (face(),)},
        {"faces": (face(eyes=0.1),)},
        "eyes open (IMG_0002.JPG: eyes shut)",
        "eyes shut (IMG_0001.JPG: eyes open)",
    ),
    (
        wish("eyes"),
        {"faces": (face(), face(left=0.8))},
        {"faces": (face(eyes=0.24), face(left=0.8, eyes=0.1))},
        "both with eyes open (IMG_0002.JPG: 1 of 2 with eyes shut)",
        "1 of 2 with eyes shut (IMG_0001.JPG: both with eyes open)",
    ),
    (
        wish("compression"),
        {"compression": 92},
        {"compression": 60},
        "JPEG quality 92 (IMG_0002.JPG: JPEG quality 60)",
        "JPEG quality 60 (IMG_0001.JPG: JPEG quality 92)",
    ),
    (
        wish("compression"),
        {"compression": 90},
        {"compression": 97, "traces": 31},
        "JPEG quality 90 (IMG_0002.JPG: once saved at JPEG quality 31)",
        "once saved at JPEG quality 31 (IMG_0001.JPG: JPEG quality 90)",
    ),
    (
        wish("compression"),
        {"compression": 90},
        {"format": "png", "traces": 31},
        "JPEG quality 90 (IMG_0002.JPG: made from a JPEG of quality 31)",
        "made from a JPEG of quality 31 (IMG_0001.JPG: JPEG quality 90)",
    ),
    (
        wish("compression"),
        {"format": "png", "traces": 100},
        {"compression": 60},
        "saved without loss (IMG_0002.JPG: JPEG quality 60)",
        "JPEG quality 60 (IMG_0001.JPG: saved without loss)",
    ),
    (
        wish("resent"),
        {},
        {"path": "day/IMG-20240501-WA0007.jpg"},
        "not from WhatsApp, unlike IMG-20240501-WA0007.jpg",
        "from WhatsApp, unlike IMG_0001.JPG",
    ),
    (
        wish("resent"),
        {},
        {"tags": 2, "compression": 75, "width": 1600, "height": 1200},
        "not stripped and shrunk, unlike IMG_0002.JPG",
        "stripped and shrunk, unlike IMG_0001.JPG",
    ),
    (wish("metadata"), {}, {"tags": 3}, "40 metadata tags (IMG_0002.JPG: 3)", "3 metadata tags (IMG_0001.JPG: 40)"),
]


@pytest.mark.parametrize(
    ("prefer", "better", "worse", "kept_for", "culled_for"), PAIRS, ids=lambda value: getattr(value, "by", "")
)
def test_each_criterion_keeps_the_better_and_says_why(
    prefer: Preference, better: dict[str, Any], worse: dict[str, Any], kept_for: str, culled_for: str
) -> None:
    one, two = shot(1, **better), shot(2, **worse)
    assert propose(rule(prefer), [one, two]) == {1: (True, f"kept: {kept_for}"), 2: (False, f"culled: {culled_for}")}
