"""What comes in steps matches as if all had come at once: the same nodes, pairs, scores and threshold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cullr import hashes
from cullr.match import compared, looks, phash
from cullr.match.compared import Compared
from cullr.match.edges import Edges
from cullr.model import File, Look, Shot, ShotFacts
from cullr_tests.match.facts import look_of, random_grey, shot
from cullr_tests.match.test_kept_greys import Elsewhere

FIRST = look_of(random_grey(1)).phash

Pair = tuple[str, str]
Told = tuple[dict[str, str], dict[Pair, float], float]


def told(edges: Edges, facts: Sequence[ShotFacts]) -> Told:
    """All that edges say, by paths: the node of each, the pairs with their scores, the threshold."""
    path = [fact.shot.path for fact in facts]
    nodes = {path[place]: path[node] for place, node in enumerate(edges.nodes.tolist()) if node >= 0}
    pairs = [(min(path[a], path[b]), max(path[a], path[b])) for a, b in edges.pairs.tolist()]
    assert len(pairs) == len(set(pairs))
    assert all(a != b for a, b in pairs)
    assert edges.measure(edges.pairs[:, 0], edges.pairs[:, 1]).tolist() == edges.scores.tolist()
    return nodes, dict(zip(pairs, edges.scores.tolist(), strict=True)), edges.threshold


def seen(fact: ShotFacts, look: Look | None) -> ShotFacts:
    """The shot with another look: its file changed, and so did its fingerprint."""
    content = look.grey if look and isinstance(look.grey, bytes) else b""
    return replace(fact, look=look, fingerprint=hashlib.blake2b(content, digest_size=16).digest())


def renamed(fact: ShotFacts, path: str) -> ShotFacts:
    file = File(0, path, 100, 0)
    return replace(fact, shot=Shot(file, (file,)))


def look(scene: int, noise: int, turn: int, bits: int | None) -> Look:
    """One of a few scenes, a little other by `noise`, turned or mirrored; under another scene's hash where `bits` of it
    are told. Noise 3 leaves it almost no contrast."""
    grey = np.rot90(random_grey(scene), turn % 4)
    grey = grey[:, ::-1] if turn > 3 else grey
    random = np.random.default_rng(noise)
    grey = (grey.astype(int) + random.integers(-6, 7, (32, 32)) * (noise > 0)).clip(0, 255)
    if noise == 3:
        grey = grey // 64 + 100
    return look_of(np.ascontiguousarray(grey, np.uint8), None if bits is None else FIRST ^ (1 << bits) - 1)


LOOKS = st.builds(
    look,
    st.integers(1, 4),
    st.integers(0, 3),
    st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5]),
    st.sampled_from([None, None, None, 0, 0, 3, 8]),
)
NAMES = st.integers(0, 15)
STEPS = st.lists(st.lists(st.tuples(NAMES, LOOKS | st.none(), st.integers(0, 3)), max_size=10), min_size=2, max_size=5)
Step = list[tuple[int, Look | None, int]]


def changed(facts: dict[int, ShotFacts], step: Step) -> dict[int, ShotFacts]:
    """By a shot's number: 0 takes it away, 1 gives it another path, others a look; one that is not there comes."""
    facts = dict(facts)
    for number, look, what in step:
        if number not in facts:
            facts[number] = seen(shot(f"{number:02}.jpg"), look)
        elif what == 0:
            del facts[number]
        elif what == 1:
            facts[number] = renamed(facts[number], f"{7 * number % 16:02} again {len(facts)} {number}.jpg")
        else:
            facts[number] = seen(facts[number], look)
    return facts


class Steps:
    """One comparison that is asked again and again, each answer held against a fresh one's."""

    def __init__(self, **how: Any) -> None:
        self._how = how
        self._compared = Compared(**how)

    def agree(self, facts: Sequence[ShotFacts]) -> Told:
        found = told(phash.match(facts, **self._how, compared=self._compared), facts)
        in_order = sorted(facts, key=lambda fact: fact.id)
        assert found == told(phash.match(in_order, **self._how), in_order)
        return found


def test_a_look_that_went_and_comes_back_is_compared_with_what_came_in_between() -> None:
    one, like, also = (seen(shot(f"{n}.jpg"), look(1, n, 0, None)) for n in range(3))
    before = Steps()
    assert before.agree([one, like])[1].keys() == {("0.jpg", "1.jpg")}
    assert before.agree([like, also])[1].keys() == {("1.jpg", "2.jpg")}
    assert before.agree([like, also, one])[1].keys() == {("0.jpg", "1.jpg"), ("0.jpg", "2.jpg"), ("1.jpg", "2.jpg")}


def test_a_later_twin_stands_at_the_first_path_of_its_look_and_so_do_its_pairs() -> None:
    one, like = (seen(shot(name), look(1, n, 0, None)) for n, name in enumerate(("m.jpg", "n.jpg")))
    twin = seen(shot("a.jpg"), one.look)
    before = Steps()
    assert before.agree([one, like])[0] == {"m.jpg": "m.jpg", "n.jpg": "n.jpg"}
    nodes, pairs, _ = before.agree([one, like, twin])
    assert nodes == {"a.jpg": "a.jpg", "m.jpg": "a.jpg", "n.jpg": "n.jpg"}
    assert pairs.keys() == {("a.jpg", "n.jpg")}
    assert before.agree([renamed(one, "z.jpg"), like])[1].keys() == {("n.jpg", "z.jpg")}


def test_of_equal_hashes_only_equal_greys_are_one_node_whenever_they_come() -> None:
    first, same, other = (seen(shot(name), look(scene, 0, 0, 0)) for name, scene in [("a", 1), ("b", 1), ("c", 2)])
    before = Steps()
    before.agree([first])
    assert before.agree([first, same, other]) == ({"a": "a", "b": "a", "c": "c"}, {}, 8.0)
    assert before.agree([seen(first, look(2, 0, 0, 0)), same, other])[0] == {"a": "a", "b": "b", "c": "a"}


def test_a_picture_that_loses_its_contrast_matches_nothing_more() -> None:
    one, like = (seen(shot(f"{n}.jpg"), look(1, n, 0, None)) for n in range(2))
    before = Steps()
    assert len(before.agree([one, like])[1]) == 1
    assert before.agree([one, seen(like, look(1, 3, 0, None))])[:2] == ({"0.jpg": "0.jpg"}, {})
    assert len(before.agree([one, like])[1]) == 1


@pytest.mark.parametrize("turn", range(1, 8))
def test_a_later_shot_is_found_however_it_is_turned_to_those_before_and_after_it(turn: int) -> None:
    grey = random_grey(1)
    turned = np.ascontiguousarray(hashes.turned(grey[None], turn)[0])
    upright, there, left = (shot("a"), look_of(grey)), (shot("b"), look_of(turned)), (shot("c"), look(1, 1, 1, None))
    one, other, more = (seen(*each) for each in (upright, there, left))
    for facts in ([one, other], [other, one]):
        before = Steps(any_orientation=True)
        before.agree(facts[:1])
        assert before.agree(facts)[1].keys() == {("a", "b")}
        assert len(before.agree([*facts, more])[1]) == 3
    assert before.agree([one])[1] == {}


def roughly(seed: int, turn: int) -> NDArray[np.uint8]:
    """A scene turned, with so much noise that its hash is about as far away as is still near."""
    noise = np.random.default_rng(seed).normal(0, 18, (4, 4)).repeat(8, axis=0).repeat(8, axis=1)
    return np.asarray((hashes.turned(random_grey(seed)[None], turn)[0] + noise).clip(0, 255), np.uint8)


def are_near(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> bool:
    """By all eight orientations of the second to the first, one by one: the hashes, both ways, and the correlation."""
    own, other = hashes.orientations(hashes.phash_batch(np.stack((one, two)))[1])
    for turn, back in enumerate((0, 1, 2, 3, 4, 6, 5, 7)):
        bits = max(int(own[0] ^ other[turn]).bit_count(), int(other[0] ^ own[back]).bit_count())
        r = np.corrcoef(one.ravel(), hashes.turned(two[None], turn)[0].ravel())[0, 1]
        if bits <= 8 and r >= 0.85:
            return True
    return False


def test_turned_pairs_are_those_that_are_near_both_ways_whichever_came_first() -> None:
    views = [(random_grey(seed), roughly(seed, 1 + seed % 7)) for seed in range(60)]
    expected = {(f"{n:02}a", f"{n:02}b") for n, pair in enumerate(views) if are_near(*pair)}
    assert 10 < len(expected) < 50
    first, second = (
        [shot(f"{n:02}{name}", look=look_of(pair[at])) for n, pair in enumerate(views)] for at, name in enumerate("ab")
    )
    for facts in ([*first, *second], [*second, *first]):
        before = Steps(any_orientation=True)
        before.agree(facts[:60])
        assert before.agree(facts)[1].keys() == expected


def test_no_picture_pairs_with_itself_not_even_one_that_can_be_turned_onto_itself() -> None:
    grey = random_grey(1)
    itself = np.asarray((grey.astype(int) + grey.T) // 2, np.uint8)
    before = Steps(any_orientation=True)
    before.agree([shot("other", look=look(2, 0, 0, None))])
    assert before.agree([shot("turned", look=look_of(itself))])[1] == {}


def test_what_was_compared_is_not_compared_again() -> None:
    facts = [seen(shot(f"{n:02}.jpg"), look(1, n, 0, None)) for n in (0, 1, 2)]
    facts += [seen(shot(f"{n:02}.jpg"), look_of(random_grey(n))) for n in range(10, 30)]
    elsewhere = Elsewhere(facts)
    away = [replace(fact, look=fact.look and replace(fact.look, grey=elsewhere)) for fact in facts]
    before = Compared()
    phash.match(away[:-1], compared=before)
    asked = elsewhere.asked
    phash.match([renamed(each, f"new {each.shot.path}") for each in away[:-1]], compared=before)
    assert elsewhere.asked == asked
    edges = phash.match(away, compared=before)  # the new one is like none
    assert elsewhere.asked == asked
    assert len(edges.pairs) == 3


def near(*counts: int, bits: int = 2) -> list[ShotFacts]:
    """So many shots whose hashes differ by a few bits, no more than 2 each from one in their middle."""
    random = np.random.default_rng(5)
    flips = [sum(1 << int(bit) for bit in random.choice(64, bits, replace=False)) for _ in range(sum(counts))]
    return [seen(shot(f"{n:02}.jpg"), look_of(random_grey(n), FIRST ^ flip)) for n, flip in enumerate(flips)]


@pytest.mark.parametrize("any_orientation", [False, True])
@pytest.mark.parametrize("bits", [0, 2])
def test_too_many_pairs_in_a_later_step_are_as_many_as_at_once(
    bits: int, any_orientation: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compared, "MOST_PAIRS", 500)
    monkeypatch.setattr(compared, "NEIGHBOURS", 2)
    facts = near(40, bits=bits)
    before = Steps(correlation=-1, any_orientation=any_orientation)
    assert before.agree(facts[:10])[2] == 8
    assert before.agree(facts)[2] < 8
    assert before.agree([renamed(facts[0], "zz.jpg"), *facts[1:]])[2] < 8
    assert before.agree(facts[20:])[2] == 8


@settings(max_examples=80)
@given(STEPS, st.booleans(), st.randoms(use_true_random=False))
def test_steps_end_where_one_step_would_in_whatever_order_the_facts_come(
    steps: list[Step], any_orientation: bool, random: Random
) -> None:
    before = Steps(any_orientation=any_orientation)
    known: dict[int, ShotFacts] = {}
    for step in steps:
        known = changed(known, step)
        facts = list(known.values())
        random.shuffle(facts)
        before.agree(facts)


@settings(max_examples=20)
@given(STEPS, st.booleans())
def test_blocks_change_nothing(steps: list[Step], any_orientation: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looks, "BLOCK", 2)
        before = Steps(any_orientation=any_orientation)
        known: dict[int, ShotFacts] = {}
        for step in steps:
            known = changed(known, step)
            before.agree(list(known.values()))


@pytest.mark.parametrize("any_orientation", [False, True])
def test_pairs_of_several_steps_count_together(any_orientation: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """435 pairs among the first, 345 more with the others: each fits, both together do not."""
    monkeypatch.setattr(compared, "MOST_PAIRS", 500)
    facts = near(40)
    before = Steps(correlation=-1, any_orientation=any_orientation)
    before.agree(facts[:30])
    before.agree(facts)
