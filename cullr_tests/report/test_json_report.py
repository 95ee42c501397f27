"""The plan: the exact shape other programs rely on, and names that come back byte for byte."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.model import Kind, ShotId, Skipped, Taken, TimeSource
from cullr.report.json_report import number, review_to_dict
from cullr.report.words import iso_time
from cullr_tests.report.reviews import NOON_US, facts, group, names, odd_names, of_names, review, written


def test_the_plan_has_exactly_the_promised_shape() -> None:
    first = facts(1, "day1/IMG_1.JPG", companions=["day1/IMG_1.xmp", "day1/IMG_1.CR3"])
    second = facts(2, "day1/IMG_2.JPG", taken=Taken(NOON_US, TimeSource.MTIME))
    made = review(group([first, second]), skipped=[Skipped(0, "bad.jpg", "image file is truncated")])
    assert json.loads(written(made, "json")) == {
        "cullr": 1,
        "roots": ["/photos"],
        "rule": "largest_original",
        "complete": True,
        "counts": {
            "photos": 1204,
            "shots": 2,
            "groups": 1,
            "culled": 1,
            "bytes_culled": 4_100_002,
            "skipped": 1,
        },
        "skipped": [{"path": "bad.jpg", "why": "image file is truncated"}],
        "left_out": [],
        "groups": [
            {
                "id": "phash-3f9c00000001",
                "kind": "phash",
                "shielded": None,
                "weakest": {"a": "day1/IMG_1.JPG", "b": "day1/IMG_2.JPG", "score": 6, "threshold": 8},
                "recipe": None,
                "shots": [
                    {
                        "root": 0,
                        "path": "day1/IMG_1.JPG",
                        "files": ["day1/IMG_1.CR3", "day1/IMG_1.JPG", "day1/IMG_1.xmp"],
                        "proposal": "keep",
                        "reason": "kept: sharper by 31 %",
                        "score": 0,
                        "bytes": 4_104_001,
                        "width": 6000,
                        "height": 4000,
                        "taken": "2025-01-01T12:00:00.25",
                        "size_mtime": [4_100_001, 1_735_732_800_000_000_123],
                        "set": None,
                    },
                    {
                        "root": 0,
                        "path": "day1/IMG_2.JPG",
                        "files": ["day1/IMG_2.JPG"],
                        "proposal": "cull",
                        "reason": "culled: 12 % fewer pixels",
                        "score": 2,
                        "bytes": 4_100_002,
                        "width": 6000,
                        "height": 4000,
                        "taken": None,
                        "size_mtime": [4_100_002, 1_735_732_800_000_000_123],
                        "set": None,
                    },
                ],
            }
        ],
    }


def test_each_shot_of_a_set_group_says_which_set_it_belongs_to() -> None:
    made = group([facts(1, "a.jpg"), facts(2, "b.jpg"), facts(3, "c.jpg")], Kind.SET)
    told = replace(made.group, sets={ShotId(1): 0, ShotId(2): 1, ShotId(3): 0})
    plan = json.loads(written(review(replace(made, group=told)), "json"))
    assert [shot["set"] for shot in plan["groups"][0]["shots"]] == [0, 1, 0]


def test_the_document_and_the_dict_are_the_same_plan() -> None:
    made = review(group([facts(1, "a.jpg"), facts(2, "b.jpg")], Kind.CLIP, score=0.934), group([facts(3, "c.jpg")]))
    assert json.loads(written(made, "json")) == review_to_dict(made)
    assert json.loads(written(review(), "json")) == review_to_dict(review())


def test_odd_names_come_back_byte_for_byte(shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    text = written(of_names(found), "json")
    assert text.isascii()
    plan = json.loads(text)
    assert [os.fsencode(shot["path"]) for shot in plan["groups"][0]["shots"]] == [
        b"day1/" + os.fsencode(name) for name in found
    ]
    assert [os.fsencode(row["path"]) for row in plan["skipped"]] == [os.fsencode(name) for name in found]


@given(st.lists(names(), min_size=1, max_size=4))
def test_any_name_comes_back_byte_for_byte(found: list[str]) -> None:
    plan = json.loads(written(of_names(found), "json"))
    shots = plan["groups"][0]["shots"]
    assert [os.fsencode(shot["path"]) for shot in shots] == [b"day1/" + os.fsencode(name) for name in found]
    assert all(len(shot["files"]) == 2 for shot in shots)


@pytest.mark.parametrize(
    ("taken", "text"),
    [
        (Taken(NOON_US, TimeSource.EXIF), "2025-01-01T12:00:00"),
        (Taken(NOON_US, TimeSource.EXIF, 60), "2025-01-01T12:00:00+01:00"),
        (Taken(NOON_US + 120_000, TimeSource.EXIF, -210), "2025-01-01T12:00:00.12-03:30"),
        (Taken(NOON_US + 1, TimeSource.NAME, 0), "2025-01-01T12:00:00.000001+00:00"),
        (Taken(NOON_US, TimeSource.EXIF, 6000), "2025-01-01T12:00:00"),
        (Taken(-1_000_000, TimeSource.EXIF), "1969-12-31T23:59:59"),
        (Taken(10**20, TimeSource.EXIF), None),
        (Taken(-(10**18), TimeSource.EXIF), None),
        (Taken(NOON_US, TimeSource.MTIME), None),
    ],
)
def test_capture_times_are_iso_8601(taken: Taken, text: str | None) -> None:
    assert iso_time(taken) == text


def test_a_score_that_is_no_number_is_null() -> None:
    assert [number(math.nan), number(math.inf), number(None), number(6.0), number(0.934)] == [
        None,
        None,
        None,
        6,
        0.934,
    ]
