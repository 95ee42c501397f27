"""What the compare screen says of shots."""

from __future__ import annotations

from dataclasses import replace

from cullr import rules
from cullr.model import (
    Exposure,
    File,
    Group,
    Kind,
    Marks,
    Metadata,
    Proposal,
    Quality,
    Shot,
    ShotFacts,
    ShotId,
    Taken,
    TimeSource,
    Weakest,
)
from cullr.tui import facts

TAKEN = Taken(1_714_557_600_000_000, TimeSource.EXIF)
EXPOSURE = Exposure(1 / 250, 2.8, 400, -0.67)


def shot(number: int, **changes: object) -> ShotFacts:
    face = File(0, f"day1/IMG_{number}.JPG", 4_000_000, 0)
    meta = Metadata("jpeg", 6000, 4000, taken=TAKEN, camera="Canon R5", exposure=EXPOSURE, tags=40)
    plain = ShotFacts(ShotId(number), Shot(face, (face,)), meta, TAKEN, quality=Quality(100.0, (), 0.0, 0.0, 0.5))
    return replace(plain, **changes)  # type: ignore[arg-type]


def lines(*shots: ShotFacts) -> dict[str, facts.Fact]:
    said = [Proposal(each.id, keep=True, reason="kept: sharper") for each in shots]
    return {fact.name: fact for fact in facts.compared(shots, said)}


def test_only_what_differs_is_marked() -> None:
    other = replace(shot(2), metadata=replace(shot(2).metadata, camera="Canon R6"))
    found = lines(shot(1), other)
    assert [name for name, fact in found.items() if fact.differs] == ["camera"]
    assert found["camera"].values == ("Canon R5", "Canon R6")
    assert found["exposure"].values[0] == "1/250 s f/2.8 ISO 400 -0.67 EV"


def test_a_difference_in_sharpness_that_no_eye_sees_is_no_difference() -> None:
    close = shot(2, quality=Quality(95.0, (), 0.0, 0.0, 0.5))
    apart = shot(2, quality=Quality(70.0, (), 0.0, 0.0, 0.5))
    assert not lines(shot(1), close)["sharpness"].differs
    found = lines(shot(1), apart)["sharpness"]
    assert found.differs
    assert found.values == ("100 %", "70 %")


def test_what_movement_took_is_in_the_figure_as_it_is_in_the_reason() -> None:
    still = shot(1, quality=Quality(1.0, (), 0, 0, 0.5, slopes=(40.0, 40.0, 0.0)))
    moved = shot(2, quality=Quality(0.7, (), 0, 0, 0.5, slopes=(10.0, 36.0, 0.0)))
    assert lines(still, moved)["sharpness"].values == ("100 %", "41 %")
    ids = (still.id, moved.id)
    group = Group("burst-1", Kind.BURST, ids, ids[0], {}, Weakest(*ids, 1, 2))
    said = rules.propose(rules.load("best_of_burst"), group, (still, moved))
    assert "59 % less sharp" in said[1].reason


def test_what_is_known_of_none_has_no_line() -> None:
    bare = [ShotFacts(ShotId(number), shot(number).shot, Metadata("png", 0, 0), TAKEN) for number in (1, 2)]
    assert {"camera", "exposure", "sharpness", "clipped", "stage", "marks", "pixels"}.isdisjoint(lines(*bare))


def test_what_is_known_of_one_only_differs() -> None:
    found = lines(shot(1, marks=Marks(rating=3, label="Red", pick=1)), shot(2))
    assert found["marks"].values == ("★★★ Red picked", "–")
    assert found["marks"].differs


def test_no_value_can_reach_the_terminal_as_a_command() -> None:
    evil = "\x1b]0;owned\x07\n"
    face = File(0, f"{evil}/{evil}.jpg", 1, 0)
    meta = replace(shot(1).metadata, camera=evil)
    bad = ShotFacts(ShotId(1), Shot(face, (face,)), meta, TAKEN, marks=Marks(rating=10**9, label=evil))
    said = [Proposal(ShotId(1), keep=True, reason=evil)]
    for fact in facts.compared([bad], said):
        assert all(value.isprintable() and len(value) < 200 for value in fact.values), fact
