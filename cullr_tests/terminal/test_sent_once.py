"""What the terminal already holds, or already shows, is not sent again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cullr_tests import pictures
from cullr_tests.terminal import sent
from cullr_tests.terminal.fake import FakeTerminal
from cullr_tests.terminal.far import near, settled

SHOTS = 3
CARD = {"kitty": 18, "iterm": 18, "sixel": 180}
"""Width of a card's picture at most, in cells, of sixels in pixels."""

SIZE = re.compile(rb"c=\d+,r=\d+")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two groups of three."""
    for group in range(2):
        for shot in range(SHOTS):
            pictures.save(tmp_path / f"shoot/g{group}_{shot}.jpg", pictures.scene(group, 900, 600), quality=80 - shot)
    return tmp_path / "shoot"


def heard(fake: FakeTerminal, *keys: bytes) -> bytes:
    """What comes after these, one by one, until the line rests."""
    before = len(fake.heard)
    for key in keys:
        fake.type(key)
        settled(fake, 0.7)
    return fake.heard[before:]


def payloads(written: bytes) -> list[bytes]:
    """kitty's, put together from their chunks, with the cells they are for."""
    found = sent.pictures("kitty", written)
    return [SIZE.findall(written[each.start : each.end])[0] + sent.payload(written, each) for each in found]


def test_kitty_is_sent_each_picture_once_and_then_placeholders(root: Path, tmp_path: Path) -> None:
    with near(tmp_path, root, "kitty") as fake:
        assert len(payloads(fake.heard)) >= SHOTS + 1
        there = heard(fake, b"l", b"l", b"j")
        assert len(payloads(there)) >= 2 + SHOTS
        again = heard(fake, b"l", b"h", b"k", b"l", b"j", b"k", b"n", b"\x1b", b"T", b"x", b"u")
        assert "\U0010eeee".encode() in again
        known = payloads(fake.heard)
        assert len(set(known)) == len(known)


@pytest.mark.parametrize("way", ["iterm", "sixel"])
def test_moving_about_in_a_group_sends_the_large_picture_and_no_card(way: str, root: Path, tmp_path: Path) -> None:
    with near(tmp_path, root, way) as fake:
        assert len([each for each in sent.pictures(way, fake.heard) if each.width <= CARD[way]]) >= SHOTS
        for keys in ([b"l"], [b"l"], [b"h"], [b"h"]):
            found = sent.pictures(way, heard(fake, *keys))
            assert found
            assert [each.width for each in found if each.width <= CARD[way]] == []
        assert sent.pictures(way, heard(fake, b"x", b"u", b"p", b"o")) == [], "marks and other orders change no picture"
        heard(fake, b"?")
        assert len(sent.pictures(way, heard(fake, b"\x1b"))) == SHOTS + 1, "what lay under a dialog is drawn once"
