"""What holds for every rule and every group, whatever is known or unknown of its shots."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import rules
from cullr.model import File, Kind, Marks, Metadata, Quality, Shot, ShotFacts, ShotId, Stage, Taken, TimeSource
from cullr.rules import contest
from cullr.rules.amount import Amount, windows
from cullr.rules.criteria import Preference
from cullr.rules.rule import Protect, Rule
from cullr_tests.rules.known_shots import group, kept, rule, shot, wish

NAMES = st.text(st.characters(codec=None, exclude_characters="/\0"), min_size=1, max_size=60)
STAGES = st.sampled_from([None, None, None, Stage("20250101_120000", 1.0, "raw"), Stage("20250101_120000", 2.0, "up")])
WISHES = [
    wish("rating"),
    wish("pick"),
    wish("raw"),
    wish("label", order=("Green", "*", "Red")),
    wish("format", order=("raw", "*", "jpeg")),
    wish("resolution", percent=5),
    wish("bytes", percent=20),
    wish("sharpness", percent=10),
    wish("noise", margin=2),
    wish("exposure", margin=2),
    wish("edited"),
    wish("resent"),
    wish("taken", "oldest", margin=2),
    wish("taken", "newest"),
    wish("modified", "newest", margin=2),
    wish("folder"),
    wish("folder", order=("a*", "*", "b*")),
    wish("name", "plain"),
    wish("name", "shortest", margin=2),
    wish("name", pattern=("*a*",)),
    wish("companion", wants=(".xmp",)),
    wish("metadata", percent=75),
    wish("stage", "highest"),
    wish("stage", order=("up", "*")),
]
RULES = st.builds(
    lambda prefer, keep, protect: rule(*prefer, keep=keep, protect=protect),
    st.lists(st.sampled_from(WISHES), min_size=1, max_size=6),
    st.integers(1, 3),
    st.builds(
        Protect,
        rating=st.sampled_from([None, 4]),
        pick=st.booleans(),
        path=st.sampled_from([(), ("a*",)]),
        label=st.sampled_from([(), ("Green",)]),
    ),
)
TAKEN = st.builds(Taken, st.integers(0, 9_000_000), st.sampled_from(TimeSource), st.sampled_from([None, 0, 60]))


@st.composite
def groups_of_shots(draw: st.DrawFn) -> list[ShotFacts]:
    names = draw(st.lists(NAMES, min_size=2, max_size=7, unique=True))
    shots = []
    for number, name in enumerate(names, 1):
        size = draw(st.integers(0, 5))
        shots.append(
            shot(
                number,
                draw(st.sampled_from(["", "a/", "b/c/"])) + name,
                root=draw(st.integers(0, 1)),
                size=size,
                width=size,
                mtime_ns=draw(st.integers(0, 5)) * 10**9,
                tags=draw(st.integers(0, 4)),
                rating=draw(st.sampled_from([None, -1, 0, 4, 5])),
                label=draw(st.sampled_from([None, "Green", "Red", "x" * 90])),
                pick=draw(st.sampled_from([None, -1, 0, 1])),
                sharpness=draw(st.sampled_from([None, 0.0, 1.0, 1.05, 2.0, math.inf])),
                shadows=draw(st.sampled_from([0.0, 0.01, 0.5])),
                noise=draw(st.sampled_from([0.5, 5.0])),
                brightness=draw(st.sampled_from([0.1, 0.5])),
                taken=draw(TAKEN),
                stage=draw(STAGES),
                photos=draw(st.sampled_from([(), ("x.NEF",)])),
                companions=draw(st.sampled_from([(), ("x.xmp",)])),
                format=draw(st.sampled_from(["jpeg", "heif", "png", "unheard of"])),
            )
        )
    return shots


@settings(max_examples=150, deadline=None)
@given(RULES, groups_of_shots(), st.booleans(), st.data())
def test_proposals_are_total_repeatable_and_never_empty_a_group(
    chosen: Rule, shots: list[ShotFacts], across: bool, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from([shot.id for shot in shots])))
    offered = group(shots, data.draw(st.sampled_from([Kind.PHASH, Kind.BURST])))
    proposals = rules.propose(chosen, offered, shots, gone=gone, across_stages=across)
    shuffled = data.draw(st.permutations(shots))
    turned = replace(offered, shots=tuple(reversed(offered.shots)))
    assert rules.propose(chosen, turned, shuffled, gone=gone, across_stages=across) == proposals[::-1]

    assert tuple(proposal.shot for proposal in proposals) == offered.shots
    stays = kept(proposals)
    protected = {shot.id for shot in shots if is_protected(chosen.protect, shot)}
    assert protected <= stays
    parts: dict[object, set[ShotId]] = {}
    for one in shots:
        if one.id in protected or one.id not in gone:
            parts.setdefault(None if across or not one.stage else one.stage.number, set()).add(one.id)
    for part in parts.values():
        assert len(part & stays) >= min(chosen.keep, len(part))
        assert len((part & stays) - protected) <= chosen.keep
    for proposal in proposals:
        assert proposal.reason.startswith(
            ("kept: ", "culled: ") if proposal.shot not in gone - protected else contest.GONE
        )
        assert proposal.reason.startswith("kept: ") == proposal.keep
        assert 10 < len(proposal.reason) <= 90, proposal.reason


def is_protected(protect: Protect, shot: ShotFacts) -> bool:
    """The conditions again, in the plainest words."""
    starred = protect.rating is not None and (shot.marks.rating or 0) >= protect.rating
    picked = protect.pick and shot.marks.pick == 1
    labelled = shot.marks.label in protect.label
    return starred or picked or labelled or (bool(protect.path) and shot.shot.path.casefold().startswith("a"))


# Left out: what compares names within the group or times of mixed zones, where one more shot is one more fact.
ABSOLUTE = [one for one in WISHES if one.want != ("plain",) and one.by != "taken" and not one.pattern]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(ABSOLUTE), min_size=1, max_size=5), groups_of_shots(), st.data())
def test_a_shot_that_is_worse_in_everything_changes_no_winner(
    prefer: list[Preference], shots: list[ShotFacts], data: st.DataObject
) -> None:
    """Worse than any one of the group, and last by path. Sharpness is known to all: the unknown takes it out."""
    shots = [one if one.quality else replace(one, quality=Quality(0.5, (), 0.1, 0.0, 0.4)) for one in shots]
    model = data.draw(st.sampled_from(shots))
    face = File(9, "b/zzz/" + "b" * 99 + ".xyz", 0, 0)
    worse = replace(
        model,
        id=ShotId(99),
        shot=Shot(face, (face,)),
        metadata=Metadata("jpeg", 0, 0),
        marks=Marks(-1, "Red", -1),
        quality=Quality(0.0, (), 0.6, 0.4, 0.0),
        stage=None,
    )
    chosen = rule("rating", *prefer)
    before = rules.propose(chosen, group(shots), shots, across_stages=True)
    after = rules.propose(chosen, group([*shots, worse]), [*shots, worse], across_stages=True)
    assert kept(after) == kept(before)


AMOUNTS = st.builds(Amount, st.integers(1, 3), st.sampled_from([0.0, 0.5, 1.0, 2.0, 10.0]))


@settings(max_examples=100, deadline=None)
@given(RULES, AMOUNTS, groups_of_shots(), st.data())
def test_keeping_more_keeps_those_that_stayed_before(
    chosen: Rule, most: Amount, shots: list[ShotFacts], data: st.DataObject
) -> None:
    fewer = replace(chosen, keep=most.keep, seconds=most.seconds)
    more = replace(fewer, keep=most.keep + data.draw(st.integers(1, 3)))
    before, after = (kept(rules.propose(each, group(shots), shots)) for each in (fewer, more))
    assert before <= after


@settings(max_examples=100, deadline=None)
@given(RULES, AMOUNTS, groups_of_shots(), st.booleans())
def test_what_stayed_once_stays_when_it_is_asked_again(
    chosen: Rule, most: Amount, shots: list[ShotFacts], across: bool
) -> None:
    """Without protections: what they add to a contest's winners would be new rivals to these."""
    asked = replace(chosen, keep=most.keep, seconds=most.seconds, protect=Protect())
    stays = kept(rules.propose(asked, group(shots), shots, across_stages=across))
    assert stays
    left = [shot for shot in shots if shot.id in stays]
    if len(left) > 1:
        assert kept(rules.propose(asked, group(left), left, across_stages=across)) == stays


@settings(max_examples=100, deadline=None)
@given(RULES, AMOUNTS, groups_of_shots())
def test_each_stretch_of_the_clock_keeps_its_share(chosen: Rule, most: Amount, shots: list[ShotFacts]) -> None:
    shots = [replace(shot, stage=None) for shot in shots]
    asked = replace(chosen, keep=most.keep, seconds=most.seconds, protect=Protect())
    stays = kept(rules.propose(asked, group(shots), shots))
    for stretch in windows(shots, most.seconds):
        assert len(stays & {shot.id for shot in stretch}) == min(most.keep, len(stretch))
    assert {shot.id for stretch in windows(shots, most.seconds) for shot in stretch} == {shot.id for shot in shots}


@given(RULES, groups_of_shots(), st.booleans())
def test_a_wish_changes_no_proposal_and_names_all_that_a_demand_would_ask_for_first(
    chosen: Rule, shots: list[ShotFacts], across: bool
) -> None:
    offered = group(shots, Kind.PHASH)
    wish, demand = rules.Wish(), rules.Demand()
    said = rules.propose(chosen, offered, shots, across_stages=across, demand=wish)
    assert said == rules.propose(chosen, offered, shots, across_stages=across)
    assert not wish
    rules.propose(chosen, offered, shots, across_stages=across, demand=demand)
    for measure, lacking in demand.wanted.items():
        assert lacking <= wish.wanted[measure]
