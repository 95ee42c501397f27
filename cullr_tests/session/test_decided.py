"""The person's word over rules: by content, through renames and other orders of roots, the latest word last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from cullr import journal, rules
from cullr.journal import Journal, Verdict
from cullr.model import (
    File,
    Group,
    Kind,
    Marks,
    Metadata,
    Proposal,
    Shot,
    ShotFacts,
    ShotId,
    Taken,
    TimeSource,
    Weakest,
)
from cullr.rules.rule import Protect
from cullr.session.decided import Decided, key

RULE = rules.load("largest_original")


def facts(path: str, content: str | None = None, *, size: int = 0, root: int = 0) -> ShotFacts:
    """A shot of `size` pixels; of equal `content`, by default its path, two are copies."""
    number = ShotId(sum(ord(letter) << 8 * place for place, letter in enumerate(path)) * 2 + root)
    face = File(root, path, 1000 + size, 1)
    return ShotFacts(
        number,
        Shot(face, (face,)),
        Metadata("jpeg", 100 + size, 100),
        Taken(0, TimeSource.MTIME),
        fingerprint=(content or path).encode() if content != "" else None,
    )


def group(*members: ShotFacts, kind: Kind = Kind.PHASH) -> Group:
    ids = tuple(each.id for each in members)
    name = f"{kind}-{'-'.join(each.shot.path for each in members)}"
    return Group(name, kind, ids, ids[0], dict.fromkeys(ids, 0.0), Weakest(ids[0], ids[-1], 0, 8))


def say(root: Path, verdict: Verdict, *content: str) -> None:
    with Journal(root) as book:
        journal.decide(book, [(verdict, [each.encode() for each in content])])


def say_of(root: Path, verdict: Verdict, shot: ShotFacts, members: Iterable[ShotFacts]) -> None:
    with Journal(root) as book:
        journal.decide(book, [(verdict, [bytes.fromhex(part) for part in key(shot, members)])])


def kept(decided: Decided, *groups: tuple[Kind, list[ShotFacts]]) -> list[str]:
    """The paths kept in each group, in words: `a.jpg b.jpg`."""
    known = {each.id: each for _, members in groups for each in members}
    made = [group(*members, kind=kind) for kind, members in groups]
    found = decided.propose_all(RULE, made, known)
    return [" ".join(known[said.shot].shot.path for said in found[each.id] if said.keep) for each in made]


def test_without_a_word_the_rule_decides_alone(tmp_path: Path) -> None:
    members = [facts("a.jpg", size=1), facts("b.jpg", size=900), facts("c.jpg")]
    ruled = rules.propose(RULE, group(*members), members)
    assert Decided.read([tmp_path]).propose(RULE, group(*members), members) == ruled
    assert [each.keep for each in ruled] == [False, True, False]


def test_a_word_outranks_the_rule_both_ways_and_says_so(tmp_path: Path) -> None:
    members = [facts("a.jpg"), facts("b.jpg", size=900), facts("c.jpg", size=500)]
    say(tmp_path, Verdict.KEEP, "a.jpg")
    said = Decided.read([tmp_path]).propose(RULE, group(*members), members)
    assert [each.keep for each in said] == [True, True, False]
    assert said[0].reason == "kept: you said so"
    say(tmp_path, Verdict.CULL, "a.jpg")
    said = Decided.read([tmp_path]).propose(RULE, group(*members), members)
    assert [each.keep for each in said] == [False, True, False]
    assert said[0].reason == "culled: you said so"
    say(tmp_path, Verdict.NONE, "a.jpg")
    assert kept(Decided.read([tmp_path]), (Kind.PHASH, members)) == ["b.jpg"]


@pytest.mark.parametrize("kind", [Kind.PHASH, Kind.BURST])
@pytest.mark.parametrize("shielded", [None, "bracket"])
def test_a_word_outranks_protections_shields_and_the_clock(tmp_path: Path, kind: Kind, shielded: str | None) -> None:
    """All that a rule may hold against culling, or for it, yields to the person."""
    members = [
        replace(facts(path, size=size), marks=Marks(rating=5, pick=1))
        for path, size in (("a.jpg", 0), ("b.jpg", 900), ("c.jpg", 500))
    ]
    strict = replace(RULE, protect=Protect(rating=4, pick=True, kind=(kind,)), keep=2, seconds=10.0)
    together = replace(group(*members, kind=kind), shielded=shielded)
    assert all(each.keep for each in rules.propose(strict, together, members))
    say(tmp_path, Verdict.CULL, "b.jpg")
    said = Decided.read([tmp_path]).propose(strict, together, members)
    assert [each.keep for each in said] == [True, False, True]
    assert said[1].reason == "culled: you said so"


def test_where_the_rules_choice_is_culled_by_hand_the_next_best_stays(tmp_path: Path) -> None:
    members = [facts("a.jpg"), facts("b.jpg", size=900), facts("c.jpg", size=500)]
    say(tmp_path, Verdict.CULL, "b.jpg")
    decided = Decided.read([tmp_path])
    assert kept(decided, (Kind.PHASH, members)) == ["c.jpg"]
    # Where only finished proposals are at hand, what lost against the culled one stays.
    ruled = rules.propose(RULE, group(*members), members)
    said = decided.over(ruled, {each.id: each for each in members})
    assert [each.keep for each in said] == [True, False, True]


@pytest.mark.parametrize("over_finished", [True, False])
def test_a_group_culled_whole_by_hand_keeps_the_rules_choice(tmp_path: Path, over_finished: bool) -> None:
    members = [facts("a.jpg"), facts("b.jpg", size=900)]
    for each in members:
        say(tmp_path, Verdict.CULL, each.shot.path)
    decided = Decided.read([tmp_path])
    ruled = rules.propose(RULE, group(*members), members)
    said = (
        decided.over(ruled, {each.id: each for each in members})
        if over_finished
        else decided.propose(RULE, group(*members), members)
    )
    assert [each.keep for each in said] == [False, True]


def test_something_stays_even_where_nothing_was_to_stay_before(tmp_path: Path) -> None:
    members = [facts("a.jpg"), facts("b.jpg")]
    for each in members:
        say(tmp_path, Verdict.CULL, each.shot.path)
    said = Decided.read([tmp_path]).over(
        [Proposal(each.id, False, "already culled in a stronger group") for each in members],
        {each.id: each for each in members},
    )
    assert [each.keep for each in said] == [True, False]


def test_what_was_culled_or_kept_by_hand_in_a_stronger_group_counts_in_the_weaker(tmp_path: Path) -> None:
    a, b, c = facts("a.jpg", size=900), facts("b.jpg", size=800), facts("c.jpg", size=500)
    groups = ((Kind.EXACT, [a, b]), (Kind.PHASH, [b, c]))
    assert kept(Decided.read([tmp_path]), *groups) == ["a.jpg", "c.jpg"]
    say(tmp_path, Verdict.KEEP, "b.jpg")
    assert kept(Decided.read([tmp_path]), *groups) == ["a.jpg b.jpg", "b.jpg"]
    say(tmp_path, Verdict.CULL, "a.jpg")
    assert kept(Decided.read([tmp_path]), *groups) == ["b.jpg", "b.jpg"]


def test_a_word_follows_the_picture_to_another_name_and_folder(tmp_path: Path) -> None:
    say(tmp_path, Verdict.KEEP, "content")
    moved = [facts("else/where.jpg", "content"), facts("b.jpg", size=900)]
    assert kept(Decided.read([tmp_path]), (Kind.PHASH, moved)) == ["else/where.jpg b.jpg"]


def test_of_copies_the_path_tells_which_was_meant(tmp_path: Path) -> None:
    one, two, other = facts("a.jpg", "same"), facts("b.jpg", "same"), facts("c.jpg", size=900)
    say_of(tmp_path, Verdict.CULL, one, [one, two])
    decided = Decided.read([tmp_path])
    assert decided.verdict(one, [one, two]) is Verdict.CULL
    assert decided.verdict(two, [one, two]) is None
    assert kept(decided, (Kind.EXACT, [one, two])) == ["b.jpg"]
    # It holds when the other copy has gone, and does not reach the other where that is alone.
    assert decided.verdict(one, [one, other]) is Verdict.CULL
    assert decided.verdict(two, [two, other]) is None


def test_the_word_on_a_copy_does_not_depend_on_the_order_of_the_roots(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        root.mkdir()
    first, second = facts("x.jpg", "same", root=0), facts("x.jpg", "same", root=1)
    say_of(roots[0], Verdict.CULL, first, [first, second])
    here = Decided.read(roots)
    assert (here.verdict(first, [first, second]), here.verdict(second, [first, second])) == (Verdict.CULL, None)
    swapped = Decided.read(roots[::-1])
    assert (swapped.verdict(first, [first, second]), swapped.verdict(second, [first, second])) == (None, Verdict.CULL)


def test_the_last_word_counts_whether_said_of_the_copy_or_of_the_content(tmp_path: Path) -> None:
    one, two, other = facts("a.jpg", "same"), facts("b.jpg", "same"), facts("c.jpg")
    say_of(tmp_path, Verdict.CULL, one, [one, two])
    say_of(tmp_path, Verdict.KEEP, one, [one, other])
    assert Decided.read([tmp_path]).verdict(one, [one, other]) is Verdict.KEEP
    say_of(tmp_path, Verdict.NONE, one, [one, other])
    assert Decided.read([tmp_path]).verdict(one, [one, other]) is None
    say_of(tmp_path, Verdict.KEEP, one, [one, two])
    assert Decided.read([tmp_path]).verdict(one, [one, other]) is Verdict.KEEP


def test_words_from_every_root_hold_and_a_shot_nothing_is_known_of_has_none(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        root.mkdir()
    say(roots[1], Verdict.KEEP, "a.jpg")
    unknown = facts("u.jpg", "")
    decided = Decided.read(roots)
    assert decided.verdict(facts("a.jpg"), []) is Verdict.KEEP
    assert decided.verdict(unknown, [unknown]) is None
    assert key(unknown, [unknown]) == ()


def test_not_alike_dissolves_the_group_its_parts_and_nothing_larger(tmp_path: Path) -> None:
    a, b, c, d = (facts(f"{name}.jpg") for name in "abcd")
    say(tmp_path, Verdict.NOT_ALIKE, "a.jpg", "b.jpg", "c.jpg")
    apart = Decided.read([tmp_path]).told_apart
    assert apart([a, b, c])
    assert apart([c, a])
    assert not apart([a, b, c, d])
    assert not apart([a, d])
    assert apart([replace(a, shot=facts("renamed.jpg").shot), b])
    say(tmp_path, Verdict.NONE, "a.jpg", "b.jpg", "c.jpg")
    assert not Decided.read([tmp_path]).told_apart([a, b, c])


def test_not_alike_says_nothing_of_copies_of_one_of_them_nor_of_what_could_not_be_read(tmp_path: Path) -> None:
    a, copy_, b, unread = facts("a.jpg"), facts("copy.jpg", "a.jpg"), facts("b.jpg"), facts("u.jpg", "")
    say(tmp_path, Verdict.NOT_ALIKE, "a.jpg", "b.jpg")
    apart = Decided.read([tmp_path]).told_apart
    assert apart([a, b])
    assert not apart([a, copy_])
    assert not apart([a, unread])
    assert not apart([a, b, unread])
    say(tmp_path, Verdict.NOT_ALIKE, "a.jpg", "a.jpg")
    assert Decided.read([tmp_path]).told_apart([a, copy_])
