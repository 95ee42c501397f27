"""Values that are pickled quickly come back as they went, whatever they hold."""

from __future__ import annotations

import copy
import pickle
from dataclasses import MISSING, Field, fields
from typing import Any

import pytest

from cullr.model import Exposure, Look, Marks, Measure, Metadata, Quality, Rung, Taken, TimeSource
from cullr.pool.jobs import Outcome, Reading, RenderOrder, Square, Task, Wanted
from cullr.quick import Quick

TAKEN = Taken(1_700_000_000_123_456, TimeSource.EXIF, -90)
MARKS = Marks(-1, "Grün", 1, True)
METADATA = Metadata("jpeg", 640, 480, 6, TAKEN, "Camera #1", Exposure(0.01, 2.8, 100, -0.5), MARKS, 40, True, 92)
LOOK = Look(2**64 - 1, bytes(range(256)) * 4, 55.5, Rung.PREVIEW)
QUALITY = Quality(1.5, (0.5,) * 64, 0.1, 0.2, 0.3, 4.0, (1.0, 2.0, -3.0))
ORDER = RenderOrder(b"jpeg", "kitty", 80, 24)
FULL: list[Quick] = [
    TAKEN,
    Exposure(0.01, 2.8, 100, -0.5),
    MARKS,
    METADATA,
    LOOK,
    QUALITY,
    Task(7, "a\udcff.jpg", ORDER, Square(224, "crop"), Wanted((Measure.QUALITY,), True)),
    Reading(METADATA, LOOK, b"\0" * 16, QUALITY),
    Outcome(7, Reading(METADATA, None), "cut short", True),
]
"""One of each, with nothing left as it is by default."""
SPARE: list[Quick] = [
    Taken(-1, TimeSource.MTIME),
    Exposure(),
    Marks(),
    Metadata("png", 1, 1),
    Quality(0.0, (), 0.0, 0.0, 0.0),
    Task(0, ""),
    Reading(METADATA, None),
    Outcome(0),
]


def held(value: object) -> list[object]:
    """All its fields, those that do not count in comparisons too."""
    return [getattr(value, field.name) for field in fields(value)]  # type: ignore[arg-type]


def named(value: object) -> str:
    return type(value).__name__


def test_every_quick_class_is_tried_here() -> None:
    every = {each.__qualname__ for each in Quick.__subclasses__() if each.__module__.startswith("cullr.")}
    assert {named(value) for value in FULL} == every


@pytest.mark.parametrize("value", FULL, ids=named)
def test_no_field_is_left_at_its_default(value: Quick) -> None:
    def default(field: Field[Any]) -> object:
        return field.default_factory() if field.default_factory is not MISSING else field.default

    for field in fields(value):  # type: ignore[arg-type]
        assert getattr(value, field.name) != default(field), field.name


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [*FULL, *SPARE], ids=named)
def test_what_is_pickled_comes_back_as_it_went(value: Quick, protocol: int) -> None:
    found = pickle.loads(pickle.dumps(value, protocol))
    assert type(found) is type(value)
    assert found == value
    assert held(found) == held(value)
    assert hash(found) == hash(value)


@pytest.mark.parametrize("value", [*FULL, *SPARE], ids=named)
def test_copies_are_equal(value: Quick) -> None:
    for found in (copy.copy(value), copy.deepcopy(value)):
        assert held(found) == held(value)
