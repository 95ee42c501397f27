"""Every group of a review under two rules → what choosing the second would change, slice by slice, nothing written.

Stronger kinds come first, as in a run: what a rule culls there competes nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cullr.index.reviews import Reader
from cullr.model import Group, Kind, Proposal, ShotFacts, ShotId
from cullr.rules import Rule
from cullr.session.decided import Decided

SLICE = 32
"""Groups between two snapshots: 15–40 ms of work here, so that a thread doing it can be called off at once."""
EXAMPLES = 40


@dataclass(frozen=True, slots=True)
class Totals:
    """What one rule culls; each shot counts once, however many groups it is in."""

    shots: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A group that would be decided otherwise: the proposals of both rules, the person's word laid over them."""

    row: int
    group: Group
    shots: tuple[ShotFacts, ...]
    now: tuple[Proposal, ...]
    then: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """So far: `seen` of `groups` groups, `changed` of them decided otherwise, the first of these as examples."""

    groups: int = 0
    seen: int = 0
    changed: int = 0
    now: Totals = Totals()
    then: Totals = Totals()
    examples: tuple[Changed, ...] = ()

    @property
    def complete(self) -> bool:
        return self.seen >= self.groups


class _Side:
    """One rule's way through the groups."""

    def __init__(self, rule: Rule, decided: Decided, *, across_stages: bool) -> None:
        self._rule = rule
        self._decided = decided
        self._across = across_stages
        self._gone: set[ShotId] = set()
        self._bytes = 0

    def proposals(self, group: Group, shots: tuple[ShotFacts, ...]) -> tuple[Proposal, ...]:
        said = self._decided.propose(self._rule, group, shots, gone=self._gone, across_stages=self._across)
        culled = {proposal.shot for proposal in said if not proposal.keep} - self._gone
        self._bytes += sum(each.shot.bytes for each in shots if each.id in culled)
        self._gone |= culled
        return said

    @property
    def totals(self) -> Totals:
        return Totals(len(self._gone), self._bytes)


def rehearse(reader: Reader, decided: Decided, now: Rule, then: Rule, *, across_stages: bool) -> Iterator[Rehearsal]:
    """A snapshot every few groups, the last one complete."""
    rows = [row for kind in Kind for row in reader.order(kind=kind)]
    sides = tuple(_Side(rule, decided, across_stages=across_stages) for rule in (now, then))
    state = Rehearsal(len(rows))
    for number, row in enumerate(rows, 1):
        state = replace(_with(state, row, reader, decided, sides), seen=number)
        if number % SLICE == 0 and number < len(rows):
            yield state
    yield state


def _with(state: Rehearsal, row: int, reader: Reader, decided: Decided, sides: tuple[_Side, ...]) -> Rehearsal:
    found = reader.group(row)
    if found is None or decided.told_apart(found[1]):
        return state
    group, shots, _ = found
    now, then = (side.proposals(group, shots) for side in sides)
    changed, examples = state.changed, state.examples
    if [each.keep for each in now] != [each.keep for each in then]:
        changed += 1
        if len(examples) < EXAMPLES:
            examples += (Changed(row, group, shots, now, then),)
    return replace(state, changed=changed, now=sides[0].totals, then=sides[1].totals, examples=examples)
