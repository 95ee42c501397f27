"""The groups under the rule that proposes now and the person's word → what the review comes to, slice by slice.

The index knows the rule it was started with and nothing the person said. So of a review by that rule only those groups
are counted here that the person's word can reach: the others stay as the index says. And of none is asked again what
cannot have changed: a decision costs what its own groups cost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cullr.index.reviews import Reader
from cullr.model import Kind, ShotId

if TYPE_CHECKING:
    from cullr.rules import Rule
    from cullr.session.decided import Decided

SLICE = 8
"""Groups asked between two snapshots: some 5 ms, so that the screen's thread gets its turn."""
PAGE = 256
"""Groups read at a time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """So far: `seen` of `groups` groups. `totals` are groups offered, shots culled, bytes freed, each shot once.

    Of the groups that the index alone cannot tell of: `lines` are each one's culls and bytes by its row, `out` those of
    its shots that were gone before it was asked, where there are any.
    """

    groups: int = 0
    seen: int = 0
    totals: tuple[int, int, int] = (0, 0, 0)
    lines: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    out: Mapping[int, frozenset[ShotId]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.seen >= self.groups


@dataclass(frozen=True, slots=True)
class _Said:
    """What a group made from a text of this hash culls, with the bytes, while of its `members` these are `out` already;
    None where it was told apart."""

    text: int
    members: frozenset[ShotId]
    out: frozenset[ShotId]
    culls: Mapping[ShotId, int] | None


class Tally:
    """`rule` None is the one the index was made with, which is `own`. One count at a time."""

    def __init__(self, rule: Rule | None, own: Rule, *, across_stages: bool) -> None:
        self._rule = rule or own
        self._all = rule is not None
        self._across = across_stages
        self._said: dict[int, _Said] = {}
        self._heard: Decided | None = None

    def count(self, reader: Reader, decided: Decided) -> Iterator[Standing]:
        """A snapshot every few groups, the last one complete. Stronger kinds come first, as in a report."""
        changed = decided.differs(self._heard) if self._said else frozenset()
        for row in reader.holding(changed) if changed else ():
            self._said.pop(row, None)
        self._heard = decided
        every = [row for kind in Kind for row in reader.order(kind=kind)]
        if self._all:
            base, rows = (0, 0, 0), every
        else:
            reached = reader.reach(reader.holding(decided.differs(None)))
            base, rows = _less(reader.totals(), reader.totals(reached)), [row for row in every if row in reached]
        self._said = {row: self._said[row] for row in rows if row in self._said}
        offered, culled, frees = base
        lines: dict[int, tuple[int, int]] = {}
        out: dict[int, frozenset[ShotId]] = {}
        gone: set[ShotId] = set()
        asked = 0
        for seen, (row, text) in enumerate(_texts(reader, rows)):
            said = self._said.get(row)
            if said is None or said.text != hash(text) or said.out != said.members & gone:
                if asked % SLICE == 0:
                    yield Standing(len(rows), seen, (offered, culled + len(gone), frees))
                asked += 1
                said = self._said[row] = self._ask(text, gone, decided)
            if said.culls is None:
                continue
            lines[row] = len(said.culls), sum(said.culls.values())
            frees += sum(size for shot, size in said.culls.items() if shot not in gone)
            if said.out:
                out[row] = said.out
            gone |= said.culls.keys()
            offered += 1
        yield Standing(len(rows), len(rows), (offered, culled + len(gone), frees), lines, out)

    def _ask(self, text: str, gone: Collection[ShotId], decided: Decided) -> _Said:
        group, shots = Reader.parsed(text)
        members = frozenset(group.shots)
        out = members.intersection(gone)
        if decided.told_apart(shots):
            return _Said(hash(text), members, out, None)
        said = decided.propose(self._rule, group, shots, gone=out, across_stages=self._across)
        culled = {each.shot for each in said if not each.keep}
        return _Said(hash(text), members, out, {each.id: each.shot.bytes for each in shots if each.id in culled})


def _texts(reader: Reader, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Those that are gone meanwhile left out."""
    for start in range(0, len(rows), PAGE):
        page = rows[start : start + PAGE]
        texts = reader.texts(page)
        yield from ((row, texts[row]) for row in page if row in texts)


def _less(all_: tuple[int, int, int], some: tuple[int, int, int]) -> tuple[int, int, int]:
    return all_[0] - some[0], all_[1] - some[1], all_[2] - some[2]
