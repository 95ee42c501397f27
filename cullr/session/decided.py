"""What the person said, from every root's journal, laid over groups and proposals. It outranks any rule.

Known by content, not by path: a shot by its face's fingerprint, a group that is not alike by those of its faces. Only
where a group holds copies of the same bytes does the path below the root help to tell them apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cullr import journal
from cullr.journal import Log, Verdict
from cullr.journal.entry import Decisions
from cullr.model import Group, Proposal, ShotFacts, ShotId

if TYPE_CHECKING:
    from cullr.rules import Demand, Hearing, Rule

LAST = "kept: nothing else of its group stays"
Key = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Word:
    """Something said once. Within a journal `seq` tells what was said last, between journals `at`."""

    seq: int
    at: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """For each root: `words` holds the last word on each key, `apart` sets of fingerprints that are not alike, `seqs`
    the last entry of the journal that was heard."""

    words: tuple[Mapping[Key, Word], ...]
    apart: tuple[frozenset[frozenset[str]], ...]
    seqs: tuple[int, ...]

    @classmethod
    def read(cls, roots: Sequence[Path]) -> Decided:
        """From the journals; reads only. Raises Failed for a journal that cannot be believed."""
        found = cls(({},) * len(roots), (frozenset(),) * len(roots), (0,) * len(roots))
        for number, root in enumerate(roots):
            found = found.heard(number, journal.read(root))
        return found

    def heard(self, root: int, log: Log) -> Decided:
        """With what the journal of this root holds beyond what was heard of it: the rest is not gone through again."""
        if log.seq < self.seqs[root]:
            return replace(self, words=_at(self.words, root, {}), seqs=_at(self.seqs, root, 0)).heard(root, log)
        fresh = [
            (entry, item)
            for entry in log.entries[self.seqs[root] :]
            if isinstance(entry.body, Decisions)
            for item in entry.body.items
        ]
        words = {
            item.content: Word(entry.seq, entry.at, item.verdict)
            for entry, item in fresh
            if item.verdict is not Verdict.NOT_ALIKE
        }
        apart = frozenset(frozenset(content) for content in log.state.not_alike)
        return Decided(
            _at(self.words, root, {**self.words[root], **words}) if words else self.words,
            _at(self.apart, root, apart),
            _at(self.seqs, root, log.seq),
        )

    def differs(self, before: Decided | None) -> frozenset[str]:
        """The fingerprints of which something was said that was not said `before`; None: of which anything was said."""
        found: set[str] = set()
        for root, words in enumerate(self.words):
            old = before.words[root] if before else {}
            for key in words.keys() | old.keys() if words is not old else ():
                found.update(key if words.get(key) is not old.get(key) else ())
            found.update(*(self.apart[root] ^ (before.apart[root] if before else frozenset())))
        return frozenset(found)

    def told_apart(self, members: Iterable[ShotFacts]) -> bool:
        """Whether the person said that these are not alike; more shots than then are a new question.

        Copies of one picture are told apart only if they were asked about themselves, not by what it was told from.
        """
        if not any(self.apart):
            return False
        prints = {each.fingerprint.hex() if each.fingerprint else "" for each in members}
        return any(prints <= one and (len(prints) > 1 or len(one) == 1) for apart in self.apart for one in apart)

    def without_told_apart(self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts]) -> list[Group]:
        """The groups, those left out that were dissolved by hand."""
        return [group for group in groups if not self.told_apart(facts[shot] for shot in group.shots)]

    def verdict(self, facts: ShotFacts, members: Iterable[ShotFacts]) -> Verdict | None:
        """What was said last of this shot of a group."""
        if facts.fingerprint is None or not any(self.words):
            return None
        alone, among = _keys(facts, facts.fingerprint)
        sole = _is_sole(facts, members)
        last: list[Word] = []
        for root, words in enumerate(self.words):
            # A word on this very copy holds where the other copies are gone, too.
            keys = [alone] * sole + [among] * (root == facts.shot.root)
            said = [words[key] for key in keys if key in words]
            last += [max(said, key=lambda word: word.seq)] if said else []
        latest = max(last, key=lambda word: word.at, default=None)
        return latest.verdict if latest and latest.verdict is not Verdict.NONE else None

    def propose_all(
        self,
        rule: Rule,
        groups: Iterable[Group],
        facts: Mapping[ShotId, ShotFacts],
        *,
        across_stages: bool = False,
        demand: Demand | None = None,
    ) -> dict[str, tuple[Proposal, ...]]:
        """Each group's proposals by its id. Stronger kinds come first: what goes there competes nowhere else."""

        return self.hearing(rule, across_stages=across_stages).proposals(groups, facts, demand)

    def hearing(self, rule: Rule, *, across_stages: bool = False) -> Hearing:
        """Where this rule and the person's word are heard."""
        from cullr.rules import Hearing

        def ask(
            group: Group, members: Sequence[ShotFacts], gone: Collection[ShotId], demand: Demand | None
        ) -> tuple[Proposal, ...]:
            return self.propose(rule, group, members, gone=gone, across_stages=across_stages, demand=demand)

        return Hearing(ask)

    def propose(
        self,
        rule: Rule,
        group: Group,
        members: Sequence[ShotFacts],
        *,
        gone: Collection[ShotId] = (),
        across_stages: bool = False,
        demand: Demand | None = None,
    ) -> tuple[Proposal, ...]:
        """The rule's choice among the shots the person did not cull, and the person's word on the others."""
        from cullr import rules

        culled = {each.id for each in members if self.verdict(each, members) is Verdict.CULL}
        out = {shot for shot in group.shots if shot in gone}  # what is gone elsewhere may be half of all shots
        if len(culled) < len(members):
            out |= culled
        ruled = rules.propose(rule, group, members, gone=out, across_stages=across_stages, demand=demand)
        return self.over(ruled, {each.id: each for each in members}, group.sets)

    def over(
        self, proposals: Sequence[Proposal], facts: Mapping[ShotId, ShotFacts], sets: Mapping[ShotId, int] | None = None
    ) -> tuple[Proposal, ...]:
        """The proposals with the person's word in place of the rule's; at least one shot always stays.

        What was said of a shot of `sets` holds for its whole set, keeping before culling; and one whole set stays.
        """
        members = [facts[proposal.shot] for proposal in proposals]
        said = {each.id: self.verdict(each, members) for each in members}
        units = _units(proposals, sets)
        words = [_word([said[each.shot] for each in unit]) for unit in units]
        stays = [
            word is Verdict.KEEP or (word is None and all(each.keep for each in unit))
            for unit, word in zip(units, words, strict=True)
        ]
        changed = {each.shot: _overruled(each, word) for unit, word in zip(units, words, strict=True) for each in unit}
        if Verdict.CULL in words and not any(stays):
            # The rule gave the others up for what is to go now: they stay. Of all culled by hand, the rule's choice.
            chosen = [word is None for word in words]
            if not any(chosen):
                chosen = [all(each.keep for each in unit) for unit in units]
            if not any(chosen):
                chosen = [place == 0 for place in range(len(units))]
            for unit, stay in zip(units, chosen, strict=True):
                if stay:
                    changed |= {each.shot: replace(each, keep=True, reason=LAST) for each in unit}
        return tuple(changed[each.shot] for each in proposals)


def _at(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return *values[:place], value, *values[place + 1 :]


def _units(proposals: Sequence[Proposal], sets: Mapping[ShotId, int] | None) -> list[list[Proposal]]:
    """What shares one fate: each shot, or all of a set."""
    if sets is None:
        return [[each] for each in proposals]
    found: dict[int, list[Proposal]] = {}
    for each in proposals:
        found.setdefault(sets.get(each.shot, -1), []).append(each)
    return list(found.values())


def _word(said: Collection[Verdict | None]) -> Verdict | None:
    return next((word for word in (Verdict.KEEP, Verdict.CULL) if word in said), None)


class Judge:
    """A rule and what the person said: together they decide about groups, each of them once."""

    def __init__(self, rule: Rule, decided: Decided, *, across_stages: bool = False) -> None:
        self.rule = rule
        self.decided = decided
        self._hearing = decided.hearing(rule, across_stages=across_stages)

    def propose(self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts]) -> dict[str, tuple[Proposal, ...]]:
        """Each group's proposals by its id; criteria that nobody measured are left out."""
        return self._hearing.proposals(groups, facts)

    def ask(self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
        """Ask for what must be measured before `propose` can say all it could ever say."""
        self._hearing.proposals(self.decided.without_told_apart(groups, facts), facts, demand)


def key(facts: ShotFacts, members: Iterable[ShotFacts]) -> Key:
    """How a verdict on this shot of a group is remembered; empty when nothing is known to remember it by.

    It belongs into the journal of the shot's own root.
    """
    if facts.fingerprint is None:
        return ()
    alone, among = _keys(facts, facts.fingerprint)
    return alone if _is_sole(facts, members) else among


def _keys(facts: ShotFacts, fingerprint: bytes) -> tuple[Key, Key]:
    """The shot's key by its content, and by content and place. Roots have no part in it: their numbers change."""
    own = fingerprint.hex()
    place = hashlib.blake2b(facts.shot.path.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return (own,), tuple(sorted((own, place)))


def _is_sole(facts: ShotFacts, members: Iterable[ShotFacts]) -> bool:
    return sum(each.fingerprint == facts.fingerprint for each in members) < 2


def _overruled(proposal: Proposal, verdict: Verdict | None) -> Proposal:
    if verdict is Verdict.KEEP:
        return replace(proposal, keep=True, reason="kept: you said so")
    if verdict is Verdict.CULL:
        return replace(proposal, keep=False, reason="culled: you said so")
    return proposal
