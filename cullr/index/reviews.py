"""The screen's side of the channel: the groups that the indexer published, in an order of choice, read page by page."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cullr.index import facts_json, measures
from cullr.index.texts import restored, storable
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
            values.append(storable(text.casefold()))
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
                title=restored(title),
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
        return [Skipped(root, restored(path), why) for root, path, why in found]

    def preview(self, shot: ShotId) -> bytes | None:
        """The face's preview as JPEG, None when it is not made yet."""
        return measures.preview(self._db, shot)
