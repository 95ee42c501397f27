"""Sets made twice are found stage by stage, whole, and nothing else is taken for one."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from cullr import demo, names, rules
from cullr.match import groups, looks, phash, runs, sets
from cullr.model import Group, Kind, ShotFacts, ShotId, Stage
from cullr_tests.match.facts import LANCZOS, look_of, opened, random_grey, shot

Change = Callable[[Image.Image], Image.Image]


def look_at(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.resize((32, 32), LANCZOS))


def render(path: Path, *, later: int = 0, change: Change | None = None, folder: str = "", root: int = 0) -> ShotFacts:
    """A stage as it lies there, or made again `later` seconds after it."""
    image = opened(path)
    stamp, rest = path.name[:15], path.name[15:]
    if later:
        stamp = (datetime.strptime(stamp, "%Y%m%d_%H%M%S") + timedelta(seconds=later)).strftime("%Y%m%d_%H%M%S")
    if change:
        image = change(image)
    name = folder + stamp + rest
    return shot(name, root=root, look=look_of(look_at(image)), size=image.size, stage=names.stage(stamp + rest))


def made_again(image: Image.Image) -> Image.Image:
    """What another run of the same recipe gives: other noise, another encoder."""
    grain = np.random.default_rng(5).normal(0, 3, (image.height, image.width))
    noisy = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    noisy.save(buffer, "JPEG", quality=80)
    return Image.open(buffer)


def mirrored(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image)


def truth(shared: Path) -> dict[str, list[Path]]:
    """The shared set's stage sets by the letter in their id."""
    data = json.loads((shared / "ground_truth.json").read_text("utf-8"))
    return {
        group["id"][6]: [shared / name for name in group["files"]]
        for group in data["groups"]
        if group["relation"] == "stage_set"
    }


def renders(shared: Path) -> list[ShotFacts]:
    return [render(path) for path in sorted((shared / "stage_sets" / "renders").glob("*.png"))]


def told(found: Group, facts: Sequence[ShotFacts]) -> list[list[str]]:
    """The sets of a group, by the paths of their shots in the order of the stages."""
    assert found.sets is not None
    by_id = {fact.id: fact.shot.path for fact in facts}
    parts = [
        [by_id[shot] for shot in found.shots if found.sets[shot] == n] for n in range(max(found.sets.values()) + 1)
    ]
    assert sorted(itertools.chain(*parts)) == sorted(by_id[shot] for shot in found.shots)
    return parts


Greys = Mapping[int, NDArray[np.uint8]]
NO_GREYS: Greys = {}


def one_set(
    stamp: str, seed: int, stages: int = 3, *, folder: str = "", root: int = 0, greys: Greys = NO_GREYS
) -> list[ShotFacts]:
    """Each stage is the picture a little brighter, or what `greys` says."""
    found = []
    for number in range(stages):
        grey = greys.get(number, np.clip(random_grey(seed).astype(int) + number, 0, 255).astype(np.uint8))
        name = f"{folder}{stamp}_stage{number}_step{number}.png"
        stage = Stage(stamp, float(number), f"step{number}")
        found.append(shot(name, root=root, look=look_of(grey), stage=stage))
    return found


def patched(grey: NDArray[np.uint8], other: NDArray[np.uint8], side: int = 4) -> NDArray[np.uint8]:
    """The picture with a small part of another one in it: a face that was swapped."""
    made = grey.copy()
    made[10 : 10 + side, 12 : 12 + side] = 255 - other[10 : 10 + side, 12 : 12 + side]
    return made


def pair_of_sets(seed: int = 1, greys: Greys = NO_GREYS) -> list[ShotFacts]:
    """A set of made-up pictures, and the same under another timestamp, but for what `greys` says."""
    return one_set("20250101_120000", seed) + one_set("20250101_130000", seed, greys=greys)


def timed(facts: Iterable[ShotFacts], *seconds: int) -> list[ShotFacts]:
    """The stages with these seconds in their timestamps."""
    return [
        dataclasses.replace(fact, stage=dataclasses.replace(fact.stage, timestamp=f"20250101_1200{second:02}"))
        for fact, second in zip(facts, seconds, strict=True)
        if fact.stage
    ]


def test_the_runs_of_the_shared_set_are_those_of_its_truth(shared_photos: Path) -> None:
    """E and F overlap in time; G's second upscaling stands alone, as a run has each stage once."""
    facts = renders(shared_photos)
    found = [[facts[place].shot.path for place in run.shots] for run in runs.find(facts)]
    wanted = truth(shared_photos)
    for letter in "ABCDEF":
        assert [path.name for path in wanted[letter]] in found
    assert [path.name for path in wanted["G"][:2]] in found
    assert [wanted["G"][2].name] in found
    assert sum(map(len, found)) == len(facts)


def test_every_repeated_set_is_found_and_nothing_else(shared_photos: Path) -> None:
    wanted = truth(shared_photos)
    facts = renders(shared_photos)
    facts += [render(path, later=5000, change=made_again) for letter in "ABDEF" for path in wanted[letter]]
    found, _ = sets.match(facts)
    repeated = {letter: [path.name for path in wanted[letter]] for letter in "ABDEF"}
    assert sorted(told(group, facts)[0] for group in found) == sorted(repeated.values()), "1 before 1.5"
    for group in found:
        first, second = told(group, facts)
        assert [name[15:] for name in first] == [name[15:] for name in second]
        assert group.kind is Kind.SET
        assert group.weakest.threshold == 0.95 <= group.weakest.score <= min(group.scores.values()) <= 1
        by_id = {fact.id: fact.shot.path for fact in facts}
        one, other = by_id[group.weakest.a], by_id[group.weakest.b]
        assert one != other
        assert one[15:] == other[15:]


def test_runs_that_lack_a_stage_are_told_and_never_matched(shared_photos: Path) -> None:
    wanted = truth(shared_photos)
    facts = renders(shared_photos)
    facts += [render(path, later=5000, change=made_again) for letter in "CG" for path in wanted[letter]]
    found, incomplete = sets.match(facts)
    assert found == []
    by_id = {fact.id: fact.shot.path for fact in facts}
    lacking = {tuple(by_id[shot] for shot in run.shots): run.lacks for run in incomplete}
    assert lacking[tuple(path.name for path in wanted["C"])] == ("face_swapped",)
    assert lacking[tuple(path.name for path in wanted["G"][:2])] == ("face_swapped",)
    assert lacking[wanted["G"][2].name,] == ("generated", "face_swapped")
    assert lacking["20250822_084100_stage1_generated.png",] == ("face_swapped", "upscaled")
    assert len(lacking) == 7 + 3


def test_pairs_of_stages_are_sets_where_most_runs_have_no_more(shared_photos: Path) -> None:
    files = truth(shared_photos)["C"]
    facts = [render(path) for path in files] + [render(path, later=900, change=made_again) for path in files]
    found, incomplete = sets.match(facts)
    assert [len(group.shots) for group in found] == [4]
    assert incomplete == []


def test_another_seed_is_not_the_same_set_whatever_its_vectors_say(shared_photos: Path) -> None:
    """The worst of encoders: one that sees no difference between a picture and its mirror image."""
    files = truth(shared_photos)["A"]
    facts = [render(path) for path in files] + [render(path, later=7000, change=mirrored) for path in files]
    assert sets.match(facts)[0] == []
    same = np.tile(np.eye(3, 8, dtype=np.float32), (2, 1))
    assert sets.match(facts, same, threshold=0.9)[0] == []
    again = facts[:3] + [render(path, later=7000, change=made_again) for path in files]
    assert len(sets.match(again, same, threshold=0.9)[0]) == 1


def test_overlapping_runs_whose_pictures_are_not_known_are_no_sets(shared_photos: Path) -> None:
    facts = [dataclasses.replace(fact, look=None) for fact in renders(shared_photos)]
    assert [len(run.shots) for run in runs.find(facts)] == [1] * len(facts)
    assert sets.match(facts)[0] == []


def test_vectors_choose_between_runs_that_overlap_and_look_alike() -> None:
    """Two pictures of one layout at one time; the second is done first."""
    facts = timed(one_set("20250101_120000", 1), 0, 10, 30) + timed(one_set("20250101_120003", 1), 3, 12, 20)
    vectors = np.repeat(np.eye(2, 4, dtype=np.float32), 3, axis=0)
    assert sorted(run.shots for run in runs.find(facts, vectors)) == [(0, 1, 2), (3, 4, 5)]
    assert sorted(run.shots for run in runs.find(facts)) == [(0, 1, 5), (3, 4, 2)]


@pytest.mark.parametrize("number", range(3))
def test_every_stage_must_match(number: int) -> None:
    assert len(sets.match(pair_of_sets())[0]) == 1
    other = np.clip(random_grey(1).astype(int) // 2 + random_grey(2) // 2, 0, 255).astype(np.uint8)
    assert sets.match(pair_of_sets(greys={number: other}))[0] == []


@pytest.mark.parametrize("row", range(6))
def test_with_vectors_every_stage_must_reach_the_cosine_and_have_one(row: int) -> None:
    facts = pair_of_sets()
    vectors = np.tile(np.array([[1, 0.1 * n, 0.2] for n in range(3)], np.float32), (2, 1))
    (found,), _ = sets.match(facts, vectors, threshold=0.97)
    assert found.weakest.threshold == 0.97
    assert found.weakest.score == pytest.approx(1)
    low, none = vectors.copy(), vectors.copy()
    low[row] = [1, 0.1 * (row % 3), 0.6]
    none[row] = np.nan
    assert sets.match(facts, low, threshold=0.97)[0] == []
    assert sets.match(facts, none, threshold=0.97)[0] == []
    assert sets.match(facts, low, threshold=0.9)[0][0].weakest.score == pytest.approx(0.93, abs=0.02)


@pytest.mark.parametrize("side", [3, 4])
def test_a_face_that_was_swapped_for_another_makes_another_set(side: int) -> None:
    """Bits and correlation pass it, and an encoder may, too: a face is a hundredth of the picture."""
    greys = {2: patched(np.clip(random_grey(1).astype(int) + 2, 0, 255).astype(np.uint8), random_grey(7), side)}
    facts = pair_of_sets(greys=greys)
    assert [len(run.shots) for run in runs.find(facts)] == [3, 3]
    assert looks.correlations(facts, np.array([[2, 5]], np.int32))[0] > 0.95
    assert sets.match(facts)[0] == []
    same = np.tile(np.eye(3, 8, dtype=np.float32), (2, 1))
    assert sets.match(facts, same, threshold=0.9)[0] == []


def test_a_patch_in_a_real_render_makes_another_set_and_another_grade_or_a_slight_crop_does_not(
    shared_photos: Path,
) -> None:
    def patch(image: Image.Image) -> Image.Image:
        made, side = image.copy(), image.width // 8
        box = (image.width * 2 // 5, image.height // 4)
        made.paste(opened(shared_photos / "singles" / "ocelot.jpg").resize((side, side)), box)
        return made

    def graded(image: Image.Image) -> Image.Image:
        return ImageEnhance.Contrast(made_again(image)).enhance(1.1)

    def cropped(image: Image.Image) -> Image.Image:
        across, down = image.width // 200, image.height // 200
        return made_again(image.crop((across, down, image.width - across, image.height - down)))

    wanted = truth(shared_photos)
    for change, count in ((patch, 0), (graded, 5), (cropped, 5)):
        facts = renders(shared_photos)
        for letter in "ABDEF":
            *first, last = wanted[letter]
            facts += [render(path, later=5000, change=made_again) for path in first]
            facts.append(render(last, later=5000, change=change))
        assert len(sets.match(facts)[0]) == count


def test_runs_that_were_broken_off_make_no_line_up_of_their_own() -> None:
    facts = [each for hour in "123" for each in one_set(f"20250101_1{hour}0000", int(hour))]
    facts += [each for minute in range(10, 15) for each in one_set(f"20250102_12{minute}00", 9, 2)]
    found, incomplete = sets.match(facts)
    assert found == []
    assert [run.lacks for run in incomplete] == [("step2",)] * 5
    shorter = [each for each in facts if each.shot.path < "20250101_12"] + facts[9:]
    assert len(sets.match(shorter)[0]) == 1, "one longer run among five is a render taken further"


def test_a_run_broken_off_and_made_again_at_once_leaves_the_second_whole() -> None:
    """Both first stages are alike; the timestamp tells whose second stage it is."""
    broken, *_ = one_set("20250101_120000", 1)
    whole = one_set("20250101_120100", 1)
    assert [run.shots for run in runs.find([broken, *whole])] == [(0,), (1, 2, 3)]


def test_every_set_of_a_group_matches_every_other() -> None:
    """A~B and B~C, but A and C are too far apart: one of three stays beside the middle."""
    base = random_grey(1).astype(int)
    shifts = [
        np.clip(base + np.pad(np.full((4, 4), step), ((8, 20), (8, 20))), 0, 255).astype(np.uint8)
        for step in (-9, 0, 9)
    ]
    facts = [
        each
        for hour, grey in enumerate(shifts)
        for each in one_set(f"20250101_1{hour}0000", 1, 2, greys={0: grey, 1: grey})
    ]
    found, _ = sets.match(facts)
    assert [len(group.shots) for group in found] == [4]


def test_other_line_ups_do_not_match() -> None:
    facts = one_set("20250101_120000", 1, 3, folder="a/") + one_set("20250101_130000", 1, 2, folder="b/")
    found, incomplete = sets.match(facts)
    assert (found, incomplete) == ([], [])


def test_black_pictures_are_no_sets() -> None:
    black = {number: np.zeros((32, 32), np.uint8) for number in range(3)}
    facts = one_set("20250101_120000", 1, greys=black) + one_set("20250101_130000", 1, greys=black)
    assert sets.match(facts)[0] == []
    assert sets.match(facts, np.ones((6, 4), np.float32), threshold=0.9)[0] == []


def test_a_copied_folder_holds_no_repeated_set_but_a_repeat_takes_both_copies_along() -> None:
    facts = one_set("20250101_120000", 1, folder="a/") + one_set("20250101_120000", 1, folder="b/")
    assert sets.match(facts)[0] == []
    facts += one_set("20250102_090000", 1, folder="c/")
    (found,), _ = sets.match(facts)
    assert [parts[0][:2] for parts in told(found, facts)] == ["a/", "b/", "c/"]
    assert len(found.shots) == 9


def test_sets_are_found_across_folders_and_roots_and_three_of_them_are_one_group() -> None:
    facts = one_set("20250103_120000", 1, root=1) + one_set("20250101_120000", 1, folder="x/") + pair_of_sets(2)
    facts += one_set("20250102_120000", 1, folder="y/z/")
    found, _ = sets.match(facts)
    assert [[len(part) for part in told(group, facts)] for group in found] == [[3, 3], [3, 3, 3]]
    assert found[1].sets == {shot: place // 3 for place, shot in enumerate(found[1].shots)}


def test_stages_of_one_second_are_one_run_and_a_pause_of_an_hour_ends_it() -> None:
    facts = one_set("20250101_120000", 1)
    assert [len(run.shots) for run in runs.find(facts)] == [3]
    late = dataclasses.replace(facts[2], stage=Stage("20250101_130000", 2.0, "step2"))
    assert [len(run.shots) for run in runs.find([*facts[:2], late])] == [2, 1]


def test_a_run_needs_both_the_hash_and_the_grey_to_agree() -> None:
    one, two = one_set("20250101_120000", 1, 2)
    assert [len(run.shots) for run in runs.find([one, two])] == [2]
    assert one.look and two.look
    other_hash = dataclasses.replace(two, look=look_of(random_grey(1), one.look.phash ^ (1 << 21) - 1))
    assert [len(run.shots) for run in runs.find([one, other_hash])] == [1, 1]
    other_grey = dataclasses.replace(two, look=look_of(random_grey(2), one.look.phash))
    assert [len(run.shots) for run in runs.find([one, other_grey])] == [1, 1]


def test_a_set_wins_over_the_phash_group_that_joins_it_and_one_whole_set_is_kept(tmp_path: Path) -> None:
    """The demo shoot: each stage of the repeated run looks like its twin, and all six like each other."""
    demo.make(tmp_path / "demo")
    facts = [render(path) for path in sorted((tmp_path / "demo" / "renders").glob("*.png"))]
    alike = groups.group(phash.match(facts), facts)
    assert alike
    found, incomplete = sets.match(facts)
    assert incomplete == []
    shown = groups.precedence([*alike, *found])
    (whole,) = [group for group in shown if group.kind is Kind.SET]
    assert not any(set(group.shots) & set(whole.shots) for group in shown if group is not whole)
    assert any(set(group.shots) & set(whole.shots) for group in alike)
    assert [[name[9:15] for name in part] for part in told(whole, facts)] == [
        ["200000", "200014", "200126"],
        ["201100", "201114", "201226"],
    ]
    proposals = rules.propose_all(rules.load("largest_original"), shown, {fact.id: fact for fact in facts})[whole.id]
    assert whole.sets is not None
    assert {whole.sets[each.shot] for each in proposals if each.keep} == {0}
    assert {whole.sets[each.shot] for each in proposals if not each.keep} == {1}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 3)), max_size=8), st.integers(0, 99))
@settings(max_examples=40)
def test_sets_depend_neither_on_the_order_of_shots_nor_on_their_ids(
    made: list[tuple[int, int, int]], seed: int
) -> None:
    facts: list[ShotFacts] = []
    for number, (picture, folder, stages) in enumerate(made):
        facts += one_set(f"20250101_12{number:02}00", picture, stages, folder=f"{folder}/")
    order = random.Random(seed).sample(range(len(facts)), len(facts))
    other = [dataclasses.replace(facts[place], id=ShotId(7 * n + seed)) for n, place in enumerate(order)]

    def everything(shots: list[ShotFacts]) -> object:
        found, incomplete = sets.match(shots)
        by_id = {fact.id: fact.shot.path for fact in shots}
        return (
            [(group.id, told(group, shots), by_id[group.medoid], group.weakest.score) for group in found],
            [([by_id[shot] for shot in run.shots], run.lacks) for run in incomplete],
        )

    assert everything(facts) == everything(other)


def crowd(count: int, folders: int, looks: int) -> list[ShotFacts]:
    """Renders of one second in three stages, of so many pictures, in one folder or in many."""
    stamp = "20250101_120000"
    seen = [look_of(random_grey(seed)) for seed in range(looks)]
    return [
        shot(
            f"{n % folders}/{stamp}_stage{3 * n // count}_x.{n}.png",
            look=seen[n % looks],
            stage=Stage(stamp, float(3 * n // count), "x"),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(("folders", "looks"), [(1, 1), (1, 200), (2000, 1)])
def test_very_many_stages_of_one_second_cost_no_more_than_as_many_others(folders: int, looks: int) -> None:
    """Five times the files take about five times as long, not twenty-five; and the memory of their facts again."""

    def seconds(count: int) -> float:
        facts = crowd(count, folders, looks)
        begin = time.process_time()
        sets.match(facts)
        return time.process_time() - begin

    few, many = (min(seconds(count) for _ in range(3)) for count in (2_000, 10_000))
    assert many < 12 * few
    facts = crowd(1_000, folders, looks)
    tracemalloc.start()
    try:
        found, _ = sets.match(facts)
        assert tracemalloc.get_traced_memory()[1] < 2000 * len(facts), "a grey alone has 1024 bytes"
    finally:
        tracemalloc.stop()
    assert folders > 1 or found == []
