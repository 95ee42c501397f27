"""Every group under the rule that proposes now and the person's word → what the review comes to, slice by slice.

The index knows the rule it was started with and nothing the person said: this is for everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cullr.index.reviews import Reader
from cullr.model import Kind, ShotId

if TYPE_CHECKING:
    from cullr.rules import Rule
    from cullr.session.decided import Decided

SLICE = 8
"""Groups between two snapshots: some 5 ms, so that the screen's thread gets its turn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """So far: `seen` of `groups` groups. `totals` are groups offered, shots culled, bytes freed, each shot once.

    `lines` are each group's culls and bytes by its row; `gone` names the row that culls a shot first.
    """

    groups: int = 0
    seen: int = 0
    totals: tuple[int, int, int] = (0, 0, 0)
    lines: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    gone: Mapping[ShotId, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.seen >= self.groups


def count(reader: Reader, decided: Decided, rule: Rule, *, across_stages: bool) -> Iterator[Standing]:
    """A snapshot every few groups, the last one complete. Stronger kinds come first, as in a report."""
    rows = [row for kind in Kind for row in reader.order(kind=kind)]
    offered = frees = 0
    lines: dict[int, tuple[int, int]] = {}
    gone: dict[ShotId, int] = {}
    for seen, row in enumerate(rows):
        if seen and seen % SLICE == 0:
            yield Standing(len(rows), seen, (offered, len(gone), frees))
        found = reader.group(row)
        if found is None or decided.told_apart(found[1]):
            continue
        group, shots, _ = found
        said = decided.propose(rule, group, shots, gone=gone, across_stages=across_stages)
        culled = {each.shot for each in said if not each.keep}
        lines[row] = len(culled), sum(each.shot.bytes for each in shots if each.id in culled)
        frees += sum(each.shot.bytes for each in shots if each.id in culled - gone.keys())
        gone |= dict.fromkeys(culled - gone.keys(), row)
        offered += 1
    yield Standing(len(rows), len(rows), (offered, len(gone), frees), lines, gone)
