"""The indexer's side of the channel: groups, passes and what was skipped, written as they are found.

A group keeps its place in the list while the indexer works, so that nothing jumps under the cursor: one that grew, or
whose members changed, takes over the place of the group it came from, and new ones go to the end.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cullr.index import facts_json
from cullr.index.texts import storable
from cullr.model import Group, Kind, LeftOut, Proposal, ShotFacts, ShotId, Skipped


@dataclass(frozen=True, slots=True)
class _Written:
    """All that a group's row is made from; `first` are those of its culled shots that no group before it culls."""

    group: Group
    facts: Sequence[ShotFacts]
    proposals: Sequence[Proposal]
    first: AbstractSet[ShotId]
    provisional: bool


class Writer:
    """The indexer's side. Every publication is one transaction."""

    def __init__(self, db: sqlite3.Connection, review: str) -> None:
        self._db = db
        self._review = review
        self._written: dict[str, _Written] = {}
        self._final: dict[str, int] = {}
        """What is held of the groups that were final, by their ids."""
        self._added: set[str] = set()
        """Groups that stand beside those of the last whole publication."""

    def publish(
        self,
        groups: Sequence[Group],
        facts: Mapping[ShotId, ShotFacts],
        proposals: Mapping[str, Sequence[Proposal]],
        *,
        final: AbstractSet[str] = frozenset(),
        unchanged: AbstractSet[ShotId] | None = None,
    ) -> None:
        """Make these the review's groups; `proposals` by group id. All but those of `final` ids are provisional; but
        those that were final and hold the same still stay as they are: one approval must not keep the person from the
        next while all is looked at anew.

        With `unchanged` shots these groups come beside the review. They take the place of what came so before, and
        groups that hold any other shot become provisional.

        Groups of which nothing changed since this writer wrote them are not written again."""
        rows = self._db.execute(
            "SELECT row, id, members, provisional FROM review_group WHERE review = ?", (self._review,)
        ).fetchall()
        old = {name: (row, set(json.loads(members))) for row, name, members, _ in rows}
        settled = {name for _, name, _, open_yet in rows if not open_yet}
        new = {group.id: group for group in groups}
        changed: dict[str, int] = {}
        if unchanged is not None:
            self._added |= new.keys() - old.keys()
            rest = settled - new.keys()
            changed = {name: row for name, (row, shots) in old.items() if name in rest and not shots <= unchanged}
            old = {name: known for name, known in old.items() if name in new or name in self._added}
        heirs = _heirs({name: known for name, known in old.items() if name not in new}, new, set(old))
        counted: set[ShotId] = set()
        with _transaction(self._db):
            for name in old.keys() - new.keys():
                if name not in heirs.values():
                    self._db.execute("DELETE FROM review_group WHERE row = ?", (old[name][0],))
            for group in groups:
                before = old.get(group.id) or old.get(heirs.get(group.id, ""))
                members = [facts[shot] for shot in group.shots]
                said = proposals[group.id]
                culled = {each.shot for each in said if not each.keep}
                first = culled.difference(counted)
                counted |= culled
                this = _Written(group, members, said, first, group.id not in final)
                if not this.provisional:
                    self._final[group.id] = _held(group, members)
                elif group.id in settled and self._as_it_was(group, members, old[group.id][0]):
                    continue
                if group.id not in old or self._written.get(group.id) != this:
                    self._save(before[0] if before else None, this)
                    self._written[group.id] = this
            for row in changed.values():
                self._db.execute("UPDATE review_group SET provisional = 1 WHERE row = ?", (row,))
            # What was made provisional is written again when it is final, though nothing else of it changed.
            gone = self._written.keys() - new.keys()
            for name in gone if unchanged is None else gone & (self._added | changed.keys()):
                del self._written[name]
        self._added = set() if unchanged is None else self._added & new.keys()

    def _as_it_was(self, group: Group, facts: Sequence[ShotFacts], row: int) -> bool:
        """Whether a group that was final holds what it held then, be it in an earlier session."""
        if group.id not in self._final:
            [data] = self._db.execute("SELECT data FROM review_group WHERE row = ?", (row,)).fetchone()
            self._final[group.id] = _held(*facts_json.load(data))
        return self._final[group.id] == _held(group, facts)

    def _save(self, row: int | None, this: _Written) -> None:
        group, facts = this.group, this.facts
        culled = {proposal.shot for proposal in this.proposals if not proposal.keep}
        said = [[proposal.keep, proposal.reason] for proposal in this.proposals]
        self._db.execute(
            "INSERT OR REPLACE INTO review_group (row, review, id, kind, shots, culled, frees, taken_us, certainty,"
            " shielded, provisional, title, words, members, data, proposals, first, first_frees, prints)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                self._review,
                group.id,
                group.kind,
                len(facts),
                len(culled),
                sum(each.shot.bytes for each in facts if each.id in culled),
                min(each.taken.wall_us for each in facts),
                _certainty(group),
                group.shielded,
                int(this.provisional),
                storable(facts[0].shot.path),
                storable("\n".join(each.shot.path.casefold() for each in facts)),
                json.dumps(group.shots),
                facts_json.dump(group, facts),
                json.dumps(said),
                len(this.first),
                sum(each.shot.bytes for each in facts if each.id in this.first),
                json.dumps([each.fingerprint.hex() for each in facts if each.fingerprint]),
            ),
        )

    def forget(self) -> None:
        """What was written last: nothing is published for a while, and the facts need not be held for so long."""
        self._written.clear()

    def passed(self, name: str, done: int, total: int) -> None:
        """Note a pass's progress."""
        now = time.time()
        self._db.execute(
            "INSERT INTO review_pass (review, name, done, total, began, at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (review, name) DO UPDATE SET done = excluded.done, total = excluded.total, at = excluded.at",
            (self._review, name, done, total, now, now),
        )

    def state(self, word: str, key: bytes | None = None) -> None:
        """`working`, `paused`, or `complete`, and then from what; starting anew forgets the passes of the last run."""
        with _transaction(self._db):
            if word == "working":
                self._db.execute("DELETE FROM review_pass WHERE review = ?", (self._review,))
            self._db.execute(
                "INSERT OR REPLACE INTO review_state (review, state, key) VALUES (?, ?, ?)", (self._review, word, key)
            )

    def begun(self) -> bool:
        """Whether there are groups of this review, be they of an earlier session."""
        found = self._db.execute("SELECT 1 FROM review_group WHERE review = ? LIMIT 1", (self._review,)).fetchone()
        return found is not None

    def finished(self) -> bool:
        """Whether the review that is there was brought to its end, be it of files as they were then."""
        found = self._db.execute("SELECT state FROM review_state WHERE review = ?", (self._review,)).fetchone()
        return found is not None and found[0] == "complete"

    def known(self) -> bytes | None:
        """The key of the complete review that is there, if any."""
        found = self._db.execute("SELECT key FROM review_state WHERE review = ?", (self._review,)).fetchone()
        return found[0] if found else None

    def skipped(self, rows: Iterable[Skipped]) -> None:
        """Make these the review's unreadable photos."""
        with _transaction(self._db):
            self._db.execute("DELETE FROM review_skipped WHERE review = ?", (self._review,))
            self._db.executemany(
                "INSERT INTO review_skipped VALUES (?, ?, ?, ?)",
                [(self._review, each.root, storable(each.path), each.why) for each in rows],
            )

    def left_out(self, rows: Iterable[LeftOut]) -> None:
        """Make these what the review could not compare."""
        with _transaction(self._db):
            self._db.execute("DELETE FROM review_left_out WHERE review = ?", (self._review,))
            self._db.executemany(
                "INSERT INTO review_left_out VALUES (?, ?, ?, ?, ?)",
                [(self._review, each.kind, each.root, json.dumps(each.paths), each.why) for each in rows],
            )


class _transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")


def _held(group: Group, facts: Sequence[ShotFacts]) -> int:
    """Stands for all that a group's proposals come from: its shots, their files, what was said of them."""
    files = (tuple((file.path, file.size, file.mtime_ns) for file in each.shot.files) for each in facts)
    return hash((group.shots, tuple(files), tuple((each.marks, each.fingerprint) for each in facts)))


def _heirs(leaving: Mapping[str, tuple[int, set[int]]], new: Mapping[str, Group], kept: set[str]) -> dict[str, str]:
    """New group → the leaving group whose place it takes: the one it shares most shots with, each given once."""
    owners: dict[int, list[str]] = {}
    for name, (_, members) in leaving.items():
        for shot in members:
            owners.setdefault(shot, []).append(name)
    heirs: dict[str, str] = {}
    taken: set[str] = set()
    for group in new.values():
        if group.id in kept:
            continue
        shared: dict[str, int] = {}
        for shot in group.shots:
            for name in owners.get(shot, ()):
                if name not in taken:
                    shared[name] = shared.get(name, 0) + 1
        if shared:
            # What looked alike at first may prove to be the same bytes: another kind may inherit too, its own first.
            best = min(shared, key=lambda name: (name.partition("-")[0] != group.kind, -shared[name], leaving[name][0]))
            heirs[group.id] = best
            taken.add(best)
    return heirs


def _certainty(group: Group) -> float:
    """1 for the same bytes, 0 at the threshold: how safely the weakest pair passed."""
    score, threshold = group.weakest.score, group.weakest.threshold
    if group.kind is Kind.EXACT:
        return 1.0
    if group.kind in {Kind.CLIP, Kind.SET}:
        return (score - threshold) / (1 - threshold) if threshold < 1 else 1.0
    return 1.0 - score / threshold if threshold else 1.0
