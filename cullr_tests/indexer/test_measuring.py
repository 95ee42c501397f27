"""What is measured, and that measuring less never changes a proposal."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cullr import rules
from cullr.index import database
from cullr.indexer.run import Indexed, run
from cullr.model import Group, Kind, Measure, ShotFacts, ShotId
from cullr.pool import Job, Measured, Reading
from cullr.pool.crew import Crew
from cullr.pool.jobs import Task, Wanted
from cullr.rules import Demand
from cullr.session import Session
from cullr.settings import Limits, Settings
from cullr_tests import pictures


def everything(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
    for group in groups:
        for measure in Measure:
            demand.ask(measure, [facts[shot] for shot in group.shots])


@pytest.fixture(scope="module")
def measured(shared_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    """The shared set, every member of every group measured."""
    cache = tmp_path_factory.mktemp("cache")
    return run([shared_photos], Settings(), cache, progress=lambda *_step: None, say=print, wants=everything)


def on_demand(
    rule: rules.Rule, groups: Sequence[Group], all_facts: Mapping[ShotId, ShotFacts], *, across: bool
) -> dict[ShotId, ShotFacts]:
    """The facts as they are when no more is measured than the rule asks for."""
    blank = dict.fromkeys(measure.value for measure in Measure)
    facts = {shot: replace(each, **blank) for shot, each in all_facts.items()}  # type: ignore[arg-type]
    tried: dict[Measure, set[ShotId]] = {measure: set() for measure in Measure}
    while True:
        demand = Demand(tried)
        rules.propose_all(rule, groups, facts, across_stages=across, demand=demand)
        if not demand:
            return facts
        for measure, shots in demand.wanted.items():
            tried[measure] |= shots
            for shot in shots:
                facts[shot] = replace(facts[shot], **{measure.value: getattr(all_facts[shot], measure)})


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("rule", rules.shipped(), ids=lambda rule: rule.name)
def test_what_is_not_asked_for_makes_no_difference(measured: Indexed, rule: rules.Rule, across: bool) -> None:
    facts = {each.id: each for each in measured.facts}
    eager = rules.propose_all(rule, measured.groups, facts, across_stages=across)
    few = on_demand(rule, measured.groups, facts, across=across)
    assert rules.propose_all(rule, measured.groups, few, across_stages=across) == eager
    members = {shot for group in measured.groups for shot in group.shots}
    assert sum(facts[shot].quality is not None for shot in members) == len(members)
    assert sum(each.quality is not None for each in few.values()) < len(members)


def test_groups_are_the_same_without_the_first_pass(measured: Indexed, shared_photos: Path, tmp_path: Path) -> None:
    """Measured runs begin with heads, and this one does not."""
    passes: set[str] = set()
    plain = run([shared_photos], Settings(), tmp_path, progress=lambda name, *_step: passes.add(name), say=print)
    assert "reading heads" not in passes
    assert plain.groups == measured.groups


LADDER = ("large.jpg", "turned.jpg", "tall.png", "grey.jpg")


@pytest.mark.parametrize("name", LADDER)
def test_quality_is_the_same_from_the_first_decode_and_from_one_of_its_own(tmp_path: Path, name: str) -> None:
    scene = pictures.scene(1, 3200, 2000) if name.endswith("jpg") else pictures.scene(1, 1024, 1536)
    tags = pictures.exif(orientation=6 if name == "turned.jpg" else 1)
    path = pictures.save(tmp_path / name, scene.convert("L") if name == "grey.jpg" else scene, tags=tags)
    wanted = Wanted((Measure.QUALITY,))
    with Crew(Limits(workers=1)) as crew:
        [first] = crew.run(Job.PICTURE, [Task(0, str(path), wanted=wanted)])
        [alone] = crew.run(Job.PICTURE, [Task(0, str(path))])
        [second] = crew.run(Job.MEASURE, [Task(0, str(path), wanted=wanted)])
        [screen] = crew.run(Job.MEASURE, [Task(0, str(path), wanted=replace(wanted, preview=True))])
    assert isinstance(first.value, Reading)
    assert isinstance(second.value, Measured)
    assert isinstance(screen.value, Measured)
    assert first.value.measured == second.value.values[Measure.QUALITY] == screen.value.values[Measure.QUALITY]
    assert first.value.measured is not None
    assert replace(first.value, measured=None) == alone.value


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Two of one picture that only sharpness could tell apart, a copy of a third, and a smaller version of a fourth."""
    root = tmp_path / "shoot"
    same = pictures.exif("2024:05:01 10:00:00")
    pictures.save(root / "a1.jpg", pictures.scene(1), quality=90, tags=same)
    pictures.save(root / "a2.jpg", pictures.scene(1), quality=89, tags=same)
    pictures.save(root / "b1.jpg", pictures.scene(2))
    shutil.copy(root / "b1.jpg", root / "b2.jpg")
    pictures.save(root / "c1.jpg", pictures.scene(3, 640, 480))
    pictures.save(root / "c2.jpg", pictures.scene(3, 320, 240))
    return root


def test_only_level_rivals_are_measured_and_no_preview_is_made(shoot: Path, tmp_path: Path) -> None:
    session = replace(Session.open([shoot]), cache=tmp_path / "cache")
    review, found = session.review()
    assert [each.shot.path for each in found.facts if each.quality] == ["a1.jpg", "a2.jpg"]
    assert {group.group.kind for group in review.groups} == {Kind.EXACT, Kind.PHASH}
    assert [each.shot.path for each in found.facts if each.traces] == ["a1.jpg", "a2.jpg"]
    assert rows(tmp_path / "cache", "measure") == 4
    assert rows(tmp_path / "cache", "preview") == 0


def test_pictures_for_a_page_are_made_when_it_is_asked_for(shoot: Path, tmp_path: Path) -> None:
    session = replace(Session.open([shoot]), cache=tmp_path / "cache")
    session.review()
    _, found = session.review(previews=True)
    assert len(found.previews) == 6
    assert all(jpeg[:2] == b"\xff\xd8" for jpeg in found.previews.values())


def test_a_picture_that_cannot_be_measured_is_asked_about_once(shoot: Path, tmp_path: Path) -> None:
    asked: list[int] = []

    def wants(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
        if not asked:  # between reading and measuring
            (shoot / "a1.jpg").write_bytes(b"gone bad")
        asked.append(1)
        everything(groups, facts, demand)

    found = run([shoot], Settings(), tmp_path / "cache", progress=lambda *_step: None, say=print, wants=wants)
    assert len(asked) == 2
    assert {each.shot.path for each in found.facts if each.quality is None} == {"a1.jpg"}


def rows(cache: Path, table: str) -> int:
    opened = database.open_for_writing(cache, lambda _sentence: None)
    try:
        return int(opened.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        opened.close()
