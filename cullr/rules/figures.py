"""Numbers → as people say them."""

from __future__ import annotations


def times(part: float, whole: float) -> str:
    """`1.8×`, `12×` beyond tenfold, `many times` nothing."""
    ratio = part / whole if whole else 0.0
    if ratio <= 0:
        return "many times"
    return f"{min(ratio, 1000):.0f}×" if ratio >= 10 else f"{ratio:.1f}×" if ratio >= 1.15 else f"{ratio:.2f}×"


def duration(seconds: float) -> str:
    """`0.25 s`, `5 min`, `8 h`, `12 days`."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.2g} s" if seconds >= 0.01 else "under 0.01 s"
    for size, unit, limit in ((60, "min", 120), (3600, "h", 48)):
        if seconds < limit * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def percent(share: float) -> str:
    """`31 %` of 0.31."""
    return f"{share * 100:.0f} %" if share >= 0.005 else "under 1 %"
