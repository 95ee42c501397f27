"""Proposals: who stays, who goes, and whether the reason is true."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cullr import rules, seen
from cullr.model import File, Kind, Marks, Measure, Proposal, Quality, ShotFacts, ShotId, Taken, TimeSource
from cullr.rules import contest
from cullr.rules.amount import Amount
from cullr.rules.rule import Protect, Way
from cullr_tests.rules.known_shots import group, kept, propose, rule, shot, staged, wish

HOUR_US = 3_600_000_000


def test_the_order_of_the_shots_paths_does_not_matter_to_a_criterion() -> None:
    worse, better = shot(1, sharpness=1.0), shot(2, sharpness=2.0)
    assert propose(rule("sharpness"), [worse, better])[2] == (True, "kept: sharper than IMG_0001.JPG (2.0×)")


def test_a_difference_within_the_margin_goes_to_the_next_preference() -> None:
    sharper, larger = shot(1, sharpness=1.09), shot(2, size=1_500_000)
    chosen = rule(wish("sharpness", percent=10), "bytes")
    assert propose(chosen, [sharper, larger])[2] == (True, "kept: 50 % larger file than IMG_0001.JPG")
    assert propose(chosen, [replace(sharper, quality=Quality(1.2, (), 0, 0, 0.5)), larger])[1][0]


def test_a_margin_is_measured_from_the_best_so_that_it_cannot_creep() -> None:
    """1.0, 0.95 and 0.90 are pairwise within 6 %, but the last is 10 % behind the best."""
    shots = [shot(1, sharpness=1.0), shot(2, sharpness=0.95), shot(3, sharpness=0.9, size=9_000_000)]
    found = propose(rule(wish("sharpness", percent=6), "bytes"), shots)
    assert found[3] == (False, "culled: 10 % less sharp than IMG_0001.JPG")


def test_a_reason_names_no_difference_that_counts_as_equal() -> None:
    """The second wins by its size and is hardly sharper than the third, which fell behind the first."""
    sharpest, winner = shot(1, sharpness=1.0), shot(2, sharpness=0.95, size=9_000_000)
    chosen = rule(wish("sharpness", percent=6), "bytes")
    found = propose(chosen, [sharpest, winner, shot(3, sharpness=0.93)])
    assert found[2][0]
    assert found[3] == (False, "culled: 7 % less sharp than IMG_0001.JPG")
    found = propose(chosen, [sharpest, winner, shot(3, sharpness=0.8)])
    assert found[3] == (False, "culled: 16 % less sharp than IMG_0002.JPG")


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_percentage_means_what_it_says_whatever_floats_make_of_it(percent: int) -> None:
    shots = [shot(1, width=100, height=1), shot(2, width=100 - percent, height=1, size=2_000_000)]
    assert propose(rule(wish("resolution", percent=percent), "bytes"), shots)[2][0]
    shots[1] = replace(shots[1], metadata=replace(shots[1].metadata, width=99 - percent))
    assert not propose(rule(wish("resolution", percent=percent), "bytes"), shots)[2][0]


def test_exactly_the_margin_still_counts_as_equal() -> None:
    shots = [shot(1, width=100, height=1), shot(2, width=95, height=1, size=2_000_000)]
    assert propose(rule(wish("resolution", percent=5), "bytes"), shots)[2][0]
    shots = [shot(1, taken=Taken(0, TimeSource.EXIF)), shot(2, taken=Taken(2_000_000, TimeSource.EXIF), size=2_000_000)]
    assert propose(rule(wish("taken", "oldest", margin=2), "bytes"), shots)[2][0]
    assert not propose(rule(wish("taken", "oldest", margin=1.9), "bytes"), shots)[2][0]


def test_the_path_breaks_the_last_tie() -> None:
    found = propose(rule("rating"), [shot(2, "b/x.jpg"), shot(1, "c/x.jpg"), shot(3, "b/y.jpg")])
    assert found[2] == (True, "kept: as good as y.jpg, comes first")
    assert found[3] == (False, "culled: no better than x.jpg, which comes first")
    assert found[1] == (False, "culled: no better than b/x.jpg, which comes first")


@pytest.mark.parametrize(
    ("lights", "best"),
    [
        ([(0.2, 0.0), (0.4, 0.0), (0.6, 0.004)], 3),  # nothing is lost: the brightest
        ([(0.2, 0.0), (0.4, 0.0), (0.6, 0.1)], 2),  # a tenth is white
        ([(0.4, 0.3), (0.6, 0.4), (0.2, 0.3)], 1),  # a white sky in every frame
        ([(0.4, 0.0), (0.7, 0.0), (0.98, 0.0)], 2),  # washed out, though nothing is quite white
    ],
)
def test_the_best_light_is_the_brightest_that_loses_nothing(lights: list[tuple[float, float]], best: int) -> None:
    shots = [shot(at, brightness=light, highlights=lost) for at, (light, lost) in enumerate(lights, 1)]
    assert propose(rule("exposure"), shots)[best][0]


def test_a_lead_counts_only_so_far_as_clipping_cannot_have_made_it() -> None:
    whole, clipped, truly = shot(1), shot(2, sharpness=1.15, highlights=0.3, noise=0.4), shot(3, highlights=0.3)
    assert seen.sharpness([clipped, whole]) == [1.0, 1.0]
    assert seen.sharpness([whole, replace(truly, quality=Quality(2.4, (), 0, 0.3, 0.5))]) == [1.0, 2.0]
    assert seen.noise([whole, clipped, truly]) == [-seen.grain(Quality(0, (), 0, 0, 0.5, 2.0))] * 3
    assert seen.sharpness([clipped, truly]) == [1.15, 1.0]  # both clip as much


def test_a_clean_black_ground_is_no_reason_to_doubt_that_a_frame_is_clean() -> None:
    """Noise takes half of it away, so the noisy frame clips less."""
    clean, noisy = shot(1, shadows=0.6, noise=1.0), shot(2, shadows=0.3, noise=12.0)
    assert propose(rule("noise"), [clean, noisy])[1] == (True, "kept: less noise than IMG_0002.JPG (12× as much)")


def test_of_almost_black_pictures_a_trace_of_noise_decides_nothing() -> None:
    shots = [shot(1, brightness=0.045, noise=0.28), shot(2, brightness=0.05, noise=0.0)]
    assert propose(rule(wish("noise", margin=2)), shots)[1][0]


def test_unmeasured_sharpness_decides_for_nobody() -> None:
    shots = [shot(1, sharpness=None, size=2_000_000), shot(2, sharpness=9.0), shot(3, sharpness=1.0)]
    assert propose(rule("sharpness", "bytes"), shots)[1] == (True, "kept: 100 % larger file than IMG_0002.JPG")
    assert propose(rule("exposure", "bytes"), shots)[1][0]
    broken = [shot(1, sharpness=9.0), shot(2, sharpness=math.nan), shot(3, size=2_000_000)]
    assert propose(rule("sharpness", "bytes"), broken)[3][0]


def test_zones_count_only_where_all_of_a_group_know_theirs() -> None:
    early = shot(1, taken=Taken(10 * HOUR_US, TimeSource.EXIF, offset_minutes=540))
    late = shot(2, taken=Taken(9 * HOUR_US, TimeSource.EXIF, offset_minutes=0))
    oldest = rule(wish("taken", "oldest"))
    assert propose(oldest, [early, late])[1] == (True, "kept: taken 8 h earlier than IMG_0002.JPG")
    unzoned = replace(early, taken=Taken(10 * HOUR_US, TimeSource.EXIF))
    assert propose(oldest, [unzoned, late])[2] == (True, "kept: taken 60 min earlier than IMG_0001.JPG")


def test_several_stay_when_the_rule_keeps_several() -> None:
    shots = [shot(number, sharpness=float(number)) for number in (1, 2, 3, 4)]
    found = propose(rule("sharpness", keep=2), shots)
    assert {number for number, (keep, _) in found.items() if keep} == {3, 4}
    assert found[3] == (True, "kept: sharper than IMG_0002.JPG (1.5×)")
    assert found[1] == (False, "culled: 75 % less sharp than IMG_0004.JPG")
    assert propose(rule("sharpness", keep=4), shots)[1] == (True, "kept: the rule keeps 4 of a group")


def test_the_second_to_stay_is_chosen_as_if_the_first_were_not_there() -> None:
    """Beside 10.0, 9.4 counts as equal and 8.9 does not; without it, both are equal and the path decides."""
    shots = [shot(1, sharpness=9.4), shot(2, sharpness=8.9), shot(3, sharpness=10.0, size=2_000_000)]
    found = propose(rule(wish("sharpness", percent=10), "bytes", keep=2), shots)
    assert [found[number][0] for number in (1, 2, 3)] == [True, False, True]
    assert found[1] == (True, "kept: as good as IMG_0002.JPG, comes first")


def test_the_winners_reason_is_what_decided_last() -> None:
    shots = [shot(1, rating=5, sharpness=2.0), shot(2, rating=5), shot(3), shot(4, sharpness=1.9)]
    assert propose(rule("rating", "sharpness"), shots)[1] == (True, "kept: sharper than IMG_0002.JPG (2.0×)")
    assert propose(rule("sharpness"), shots)[1] == (True, "kept: sharper than IMG_0004.JPG (1.05×)")


@pytest.mark.parametrize(
    ("protect", "marked", "reason"),
    [
        (Protect(rating=4), {"rating": 5}, "kept: protected, 5 stars"),
        (Protect(label=("green",)), {"label": "Green"}, "kept: protected, label Green"),
        (Protect(pick=True), {"pick": 1}, "kept: protected, picked"),
        (Protect(path=("Portfolio",)), {"path": "portfolio/2023/x.jpg"}, "kept: protected, below Portfolio"),
        (Protect(path=("*.cropped",)), {"companions": ["day/IMG_0001.cropped"]}, "kept: protected, below *.cropped"),
    ],
)
def test_protected_shots_stay_on_top_of_the_winner(protect: Protect, marked: dict[str, Any], reason: str) -> None:
    shots = [shot(1, sharpness=0.1, **marked), shot(2, sharpness=2.0), shot(3)]
    found = propose(rule("sharpness", protect=protect), shots)
    assert found[1] == (True, reason)
    assert [found[2][0], found[3][0]] == [True, False]
    assert propose(rule("sharpness", protect=protect), shots, gone={ShotId(1)})[1] == (True, reason)


def test_protection_ends_where_the_condition_does() -> None:
    shots = [shot(1, rating=3, label="Red", pick=-1), shot(2, sharpness=2.0)]
    protect = Protect(rating=4, label=("Green",), pick=True, path=("days", "ay/*"))
    assert propose(rule("sharpness", protect=protect), shots)[1][0] is False


def test_groups_of_a_protected_kind_keep_all() -> None:
    chosen = rule("sharpness", protect=Protect(kind=(Kind.BURST,)))
    shots = [shot(1), shot(2, sharpness=2.0)]
    assert set(propose(chosen, shots, kind=Kind.BURST).values()) == {(True, "kept: the rule protects bursts")}
    assert propose(chosen, shots, kind=Kind.PHASH)[1][0] is False


@pytest.mark.parametrize(
    ("shield", "reason"),
    [
        ("bracket", "kept: exposure bracket"),
        ("panorama", "kept: panorama"),
        ("focus stack", "kept: focus stack"),
        ("stages", "kept: stages of one picture"),
    ],
)
def test_a_shielded_group_keeps_all_and_names_the_shield(shield: str, reason: str) -> None:
    found = propose(rule("sharpness"), [shot(1), shot(2, sharpness=2.0)], shielded=shield)
    assert set(found.values()) == {(True, reason)}


def test_what_is_gone_does_not_compete() -> None:
    shots = [shot(1, sharpness=9.0), shot(2, sharpness=1.0), shot(3, sharpness=2.0)]
    found = propose(rule("sharpness"), shots, gone=[ShotId(1)])
    assert found[1] == (False, "already culled in a stronger group")
    assert found[3] == (True, "kept: sharper than IMG_0002.JPG (2.0×)")
    assert propose(rule("sharpness"), shots, gone={1, 3})[2] == (True, "kept: no rival is left")
    assert not any(keep for keep, _ in propose(rule("sharpness"), shots, gone={1, 2, 3}).values())


def test_a_shot_culled_in_a_stronger_group_competes_in_no_weaker_one() -> None:
    shots = {each.id: each for each in (shot(1, size=9), shot(2, size=8, sharpness=9.0), shot(3, size=1))}
    exact = replace(group([shots[ShotId(1)], shots[ShotId(2)]], Kind.EXACT), id="exact-1")
    burst = replace(group([shots[ShotId(2)], shots[ShotId(3)]], Kind.BURST), id="burst-1")
    found = rules.propose_all(rule("bytes"), [burst, exact], shots)
    assert kept(found["exact-1"]) == {1} and kept(found["burst-1"]) == {3}
    assert found["burst-1"][0] == Proposal(ShotId(2), False, contest.GONE)


def test_a_shot_without_facts_stays() -> None:
    shots = [shot(1), shot(2), shot(3)]
    found = {p.shot: p for p in rules.propose(rule("rating"), group(shots), shots[1:])}
    assert found[ShotId(1)] == Proposal(ShotId(1), True, "kept: nothing is known of it yet")
    assert found[ShotId(3)].keep is False


def test_shots_of_different_stages_do_not_compete() -> None:
    shots = [
        staged(1, "01", 1, "raw"),
        staged(2, "02", 1, "raw", sharpness=2.0),
        staged(3, "02", 2, "up", sharpness=5.0),
        shot(4),
    ]
    found = propose(rule("sharpness"), shots)
    assert [found[number][0] for number in (1, 2, 3, 4)] == [False, True, True, True]
    assert found[3][1] == "kept: no rival here: stage 2 up"


def test_across_stages_the_rules_stage_order_decides() -> None:
    shots = [staged(1, "01", 1, "raw", sharpness=9.0), staged(2, "01", 1.5, "face"), staged(3, "02", 2, "up")]
    chosen = rule(wish("stage", "highest"), "sharpness")
    for shielded in (None, "stages"):
        found = propose(chosen, shots, across_stages=True, shielded=shielded)
        assert found[3][1] == "kept: stage 2 up (2025_01_stage…_face.png: stage 1.5 face)" or found[3][0]
        assert [found[number][0] for number in (1, 2, 3)] == [False, False, True]
    assert propose(rule(wish("stage", "lowest")), shots, across_stages=True)[1][0]
    assert propose(rule(wish("stage", order=("face", "*"))), shots, across_stages=True)[2][0]
    assert propose(chosen, shots, across_stages=True, shielded="bracket")[1] == (True, "kept: exposure bracket")


def two_sets() -> list[ShotFacts]:
    first = [staged(1, "01", 1, "raw", size=10), staged(2, "02", 2, "up", size=90)]
    return [*first, staged(3, "03", 1, "raw", size=30), staged(4, "04", 2, "up", size=40)]


def test_of_matched_sets_one_whole_set_is_kept() -> None:
    """By stage alone, the small first stage of one set and the large second of the other would have stayed."""
    found = propose(rule("bytes"), two_sets(), kind=Kind.SET)
    assert [found[number][0] for number in (1, 2, 3, 4)] == [True, True, False, False]
    assert found[3][1] == "culled: set behind that of 2025_01_stage1_raw.png by file size"


def test_stages_that_share_a_timestamp_are_one_set() -> None:
    """By path, stage 1.5 comes before stage 1."""
    shots = [
        staged(1, "01", 1, "raw"),
        staged(2, "01", 1.5, "face"),
        staged(3, "02", 1, "raw"),
        staged(4, "02", 1.5, "face"),
    ]
    found = propose(rule("bytes"), shots, kind=Kind.SET)
    assert [found[number][0] for number in (1, 2, 3, 4)] == [True, True, False, False]


def test_sets_alike_in_everything_are_told_apart_by_path_and_not_by_time() -> None:
    shots = [
        replace(known, shot=replace(known.shot, face=File(0, f"{9 - known.id}.png", 9, 9))) for known in two_sets()
    ]
    for sets in (None, {known.id: 9 - known.id // 3 for known in shots}):
        found = propose(rule("rating"), shots, kind=Kind.SET, sets=sets)
        assert [found[number][0] for number in (1, 2, 3, 4)] == [False, False, True, True]


def test_sets_of_which_not_all_is_known_are_kept() -> None:
    shots = two_sets()
    proposals = rules.propose(
        rule("bytes"), group(shots, Kind.SET), shots[1:], sets={shot.id: shot.id // 3 for shot in shots}
    )
    assert len(kept(proposals)) == 4


def test_sets_that_overlap_in_time_are_kept_unless_told_apart() -> None:
    shots = [staged(1, "01", 1, "raw", size=10), staged(2, "03", 2, "up", size=10)]
    shots += [staged(3, "02", 1, "raw", size=20), staged(4, "04", 2, "up", size=20)]
    overlapping = propose(rule("bytes"), shots, kind=Kind.SET)
    assert set(overlapping.values()) == {(True, "kept: its sets cannot be told apart")}
    told = propose(rule("bytes"), shots, kind=Kind.SET, sets={1: 0, 2: 0, 3: 1, 4: 1})
    assert [told[number][0] for number in (1, 2, 3, 4)] == [False, False, True, True]
    sets = {ShotId(1): 0, ShotId(2): 0, ShotId(3): 1, ShotId(4): 1}
    own = replace(group(shots, Kind.SET), sets=sets)
    assert kept(rules.propose(rule("bytes"), own, shots)) == {3, 4}
    assert kept(rules.propose_all(rule("bytes"), [own], {shot.id: shot for shot in shots})[own.id]) == {3, 4}


def test_a_set_that_lost_a_shot_elsewhere_is_never_the_one_that_stays() -> None:
    found = propose(rule("bytes"), two_sets(), kind=Kind.SET, gone=[ShotId(1)])
    assert [found[number][0] for number in (1, 2, 3, 4)] == [False, False, True, True]
    none_whole = propose(rule("bytes"), two_sets(), kind=Kind.SET, gone=[ShotId(1), ShotId(4)])
    assert [none_whole[number][0] for number in (1, 2, 3, 4)] == [False, True, True, False]


def test_a_protected_shot_protects_its_whole_set() -> None:
    shots = two_sets()
    shots[3] = replace(shots[3], marks=Marks(rating=5))
    found = propose(rule("bytes", protect=Protect(rating=4)), shots, kind=Kind.SET)
    assert found[3] == found[4] == (True, "kept: protected, 5 stars")


def test_the_default_rule_keeps_the_keeper_of_every_real_group_of_versions(shared_photos: Path) -> None:
    """By name, size, pixels and EXIF tags alone. Left out: stages, which do not compete, and a file cut short."""
    truth = json.loads((shared_photos / "ground_truth.json").read_text())
    groups = [found for found in truth["groups"] if "keeper" in found and not found["id"].startswith("stage")]
    chosen = rules.load("largest_original")
    for found in groups:
        shots = [real(shared_photos, at, path) for at, path in enumerate(found["files"], 1) if "truncated" not in path]
        keeper = next(shot.id for shot in shots if shot.shot.path == found["keeper"])
        assert kept(rules.propose(chosen, group(shots), shots)) == {keeper}, found["id"]
    assert len(groups) >= 5


def real(folder: Path, number: int, path: str) -> ShotFacts:
    with Image.open(folder / path) as image:
        width, height, tags = image.width, image.height, len(image.getexif())
    size = (folder / path).stat().st_size
    return shot(number, path, size=size, width=width, height=height, tags=tags, sharpness=None)


def test_a_colour_in_a_rule_means_the_label_in_every_language_and_a_text_means_itself() -> None:
    shots = [shot(1, label="Approved"), shot(2, label="Grün"), shot(3, label="Rot"), shot(4, label="Client")]
    assert all(propose(rule("bytes", protect=Protect(label=("green",))), shots)[number][0] for number in (1, 2))
    found = propose(rule("bytes", protect=Protect(label=("Approved", "client"))), shots[1:])
    assert [found[number][0] for number in (2, 3, 4)] == [True, False, True]
    assert propose(rule(wish("label", order=("Red", "*"))), shots)[3] == (
        True,
        "kept: label Rot (IMG_0001.JPG: label Approved)",
    )


def test_work_that_somebody_put_into_a_shot_can_decide() -> None:
    shots = [shot(1), shot(2, edited=True)]
    assert propose(rule("edited"), shots)[2] == (True, "kept: has develop settings, unlike IMG_0001.JPG")


def test_one_frame_of_every_ten_seconds_stays() -> None:
    shots = [shot(number, taken=Taken(number * 4_000_000, TimeSource.EXIF), size=number) for number in range(1, 6)]
    chosen = replace(rule("bytes"), seconds=10.0)
    found = propose(chosen, shots, kind=Kind.BURST)
    assert [found[number][0] for number in range(1, 6)] == [False, True, False, True, True]
    assert found[5] == (True, "kept: no rival within 10 s")
    assert found[3] == (False, "culled: 25 % smaller file than IMG_0004.JPG")


def test_frames_without_a_capture_time_are_one_stretch_of_their_own() -> None:
    shots = [shot(number, taken=Taken(number * 10**9, TimeSource.MTIME), size=number) for number in (1, 2)]
    assert propose(replace(rule("bytes"), seconds=1.0), shots)[1][0] is False


def test_frames_of_a_burst_are_thinned_as_one_also_where_hashes_matched_them_first() -> None:
    frames = [shot(number, camera="Nikon D850", sharpness=float(number)) for number in (1, 2, 3)]
    two = Way(Kind.BURST, Amount(2), (wish("sharpness"),))
    chosen = replace(rule("rating"), kinds=(two,))
    for kind in (Kind.PHASH, Kind.CLIP):
        assert [propose(chosen, frames, kind=kind)[number][0] for number in (1, 2, 3)] == [False, True, True]
    assert sum(keep for keep, _ in propose(chosen, frames, kind=Kind.EXACT).values()) == 1
    own = replace(chosen, kinds=(two, Way(Kind.PHASH, Amount(1), (wish("taken", "oldest"),))))
    assert [propose(own, frames)[number][0] for number in (1, 2, 3)] == [True, False, False]
    protects = rule("sharpness", protect=Protect(kind=(Kind.BURST,)))
    assert set(propose(protects, frames).values()) == {(True, "kept: the rule protects bursts")}


@pytest.mark.parametrize(
    "other",
    [
        {"camera": "Nikon D850", "taken": Taken(1_000_000, TimeSource.EXIF)},  # the same moment: a version
        {"camera": "iPhone"},
        {"camera": None},
        {"camera": "Nikon D850", "taken": Taken(9_000_000, TimeSource.MTIME)},
    ],
)
def test_versions_of_one_picture_and_what_may_be_one_are_no_burst(other: dict[str, Any]) -> None:
    chosen = replace(rule("rating"), kinds=(Way(Kind.BURST, Amount(2), (wish("rating"),)),))
    shots = [shot(1, camera="Nikon D850"), shot(2, **other)]
    assert [keep for keep, _ in propose(chosen, shots).values()] == [True, False]


def test_a_rule_may_thin_one_kind_in_another_way() -> None:
    bursts = Way(Kind.BURST, Amount(2), (wish("taken", "oldest"),))
    chosen = replace(rule("bytes"), kinds=(bursts,))
    shots = [shot(number, size=number) for number in (1, 2, 3)]
    assert [propose(chosen, shots, kind=Kind.BURST)[number][0] for number in (1, 2, 3)] == [True, True, False]
    assert [propose(chosen, shots, kind=Kind.PHASH)[number][0] for number in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(
    ("one", "other", "asked"),
    [
        ({"compression": 92}, {"compression": 92}, False),  # a camera's own
        ({"compression": 92}, {"compression": 97}, True),
        ({"compression": 92}, {"compression": 92, "tags": 3}, True),
        ({"compression": 92}, {"format": "png"}, True),
        ({"format": "png"}, {"format": "png", "tags": 3}, False),
        ({"compression": 92}, {"format": "heif"}, False),  # nobody knows how strongly that was compressed
    ],
)
def test_pictures_are_searched_for_an_older_jpeg_only_where_that_can_decide(
    one: dict[str, Any], other: dict[str, Any], asked: bool
) -> None:
    demand = rules.Demand()
    propose(rule("compression"), [shot(1, **one), shot(2, **other)], demand=demand)
    assert demand.wanted[Measure.TRACES] == ({ShotId(1), ShotId(2)} if asked else set())
    assert bool(demand) is asked


def test_what_is_known_of_older_jpegs_makes_no_difference_where_nobody_asked() -> None:
    shots = [shot(1, compression=92, traces=30), shot(2, compression=92, traces=100)]
    assert propose(rule("compression"), shots)[1] == (True, "kept: as good as IMG_0002.JPG, comes first")


def test_without_its_pictures_a_contest_goes_by_the_tables() -> None:
    shots = [shot(1, compression=60), shot(2, compression=92)]
    assert propose(rule("compression"), shots)[2] == (True, "kept: JPEG quality 92 (IMG_0001.JPG: JPEG quality 60)")


@pytest.mark.parametrize(
    "name", ["IMG-20240501-WA0007.jpg", "photo_2024-05-01_10-00-00.jpg", "FB_IMG_1714512345678.jpg"]
)
@pytest.mark.parametrize("chosen", ["largest_original", "newest_edit"])
def test_a_resend_loses_though_it_has_the_pixels_and_tags_of_a_small_original(chosen: str, name: str) -> None:
    shots = [shot(1, "z/scan 4.jpg", tags=4), shot(2, f"a/{name}", tags=4, size=2_000_000)]
    assert propose(rules.load(chosen), shots)[1][0]
    assert " from " in propose(rules.load(chosen), shots)[2][1]


def test_where_all_are_stripped_and_shrunk_nobody_sent_any_of_them() -> None:
    """Frames of a film: one of them is compressed a little more than those beside it."""
    film: dict[str, Any] = {"tags": 2, "width": 960, "height": 540}
    frames = [shot(1, **film, compression=85), shot(2, **film, compression=90)]
    found = propose(rule("resent", "compression"), frames)
    assert found[1] == (False, "culled: JPEG quality 85 (IMG_0002.JPG: JPEG quality 90)")
    whole = shot(3, width=960, height=540, compression=85)
    assert propose(rule("resent"), [*frames, whole])[1] == (False, "culled: stripped and shrunk, unlike IMG_0002.JPG")
