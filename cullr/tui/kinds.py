"""Kinds of groups as the screen names them: a sign that tells them apart without colour, and a word."""

from __future__ import annotations

from cullr.model import Kind

SIGNS = {Kind.EXACT: "=", Kind.PHASH: "≈", Kind.SET: "≡", Kind.BURST: "»", Kind.CLIP: "~"}
NAMES = {
    Kind.EXACT: "same bytes",
    Kind.PHASH: "alike",
    Kind.SET: "sets",
    Kind.BURST: "bursts",
    Kind.CLIP: "same subject",
}
SINGLE = {**NAMES, Kind.SET: "set", Kind.BURST: "burst"}
"""One group's kind; NAMES are those of many."""
ORDERS = ("found", "size", "time", "certainty")
ORDER_NAMES = {"found": "as found", "size": "most bytes first", "time": "by time", "certainty": "surest first"}
