"""A rule and what is known of a group's shots → keep or cull for each shot, and the reason in words.

Pure and total: the same facts in any order give the same proposals, and of every contest at least `keep` shots stay.
A contest is among shots of one stage; in a `set` group it is among whole sets, of which all shots share one fate.
Criteria are asked one after the other, each only about what is still in the running: what nobody asks for need not be
measured, and makes no difference where it is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cullr.model import Group, Kind, Proposal, ShotFacts, ShotId
from cullr.rules import criteria, reasons
from cullr.rules.amount import Amount, windows
from cullr.rules.criteria import MEASURED, Margin, Preference
from cullr.rules.demand import Demand
from cullr.rules.entries import Entry, by_path, sets_of
from cullr.rules.hearing import Hearing
from cullr.rules.protection import protected_for
from cullr.rules.rule import Rule
from cullr.rules.seen_words import Side

GONE = "already culled in a stronger group"
HELD = "kept: its run through the stages goes whole or stays"
UNKNOWN = "kept: nothing is known of it yet"

Verdict = tuple[bool, str]


def propose(
    rule: Rule,
    group: Group,
    facts: Sequence[ShotFacts],
    *,
    gone: Collection[ShotId] = (),
    across_stages: bool = False,
    sets: Mapping[ShotId, int] | None = None,
    demand: Demand | None = None,
) -> tuple[Proposal, ...]:
    """Keep or cull for each shot of the group, in its order.

    Shots in `gone` (a set) are culled and do not compete, unless the rule protects them. A shot without facts stays.
    `sets`, else the group's own, tells the sets of a `set` group apart; without either they are the runs of rising
    stage number in time order. With a `demand`, a contest that needs more measured asks it there and leaves its shots
    UNKNOWN; without one, criteria that cannot be asked are left out.
    """
    known = {shot.id: shot for shot in facts}
    members = sorted((known[shot] for shot in group.shots if shot in known), key=by_path)
    kind = rule.judges_as(group.kind, members)
    rule = rule.of(kind)
    left = [shot for shot in members if shot.id not in gone or protected_for(rule, (shot,))]
    verdicts = {shot: (False, GONE) if shot in gone else (True, UNKNOWN) for shot in group.shots}
    if group.kind is Kind.EXACT:  # the same bytes measure the same
        rule = replace(rule, prefer=tuple(prefer for prefer in rule.prefer if prefer.by not in MEASURED))
    if group.shielded and not (across_stages and group.shielded == "stages"):
        verdicts |= _keep_all(left, reasons.shield(group.shielded))
    elif rule.protect.kind and {kind, group.kind} & set(rule.protect.kind):
        verdicts |= _keep_all(left, f"the rule protects {'bursts' if kind is Kind.BURST else f'{kind} groups'}")
    elif group.kind is Kind.SET:
        told = group.sets if sets is None else sets
        entries = sets_of(members, told) if len(members) == len(group.shots) else []
        verdicts |= _whole_sets(rule, entries, left, demand)
    else:
        verdicts |= _same_stages(rule, [left] if across_stages else _by_stage(left), demand)
    verdicts |= {shot: (True, HELD) for shot in group.held if shot not in gone and not verdicts[shot][0]}
    return tuple(Proposal(shot, *verdicts[shot]) for shot in group.shots)


def propose_all(
    rule: Rule,
    groups: Iterable[Group],
    facts: Mapping[ShotId, ShotFacts],
    *,
    across_stages: bool = False,
    demand: Demand | None = None,
) -> dict[str, tuple[Proposal, ...]]:
    """The proposals of each group by its id. Stronger kinds come first: what they cull competes nowhere else."""
    return hearing(rule, across_stages=across_stages).proposals(groups, facts, demand)


def hearing(rule: Rule, *, across_stages: bool = False) -> Hearing:
    """Where this rule judges groups."""

    def ask(
        group: Group, members: Sequence[ShotFacts], gone: Collection[ShotId], demand: Demand | None
    ) -> tuple[Proposal, ...]:
        return propose(rule, group, members, gone=gone, across_stages=across_stages, demand=demand)

    return Hearing(ask)


def _keep_all(shots: Sequence[ShotFacts], why: str) -> dict[ShotId, Verdict]:
    return {shot.id: (True, f"kept: {why}") for shot in shots}


def _same_stages(rule: Rule, parts: Sequence[Sequence[ShotFacts]], demand: Demand | None) -> dict[ShotId, Verdict]:
    verdicts: dict[ShotId, Verdict] = {}
    for shots in parts:
        alone = f"no rival here: {reasons.stage(shots[0])}" if len(parts) > 1 else "no rival is left"
        stretches = windows(shots, rule.seconds)
        if len(stretches) > 1:
            alone = f"no rival within {rule.seconds:g} s"
        for stretch in stretches:
            verdicts |= _contest(rule, [(shot,) for shot in stretch], alone, demand)
    return verdicts


def _by_stage(shots: Sequence[ShotFacts]) -> list[list[ShotFacts]]:
    parts: dict[tuple[float, str] | None, list[ShotFacts]] = {}
    for shot in shots:
        key = (shot.stage.number, shot.stage.name) if shot.stage else None
        parts.setdefault(key, []).append(shot)
    return list(parts.values())


def _whole_sets(
    rule: Rule, entries: Sequence[Entry], left: Sequence[ShotFacts], demand: Demand | None
) -> dict[ShotId, Verdict]:
    """A set that lost a shot in a stronger group cannot be the one that stays: what is kept must be a whole set."""
    there = {shot.id for shot in left}
    whole = [entry for entry in entries if all(shot.id in there for shot in entry)]
    if not entries:
        return _keep_all(left, "its sets cannot be told apart")
    if len(whole) < rule.keep:
        return _keep_all(left, "no whole set would be left")
    verdicts = _contest(rule, whole, "no other set is whole", demand)
    for entry in entries:
        if entry not in whole:
            why = protected_for(rule, entry)
            verdict = (True, f"kept: {why}") if why else (False, "culled: part of its set is culled already")
            verdicts |= {shot.id: verdict for shot in entry if shot.id in there}
    return verdicts


def _contest(rule: Rule, entries: Sequence[Entry], alone: str, demand: Demand | None) -> dict[ShotId, Verdict]:
    """Of entries in path order at least `keep` stay, and every protected one; `alone` is why where nothing competes.

    Nothing where it cannot be decided yet and `demand` was told why.
    """
    if len(entries) <= rule.keep:
        most = f"{Amount(rule.keep, rule.seconds)}{'' if rule.seconds else ' of a group'}"
        why = alone if len(entries) == 1 else f"the rule keeps {most}"
        return {shot.id: (True, f"kept: {why}") for entry in entries for shot in entry}
    asker = _Asker(rule.prefer, entries, demand)
    try:
        rounds = [_round(asker, range(len(entries)))]
        while len(rounds) < rule.keep:
            rounds.append(_round(asker, sorted(rounds[-1].fell)))
    except _Undecided:
        return {}
    verdicts: dict[ShotId, Verdict] = {}
    for at, entry in enumerate(entries):
        verdict = _verdict(rule, entries, rounds, at)
        verdicts |= {shot.id: verdict for shot in entry}
    return verdicts


@dataclass(frozen=True, slots=True)
class _Asked:
    """A preference, and by it the scores of the entries that were asked: a set's is the mean of its shots'."""

    prefer: Preference
    scores: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _Fall:
    """What some entries fell at together, and the best of those that were still there."""

    asked: _Asked
    best: int


@dataclass(frozen=True, slots=True)
class _Round:
    """Who won, and at what each of the others fell in the order of falling; None: by path alone."""

    winner: int
    fell: Mapping[int, _Fall | None]


class _Undecided(Exception):
    """A contest waits for what it demanded."""


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks preferences of entries. Those that measure nothing are asked once of all, for some of them compare all."""

    prefer: Sequence[Preference]
    entries: Sequence[Entry]
    demand: Demand | None
    _of_all: dict[int, _Asked | None] = field(default_factory=dict)

    def ask(self, place: int, still: Sequence[int]) -> _Asked | None:
        """By the preference at this place; None where it is left out, or all are level. Raises _Undecided."""
        prefer = self.prefer[place]
        if prefer.by not in MEASURED:
            if place not in self._of_all:
                self._of_all[place] = self._scored(prefer, range(len(self.entries)))
            return self._of_all[place]
        shots = [shot for at in still for shot in self.entries[at]]
        worth = self.demand is not None and criteria.worth_measuring(prefer, shots)
        if self.demand is not None and worth and self.demand.ask(MEASURED[prefer.by], shots):
            raise _Undecided
        return self._scored(prefer, still)

    def _scored(self, prefer: Preference, places: Sequence[int]) -> _Asked | None:
        scores = criteria.scores(prefer, [shot for at in places for shot in self.entries[at]])
        if scores is None or scores.count(scores[0]) == len(scores):
            return None
        if len(scores) == len(places):
            return _Asked(prefer, dict(zip(places, scores, strict=True)))
        rest = iter(scores)
        means = {at: math.fsum(next(rest) for _ in self.entries[at]) / len(self.entries[at]) for at in places}
        return _Asked(prefer, means)


def _round(asker: _Asker, still: Sequence[int]) -> _Round:
    """At each preference those go who are farther from the best of the remaining than its margin."""
    fell: dict[int, _Fall | None] = {}
    for place, prefer in enumerate(asker.prefer):
        if len(still) == 1:
            break
        asked = asker.ask(place, still)
        if asked is None:
            continue
        scores = [asked.scores[at] for at in still]
        best = max(scores)
        least = bar(best, prefer.margin)
        if min(scores) < least:
            fall = _Fall(asked, still[scores.index(best)])
            fell |= {at: fall for at, score in zip(still, scores, strict=True) if score < least}
            still = [at for at in still if at not in fell]
    return _Round(still[0], fell | dict.fromkeys(still[1:]))


def bar(best: float, margin: Margin | None) -> float:
    """The least score that counts as equal to the best."""
    if margin is None:
        return best
    # A hair below, so that 95 of 100 lies within 5 % whatever floats make of it.
    return best * (1 - margin.size - 1e-12) if margin.relative else best - margin.size


def _verdict(rule: Rule, entries: Sequence[Entry], rounds: Sequence[_Round], at: int) -> Verdict:
    won = next((round_ for round_ in rounds if round_.winner == at), None)
    if won:
        return True, f"kept: {_why(entries, at, _runner_up(won), won)}"
    protection = protected_for(rule, entries[at])
    if protection:
        return True, f"kept: {protection}"
    return False, f"culled: {_why(entries, at, _rival(rounds[0], at), rounds[0])}"


def _runner_up(round_: _Round) -> int:
    """Of those that fell last, the best by what they fell at."""
    last = list(round_.fell.values())[-1]
    level = [at for at, fall in round_.fell.items() if fall is last]
    return max(level, key=lambda at: (last.asked.scores[at] if last else 0, -at))


def _rival(round_: _Round, this: int) -> int:
    """Whom one that fell is told to be worse than: the winner, if by more than counts as equal; else the best of then,
    which may have fallen later at something else."""
    fall = round_.fell[this]
    if fall is None:
        return round_.winner
    scores = fall.asked.scores
    return round_.winner if scores[this] < bar(scores[round_.winner], fall.asked.prefer.margin) else fall.best


def _why(entries: Sequence[Entry], this: int, that: int, round_: _Round) -> str:
    """What sets two entries apart, of which one fell in the round."""
    won = this == round_.winner
    fall = round_.fell[that if won else this]
    mine, other = entries[this][0], entries[that][0]
    if fall is None:
        name = reasons.called(other, mine)
        return f"as good as {name}, comes first" if won else f"no better than {name}, which comes first"
    asked = fall.asked
    if len(entries[this]) > 1:
        better = asked.scores[this] > asked.scores[that]
        place = "ahead of" if better else "behind"
        return f"set {place} that of {reasons.called(other, mine)} by {reasons.noun(asked.prefer)}"
    return reasons.difference(asked.prefer, Side(mine, asked.scores[this]), Side(other, asked.scores[that]))
