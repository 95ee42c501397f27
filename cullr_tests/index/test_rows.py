"""Rows hold little of their own: what photos have in common is one value in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cullr.index import rows
from cullr.model import Exposure, Look, Marks, Metadata, Rung, ShotId


class _Kept:
    def of(self, photos: Sequence[ShotId], /) -> list[bytes]:
        return [b"\1" * 1024 for _ in photos]


KEPT = _Kept()


def read(facts: Metadata) -> rows.PhotoRow:
    """As SQLite gives it: every text and number made anew."""
    look = rows.look_values(Look(1 << 63, b"\1" * 1024, 9.0, Rung.DRAFT), "phash")
    values: list[Any] = [1, 1, b"a.jpg", 7, 8, 9, None, b"", None, 0, *look[:-1], *rows.metadata_values(facts)]
    made = ["".join(list(value)) if isinstance(value, str) else value for value in values]
    return rows.from_sql(tuple(made), "phash", KEPT)


def test_photos_of_one_camera_and_exposure_share_them() -> None:
    facts = Metadata("jpeg", 6000, 4000, camera="Test 1 #7", exposure=Exposure(0.01, 2.8, 100), marks=Marks(rating=3))
    one, two, other = (read(each).metadata for each in (facts, facts, replace(facts, exposure=Exposure(0.01, 4.0))))
    assert one == two == facts
    assert other == replace(facts, exposure=Exposure(0.01, 4.0))
    assert one is not None
    assert two is not None
    assert one.exposure is two.exposure
    assert one.marks is two.marks
    assert one.camera is two.camera
    assert one.format is two.format
