"""The first pass over heads, and the work that is left when only a little is new."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr import scan
from cullr.index import database, reviews
from cullr.index.reviews import Reader
from cullr.index.store import Store
from cullr.indexer import grouping, order
from cullr.indexer.live import Live
from cullr.indexer.live_run import BY_PREVIEWS, GROUPED
from cullr.indexer.passes import FEW, WORTH_A_HEAD, Passes
from cullr.indexer.reconcile import reconcile
from cullr.indexer.run import run
from cullr.model import Group, Measure, Rung, ShotFacts, ShotId
from cullr.pool.crew import Crew
from cullr.rules import Demand
from cullr.settings import Limits, Settings
from cullr_tests import pictures


def framed(seed: int, shift: int = 0) -> Image.Image:
    """A noisy frame, so that its file is as large as a camera's; frames of one seed are of one burst."""
    image = pictures.scene(seed, 1500, 1000)
    noise = np.random.default_rng(100 * seed + shift).normal(0, 12, (1000, 1500, 1))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def write(path: Path, image: Image.Image, thumb: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pictures.with_thumbnail(image, thumb.resize((160, 107))))
    assert path.stat().st_size >= WORTH_A_HEAD


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bursts, single frames, a thumbnail that claims another's picture, one that denies its own, and none."""
    root = tmp_path_factory.mktemp("shoot")
    for seed in (1, 2):
        for shift in range(3):
            image = framed(seed, shift)
            write(root / f"burst{seed}_{shift}.jpg", image, image)
    write(root / "single.jpg", framed(3), framed(3))
    write(root / "stale_claims.jpg", framed(4), framed(1))
    write(root / "stale_denies.jpg", framed(2, 7), framed(5))
    pictures.save(root / "bare.jpg", framed(2, 8))
    pictures.save(root / "small.png", pictures.scene(1, 300, 200))
    return root


def named(groups: Iterable[Group], facts: Iterable[ShotFacts]) -> set[tuple[str, frozenset[str]]]:
    paths = {each.id: each.shot.path for each in facts}
    return {(group.kind, frozenset(paths[shot] for shot in group.shots)) for group in groups}


def test_heads_alone_give_the_first_groups_and_their_mistakes(shoot: Path, tmp_path: Path) -> None:
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    scanned = scan.walk([shoot])
    store = Store(opened)
    photos = [photo for shot in scanned.shots for photo in shot.photos]
    with Crew(Limits(workers=1)) as crew:
        passes = Passes(
            [shoot],
            reconcile(store, [shoot], photos, lambda _place: False).rows,
            store,
            crew,
            lambda *_step: None,
        )
        passes.heads(scanned.shots)
    facts = passes.facts(scanned.shots)
    assert {each.look.rung for each in facts if each.look} == {Rung.THUMBNAIL}
    found = {names for kind, names in named(grouping.groups(facts, Settings()).groups, facts) if kind == "phash"}
    assert frozenset({"burst1_0.jpg", "burst1_1.jpg", "burst1_2.jpg", "stale_claims.jpg"}) in found
    assert frozenset({"burst2_0.jpg", "burst2_1.jpg", "burst2_2.jpg"}) in found
    opened.close()


def test_facts_are_made_anew_of_what_was_read_and_of_nothing_else(shoot: Path, tmp_path: Path) -> None:
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    scanned = scan.walk([shoot])
    store = Store(opened)
    photos = [photo for shot in scanned.shots for photo in shot.photos]
    rows = reconcile(store, [shoot], photos, lambda _place: False).rows
    with Crew(Limits(workers=1)) as crew:
        passes = Passes([shoot], rows, store, crew, lambda *_step: None)
        passes.heads(scanned.shots)
        heads = {each.shot: each for each in passes.facts(scanned.shots)}
        some = [shot for shot in scanned.shots if shot.path.startswith("burst1")]
        passes.pictures(some)
        for shot, facts in ((each.shot, each) for each in passes.facts(scanned.shots)):
            assert (facts.look is not None and facts.look.rung is Rung.DRAFT) == (shot in some)
            assert (facts is heads[shot]) == (shot not in some)
    opened.close()


def test_the_groups_in_the_end_are_those_of_the_pixels(shoot: Path, tmp_path: Path) -> None:
    plain = run([shoot], Settings(), tmp_path / "plain", progress=lambda *_step: None, say=print)
    expected = named(plain.groups, plain.facts)
    assert ("phash", frozenset({f"burst1_{shift}.jpg" for shift in range(3)} | {"small.png"})) in expected
    four = {f"burst2_{shift}.jpg" for shift in range(3)} | {"stale_denies.jpg", "bare.jpg"}
    assert ("phash", frozenset(four)) in expected

    class Enough(Exception):
        pass

    def leave(_seconds: float) -> None:
        raise Enough

    opened = database.open_for_writing(tmp_path / "cascade", lambda _sentence: None)
    with pytest.raises(Enough):
        Live([shoot], Settings(), opened, print).serve(leave)
    reader = Reader(opened.connection, reviews.key([shoot], Settings()))
    seen = [found for row in reader.order() if (found := reader.group(row))]
    assert {each for group, facts, _ in seen for each in named([group], facts)} == expected
    assert {look.rung for _, facts, _ in seen for each in facts if (look := each.look)} <= {Rung.DRAFT, Rung.FULL}
    heads = {each.name: each.total for each in reader.passes()}["reading heads"]
    assert heads == sum(path.stat().st_size >= WORTH_A_HEAD for path in shoot.iterdir())
    opened.close()


def test_previews_tell_the_groups_before_the_pixels_do_and_stale_ones_change_nothing(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    root.mkdir()
    small = (900, 600)
    for seed in (1, 2, 3):
        for shift in range(3):
            image = framed(seed, shift)
            (root / f"burst{seed}_{shift}.jpg").write_bytes(pictures.with_preview(image, image.resize(small)))
    (root / "stale.jpg").write_bytes(pictures.with_preview(framed(4), framed(1).resize(small)))
    (root / "bare.jpg").write_bytes(pictures.with_thumbnail(framed(2, 9), framed(2, 9).resize((160, 107))))
    plain = run([root], Settings(), tmp_path / "plain", progress=lambda *_step: None, say=print)
    expected = named(plain.groups, plain.facts)
    assert {frozenset(f"burst1_{shift}.jpg" for shift in range(3))} <= {names for _, names in expected}
    early: list[tuple[set[tuple[str, frozenset[str]]], set[bool], set[Rung]]] = []
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    reader = Reader(opened.connection, reviews.key([root], Settings()))

    class Enough(Exception):
        pass

    def leave(_seconds: float) -> None:
        raise Enough

    def at_previews(statement: str) -> None:
        if "review_pass" in statement and BY_PREVIEWS in statement and not early:
            groups = [found for row in reader.order() if (found := reader.group(row))]
            rungs = {each.look.rung for _, facts, _ in groups for each in facts if each.look}
            names = {each for group, facts, _ in groups for each in named([group], facts)}
            early.append((names, {line.provisional for line in reader.rows(reader.order()).values()}, rungs))

    opened.connection.set_trace_callback(at_previews)
    with pytest.raises(Enough):
        Live([root], Settings(), opened, print).serve(leave)
    opened.connection.set_trace_callback(None)
    assert early == [(expected, {True}, {Rung.PREVIEW, Rung.THUMBNAIL})]
    groups = [found for row in reader.order() if (found := reader.group(row))]
    assert {each for group, facts, _ in groups for each in named([group], facts)} == expected
    assert {each.look.rung for _, facts, _ in groups for each in facts if each.look} == {Rung.DRAFT}
    assert {line.provisional for line in reader.rows(reader.order()).values()} == {False}
    opened.close()


def test_groups_that_hold_what_they_held_can_be_approved_while_all_is_looked_at_anew(
    shoot: Path, tmp_path: Path
) -> None:
    class Enough(Exception):
        pass

    root = tmp_path / "shoot"
    shutil.copytree(shoot, root)
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    reader = Reader(opened.connection, reviews.key([root], Settings()))
    seen: list[dict[str, bool]] = []

    def look(statement: str) -> None:
        if "review_pass" in statement or "review_state" in statement:
            seen.append({line.title: line.provisional for line in reader.rows(reader.order()).values()})

    def wait(_seconds: float) -> None:
        if seen:
            raise Enough
        seen.append({})
        (root / "burst1_0.jpg").unlink()
        for seed in range(70, 70 + FEW):  # the first so many are published at once
            pictures.save(root / f"new{seed}.jpg", pictures.scene(seed, 320, 240))
        opened.connection.set_trace_callback(look)

    with pytest.raises(Enough):
        Live([root], Settings(), opened, print).serve(wait)
    opened.connection.set_trace_callback(None)
    assert any(each.get("burst1_1.jpg") for each in seen), "what lost a shot is another question"
    assert [each["bare.jpg"] for each in seen[1:]] == [False] * (len(seen) - 1)
    opened.close()


def test_complete_groups_are_shown_before_keepers_are_chosen_but_not_to_be_approved(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Enough(Exception):
        pass

    def leave(_seconds: float) -> None:
        raise Enough

    monkeypatch.setattr(order, "AT_ONCE", 1)
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    reader = Reader(opened.connection, reviews.key([shoot], Settings()))

    def shown() -> tuple[set[tuple[str, frozenset[str]]], set[bool]]:
        groups = [found for row in reader.order() if (found := reader.group(row))]
        names = {each for group, facts, _ in groups for each in named([group], facts)}
        return names, {line.provisional for line in reader.rows(reader.order()).values()}

    seen: list[tuple[set[tuple[str, frozenset[str]]], set[bool]]] = []
    said: dict[int, object] = {}

    def looking_at() -> str:
        if any(each.name == GROUPED for each in reader.passes()):
            seen.append(shown())
            lines = reader.rows(reader.order())
            said.update({row: reader.group(row) for row, line in lines.items() if not line.provisional})
        return ""

    with pytest.raises(Enough):
        Live([shoot], Settings(), opened, print, looking_at).serve(leave)
    found, approvable = shown()
    assert approvable == {False}
    assert seen[0] == (found, {True})
    assert (found, {True, False}) in seen  # one became final while others were still measured
    for row, then in said.items():
        group, _, proposals = reader.group(row) or (None, (), ())
        assert isinstance(then, tuple)
        assert (group, proposals) == (then[0], then[2])
    assert [each.name for each in reader.passes()].index(GROUPED) > 0
    opened.close()


def test_groups_are_all_there_when_they_are_said_to_be_complete(tmp_path: Path) -> None:
    """Also where no head tells of them: the first pictures made the first groups, and nothing was published since."""

    class Enough(Exception):
        pass

    def leave(_seconds: float) -> None:
        raise Enough

    root = tmp_path / "plain"
    for seed in range(20):
        for quality in (90, 89):
            pictures.save(root / f"{seed:03}_{quality}.jpg", pictures.scene(seed, 200, 150), quality=quality)
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    reader = Reader(opened.connection, reviews.key([root], Settings()))
    seen: list[int] = []

    def looking_at() -> str:
        if any(each.name == GROUPED for each in reader.passes()):
            seen.append(len(reader.order()))
        return ""

    with pytest.raises(Enough):
        Live([root], Settings(), opened, print, looking_at).serve(leave)
    assert seen[0] == len(reader.order()) >= 18
    opened.close()


def test_a_few_new_photos_among_many_are_work_for_a_few(tmp_path: Path) -> None:
    root = tmp_path / "many"
    for seed in range(40):
        for quality in (90, 89):
            pictures.save(root / f"{seed:03}_{quality}.jpg", pictures.scene(seed, 200, 150), quality=quality)
    asked: Counter[str] = Counter()

    def progress(name: str, _done: int, total: int) -> None:
        asked[name] = max(asked[name], total)

    def everything(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
        for group in groups:
            demand.ask(Measure.QUALITY, [facts[shot] for shot in group.shots])

    run([root], Settings(), tmp_path / "cache", progress=progress, say=print, wants=everything)
    assert asked["reading pictures"] == 80
    assert 0 < asked["measuring look-alikes"] <= 80  # the others were measured as they were read
    asked.clear()
    for seed in (3, 50, 51):
        pictures.save(root / f"{seed:03}_new.jpg", pictures.scene(seed, 200, 150), quality=85)
    found = run([root], Settings(), tmp_path / "cache", progress=progress, say=print, wants=everything)
    assert found.read == 3
    assert {name: total for name, total in asked.items() if total} == {
        "reading pictures": 3,
        "measuring look-alikes": 1,
    }
