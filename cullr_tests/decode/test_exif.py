"""EXIF → capture time, camera, orientation; strangers' tags never raise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cullr.decode import exif
from cullr.model import TimeSource


def test_a_capture_time_keeps_sub_seconds_and_zone() -> None:
    found = exif.moment("2015:04:10 20:12:23", "016", "+02:00")
    assert found is not None
    assert found.source is TimeSource.EXIF
    assert found.wall_us % 60_000_000 == 23_016_000
    assert found.offset_minutes == 120
    assert found.utc_us == found.wall_us - 2 * 3_600_000_000


def test_sub_seconds_of_one_digit_are_tenths() -> None:
    found = exif.moment("2015:04:10 20:12:23", "9")
    assert found is not None
    assert found.wall_us % 1_000_000 == 900_000


def test_a_clock_that_was_never_set_is_no_capture_time() -> None:
    assert exif.moment("0000:00:00 00:00:00") is None
    assert exif.moment("2015:13:10 20:12:23") is None
    assert exif.moment("    :  :     :  :  ") is None


def test_two_bodies_of_one_model_are_two_cameras() -> None:
    assert exif.camera({0x0110: "R5"}, {0xA431: "12"}) != exif.camera({0x0110: "R5"}, {0xA431: "34"})
    assert exif.camera({}, {0xA431: "12"}) is None


def test_a_compensation_that_no_camera_has_is_none() -> None:
    assert exif.exposure({0x9204: -2.0}).bias_ev == -2.0
    assert exif.exposure({0x9204: (36, 0, 18, 0)}).bias_ev is None


odd = st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.floats(), st.tuples(st.integers(), st.floats()))


@given(
    st.dictionaries(st.sampled_from([0x0110, 0x0112, 0x4746, 0x9003]), odd),
    st.dictionaries(st.integers(0, 0xFFFF), odd),
)
def test_no_tag_value_raises(main: dict[int, object], sub: dict[int, object]) -> None:
    exif.taken(main, sub)
    exif.camera(main, sub)
    exif.exposure(sub)
    assert exif.orientation(main) in range(1, 9)
    assert exif.rating(main) in {None, 0, 1, 2, 3, 4, 5}
