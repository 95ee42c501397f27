"""Groups in the index, the channel from the indexer to the screen: written as they are found, read page by page.

A group keeps its place in the list while the indexer works, so that nothing jumps under the cursor: one that grew, or
whose members changed, takes over the place of the group it came from, and new ones go to the end.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from pathlib import Path

from cullr.index import facts_json, measures
from cullr.model import Group, Kind, LeftOut, Proposal, ShotFacts, ShotId, Skipped
from cullr.settings import Settings


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of the list. `row` is its key; `taken_us` the earliest capture time; `frees` bytes if approved."""

    row: int
    id: str
    kind: Kind
    shots: int
    culled: int
    frees: int
    taken_us: int
    certainty: float
    shielded: str | None
    provisional: bool
    title: str


@dataclass(frozen=True, slots=True)
class PassRow:
    """How far a pass is; `total` 0 is unknown, `seconds` since it began."""

    name: str
    done: int
    total: int
    seconds: float


def key(roots: Sequence[Path], settings: Settings) -> str:
    """The review's name: the same roots and settings give the same review."""
    text = json.dumps([[str(root) for root in roots], asdict(settings)], sort_keys=True)
    return hashlib.blake2b(text.encode("ascii", "backslashreplace"), digest_size=12).hexdigest()


class Writer:
    """The indexer's side. Every publication is one transaction."""

    def __init__(self, db: sqlite3.Connection, review: str) -> None:
        self._db = db
        self._review = review
        self._final: dict[str, int] = {}
        """What is held of the groups that were final, by their ids."""

    def publish(
        self,
        groups: Sequence[Group],
        facts: Mapping[ShotId, ShotFacts],
        proposals: Mapping[str, Sequence[Proposal]],
        *,
        provisional: bool,
        final: AbstractSet[str] = frozenset(),
    ) -> None:
        """Make these the review's groups; `proposals` by group id. Those of `final` ids are not provisional; nor are
        those that were final and hold the same still, which stay as they are: one approval must not keep the person
        from the next while all is looked at anew."""
        rows = self._db.execute(
            "SELECT row, id, members, provisional FROM review_group WHERE review = ?", (self._review,)
        ).fetchall()
        old = {name: (row, set(json.loads(members))) for row, name, members, _ in rows}
        settled = {name for _, name, _, open_yet in rows if not open_yet}
        new = {group.id: group for group in groups}
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
                row, open_yet = before[0] if before else None, provisional and group.id not in final
                if not open_yet:
                    self._final[group.id] = _held(group, members)
                if not (open_yet and group.id in settled and self._as_it_was(group, members, old[group.id][0])):
                    self._save(row, group, members, said, counted, provisional=open_yet)
                counted.update(each.shot for each in said if not each.keep)

    def _as_it_was(self, group: Group, facts: Sequence[ShotFacts], row: int) -> bool:
        """Whether a group that was final holds what it held then, be it in an earlier session."""
        if group.id not in self._final:
            [data] = self._db.execute("SELECT data FROM review_group WHERE row = ?", (row,)).fetchone()
            self._final[group.id] = _held(*facts_json.load(data))
        return self._final[group.id] == _held(group, facts)

    def _save(
        self,
        row: int | None,
        group: Group,
        facts: Sequence[ShotFacts],
        proposals: Sequence[Proposal],
        counted: Collection[ShotId],
        *,
        provisional: bool,
    ) -> None:
        culled = {proposal.shot for proposal in proposals if not proposal.keep}
        said = [[proposal.keep, proposal.reason] for proposal in proposals]
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
                int(provisional),
                _storable(facts[0].shot.path),
                _storable("\n".join(each.shot.path.casefold() for each in facts)),
                json.dumps(group.shots),
                facts_json.dump(group, facts),
                json.dumps(said),
                len(culled.difference(counted)),
                sum(each.shot.bytes for each in facts if each.id in culled.difference(counted)),
                json.dumps([each.fingerprint.hex() for each in facts if each.fingerprint]),
            ),
        )

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
                [(self._review, each.root, _storable(each.path), each.why) for each in rows],
            )

    def left_out(self, rows: Iterable[LeftOut]) -> None:
        """Make these what the review could not compare."""
        with _transaction(self._db):
            self._db.execute("DELETE FROM review_left_out WHERE review = ?", (self._review,))
            self._db.executemany(
                "INSERT INTO review_left_out VALUES (?, ?, ?, ?, ?)",
                [(self._review, each.kind, each.root, json.dumps(each.paths), each.why) for each in rows],
            )


class Reader:
    """The screen's side: a connection of its own, short queries, never a write."""

    ORDERS: Mapping[str, str] = {
        "found": "row",
        "size": "frees DESC, row",
        "time": "taken_us, row",
        "certainty": "certainty DESC, row",
    }

    def __init__(self, db: sqlite3.Connection, review: str) -> None:
        self._db = db
        self._review = review
        self._version = -1

    def changed(self) -> bool:
        """Whether anything was committed since the last call."""
        version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        moved, self._version = version != self._version, version
        return moved

    def order(self, *, kind: Kind | None = None, text: str = "", by: str = "found") -> list[int]:
        """The keys of all groups in this order, for a list to page through; 20 000 of them take 4 ms."""
        where, values = ["review = ?"], [self._review]
        if kind:
            where.append("kind = ?")
            values.append(kind.value)
        if text:
            where.append("instr(words, ?) > 0")
            values.append(_storable(text.casefold()))
        chosen = f"FROM review_group WHERE {' AND '.join(where)}"
        if by == "found":  # as one text, so that other threads can work meanwhile
            return sorted(json.loads(self._db.execute(f"SELECT json_group_array(row) {chosen}", values).fetchone()[0]))
        return [row for (row,) in self._db.execute(f"SELECT row {chosen} ORDER BY {self.ORDERS[by]}", values)]

    def rows(self, keys: Sequence[int]) -> dict[int, GroupRow]:
        """The lines for these keys; those that are gone meanwhile are missing."""
        marks = ",".join("?" * len(keys))
        found = self._db.execute(
            "SELECT row, id, kind, shots, culled, frees, taken_us, certainty, shielded, provisional, title"
            f" FROM review_group WHERE row IN ({marks})",
            tuple(keys),
        )
        lines = {}
        for number, name, kind, shots, culled, frees, taken_us, certainty, shielded, provisional, title in found:
            lines[number] = GroupRow(
                row=number,
                id=name,
                kind=Kind(kind),
                shots=shots,
                culled=culled,
                frees=frees,
                taken_us=taken_us,
                certainty=certainty,
                shielded=shielded,
                provisional=bool(provisional),
                title=_restored(title),
            )
        return lines

    def row_of(self, group: str) -> int | None:
        """The key of the group with this id, None when there is none."""
        found = self._db.execute(
            "SELECT row FROM review_group WHERE review = ? AND id = ?", (self._review, group)
        ).fetchone()
        return int(found[0]) if found else None

    def group(self, row: int) -> tuple[Group, tuple[ShotFacts, ...], tuple[Proposal, ...]] | None:
        """The whole group with the indexer's proposals, None when it is gone."""
        found = self._db.execute("SELECT data, proposals FROM review_group WHERE row = ?", (row,)).fetchone()
        if found is None:
            return None
        group, facts = facts_json.load(found[0])
        said = zip(facts, json.loads(found[1]), strict=True)
        return group, facts, tuple(Proposal(each.id, keep, reason) for each, (keep, reason) in said)

    def holding(self, prints: Collection[str]) -> set[int]:
        """The keys of the groups that hold a face of one of these fingerprints, in hex; 20 ms at 20 000 groups."""
        return self._with("prints", list(prints))

    def reach(self, rows: Collection[int]) -> set[int]:
        """These groups, those that share a shot with them, those that share one with those, and so on."""
        found, edge, seen = set(rows), set(rows), set[int]()
        while edge:
            held = self._db.execute(
                "SELECT DISTINCT m.value FROM review_group, json_each(members) m"
                " WHERE row IN (SELECT value FROM json_each(?))",
                (json.dumps(list(edge)),),
            )
            shots = {shot for (shot,) in held} - seen
            seen |= shots
            edge = self._with("members", list(shots)) - found if shots else set()
            found |= edge
        return found

    def _with(self, column: str, values: Sequence[int | str]) -> set[int]:
        found = self._db.execute(
            f"SELECT DISTINCT row FROM review_group, json_each({column}) has"
            " WHERE review = ? AND has.value IN (SELECT value FROM json_each(?))",
            (self._review, json.dumps(values)),
        )
        return {row for (row,) in found}

    def texts(self, rows: Sequence[int]) -> dict[int, str]:
        """What each of these groups is made from: while the text stays the same, so does the group. See `parsed`."""
        marks = ",".join("?" * len(rows))
        return dict(self._db.execute(f"SELECT row, data FROM review_group WHERE row IN ({marks})", tuple(rows)))

    @staticmethod
    def parsed(text: str) -> tuple[Group, tuple[ShotFacts, ...]]:
        """The group of a text of `texts`."""
        return facts_json.load(text)

    def totals(self, rows: Collection[int] | None = None) -> tuple[int, int, int]:
        """Groups, shots to cull and the bytes that frees, of all or of these groups; no shot counts twice."""
        where, values = "review = ?", [self._review]
        if rows is not None:
            where += " AND row IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(rows)))
        row = self._db.execute(
            f"SELECT count(*), coalesce(sum(first), 0), coalesce(sum(first_frees), 0) FROM review_group WHERE {where}",
            values,
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def kinds(self) -> dict[Kind, int]:
        """How many groups there are of each kind."""
        found = self._db.execute(
            "SELECT kind, count(*) FROM review_group WHERE review = ? GROUP BY kind", (self._review,)
        )
        return {Kind(kind): count for kind, count in found}

    def passes(self) -> list[PassRow]:
        """The passes of this run, in the order they began."""
        found = self._db.execute(
            "SELECT name, done, total, at - began FROM review_pass WHERE review = ? ORDER BY began, rowid",
            (self._review,),
        )
        return [PassRow(*row) for row in found]

    def complete(self) -> bool:
        """Whether the indexer has seen everything."""
        row = self._db.execute("SELECT state FROM review_state WHERE review = ?", (self._review,)).fetchone()
        return bool(row and row[0] == "complete")

    def left_out(self) -> list[LeftOut]:
        """What could be read but not compared, in the order it was written."""
        found = self._db.execute(
            "SELECT kind, root, paths, why FROM review_left_out WHERE review = ? ORDER BY rowid", (self._review,)
        )
        return [LeftOut(Kind(kind), root, tuple(json.loads(paths)), why) for kind, root, paths, why in found]

    def skipped(self) -> list[Skipped]:
        """Photos that could not be read."""
        found = self._db.execute(
            "SELECT root, path, why FROM review_skipped WHERE review = ? ORDER BY root, path", (self._review,)
        )
        return [Skipped(root, _restored(path), why) for root, path, why in found]

    def preview(self, shot: ShotId) -> bytes | None:
        """The face's preview as JPEG, None when it is not made yet."""
        return measures.preview(self._db, shot)


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


def _storable(text: str) -> str:
    """SQLite's text is UTF-8: bytes that are not are kept as private-use characters, and come back as they were."""
    return "".join(chr(0x10F000 + ord(char) - 0xDC00) if "\udc80" <= char <= "\udcff" else char for char in text)


def _restored(text: str) -> str:
    return "".join(chr(0xDC00 + ord(char) - 0x10F000) if 0x10F080 <= ord(char) <= 0x10F0FF else char for char in text)
