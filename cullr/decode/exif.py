"""EXIF tags → capture time, camera, exposure. Tags are untrusted: anything odd is as good as absent.

Tag numbers and meanings: CIPA DC-008 (Exif 2.32).
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PIL import ExifTags, Image

from cullr.model import Exposure, Taken, TimeSource

_DATE = re.compile(r"\s*(\d{4})[:\-./](\d\d)[:\-./](\d\d)[T ]+(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?")
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)|\s*(Z)")

Tags = Mapping[int, Any]
MOST_EV = 10
"""No camera compensates by more; a trap camera that writes its tag as four numbers claims 36."""


def sub_tags(exif: Image.Exif) -> Tags:
    """The Exif sub-directory, or nothing when it is damaged."""
    try:
        return exif.get_ifd(ExifTags.IFD.Exif)
    except (ValueError, TypeError, KeyError, OSError, SyntaxError, OverflowError, struct.error):
        return {}


def count(exif: Image.Exif, sub: Tags) -> int:
    """How much the camera and later programs wrote: a resent, stripped copy has little or nothing."""
    return len(exif) + len(sub)


def taken(exif: Tags, sub: Tags) -> Taken | None:
    """DateTimeOriginal, else DateTimeDigitized, with their sub-seconds and zone; None when there is neither."""
    for date, fraction, zone in ((0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012)):
        value = sub.get(date, exif.get(date))
        if value is not None:
            found = moment(text(value), text(sub.get(fraction)), text(sub.get(zone)))
            if found:
                return found
    return None


def moment(date: str, fraction: str = "", zone: str = "") -> Taken | None:
    """`2015:04:10 20:12:23` with `016` and `+02:00` → Taken; None when it is no real moment (`0000:00:00 …`)."""
    found = _DATE.match(date)
    if not found:
        return None
    try:
        when = datetime(*(int(part) for part in found.groups()[:6]), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    digits = (found[7] or "".join(re.findall(r"^\s*(\d{1,9})", fraction)) or "0")[:6]
    # Whole seconds come through an int: float seconds since 1970 lose the microseconds.
    wall = int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000 + int(digits.ljust(6, "0"))
    return Taken(wall, TimeSource.EXIF, offset(zone or date[found.end() :]))


def offset(zone: str) -> int | None:
    """`+02:00` → 120 minutes."""
    found = _OFFSET.match(zone)
    if not found:
        return None
    if found[4]:
        return 0
    minutes = int(found[2]) * 60 + int(found[3])
    return None if minutes > 14 * 60 else minutes * (1 if found[1] == "+" else -1)


def camera(exif: Tags, sub: Tags) -> str | None:
    """Model, and the body's serial number where known, so that two bodies of one model stay apart."""
    model = text(exif.get(0x0110)) or text(exif.get(0x010F))
    serial = text(sub.get(0xA431))
    return f"{model} #{serial}" if model and serial else model or None


def exposure(sub: Tags) -> Exposure:
    """What the camera set, None where the tag is absent or senseless."""
    iso, bias = number(sub.get(0x8827)), number(sub.get(0x9204))
    return Exposure(
        seconds=_positive(number(sub.get(0x829A))),
        f_number=_positive(number(sub.get(0x829D))),
        iso=int(iso) if iso and 0 < iso < 1e8 else None,
        bias_ev=bias if bias is not None and abs(bias) <= MOST_EV else None,
    )


def orientation(exif: Tags) -> int:
    """The orientation tag, 1 to 8; 1 when absent or out of range."""
    value = number(exif.get(0x0112))
    return int(value) if value is not None and value in range(1, 9) else 1


def rating(exif: Tags) -> int | None:
    """Windows' stars, 0 to 5."""
    value = number(exif.get(0x4746))
    return int(value) if value is not None and value in range(6) else None


def text(value: object) -> str:
    """A tag's text without padding, at most 200 characters; empty for anything that is not text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.split("\0")[0].strip()[:200] if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A tag's finite number; the first of several."""
    if isinstance(value, tuple) and value:
        value = value[0]
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None
