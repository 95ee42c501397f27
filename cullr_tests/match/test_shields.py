"""Brackets, panoramas, focus stacks and stages are told from ordinary bursts, on real pictures where there are any."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.match.shields import shield
from cullr.match.shift import shifts
from cullr.model import Exposure, Group, Kind, ShotFacts, Stage, TimeSource, Weakest
from cullr_tests.match.facts import LANCZOS, look_of, opened, photo, random_grey, shot


def judged(members: Sequence[ShotFacts], kind: Kind = Kind.BURST) -> str | None:
    ids = tuple(fact.id for fact in members)
    group = Group("id", kind, ids, ids[0], {}, Weakest(ids[0], ids[-1], 0, 0))
    assert shield(group, members) == shield(group, members[::-1])
    return shield(group, members)


def frames(exposures: Sequence[Exposure], gains: Sequence[float], gap: float = 1.0) -> list[ShotFacts]:
    """One scene, frame by frame as bright as its gain says."""
    grey = random_grey(1).astype(float) / 2
    return [
        shot(f"{n}.jpg", seconds=n * gap, exposure=exposure, look=look_of((grey * gain).astype(np.uint8)))
        for n, (exposure, gain) in enumerate(zip(exposures, gains, strict=True))
    ]


def biased(*biases: float | None) -> list[Exposure]:
    return [Exposure(0.01, 8.0, 100, bias) for bias in biases]


def timed(*seconds: float | None) -> list[Exposure]:
    return [Exposure(time, 8.0, 100, 0.0) for time in seconds]


def test_exposure_bias_that_differs_by_two_thirds_of_a_stop_is_a_bracket() -> None:
    assert judged(frames(biased(0, -0.67, 0.67), (1, 0.8, 1.2))) == "bracket"
    assert judged(frames(biased(0, 2), (1, 1.5)), Kind.PHASH) == "bracket"
    assert judged(frames(biased(0, 0.33), (1, 1.1))) is None
    assert judged(frames(biased(0, None, 2), (1, 1, 1))) is None


def test_times_that_make_the_picture_brighter_are_a_bracket_and_metering_is_none() -> None:
    assert judged(frames(timed(0.01, 0.0025, 0.04), (1, 0.5, 1.9))) == "bracket"
    assert judged(frames(timed(0.01, 0.0025, 0.04), (1, 1, 1))) is None
    assert judged(frames(timed(0.01, None, 0.04), (1, 0.5, 1.9))) is None
    assert judged(frames(timed(0.01, 0.0, 0.04), (1, 0.5, 1.9))) is None


def test_frames_minutes_apart_or_of_two_cameras_are_no_bracket() -> None:
    assert judged(frames(biased(0, 2), (1, 1.5), gap=60)) is None
    one, other = frames(biased(0, 2), (1, 1.5))
    metadata = dataclasses.replace(other.metadata, camera="Other")
    assert judged([one, dataclasses.replace(other, metadata=metadata)]) is None


def test_a_bracket_waits_for_its_long_exposures() -> None:
    assert judged(frames([Exposure(30, 8, 100, 2.0), Exposure(8, 8, 100, 0.0)], (1.5, 1), gap=33)) == "bracket"


def pan(shared: Path, name: str, step: float, count: int) -> list[ShotFacts]:
    """Frames half as wide as a photo, each `step` of a frame to the right of the one before."""
    grey = opened(shared / name)
    width = grey.width // 2
    views = [
        grey.crop((round(n * step * width), 0, round(n * step * width) + width, grey.height)) for n in range(count)
    ]
    return [
        shot(f"{n}.jpg", seconds=n, look=look_of(np.asarray(view.resize((32, 32), LANCZOS))))
        for n, view in enumerate(views)
    ]


@pytest.mark.parametrize("name", ["singles/el_torcal_rocks.jpg", "singles/tanners_ridge.jpg", "pairs/leuvenA.jpg"])
def test_frames_that_move_on_by_a_part_of_the_frame_are_a_panorama(shared_photos: Path, name: str) -> None:
    assert judged(pan(shared_photos, name, 0.2, 5)) == "panorama"
    assert judged(pan(shared_photos, name, 0.4, 3)) == "panorama"
    assert judged(pan(shared_photos, name, 0.4, 2)) == "panorama"
    assert judged(pan(shared_photos, name, 0.06, 5)) is None
    assert judged(pan(shared_photos, name, 0.2, 2)) is None


def test_a_camera_that_swings_back_makes_no_panorama(shared_photos: Path) -> None:
    there = pan(shared_photos, "singles/tanners_ridge.jpg", 0.2, 3)
    back = dataclasses.replace(there[1], id=there[0].id, taken=dataclasses.replace(there[2].taken, wall_us=1 << 50))
    assert judged([*there, back]) is None


def test_shots_marked_as_panorama_are_one_unless_they_are_copies() -> None:
    assert judged([shot("a", panorama=True), shot("b", panorama=True, seconds=2)]) == "panorama"
    assert judged([shot("a", panorama=True), shot("b", panorama=True)]) is None


def test_shifts_are_found_in_both_directions_and_one_colour_has_none() -> None:
    wide = np.asarray(Image.fromarray(random_grey(4)).resize((48, 48)))
    views = np.stack([wide[8:40, 8:40], wide[8:40, 13:45], wide[2:34, 8:40], np.full((32, 32), 9, np.uint8)])
    rows, columns, correlation = shifts(views[[0, 0, 0, 0]], views)
    assert rows[:3].tolist() == [0, 0, 6]
    assert columns[:3].tolist() == [0, -5, 0]
    assert correlation[:3] == pytest.approx(1)
    assert correlation[3] == -1


PCB = [f"bursts/pcb_focus/pcb_00{n}.jpg" for n in range(1, 8)]


@pytest.mark.parametrize("part", [slice(None), slice(0, 3), slice(2, 5), slice(4, 7), slice(0, 7, 2)])
def test_a_real_focus_stack_is_shielded_whole_or_in_part(shared_photos: Path, part: slice) -> None:
    assert judged([photo(shared_photos, name) for name in PCB[part]]) == "focus stack"


def test_a_merged_picture_among_its_stack_changes_nothing(shared_photos: Path) -> None:
    members = [photo(shared_photos, name) for name in [*PCB, "bursts/pcb_focus/expected.jpg"]]
    assert judged(members, Kind.PHASH) == "focus stack"


def test_a_stack_without_measured_sharpness_or_with_changing_exposure_gets_no_verdict(shared_photos: Path) -> None:
    stack = [photo(shared_photos, name) for name in PCB]
    assert judged([dataclasses.replace(fact, quality=None) for fact in stack]) is None
    other = dataclasses.replace(stack[3].metadata, exposure=Exposure(0.01, 1.8, 50, 0.0))
    assert judged([*stack[:3], dataclasses.replace(stack[3], metadata=other)]) is None


@pytest.mark.parametrize("folder", ["bursts/serengeti", "bursts/squirrels", "bursts/ducky_pan"])
def test_ordinary_sequences_are_not_shielded(shared_photos: Path, folder: str) -> None:
    files = sorted((shared_photos / folder).iterdir())
    members = [photo(shared_photos, f"{folder}/{file.name}") for file in files]
    as_burst = [
        dataclasses.replace(fact, taken=dataclasses.replace(fact.taken, wall_us=1_000_000 * n, source=TimeSource.EXIF))
        for n, fact in enumerate(members)
    ]
    for size in (2, 3, 4, 8):
        for start in range(len(as_burst) - size + 1):
            assert judged(as_burst[start : start + size]) is None


def test_one_sharp_frame_among_soft_ones_is_no_stack(shared_photos: Path) -> None:
    names = ["aaa-orig", "blur-a-little", "blur-a-lot", "sharpen-a-little"]
    edits = [photo(shared_photos, f"transforms/bridge/{name}.jpg") for name in names]
    exif = [dataclasses.replace(fact.taken, source=TimeSource.EXIF) for fact in edits]
    assert judged([dataclasses.replace(fact, taken=taken) for fact, taken in zip(edits, exif, strict=True)]) is None


def staged(*stages: tuple[str, float, str] | None) -> list[ShotFacts]:
    return [
        shot(f"{n}.png", source=TimeSource.NAME, stage=Stage(*stage) if stage else None)
        for n, stage in enumerate(stages)
    ]


def test_the_stages_of_one_run_are_shielded() -> None:
    run = [("20250817_213541", 1.0, "generated"), ("20250817_213555", 1.5, "face"), ("20250817_213707", 2.0, "up")]
    assert judged(staged(*run), Kind.PHASH) == "stages"
    assert judged(staged(*run), Kind.CLIP) == "stages"
    assert judged(staged(("odd", 1.0, "a"), ("odd", 2.0, "b")), Kind.PHASH) == "stages"


@pytest.mark.parametrize(
    "stages",
    [
        [("20250817_213541", 1.0, "a"), ("20250817_213555", 1.0, "a")],
        [("20250817_213541", 1.0, "a"), ("20250817_213555", 1.0, "b")],
        [("20250817_213541", 1.0, "a"), ("20250817_213555", 2.0, "b"), ("20250817_213556", 2.0, "b")],
        [("20250817_213541", 1.0, "a"), ("20250817_213555", 2.0, "b"), None],
        [("20250817_213541", 1.0, "a"), ("20250817_214100", 2.0, "b")],
        [("odd", 1.0, "a"), ("20250817_213541", 2.0, "b")],
        [("20251399_000000", 1.0, "a"), ("20250817_213541", 2.0, "b")],
    ],
)
def test_two_runs_or_two_versions_of_a_stage_are_not(stages: list[tuple[str, float, str] | None]) -> None:
    assert judged(staged(*stages), Kind.PHASH) is None


@pytest.mark.parametrize("kind", [Kind.EXACT, Kind.SET])
def test_exact_copies_and_matched_sets_are_never_shielded(kind: Kind) -> None:
    assert judged(frames(biased(0, 2), (1, 1.5)), kind) is None
    assert judged(staged(("t", 1.0, "a"), ("t", 2.0, "b")), kind) is None
