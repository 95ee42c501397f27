"""Groups through the index: what the indexer writes is what the screen reads, and nothing jumps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cullr.index import database, facts_json
from cullr.index.publishing import Writer
from cullr.index.reviews import Reader
from cullr.model import (
    Difference,
    File,
    Group,
    Kind,
    LeftOut,
    Look,
    Marks,
    Metadata,
    Proposal,
    Quality,
    Rung,
    Shot,
    ShotFacts,
    ShotId,
    Skipped,
    Stage,
    Taken,
    TimeSource,
    Weakest,
)


def facts(number: int, path: str = "") -> ShotFacts:
    face = File(0, path or f"{number}.jpg", 100 + number, number, number)
    return ShotFacts(
        ShotId(number),
        Shot(face, (face,), (File(0, f"{number}.xmp", 5, 5, 5),)),
        Metadata("jpeg", 10, 20, marks=Marks(3, "Red", None)),
        Taken(1000 - number, TimeSource.EXIF, 60),
        Look(2**63 + number, b"", 40.0, Rung.DRAFT),
        Quality(1.5, (), 0.1, 0.2, 0.3),
        Stage("20250101_120000", 1.5, "face"),
        Marks(4),
        (b"\1\2",),
    )


def group(kind: Kind, *members: int) -> Group:
    ids = tuple(ShotId(number) for number in members)
    name = f"{kind}-{'-'.join(map(str, members))}"
    return Group(name, kind, ids, ids[0], dict.fromkeys(ids, 2.0), Weakest(ids[0], ids[-1], 4.0, 8.0))


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[tuple[Writer, Reader]]:
    index = database.open_for_writing(tmp_path, lambda _sentence: None)
    other = database.open_for_reading(tmp_path)
    assert other is not None
    yield Writer(index.connection, "r"), Reader(other, "r")
    other.close()
    index.close()


def publish(writer: Writer, *groups: Group, known: dict[int, ShotFacts] | None = None) -> None:
    members = {ShotId(n): (known or {}).get(n) or facts(n) for each in groups for n in each.shots}
    said = {each.id: [Proposal(n, n == each.shots[0], f"because {n}") for n in each.shots] for each in groups}
    writer.publish(groups, members, said, final={each.id for each in groups})


def test_what_the_indexer_writes_the_screen_reads(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    assert reader.changed()
    assert not reader.changed()
    publish(writer, group(Kind.PHASH, 1, 2))
    assert reader.changed()
    [row] = reader.order()
    line = reader.rows([row])[row]
    assert (line.title, line.kind, line.shots, line.culled, line.frees) == ("1.jpg", Kind.PHASH, 2, 1, 107)
    found = reader.group(row)
    assert found is not None
    assert found[0] == group(Kind.PHASH, 1, 2)
    assert found[1] == (facts(1), facts(2))
    assert [each.reason for each in found[2]] == ["because 1", "because 2"]
    assert reader.totals() == (1, 1, 107)


def test_a_group_that_was_final_stays_so_while_all_is_looked_at_anew_unless_it_holds_something_else(
    channel: tuple[Writer, Reader],
) -> None:
    writer, reader = channel
    one, two = group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4)
    publish(writer, one, two)

    def again(writer: Writer, known: dict[int, ShotFacts]) -> list[bool]:
        members = {ShotId(n): known.get(n) or facts(n) for n in (1, 2, 3, 4)}
        said = {each.id: [Proposal(n, True, "too early to tell") for n in each.shots] for each in (one, two)}
        writer.publish([one, two], members, said)
        return [line.provisional for line in reader.rows(reader.order()).values()]

    later = Writer(writer._db, "r")
    assert again(writer, {}) == again(later, {}) == [False, False]
    found = reader.group(reader.order()[0])
    assert found and [each.reason for each in found[2]] == ["because 1", "because 2"]
    xmp = replace(facts(4).shot, companions=(File(0, "4.xmp", 6, 9, 5),))
    assert again(later, {4: replace(facts(4), shot=xmp)}) == [False, True]
    assert again(later, {}) == [False, True], "not before it was looked at again"
    publish(later, one, two)
    assert again(later, {2: replace(facts(2), marks=Marks(5))}) == [True, False]


def test_a_review_has_begun_once_it_has_groups_and_in_whichever_session(channel: tuple[Writer, Reader]) -> None:
    writer, _ = channel
    other, later = Writer(writer._db, "another"), Writer(writer._db, "r")
    writer.state("working")
    assert not writer.begun()
    publish(writer)
    assert not writer.begun(), "no groups were found"
    publish(writer, group(Kind.PHASH, 1, 2))
    assert (writer.begun(), later.begun(), other.begun()) == (True, True, False)
    later.state("working")
    assert later.begun(), "starting anew keeps the groups"
    publish(later)
    assert not writer.begun(), "the last one is gone"


def test_a_group_that_grows_keeps_its_place(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4), group(Kind.EXACT, 5, 6))
    before = reader.order()
    publish(
        writer, group(Kind.EXACT, 5, 6), group(Kind.PHASH, 8, 9), group(Kind.PHASH, 3, 4, 7), group(Kind.PHASH, 1, 2)
    )
    after = reader.order()
    assert after[:3] == before
    assert [reader.rows([row])[row].id for row in after] == ["phash-1-2", "phash-3-4-7", "exact-5-6", "phash-8-9"]


def test_look_alikes_that_prove_to_be_the_same_bytes_keep_their_place(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4))
    before = reader.order()
    publish(writer, group(Kind.EXACT, 1, 2), group(Kind.PHASH, 3, 4))
    assert reader.order() == before
    assert reader.rows(before)[before[0]].kind is Kind.EXACT


def test_what_comes_beside_the_review_changes_nothing_of_it_and_goes_when_it_is_whole_again(
    channel: tuple[Writer, Reader],
) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4))
    old = reader.order()

    def beside(*groups: Group, kept: AbstractSet[int] = frozenset(range(1, 5))) -> None:
        members = {ShotId(n): facts(n) for each in groups for n in each.shots}
        said = {each.id: [Proposal(n, True, "too early to tell") for n in each.shots] for each in groups}
        writer.publish(groups, members, said, unchanged={ShotId(n) for n in kept})

    beside(group(Kind.PHASH, 5, 6), group(Kind.PHASH, 7, 8))
    assert reader.order()[:2] == old
    new = reader.order()[2:]
    lines = reader.rows(reader.order())
    assert [lines[row].provisional for row in (*old, *new)] == [False, False, True, True]
    beside(group(Kind.PHASH, 5, 6, 9))
    assert reader.order() == [*old, new[0]]  # grown, at its place; the other was none
    beside(group(Kind.PHASH, 1, 2), group(Kind.PHASH, 5, 6, 9))
    found = reader.group(old[0])
    assert found and [each.reason for each in found[2]] == ["because 1", "because 2"]
    beside(group(Kind.PHASH, 5, 6, 9), kept={1, 2, 3})
    assert [reader.rows([row])[row].provisional for row in old] == [False, True]  # a shot of the second is gone
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4))
    assert not any(line.provisional for line in reader.rows(reader.order()).values())
    beside(group(Kind.PHASH, 5, 6, 9))
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4, 5, 6), group(Kind.PHASH, 10, 11))
    assert reader.order()[:2] == old
    assert [reader.rows([row])[row].shots for row in reader.order()] == [2, 4, 2]
    beside(group(Kind.PHASH, 12, 13))
    publish(writer, group(Kind.PHASH, 10, 11), group(Kind.PHASH, 12, 13))
    beside()
    assert len(reader.order()) == 2  # it is the review's own by now


def test_a_group_that_dissolves_leaves_and_the_others_stay(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4))
    first, second = reader.order()
    publish(writer, group(Kind.PHASH, 3, 4))
    assert reader.order() == [second]
    assert reader.group(first) is None


def test_orders_and_filters(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2), group(Kind.EXACT, 3, 4), known={3: facts(3, "Straße/CAFÉ.jpg")})
    one, two = reader.order()
    assert reader.order(by="time") == [two, one]
    assert reader.order(by="certainty") == [two, one]
    assert reader.order(by="size") == [two, one]
    assert reader.order(kind=Kind.EXACT) == [two]
    assert reader.order(text="café") == [two]
    assert reader.order(text="%") == []
    assert reader.kinds() == {Kind.PHASH: 1, Kind.EXACT: 1}


def test_names_that_are_not_utf8_reach_the_screen_as_they_are(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    odd = os.fsdecode(b"caf\xe9\n.jpg")
    publish(writer, group(Kind.PHASH, 1, 2), known={1: facts(1, odd)})
    [row] = reader.order(text=os.fsdecode(b"\xe9"))
    assert reader.rows([row])[row].title == odd
    writer.skipped([Skipped(0, odd, "why")])
    assert reader.skipped() == [Skipped(0, odd, "why")]


def test_progress_and_completion(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    writer.state("working")
    writer.passed("reading heads", 10, 20)
    writer.passed("reading pictures", 1, 20)
    writer.passed("reading heads", 20, 20)
    assert [(each.name, each.done, each.total) for each in reader.passes()] == [
        ("reading heads", 20, 20),
        ("reading pictures", 1, 20),
    ]
    assert not reader.complete()
    writer.state("complete")
    assert reader.complete()


def test_json_keeps_everything_but_the_pixels() -> None:
    members = [facts(1), facts(2, os.fsdecode(b"\xff.jpg"))]
    found, back = facts_json.load(facts_json.dump(group(Kind.CLIP, 1, 2), members))
    assert found == group(Kind.CLIP, 1, 2)
    assert list(back) == members


def test_json_tells_the_sets_of_a_group_apart() -> None:
    told = replace(group(Kind.SET, 4, 7, 9), sets={ShotId(4): 0, ShotId(7): 1, ShotId(9): 0})
    members = [facts(4), facts(7), facts(9)]
    assert facts_json.load(facts_json.dump(told, members))[0] == told


def test_json_keeps_what_a_group_holds_back_and_how_its_recipes_differ() -> None:
    members = [facts(4), facts(7)]
    plain = group(Kind.SET, 4, 7)
    for recipe in (None, (), (Difference(ShotId(7), "seed", "5", None),)):
        told = replace(plain, held=frozenset({ShotId(7)}), recipe=recipe)
        assert facts_json.load(facts_json.dump(told, members))[0] == told


def test_what_was_not_compared_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Its own review's, and only the last time's; names that are not UTF-8 as they were."""
    with closing(database.open_for_writing(tmp_path, print)) as opened:
        rows = [LeftOut(Kind.SET, 1, ("a.png", os.fsdecode(b"\xff.png")), "its set lacks x")]
        Writer(opened.connection, "other").left_out([LeftOut(Kind.CLIP, 0, ("b.png",), "no vector")])
        for each in ([], rows * 2, rows):
            Writer(opened.connection, "this").left_out(each)
            assert Reader(opened.connection, "this").left_out() == each


def test_a_publication_that_changes_nothing_does_not_wake_the_screen(channel: tuple[Writer, Reader]) -> None:
    writer, reader = channel
    groups = group(Kind.PHASH, 1, 2), group(Kind.PHASH, 3, 4)
    publish(writer, *groups)
    assert reader.changed()
    publish(writer, *groups)
    assert not reader.changed()
    publish(writer, *groups, known={4: facts(4, "renamed.jpg")})
    assert reader.changed()
    [first, second] = reader.order()
    assert reader.texts([second])[second].count("renamed.jpg") == 1
    publish(writer, groups[1], known={4: facts(4, "renamed.jpg")})
    publish(writer, *groups, known={4: facts(4, "renamed.jpg")})
    assert [reader.rows([row])[row].id for row in reader.order()] == [groups[1].id, groups[0].id]
    assert first not in reader.order()


def test_a_group_that_is_gone_from_the_index_is_written_again_though_nothing_changed(
    channel: tuple[Writer, Reader],
) -> None:
    writer, reader = channel
    publish(writer, group(Kind.PHASH, 1, 2))
    publish(Writer(writer._db, "r"))
    assert reader.order() == []
    publish(writer, group(Kind.PHASH, 1, 2))
    assert len(reader.order()) == 1
