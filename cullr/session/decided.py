"""What the person said, from every root's journal, laid over groups and proposals. It outranks any rule.

Known by content, not by path: a shot by its face's fingerprint, a group that is not alike by those of its faces. Only
where a group holds copies of the same bytes does the path help to tell them apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import journal
from cullr.journal import Verdict
from cullr.model import Group, Proposal, ShotFacts, ShotId


@dataclass(frozen=True, slots=True)
class Decided:
    """`verdicts` by key, `apart` holds sets of fingerprints that are not alike."""

    verdicts: Mapping[tuple[str, ...], Verdict]
    apart: frozenset[frozenset[str]]

    @classmethod
    def read(cls, roots: Sequence[Path]) -> Decided:
        """From the journals; reads only. Raises Failed for a journal that cannot be believed."""
        verdicts: dict[tuple[str, ...], Verdict] = {}
        apart: set[frozenset[str]] = set()
        for root in roots:
            said = journal.said(journal.read(root))
            verdicts |= said.verdicts
            apart |= {frozenset(content) for content in said.not_alike}
        return cls(verdicts, frozenset(apart))

    def told_apart(self, members: Iterable[ShotFacts]) -> bool:
        """Whether the person said that these are not alike; more shots than then are a new question."""
        prints = frozenset(each.fingerprint.hex() for each in members if each.fingerprint)
        return bool(prints) and any(prints <= one for one in self.apart)

    def without_told_apart(self, groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts]) -> list[Group]:
        """The groups, those left out that were dissolved by hand."""
        return [group for group in groups if not self.told_apart(facts[shot] for shot in group.shots)]

    def verdict(self, facts: ShotFacts, members: Iterable[ShotFacts]) -> Verdict | None:
        """What was said of this shot of a group."""
        return self.verdicts.get(key(facts, members))

    def over(self, proposals: Sequence[Proposal], facts: Mapping[ShotId, ShotFacts]) -> tuple[Proposal, ...]:
        """The proposals with the person's word in place of the rule's; at least one shot always stays."""
        members = [facts[proposal.shot] for proposal in proposals]
        changed = []
        for proposal in proposals:
            verdict = self.verdict(facts[proposal.shot], members)
            if verdict is Verdict.KEEP:
                changed.append(replace(proposal, keep=True, reason="kept: you said so"))
            elif verdict is Verdict.CULL:
                changed.append(replace(proposal, keep=False, reason="culled: you said so"))
            else:
                changed.append(proposal)
        if any(each.keep for each in changed):
            return tuple(changed)
        # Every shot was to go, some by the rule: then the rule's own keeper stays, whatever was said of it elsewhere.
        return tuple(
            replace(said, keep=True, reason="kept: the last of its group") if ruled.keep else said
            for said, ruled in zip(changed, proposals, strict=True)
        )


def key(facts: ShotFacts, members: Iterable[ShotFacts]) -> tuple[str, ...]:
    """How a verdict on this shot of a group is remembered; empty when nothing is known to remember it by."""
    if facts.fingerprint is None:
        return ()
    own = facts.fingerprint.hex()
    if sum(each.fingerprint == facts.fingerprint for each in members) < 2:
        return (own,)
    place = f"{facts.shot.root}/{facts.shot.path}".encode("utf-8", "surrogateescape")
    return tuple(sorted((own, hashlib.blake2b(place, digest_size=16).hexdigest())))
