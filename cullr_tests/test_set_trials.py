"""The trial behind `scripts/evaluate sets` lays out what it says, and the renders' sets come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr_tests import set_trials


@pytest.mark.parametrize(
    ("change", "last_only", "wanted"),
    [("cropped by 0.5 % a side", False, (5, 0)), ("last stage: something in a tenth of the width", True, (0, 0))],
)
def test_renders_made_again_are_found_whole_and_others_are_not(
    shared_photos: Path, change: str, last_only: bool, wanted: tuple[int, int]
) -> None:
    made = (set_trials.SAME | set_trials.OTHER)[change]
    sets = set_trials.rendered(shared_photos)
    assert set_trials.tried(sets, made, {"encoder": "none"}, last_only=last_only) == wanted


def test_sets_made_of_photos_are_all_different(shared_photos: Path) -> None:
    sets = set_trials.composed(shared_photos, 6)
    assert len(sets) == len({pictures[0].tobytes() for pictures in sets}) == 6
