"""A screen's next run builds upon the last: it makes anew what changed, and finds what a fresh one would find."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cullr.index import database, publishing, reviews
from cullr.index.reviews import Reader
from cullr.indexer import facts, live_run, passes
from cullr.indexer.live import Live
from cullr.rules import contest
from cullr.settings import Limits, Settings
from cullr_tests import pictures

PAIRS = 30
SETTINGS = Settings(limits=Limits(workers=2))
Lines = dict[str, tuple[object, ...]]


class Enough(Exception):
    """The person leaves."""


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    root = tmp_path / "shoot"
    for seed in range(PAIRS):
        for quality in (90, 80):
            pictures.save(root / f"{seed:03}_{quality}.jpg", pictures.scene(seed, 200, 150), quality=quality)
    return root


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often what is not to be done again was done."""
    done: Counter[str] = Counter()

    def counted(where: Any, name: str) -> None:
        plain = getattr(where, name)

        def count(*words: Any, **named: Any) -> Any:
            done[name] += 1
            return plain(*words, **named)

        monkeypatch.setattr(where, name, count)

    counted(contest, "propose")
    counted(facts, "_facts")
    counted(publishing.Writer, "_save")
    return done


@pytest.fixture
def shown(shoot: Path, work: Counter[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[Lines, int, bool]]:
    """What is shown after each publication, how many facts were made by then, and whether it came beside the review."""
    found: list[tuple[Lines, int, bool]] = []
    plain = publishing.Writer.publish

    def publish(writer: publishing.Writer, *words: Any, **named: Any) -> None:
        plain(writer, *words, **named)
        found.append((lines(Reader(writer._db, reviews.key([shoot], SETTINGS))), work["_facts"], "unchanged" in named))

    monkeypatch.setattr(publishing.Writer, "publish", publish)
    return found


def lines(reader: Reader) -> Lines:
    """What the list and the desk would show, by a group's first photo."""
    found: Lines = {}
    for row in reader.order():
        group, members, proposals = reader.group(row) or (None, (), ())
        assert group is not None
        shown = [(each.shot.path, each.quality, each.marks) for each in members]
        words = [(each.keep, each.reason) for each in proposals]
        found[members[0].shot.path] = (group.kind, group.shielded, shown, words, reader.rows([row])[row].provisional)
    return found


@contextmanager
def index(cache: Path, root: Path) -> Iterator[tuple[database.Database, Reader]]:
    opened = database.open_for_writing(cache, lambda _sentence: None)
    yield opened, Reader(opened.connection, reviews.key([root], SETTINGS))
    opened.close()


def served(root: Path, cache: Path, *changes: Callable[[], bool]) -> Lines:
    """What is shown after a run, and one more after each change, which tells whether the watch hears of it in time."""
    waiting = iter(changes)

    def wait(_seconds: float) -> bool:
        change = next(waiting, None)
        if change is None:
            raise Enough
        return change()

    with index(cache, root) as (opened, reader):
        with pytest.raises(Enough):
            Live([root], SETTINGS, opened, print).serve(wait)
        return lines(reader)


def test_of_a_changed_shoot_only_what_changed_is_worked_out_again(
    shoot: Path, tmp_path: Path, work: Counter[str]
) -> None:
    before: Counter[str] = Counter()

    def change() -> bool:
        before.update(work)
        pictures.save(shoot / "003_new.jpg", pictures.scene(3, 200, 150), quality=85)
        pictures.save(shoot / "lonely.jpg", pictures.scene(900, 200, 150))
        (shoot / "004_80.jpg").unlink()
        pictures.save(shoot / "005_80.jpg", pictures.scene(901, 200, 150), quality=85)
        (shoot / "006_80.xmp").write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
        )
        return True

    after = served(shoot, tmp_path / "cache", change)
    anew = work - before
    assert before["_facts"] >= 2 * PAIRS and before["propose"] >= PAIRS - 1 and before["_save"] >= PAIRS - 1
    assert 0 < anew["_facts"] <= 8
    assert 0 < anew["propose"] <= 12
    assert 0 < anew["_save"] <= 12
    assert after == served(shoot, tmp_path / "fresh")
    assert [name for name in after if name.startswith(("003", "004", "005", "006"))] == ["003_80.jpg", "006_80.jpg"]
    assert "4 stars" in str(after["006_80.jpg"])


def later(
    shoot: Path,
    work: Counter[str],
    shown: list[tuple[Lines, int, bool]],
    names: str = "new{}_{}.jpg",
    *,
    thumbnails: bool = True,
) -> None:
    """Ten pairs more, and one that is like two that were there."""
    for seed in range(500, 510):
        image = pictures.scene(seed, 200, 150)
        for width in (200, 196):
            path, stored = shoot / names.format(seed, width), image.resize((width, 150))
            pictures.save(path, stored)
            if thumbnails:
                path.write_bytes(pictures.with_thumbnail(stored, image.resize((160, 120))))
    pictures.save(shoot / "003_new.jpg", pictures.scene(3, 200, 150), quality=85)
    work.clear()
    shown.clear()


@pytest.mark.parametrize("told_by", ["pixels", "heads", "heads without thumbnails"])
def test_what_is_new_since_a_finished_review_is_shown_beside_it_before_anything_else_is_looked_at(
    shoot: Path,
    tmp_path: Path,
    work: Counter[str],
    shown: list[tuple[Lines, int, bool]],
    monkeypatch: pytest.MonkeyPatch,
    told_by: str,
) -> None:
    """Another session's: nothing is remembered but what the index holds."""
    monkeypatch.setattr(live_run, "MANY", 2 * PAIRS)
    monkeypatch.setattr(passes, "WORTH_A_HEAD", 1 << 18 if told_by == "pixels" else 0)
    before = served(shoot, tmp_path / "cache")
    later(shoot, work, shown, thumbnails=told_by != "heads without thumbnails")
    after = served(shoot, tmp_path / "cache")
    early = [found for found, made, _ in shown if made <= 42]  # of what is new, by its head and pixels; of nothing else
    beside_or_whole = [beside for _, _, beside in shown]
    assert beside_or_whole[0] and beside_or_whole == sorted(beside_or_whole, reverse=True)
    beside = {name: early[-1].pop(name) for name in early[-1].keys() - before.keys()}
    assert early[-1] == before
    assert len(beside) == (0 if told_by == "heads without thumbnails" else 10)
    assert all(name.startswith("new") for name in beside)
    assert after == served(shoot, tmp_path / "fresh")
    assert len(after) == len(before) + 10


@pytest.mark.parametrize("why", ["few", "interrupted", "stages", "most are new"])
def test_all_is_looked_at_at_once_where_what_is_new_tells_too_little(
    shoot: Path,
    tmp_path: Path,
    work: Counter[str],
    shown: list[tuple[Lines, int, bool]],
    monkeypatch: pytest.MonkeyPatch,
    why: str,
) -> None:
    """What is new may be of one set with what can be approved, or like what was read before an interruption."""
    monkeypatch.setattr(live_run, "MANY", 1 + 2 * PAIRS + 21 if why == "few" else 2)
    served(shoot, tmp_path / "cache")
    if why == "interrupted":
        with index(tmp_path / "cache", shoot) as (opened, _):
            publishing.Writer(opened.connection, reviews.key([shoot], SETTINGS)).state("working")
    elif why == "most are new":
        for path in sorted(shoot.iterdir())[20:]:
            os.utime(path, (5, 5))
    later(shoot, work, shown, "20250101_120{}_stage{}_x.jpg" if why == "stages" else "new{}_{}.jpg")
    after = served(shoot, tmp_path / "cache")
    assert shown[0][1] >= 2 * PAIRS - 40
    assert after == served(shoot, tmp_path / "fresh")


def test_what_cannot_be_read_is_no_reason_to_look_at_previews_again(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "WORTH_A_HEAD", 0)
    image = pictures.scene(7, 1600, 1200)
    whole = pictures.with_thumbnail(image, image.resize((160, 120)))
    (shoot / "cut.jpg").write_bytes(whole[: len(whole) // 2])

    def told() -> set[str]:
        served(shoot, tmp_path / "cache")
        with index(tmp_path / "cache", shoot) as (_, reader):
            return {each.name for each in reader.passes()}

    assert "reading previews" in told()
    pictures.save(shoot / "lonely.png", pictures.scene(900, 200, 150))
    assert {"reading pictures"} <= told()
    pictures.save(shoot / "another.png", pictures.scene(901, 200, 150))
    assert "reading previews" not in told()


def test_what_changed_while_nobody_looked_is_found_although_nothing_is_remembered(
    shoot: Path, tmp_path: Path, work: Counter[str]
) -> None:
    before: Counter[str] = Counter()

    def quiet() -> bool:
        before.update(work)
        os.utime(shoot / "007_80.jpg", (1, 1))
        return False  # the minute's look, not the watch, finds it

    after = served(shoot, tmp_path / "cache", quiet)
    assert work["_facts"] - before["_facts"] >= 2 * PAIRS  # held no longer than there was anything to hold it for
    assert after == served(shoot, tmp_path / "fresh")
