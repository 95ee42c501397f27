"""scripts/crash: what it goes through."""

from __future__ import annotations

from pathlib import Path

from cullr_tests.crash import __main__ as command
from cullr_tests.crash import ordeal, rating
from cullr_tests.crash.ordeal import Tally, systematic


def test_one_round_goes_through_every_scene_of_moves_and_of_stars(tmp_path: Path) -> None:
    """Scenes of one name differ by who tries them: each (trial, cell) stands there once and runs."""
    rounds = [(trial.__module__, *cell) for cell, trial in command.CELLS]
    assert len(set(rounds)) == len(rounds) == len(ordeal.CELLS) + len(rating.CELLS)
    tally = Tally()
    for cell, trial in command.CELLS:
        systematic(tmp_path, tally, [cell], step=10_000, first=5, trial=trial)
    assert not tally.losses
    assert tally.faults + tally.kills == len(rounds)
