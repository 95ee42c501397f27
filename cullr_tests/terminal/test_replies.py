"""The sieve between a terminal's replies and a person's keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.tui.terminal.driver import late
from cullr.tui.terminal.replies import Sieve
from cullr.tui.terminal.terminal import Terminal

REPLIES = (
    b"\x1bP>|kitty(0.35.2)\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\",
    b"\x1b[6;18;9t",
    b"\x1b[>1;4000;35c",
    b"\x1b[?62;4;22c",
)
KEYS = (b"a", b"6", b"\x1b[A", b"\x1bOP", b"\x1b[15~", b"\x1b[6~", b"\xc3\xa9", b"\r", b"\x1b[<0;10;5M", b"\x1b[97;5u")
UNANSWERED = Terminal("slow", "cells", "", answered=False)


@given(st.lists(st.sampled_from(REPLIES + KEYS), max_size=12), st.data())
def test_keys_come_through_and_replies_do_not_however_the_bytes_are_cut(
    parts: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(parts)
    sieve, typed, at = Sieve(), b"", 0
    while at < len(stream):
        size = data.draw(st.integers(1, len(stream) - at))
        typed += sieve.feed(stream[at : at + size])
        at += size
    assert typed + sieve.flush() == b"".join(part for part in parts if part in KEYS)


@given(st.binary(max_size=60))
def test_no_byte_is_lost_unless_it_belongs_to_a_reply(data: bytes) -> None:
    sieve = Sieve()
    given_back = sieve.feed(data) + sieve.held
    if sieve.replies == Sieve().replies and b"\x1b[>" not in data and b"\x1b[6;" not in data and b"\x1b_G" not in data:
        assert given_back == data


@given(st.binary(max_size=200).map(lambda tail: b"\x1b[?62;" + tail + b"c\x1b[6;0;0t\x1b[6;9999;1t\x1b[>;;c"))
def test_damaged_replies_are_survived(data: bytes) -> None:
    Sieve().feed(data)


def test_a_reply_without_end_is_given_back_and_not_kept_forever() -> None:
    sieve = Sieve()
    sieve.feed(b"\x1bP>|" + b"x" * 600)
    assert sieve.feed(b"y" * 10).endswith(b"y") and len(sieve.held) == 0


def test_a_lone_escape_waits_one_tick_and_is_a_key() -> None:
    sieve = Sieve()
    assert sieve.feed(b"q\x1b") == b"q"
    assert sieve.flush() == b"\x1b"


def test_a_cell_without_pixels_is_no_cell() -> None:
    sieve = Sieve()
    sieve.feed(b"\x1b[6;0;0t")
    assert sieve.replies.cell is None


def test_late_replies_are_no_keys_until_the_last_has_come() -> None:
    keys = late(UNANSWERED)
    assert keys(b"k\x1bP>|foot(1.18)\x1b\\j") == b"kj"
    assert keys(b"\x1b[?62") == b""
    assert keys(b"") == b"", "half a reply is no key, however long the rest takes"
    assert keys(b";4cx") == b"x"
    assert keys(b"\x1b[?62;4c") == b"\x1b[?62;4c", "later ones belong to Textual's own questions"


def test_a_reply_cut_by_the_limit_is_completed_by_the_driver() -> None:
    keys = late(Terminal("slow", "cells", "", answered=False, begun=b"\x1b[?6"))
    assert keys(b"2;4c1") == b"1"


@pytest.mark.parametrize("data", [b"\x1b[?62;4c", b"\x1b", b"6"])
def test_after_an_answered_probe_input_is_left_alone(data: bytes) -> None:
    assert late(Terminal("fast", "cells", ""))(data) == data
