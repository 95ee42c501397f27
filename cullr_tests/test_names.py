"""What file names say: capture times and stages, and what only looks like them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr import names
from cullr.model import Stage, TimeSource

EPOCH = datetime(1970, 1, 1)


def when(name: str) -> datetime | None:
    taken = names.taken(name)
    return None if taken is None else EPOCH + timedelta(microseconds=taken.wall_us)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20230105_101112.jpg",
        "20230105_101112.jpg",
        "20230105_101112_001.jpg",
        "20230105_101112_stage1_x.png",
        "VID_20230105_101112.mp4",
        "MVIMG_20230105_101112.jpg",
        "00100lrPORTRAIT_00100_BURST20230105101112_COVER.jpg",
        "WP_20230105_10_11_12_Pro.jpg",
        "DJI_20230105101112_0001.JPG",
        "Screenshot_20230105-101112_Chrome.jpg",
        "Screenshot_2023-01-05-10-11-12.png",
        "Screenshot 2023-01-05 at 10.11.12.png",
        "Screenshot 2023-01-05 at 10.11.12\u202fAM.png",
        "Screen Shot 2023-01-05 at 10.11.12 AM.png",
        "Bildschirmfoto 2023-01-05 um 10.11.12.png",
        "Captura de pantalla 2023-01-05 a las 10.11.12.png",
        "Screenshot 2023-01-05 101112.png",
        "signal-2023-01-05-101112.jpeg",
        "signal-2023-01-05-10-11-12.jpg",
        "photo_2023-01-05_10-11-12.jpg",
        "WhatsApp Image 2023-01-05 at 10.11.12.jpeg",
        "2023-01-05 10.11.12.jpg",
        "2023-01-05 10.11.12-1.jpg",
        "2023-01-05T10-11-12",
        "99999999_999999_20230105_101112.jpg",
        "2023-01-05 10.11.12 copied 20240105_101112.jpg",
        "20230105_10_11_12_345.jpg",
        "2023-01-05 10.11.12 pmc.jpg",
        "\udcff20230105_101112\n.jpg",
    ],
)
def test_the_moment_is_read_from_names_of_cameras_phones_and_screenshots(name: str) -> None:
    assert when(name) == datetime(2023, 1, 5, 10, 11, 12)
    taken = names.taken(name)
    assert taken is not None and taken.source is TimeSource.NAME and taken.offset_minutes is None


@pytest.mark.parametrize(
    "name",
    [
        "PXL_20230105_101112345.jpg",
        "PXL_20230105_101112345.RAW-01.COVER.jpg",
        "Screenshot_2023-01-05-10-11-12-345_com.android.chrome.jpg",
        "00000IMG_00000_BURST20230105101112345_COVER.jpg",
    ],
)
def test_milliseconds_are_kept(name: str) -> None:
    assert when(name) == datetime(2023, 1, 5, 10, 11, 12, 345_000)


def test_pixel_names_are_in_utc_and_others_do_not_say() -> None:
    pixel, samsung = names.taken("PXL_20230105_101112345.jpg"), names.taken("20230105_101112.jpg")
    assert pixel is not None and pixel.offset_minutes == 0
    assert samsung is not None and samsung.offset_minutes is None


@pytest.mark.parametrize(
    ("clock", "hour"), [("9.05.10 AM", 9), ("9.05.10 PM", 21), ("12.05.10 AM", 0), ("12.05.10 PM", 12)]
)
def test_a_twelve_hour_clock_is_understood(clock: str, hour: int) -> None:
    assert when(f"Screen Shot 2019-01-05 at {clock}.png") == datetime(2019, 1, 5, hour, 5, 10)


def test_whatsapp_names_give_midnight_because_they_hold_the_day_only() -> None:
    assert when("IMG-20230405-WA0007.jpg") == datetime(2023, 4, 5)
    assert when("VID-20230405-WA0012.mp4") == datetime(2023, 4, 5)


@pytest.mark.parametrize(
    "name",
    [
        "99999999_999999.jpg",
        "120230105_101112.jpg",
        "20230105_1011123.jpg",
        "20230105_10111234567.jpg",
        "2023010510111.jpg",
        "IMG_1672913472123.jpg",
        "20230230_101112.jpg",
        "20231301_101112.jpg",
        "20230005_101112.jpg",
        "20230105_241112.jpg",
        "20230105_106012.jpg",
        "20230105_101160.jpg",
        "19691231_235959.jpg",
        "21010101_000000.jpg",
        "Screenshot 2023-01-05 at 13.11.12 PM.png",
        "2023-01-05.jpg",
        "IMG-20230405-WA.jpg",
        "DSC_0412.JPG",
        "٢٠٢٣٠١٠٥_١٠١١١٢.jpg",
        "",
    ],
)
def test_other_digits_are_no_time(name: str) -> None:
    assert names.taken(name) is None


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from(["%Y%m%d_%H%M%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d-%H%M%S", "%Y_%m_%d_%H_%M_%S"]),
    st.text(max_size=8),
)
def test_every_second_of_130_years_survives_and_a_digit_beside_it_spoils_it(
    moment: datetime, form: str, around: str
) -> None:
    text = moment.strftime(form)
    assert when(f"{around}x{text}x{around}.jpg") == moment
    assert when(f"x{text}7x.jpg") is None
    assert when(f"x7{text}x.jpg") is None


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2099, 2100])
@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(
    "form", ["%Y%m%d_%H%M%S", "%Y-%m-%d-%H%M%S", "%Y_%m_%d %H.%M.%S", "%Y.%m.%d_%H%M%S", "%Y:%m:%d %H:%M:%S"]
)
def test_dates_are_seen_from_the_first_year_to_the_last_whatever_parts_them(year: int, month: int, form: str) -> None:
    moment = datetime(year, month, 28, 1, 2, 3)
    assert when(f"x{moment:{form}}.jpg") == moment


@given(st.text())
def test_no_name_is_too_odd(name: str) -> None:
    names.taken(name)
    names.stage(name)
    stem, extension = names.split(name)
    assert name.lower().startswith(stem.lower()) and extension == extension.lower()


T = "20250101_120000"


@pytest.mark.parametrize(
    ("name", "number", "what"),
    [
        (f"{T}_stage1_generated.png", 1.0, "generated"),
        (f"{T}_stage1.5_face_swapped.png", 1.5, "face_swapped"),
        (f"{T}_stage1.5_face_swapped", 1.5, "face_swapped"),
        (f"{T}_stage1.5", 1.5, ""),
        (f"{T}_stage1.5.png", 1.5, ""),
        (f"{T}_stage1.png", 1.0, ""),
        (f"{T}_stage1", 1.0, ""),
        (f"{T}_stage0_noise.webp", 0.0, "noise"),
        (f"{T}_stage12.25_a.b_c.png", 12.25, "a.b_c"),
    ],
)
def test_a_stage_has_timestamp_number_and_name(name: str, number: float, what: str) -> None:
    assert names.stage(name) == Stage(T, number, what)


@pytest.mark.parametrize(
    "name",
    [
        f"{T}_stage-1_x.png",
        f"{T}_stage+1_x.png",
        f"{T}_stage1000_x.png",
        f"{T}_stage1e5_x.png",
        f"{T}_stageinf_x.png",
        f"{T}_stage1.5.2_x.png",
        f"{T}_stage1.5.2",
        f"{T}_stage.5_x.png",
        f"{T}_stage٢_x.png",
        f"{T}_stage1x.png",
        f"{T}_stage_x.png",
        f"{T}345_stage1_x.png",
        f"a{T}_stage1_x.png",
        "20250101-120000_stage1_x.png",
        "20251301_120000_stage1_x.png",
        "20250230_120000_stage1_x.png",
        f"{T}.png",
    ],
)
def test_what_only_looks_like_a_stage_is_none(name: str) -> None:
    assert names.stage(name) is None


@pytest.mark.parametrize(
    ("name", "stem", "extension"),
    [
        ("IMG_1.JPG", "IMG_1", "jpg"),
        ("IMG_1.CR3.xmp", "IMG_1.CR3", "xmp"),
        ("IMG_1.3FR", "IMG_1", "3fr"),
        ("IMG_1", "IMG_1", ""),
        (".jpg", ".jpg", ""),
        ("..jpg", "..jpg", ""),
        (".hidden.jpg", ".hidden", "jpg"),
        ("dot.jpg.", "dot.jpg.", ""),
        ("trail .jpg ", "trail .jpg ", ""),
        ("x.jpg\n", "x.jpg\n", ""),
        ("Mr. Smith", "Mr. Smith", ""),
        (f"{T}_stage1.5_face_swapped", f"{T}_stage1.5_face_swapped", ""),
        ("at 10.11.12", "at 10.11.12", ""),
    ],
)
def test_an_extension_is_a_word_behind_the_last_dot(name: str, stem: str, extension: str) -> None:
    assert names.split(name) == (stem, extension)
