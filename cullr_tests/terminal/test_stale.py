"""How far the screen lags the last key over a slow line: by what the line must carry, not by this machine's clock."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.pool.jobs import WIRE_BYTES
from cullr.tui import open_pane, review_screen
from cullr.tui.pictures.photo import FIRST_BYTES, SMALL_BYTES
from cullr.tui.terminal import overlays
from cullr_tests import pictures
from cullr_tests.terminal import sent
from cullr_tests.terminal.fake import FakeTerminal
from cullr_tests.terminal.far import seated, settled, sshd

RATE, ROUND_TRIP = 250_000, 0.150
GOAL = 0.5
RESTS = review_screen.OPEN_REST + open_pane.REST_REMOTE
GROUPS, SHOTS = 22, 3
CARD = 18
"""Columns of a card's picture."""


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grainy pictures: each costs what a picture may cost at most."""
    root = tmp_path_factory.mktemp("noise") / "shoot"
    random = np.random.default_rng(0)
    grain = random.integers(-60, 60, (800, 1200, 3))
    for number in range(GROUPS):
        base = np.asarray(pictures.scene(number, 1200, 800)).astype(int)
        image = Image.fromarray(np.clip(base + grain, 0, 255).astype(np.uint8))
        for shot in range(SHOTS):
            pictures.save(root / f"g{number:02}_{shot}.jpg", image, quality=60 + 5 * shot)
    return root


def pressed(fake: FakeTerminal, *keys: bytes) -> bytes:
    """What comes after the last of these."""
    for key in keys[:-1]:
        fake.type(key)
        time.sleep(1 / 30)
    before = len(fake.heard)
    fake.type(keys[-1])
    settled(fake)
    return fake.heard[before:]


def late(way: str, heard: bytes) -> float:
    """Seconds after the key at which the line has brought the words and each box its first look."""
    found = sent.pictures(way, heard)
    assert max((each.bytes for each in found), default=0) <= WIRE_BYTES
    large = [each for each in found if each.width > CARD * (10 if way == "sixel" else 1)]
    cards = [each for each in found if each not in large]
    first = [min(each.bytes for each in large), *sorted(each.bytes for each in cards)[:SHOTS]]
    assert first[0] <= FIRST_BYTES and max(first[1:], default=0) <= SMALL_BYTES
    words = len(heard) - sum(each.bytes for each in found)
    rests = RESTS + (0 if way == "kitty" else overlays.NEW)
    return ROUND_TRIP + rests + (words + sum(first)) / RATE


MOVES = (("a rested move", [b"j"]), ("a jump", [b"G"]), ("20 quick keys", [b"k"] * (GROUPS - 3)))
"""To groups that were never open."""


@pytest.mark.parametrize("way", ["kitty", "iterm", "sixel"])
def test_cursor_and_pictures_lag_the_last_key_by_less_than_half_a_second(way: str, noise: Path, tmp_path: Path) -> None:
    assert ROUND_TRIP + WIRE_BYTES / RATE < GOAL, "a key pressed while one picture is on its way"
    with sshd(tmp_path) as port, seated(tmp_path, port, noise, way) as fake:
        for name, keys in MOVES:
            heard = pressed(fake, *keys)
            seconds = late(way, heard)
            sys.stdout.write(f"{way}, {name}: {seconds:.2f} s after the last key; {len(heard)} bytes in all\n")
            assert seconds < GOAL


def test_coloured_cells_lag_the_last_key_by_less_than_half_a_second(noise: Path, tmp_path: Path) -> None:
    """They come within frames, where one picture cannot be told from another: first and sharper looks are counted."""
    with sshd(tmp_path) as port, seated(tmp_path, port, noise, "cells") as fake:
        for name, keys in MOVES:
            heard = pressed(fake, *keys)
            seconds = ROUND_TRIP + RESTS + len(heard) / RATE
            sys.stdout.write(f"cells, {name}: {seconds:.2f} s after the last key; {len(heard)} bytes in all\n")
            assert seconds < GOAL
