"""exact, phash and burst: what is evidence, what is not, and that none of them explodes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cullr import hashes
from cullr.match import burst, compared, exact, looks, phash
from cullr.match.edges import Edges, distinct, no_pairs
from cullr.model import Look, Rung, ShotFacts, Stage, TimeSource
from cullr_tests.match.facts import LANCZOS, ground_truth, look_of, opened, photo, random_grey, shot

DAY = 86_400


def alike(edges: Edges, facts: list[ShotFacts]) -> set[tuple[str, str]]:
    """All pairs of names that an edge or a shared node joins."""
    members: dict[int, list[str]] = {}
    for fact, node in zip(facts, edges.nodes.tolist(), strict=True):
        members.setdefault(node, []).append(fact.shot.path)
    members.pop(-1, None)
    joined = [(a, b) for names in members.values() for a in names for b in names if a < b]
    joined += [(min(a, b), max(a, b)) for i, j in edges.pairs.tolist() for a in members[i] for b in members[j]]
    assert len(joined) == len(set(joined))
    return set(joined)


def test_shots_are_exact_only_when_all_their_photos_are() -> None:
    facts = [
        shot("a.jpg", photos=((100, b"x"), (200, b"y"))),
        shot("b.jpg", photos=((200, b"y"), (100, b"x"))),
        shot("c.jpg", photos=((100, b"x"),)),
        shot("d.jpg", photos=((100, b"x"), (200, b"z"))),
        shot("e.jpg", photos=((100, b"x"), (200, None))),
        shot("f.jpg", photos=((100, b"x"), (100, b"x"), (200, b"y"))),
    ]
    assert alike(exact.match(facts), facts) == {("a.jpg", "b.jpg")}


def test_only_shots_whose_sizes_collide_are_digested() -> None:
    facts = [
        shot("a.jpg", photos=((100, None), (200, None))),
        shot("b.jpg", photos=((200, None), (100, None))),
        shot("c.jpg", photos=((100, None),)),
        shot("d.jpg", photos=((0, None),)),
        shot("e.jpg", photos=((0, None),)),
    ]
    assert exact.wanted(facts) == {facts[0].id, facts[1].id}


def test_empty_files_are_not_the_same_picture() -> None:
    facts = [shot(name, photos=((0, b"empty"),)) for name in ("a.jpg", "b.jpg")]
    assert alike(exact.match(facts), facts) == set()


def test_looks_match_when_both_hash_and_correlation_agree() -> None:
    grey = random_grey(1)
    value = look_of(grey).phash
    facts = [
        shot("a.jpg", look=look_of(grey)),
        shot("b.jpg", look=look_of(np.clip(grey.astype(int) + 9, 0, 255).astype(np.uint8), value ^ 0b11)),
        shot("far.jpg", look=look_of(grey, value ^ (0x1FF << 10))),
        shot("unlike.jpg", look=look_of(255 - grey, value)),
        shot("unseen.jpg"),
    ]
    edges = phash.match(facts)
    assert alike(edges, facts) == {("a.jpg", "b.jpg")}
    assert edges.scores.tolist() == [2.0]
    assert alike(phash.match(facts, distance=9), facts) == {("a.jpg", "b.jpg"), ("a.jpg", "far.jpg")}


def test_a_picture_without_contrast_matches_nothing_not_even_its_twin() -> None:
    faint = (random_grey(1) // 64 + 100).astype(np.uint8)
    assert faint.std() < phash.FLAT
    facts = [shot(name, look=look_of(faint)) for name in ("a.jpg", "b.jpg")]
    assert alike(phash.match(facts), facts) == set()


def test_fifty_thousand_identical_looks_are_one_node() -> None:
    look = look_of(random_grey(1))
    facts = [shot(f"{place:05}.jpg", look=look) for place in range(50_000)]
    edges = phash.match(facts)
    assert len(edges.pairs) == 0
    assert set(edges.nodes.tolist()) == {0}


def test_too_many_pairs_lower_the_distance_and_the_threshold_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    grey = random_grey(1)
    value = look_of(grey).phash
    looks = [look_of(np.roll(grey, n % 2, axis=1) + np.uint8(n % 3), value ^ (1 << n)) for n in range(30)]
    looks += [look_of(random_grey(n), value ^ (0xFF << 50)) for n in range(2, 5)]
    facts = [shot(f"{n:02}.jpg", look=look) for n, look in enumerate(looks)]
    monkeypatch.setattr(compared, "MOST_PAIRS", 20)
    edges = phash.match(facts, correlation=-1)
    assert edges.threshold == 0
    assert alike(edges, facts) == {("30.jpg", "31.jpg"), ("30.jpg", "32.jpg"), ("31.jpg", "32.jpg")}


def test_too_many_equal_hashes_are_tried_with_their_neighbours_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [shot(f"{n:03}.jpg", look=look_of(random_grey(n), 77)) for n in range(100)]
    monkeypatch.setattr(compared, "MOST_PAIRS", 50)
    monkeypatch.setattr(compared, "NEIGHBOURS", 2)
    expected = {(f"{n:03}.jpg", f"{n + k:03}.jpg") for n in range(100) for k in (1, 2) if n + k < 100}
    facts.append(shot("a copy of the first.jpg", look=facts[0].look))
    expected |= {(f"00{n}.jpg", "a copy of the first.jpg") for n in range(3)}
    shuffled = [facts[place] for place in np.random.default_rng(1).permutation(101)]
    shuffled.sort(key=lambda fact: fact.shot.path[0] != "a")  # its node still stands where the first of its path does
    assert alike(phash.match(shuffled, correlation=-1), shuffled) == expected


def test_turned_and_mirrored_pictures_match_only_when_asked_for() -> None:
    grey = random_grey(3)
    turned = {"mirrored": grey[:, ::-1], "down": grey[::-1], "left": np.rot90(grey), "right": np.rot90(grey, 3)}
    facts = [shot("as it is", look=look_of(grey))]
    facts += [shot(name, look=look_of(np.ascontiguousarray(view))) for name, view in turned.items()]
    assert alike(phash.match(facts), facts) == set()
    edges = phash.match(facts, any_orientation=True)
    assert len(alike(edges, facts)) == 10
    assert edges.scores.max() <= 2


@pytest.mark.filterwarnings("ignore")  # some of the set's files are odd on purpose, and Pillow says so
def test_the_shared_photos_match_without_a_single_false_pair(shared_photos: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    positive, unscored, names = ground_truth(shared_photos)
    facts = [
        shot(name, look=look_of(np.asarray(opened(shared_photos / name).resize((32, 32), LANCZOS)))) for name in names
    ]
    found = alike(phash.match(facts), facts)
    scored = {pair for pair in positive if set(pair) <= set(names)}
    assert found - positive - unscored == set()
    assert len(found & scored) >= 0.93 * len(scored)
    mirrored = alike(phash.match(facts, any_orientation=True), facts)
    assert mirrored - positive - unscored == set()
    assert len(mirrored & scored) > len(found & scored)
    flat = json.loads((shared_photos / "ground_truth.json").read_text("utf-8"))["flat_pictures"]["files"]
    assert not {name for pair in mirrored for name in pair} & set(flat)
    night = facts[names.index("singles/cats/black cat at night.jpg")]
    assert night.look is not None
    assert night.look.contrast > 2 * phash.FLAT


def seen(seed: int) -> Look:
    return look_of(random_grey(seed))


def r_of(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize("orientation", range(8))
@pytest.mark.parametrize("dense", [True, False])
def test_correlations_are_pearsons_r_of_the_turned_greys(
    orientation: int, dense: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    greys = [random_grey(seed) for seed in range(12)]
    facts = [shot(f"{n}.jpg", look=look_of(grey)) for n, grey in enumerate(greys)]
    order = [(a, b) for a in range(12) for b in range(12)] if dense else [(a, (5 * a + 3) % 12) for a in range(12)]
    expected = [r_of(greys[a], np.ascontiguousarray(hashes.turned(greys[b][None], orientation)[0])) for a, b in order]
    pairs = np.array(order, np.int32)
    assert looks.correlations(facts, pairs, orientation).tolist() == pytest.approx(expected, abs=1e-5)
    monkeypatch.setattr(looks, "BLOCK", 2)
    monkeypatch.setattr(looks, "DENSE", 0)
    assert looks.correlations(facts, pairs, orientation).tolist() == pytest.approx(expected, abs=1e-5)


def test_a_grey_of_one_colour_correlates_with_nothing() -> None:
    facts = [shot("a", look=look_of(random_grey(1))), shot("b", look=Look(0, bytes([7]) * 1024, 0.0, Rung.FULL))]
    assert np.isnan(looks.correlations(facts, np.array([(0, 1), (1, 1)], np.int32))).all()
    assert looks.correlations(facts, no_pairs()).shape == (0,)


def test_pairs_found_twice_or_backwards_count_once() -> None:
    pairs = np.array([(3, 1), (1, 3), (0, 2), (1, 3), (0, 1)], np.int32)
    assert distinct(pairs).tolist() == [[0, 1], [0, 2], [1, 3]]
    assert distinct(no_pairs()).shape == (0, 2)


def test_a_burst_is_one_camera_within_seconds() -> None:
    facts = [
        shot("a.jpg", seconds=0.0, look=seen(1)),
        shot("b.jpg", seconds=1.5, look=seen(1)),
        shot("c.jpg", seconds=3.4, look=seen(1)),
        shot("other.jpg", seconds=1.0, look=seen(1), camera="Other"),
        shot("late.jpg", seconds=60.0, look=seen(1)),
    ]
    edges = burst.match(facts, seconds=2.0)
    assert alike(edges, facts) == {("a.jpg", "b.jpg"), ("b.jpg", "c.jpg")}
    assert edges.scores.tolist() == pytest.approx([1.5, 1.9])
    assert edges.measure(np.array([0], np.int32), np.array([4], np.int32)).tolist() == [60.0]


def test_times_of_two_zones_compare_by_utc_and_unknown_zones_by_the_clock() -> None:
    facts = [
        shot("berlin.jpg", seconds=7200.5, offset=120),
        shot("london.jpg", seconds=3600.0, offset=60),
        shot("unknown.jpg", seconds=7201.0),
        shot("tokyo.jpg", seconds=7200.5, offset=540),
    ]
    expected = {("berlin.jpg", "london.jpg"), ("berlin.jpg", "unknown.jpg"), ("tokyo.jpg", "unknown.jpg")}
    assert alike(burst.match(facts), facts) == expected


def test_exif_times_stand_unless_the_looks_are_plainly_different() -> None:
    unlike = look_of(255 - random_grey(1))
    facts = [shot("a.jpg", look=seen(1)), shot("b.jpg", look=unlike), shot("c.jpg", look=None)]
    assert alike(burst.match(facts), facts) == {("a.jpg", "c.jpg"), ("b.jpg", "c.jpg")}
    dark = Look(0, bytes(1024), 0.0, Rung.FULL)
    facts = [shot("a.jpg", look=seen(1)), shot("cap.jpg", look=dark)]
    assert alike(burst.match(facts), facts) == {("a.jpg", "cap.jpg")}


@pytest.mark.parametrize("source", [TimeSource.NAME, TimeSource.MTIME])
def test_weaker_times_need_looks_and_sizes_that_agree(source: TimeSource) -> None:
    facts = [
        shot("1.jpg", source=source, seconds=1, look=seen(1)),
        shot("2.jpg", source=source, seconds=1, look=seen(1)),
        shot("03.jpg", source=source, seconds=1, look=seen(2)),  # unlike
        shot("4.jpg", source=source, seconds=1, look=look_of(random_grey(2), look_of(random_grey(1)).phash)),
        shot("5.jpg", source=source, seconds=1, look=seen(1), size=(640, 480)),
        shot("6.jpg", source=source, seconds=1),  # unseen
        shot("7.jpg", source=TimeSource.EXIF, seconds=1, look=seen(1)),
    ]
    assert alike(burst.match(facts), facts) == {("1.jpg", "2.jpg")}


def test_mtimes_count_only_between_the_numbers_of_one_row() -> None:
    """A copied folder has one mtime for all its files."""
    names = ("in/a1.jpg", "in/a002.png", "in/b3.jpg", "in/a.jpg", "in/a-edit.jpg", "out/a1.jpg", "in/a1-crop.jpg")
    facts = [shot(name, source=TimeSource.MTIME, look=seen(1)) for name in names]
    assert alike(burst.match(facts), facts) == {("in/a002.png", "in/a1.jpg")}


def test_names_that_hold_a_date_alone_make_no_burst() -> None:
    facts = [shot(f"IMG-20230405-WA{n}.jpg", source=TimeSource.NAME, seconds=-DAY / 2, look=seen(1)) for n in (1, 2)]
    assert facts[0].taken.wall_us % (DAY * 1_000_000) == 0
    assert alike(burst.match(facts), facts) == set()


def test_different_stages_make_no_burst() -> None:
    stages = [Stage("20250101_120000", 1, "generated"), Stage("20250101_120000", 2, "upscaled"), None]
    facts = [shot(f"{n}{copy}.png", look=seen(1), stage=stage) for n, stage in enumerate(stages) for copy in "ab"]
    assert alike(burst.match(facts), facts) == {("0a.png", "0b.png"), ("1a.png", "1b.png"), ("2a.png", "2b.png")}


def test_thousands_of_shots_of_one_time_link_to_their_neighbours_by_path() -> None:
    facts = [shot(f"{n:05}.jpg") for n in np.random.default_rng(1).permutation(3000)]
    edges = burst.match(facts)
    assert len(edges.pairs) == sum(min(burst.NEIGHBOURS, 2999 - n) for n in range(3000))
    names = [int(fact.shot.path[:5]) for fact in facts]
    assert all(abs(names[a] - names[b]) <= burst.NEIGHBOURS for a, b in edges.pairs.tolist())


def test_the_bursts_of_the_shared_photos_are_found(shared_photos: Path) -> None:
    names = [f"bursts/serengeti/S1_E03_R3_PICT00{n}.jpeg" for n in (38, 39, 40, 41)]
    names += [f"bursts/iphone_hdr/iphone_hdr_{state}.jpg" for state in ("NO", "YES")]
    facts = [photo(shared_photos, name) for name in names]
    assert alike(burst.match(facts), facts) == {(names[0], names[1]), (names[2], names[3]), (names[4], names[5])}
