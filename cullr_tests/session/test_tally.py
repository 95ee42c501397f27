"""A count that asks only what changed comes to what a report from scratch comes to, whatever was said in between."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cullr import rules
from cullr.index import database
from cullr.index.publishing import Writer
from cullr.journal import Verdict
from cullr.model import File, Group, Kind, Metadata, Proposal, Shot, ShotFacts, ShotId, Taken, TimeSource, Weakest
from cullr.rules import Rule
from cullr.session import Session
from cullr.session.decided import Decided, Judge
from cullr.session.desk import Desk, OpenGroup

SHOTS = 9
MANY = 400
Made = list[tuple[Kind, list[int]]]
Counted = tuple[tuple[int, int, int], dict[str, tuple[int, int]]]


def fact(number: int, prints: int = 7) -> ShotFacts:
    """From as many on as there are `prints`, shots are copies of the first ones."""
    shot = ShotId(number + 1)
    face = File(0, f"{number}.jpg", 1000 + 7**number % 9_973, 5_000_000 + number % 4)
    return ShotFacts(
        shot,
        Shot(face, (face,)),
        Metadata("jpeg", 100 + number * 7 % 5, 100),
        Taken(1_000_000 * (number * 5 % 7), TimeSource.EXIF),
        fingerprint=(number % prints).to_bytes(16, "big"),
    )


def grouped(made: Made) -> list[Group]:
    """Strongest kind first and no shot in two of one kind, as the matchers give them."""
    found: dict[Kind, list[Group]] = {kind: [] for kind in Kind}
    for kind, members in made:
        taken = {shot for group in found[kind] for shot in group.shots}
        ids = tuple(shot for number in sorted(members) if (shot := ShotId(number + 1)) not in taken)
        if len(ids) > 1:
            name = f"{kind}-{'-'.join(map(str, ids))}"
            weakest = Weakest(ids[0], ids[1], 1, 8)
            found[kind].append(Group(name, kind, ids, ids[0], dict.fromkeys(ids, 1.0), weakest))
    return [group for groups in found.values() for group in groups]


class Case:
    """A desk over an index written as the indexer would, and the report over the same."""

    def __init__(self, folder: Path, facts: Sequence[ShotFacts] = tuple(map(fact, range(SHOTS)))) -> None:
        self.facts = {each.id: each for each in facts}
        root, self.cache = folder / "shoot", folder / "cache"
        root.mkdir()
        self.desk = Desk(Session.open([root]))
        self.own = rules.load(self.desk.session.settings.rule)
        self.rule: Rule | None = None
        self.groups: list[Group] = []

    def publish(self, made: Made) -> None:
        self.groups = grouped(made)
        proposals = rules.hearing(self.own).proposals(self.groups, self.facts)
        opened = database.open_for_writing(self.cache, lambda _sentence: None)
        final = {each.id for each in self.groups}
        Writer(opened.connection, self.desk._key).publish(self.groups, self.facts, proposals, final=final)
        opened.close()
        self.desk._open_index(self.cache)

    def word(self, at: int, which: int, verdict: Verdict) -> None:
        group = self.on_the_table(at)
        self.desk.decide(group, {group.group.shots[which % len(group.group.shots)]: verdict})

    def apart(self, at: int, back: bool) -> None:
        self.desk.tell_apart(self.on_the_table(at), back=back)

    def use(self, number: int) -> None:
        shipped = rules.shipped()
        self.rule = shipped[number % len(shipped)] if number else None
        self.desk.use_rule(self.rule)

    def on_the_table(self, at: int) -> OpenGroup:
        group = self.groups[at % len(self.groups)]
        shots = tuple(self.facts[shot] for shot in group.shots)
        said: tuple[Proposal, ...] = ()
        return OpenGroup(0, group, shots, said, {}, provisional=False)

    def counted(self) -> Counted:
        """By the desk, which knows what it counted before."""
        for state in self.desk.recount():
            assert state.seen <= state.groups
        found = self.desk.glance()
        assert found is not None
        assert found.totals == self.desk.totals()
        lines = {line.id: (line.culled, line.frees) for line in self.desk.rows(self.desk.order()).values()}
        heard = Decided.read(self.desk.roots)
        apart = [group.id for group in self.groups if heard.told_apart(self.facts[shot] for shot in group.shots)]
        return self.desk.totals(), {name: line for name, line in lines.items() if name not in apart}

    def shown(self) -> dict[str, int]:
        """How many of each group are to go as the group itself is shown."""
        opened = [self.desk.open(row) for row in self.desk.order()]
        return {each.group.id: sum(not one.keep for one in each.proposals) for each in opened if each}

    def reported(self) -> Counted:
        """By the report, which knows nothing of before."""
        judge = Judge(self.rule or self.own, Decided.read(self.desk.roots))
        groups = judge.decided.without_told_apart(self.groups, self.facts)
        said = judge.propose(groups, self.facts)
        culls = {name: [each.shot for each in all_ if not each.keep] for name, all_ in said.items()}
        size = {shot: facts.shot.bytes for shot, facts in self.facts.items()}
        lines = {name: (len(shots), sum(map(size.__getitem__, shots))) for name, shots in culls.items()}
        once = {shot for shots in culls.values() for shot in shots}
        return (len(groups), len(once), sum(map(size.__getitem__, once))), lines


MADE = st.lists(
    st.tuples(
        st.sampled_from([Kind.EXACT, Kind.PHASH, Kind.BURST]),
        st.lists(st.integers(0, SHOTS - 1), min_size=2, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=7,
)
STEP = st.one_of(
    st.tuples(
        st.just("word"),
        st.integers(0, 6),
        st.integers(0, 3),
        st.sampled_from([Verdict.KEEP, Verdict.CULL, Verdict.NONE]),
    ),
    st.tuples(st.just("apart"), st.integers(0, 6), st.booleans()),
    st.tuples(st.just("use"), st.integers(0, 4)),
    st.tuples(st.just("publish"), MADE),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(
    made=[(Kind.EXACT, [1, 3]), (Kind.PHASH, [3, 4])],  # whether 3 competes in the second hangs on the word on 1
    steps=[("word", 0, 0, Verdict.CULL), ("word", 0, 0, Verdict.KEEP)],
)
@given(made=MADE, steps=st.lists(STEP, max_size=6))
def test_the_count_after_any_steps_is_the_count_from_scratch(made: Made, steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        case.publish(made)
        assert case.counted() == case.reported()
        for step, *of in steps:
            getattr(case, step)(*of)
            assert case.counted() == case.reported(), step
            assert case.shown() == {name: culled for name, (culled, _) in case.reported()[1].items()}, step


@pytest.mark.parametrize("rule", [0, 2])
def test_a_decision_asks_only_its_own_group_and_those_that_share_its_shots(tmp_path: Path, rule: int) -> None:
    pairs: Made = [(Kind.BURST, [first, first + 1]) for first in range(0, MANY, 2)]
    case = Case(tmp_path, [fact(number, prints=MANY) for number in range(MANY)])
    case.publish([*pairs, (Kind.EXACT, [0, 2])])
    case.use(rule)
    list(case.desk.recount())
    case.word(1, 0, Verdict.CULL)
    states = list(case.desk.recount())
    assert states[-1].groups == (3 if rule == 0 else len(case.groups))
    assert len(states) <= 2, "eight groups asked are one state more"
    assert case.counted() == case.reported()
