"""How long after the last key a person sees what it brought, through a real sshd and a line of 150 ms and 250 KB/s.

By the clock of the terminal's end: `cursor` is the first byte that comes back, `picture` the first one of the large
box, `all` the first look of every box, `sharp` the last byte. A look in cells is there when 9 of 10 of its cells are:
of the others some looked the same before.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

WAYS = ("kitty", "iterm", "sixel", "cells")
GOAL = 0.5
GROUPS, SHOTS = 22, 3
CARD, STRIP = 18, 14
"""Columns of a card's picture, and the row under which there are none."""
MOVES = (("a rested move", [b"j"]), ("a jump", [b"G"]), ("20 quick keys", [b"k"] * (GROUPS - 3)))
"""To groups that were never open."""


def grainy(root: Path) -> None:
    """Pictures that cost what a picture may cost at most."""
    import numpy as np
    from PIL import Image

    from cullr_tests import pictures

    grain = np.random.default_rng(0).integers(-60, 60, (800, 1200, 3))
    for number in range(GROUPS):
        base = np.asarray(pictures.scene(number, 1200, 800)).astype(int)
        image = Image.fromarray(np.clip(base + grain, 0, 255).astype(np.uint8))
        for shot in range(SHOTS):
            pictures.save(root / f"g{number:02}_{shot}.jpg", image, quality=60 + 5 * shot)


def table() -> str:
    """Markdown, in seconds."""
    from cullr_tests.terminal.far import seated, sshd

    lines = ["| seconds after the last key | cursor | picture | all | sharp | KB |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="cullr-stale-") as name, sshd(Path(name)) as port:
        grainy(Path(name) / "shoot")
        for way in WAYS:
            with seated(Path(name), port, Path(name) / "shoot", way) as fake:
                for move, keys in MOVES:
                    lines.append(f"| {way}, {move} | {_row(fake, way, keys)} |")
    return "\n".join([*lines, f"\nGoal: cursor and picture ≤ {GOAL} s."])


def _row(fake, way: str, keys: list[bytes]) -> str:  # type: ignore[no-untyped-def]
    from cullr_tests.terminal import sent
    from cullr_tests.terminal.far import settled

    for key in keys[:-1]:
        fake.type(key)
        time.sleep(1 / 30)
    before, pressed = len(fake.heard), time.monotonic()
    fake.type(keys[-1])
    settled(fake)

    def when(size: int) -> float:
        return next(moment for moment, so_far in fake.moments if so_far >= before + size) - pressed

    heard = fake.heard[before:]
    cursor, last = when(1), when(len(heard))
    if way == "cells":
        looks = sent.cells(heard)
        large = sorted(size for (row, _), size in looks.items() if row > STRIP)
        every = sorted(looks.values())
        picture, whole = (when(sizes[len(sizes) * 9 // 10]) for sizes in (large, every))
        return f"{cursor:.2f} | {picture:.2f} | {whole:.2f} | {last:.2f} | {len(heard) / 1000:.0f}"
    found = sent.pictures(way, heard)
    large = [each for each in found if each.width > CARD * (10 if way == "sixel" else 1)]
    cards = [each for each in found if each not in large]
    every = max(each.end for each in (large[0], *cards[:SHOTS]))
    return f"{cursor:.2f} | {when(large[0].end):.2f} | {when(every):.2f} | {last:.2f} | {len(heard) / 1000:.0f}"
