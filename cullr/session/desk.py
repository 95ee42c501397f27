"""A review as a screen sees it: groups arriving through the index, decisions into the journal, approvals, the past.

Reading is quick enough for the event loop (a page 0.1 ms). What writes (`decide`, `give_stars`, `tell_apart`,
`approve`, `undo`) waits for the disk: call it from a thread. One of them runs at a time.
"""

from __future__ import annotations

import contextlib
import importlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cullr import journal
from cullr.errors import Failed
from cullr.index import database, reviews
from cullr.index.reviews import GroupRow, PassRow, Reader
from cullr.journal import BatchId, Journal, Verdict
from cullr.model import Kind, LeftOut, ShotFacts, ShotId, Skipped
from cullr.session import decided, memory
from cullr.session.child import Child
from cullr.session.decided import Decided
from cullr.session.open_group import OpenGroup
from cullr.session.session import Session
from cullr.session.standing import Standing, Tally
from cullr.session.touched import Touched

if TYPE_CHECKING:
    from cullr.rules import Rule
    from cullr.session.past import PastBatch, Undone
    from cullr.session.rehearsal import Rehearsal
    from cullr.session.staging import Staged
    from cullr.session.stars import Starred

LATER = (
    "cullr.rules",
    "cullr.session.past",
    "cullr.session.rehearsal",
    "cullr.session.staging",
    "cullr.session.stars",
)
"""What only decisions need: without it the first frame comes a tenth earlier."""

__all__ = ["BatchId", "Desk", "Glance", "GroupRow", "OpenGroup", "PassRow", "Standing", "Verdict"]


@dataclass(frozen=True, slots=True)
class Glance:
    """The list at one moment: its keys in order, and what the whole review comes to."""

    keys: list[int]
    totals: tuple[int, int, int]
    kinds: Mapping[Kind, int]


class Desk:
    """Everything the screen may ask for. `start` it first; `stop` it last."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.roots = session.roots
        self._key = reviews.key(session.roots, session.settings)
        self._child: Child | None = None
        self._started = False
        self._looked_at = ""
        self._db: sqlite3.Connection | None = None
        self._index: Path | None = None
        self._reader: Reader | None = None
        self._writing = threading.Lock()
        self._decided = Decided.read(session.roots)
        self._rule: Rule | None = None
        self._standing: Standing | None = None
        self._tally: Tally | None = None
        self._touched = Touched()
        self._news: list[Mapping[str, str]] = []
        self._memory = memory.read(self._place())

    # The indexer

    def start(self, child: Child | None = None, *, calmly: bool = False) -> None:
        """Settle what an interrupted run left, let the indexer work, and show what the index holds from last time.
        `child` is one that waits for its orders already; `calmly` leaves it to `work` where last time's groups are
        complete, so that showing them comes first."""
        self._settle()
        self._open_index(self.session.cache)
        self._started = True
        if child or not (calmly and self.complete()):
            self.work(child)

    def work(self, child: Child | None = None) -> None:
        """Let the indexer work, if it does not yet, on a desk that was started."""
        if self._started and self._child is None:
            self._child = child or Child()
            roots = tuple(str(root) for root in self.roots)
            self._child.order(roots, self.session.settings, str(self.session.cache), paused=self.paused)
            self._child.looking_at(self._looked_at)

    def preload(self) -> None:
        """Import what the first decision needs before its key is pressed; for a thread."""
        for name in LATER:
            importlib.import_module(name)

    def stop(self) -> None:
        if self._child:
            self._child.stop()
        if self._db:
            self._db.close()

    def heard(self) -> list[Mapping[str, str]]:
        """Sentences (`say`) and errors (`error`, `remedy`; of no words when it is over) from the indexer since the last
        call."""
        news, self._news = self._news, []
        said = [*news, *(self._child.heard() if self._child else [])]
        for message in said:
            if "index" in message:
                self._open_index(Path(message["index"]).parent)
        return [message for message in said if "index" not in message]

    @property
    def embeds(self) -> bool:
        """Whether an encoder is on."""
        return self.session.settings.encoder != "none"

    @property
    def paused(self) -> bool:
        """Whether no picture is being embedded because the person said so."""
        return self.embeds and self._memory.paused

    def pause(self, *, on: bool) -> None:
        """Embed no further picture, or go on; it holds when cullr is started again."""
        self._memory = replace(self._memory, paused=on)
        memory.write(self._place(), self._memory)
        if self._child:
            self._child.pause(on=on)

    def changed(self) -> bool:
        """Whether the index changed since the last call; ask four times a second."""
        return self._reader is not None and self._reader.changed()

    def _settle(self) -> None:
        """A move cut off by a dropped line is finished or taken back before anything is shown; and that is told."""
        if not self.session.interrupted():
            return
        try:
            self._news = [{"say": f"Settled from an interrupted run: {done}"} for done in self.session.settle()]
        except Failed as error:  # another cullr is at it: look, and move nothing
            self._news = [{"error": error.message, "remedy": error.remedy}]

    def _open_index(self, folder: Path) -> None:
        if self._db:
            self._db.close()
        try:
            self._db = database.open_for_reading(folder)
            if self._db:
                self._db.execute("SELECT row FROM review_group LIMIT 1")
        except sqlite3.DatabaseError:
            self._db = None  # from another time, or damaged: the indexer makes it new and says where
        self._index = folder if self._db else None
        self._reader = Reader(self._db, self._key) if self._db else None

    # Reading

    def order(self, *, kind: Kind | None = None, text: str = "", by: str = "found") -> list[int]:
        """The groups' keys in list order (`found`, `size`, `time`, `certainty`)."""
        return self._reader.order(kind=kind, text=text, by=by) if self._reader else []

    def glance(self, *, kind: Kind | None = None, text: str = "", by: str = "found") -> Glance | None:
        """`order`, `totals` and `kinds` on a connection of their own: for a thread, 80 ms at 20 000 groups."""
        db = database.open_for_reading(self._index) if self._index else None
        if db is None:
            return None
        with contextlib.closing(db):
            reader = Reader(db, self._key)
            keys = reader.order(kind=kind, text=text, by=by)
            return Glance(keys, self._standing.totals if self._standing else reader.totals(), reader.kinds())

    def rows(self, keys: Sequence[int]) -> dict[int, GroupRow]:
        """Lines of the list for these keys, those that are gone left out."""
        found = self._reader.rows(keys) if self._reader and keys else {}
        lines = self._standing.lines if self._standing else {}
        for row in found.keys() & lines.keys():
            culled, frees = lines[row]
            found[row] = replace(found[row], culled=culled, frees=frees)
        return found

    def row_of(self, group: str) -> int | None:
        """The key of the group with this id, None when there is none."""
        return self._reader.row_of(group) if self._reader else None

    def kinds(self) -> dict[Kind, int]:
        return self._reader.kinds() if self._reader else {}

    def totals(self) -> tuple[int, int, int]:
        """Groups, shots proposed for culling, the bytes that frees: what `cullr report` says at the end."""
        if self._standing:
            return self._standing.totals
        return self._reader.totals() if self._reader else (0, 0, 0)

    def passes(self) -> list[PassRow]:
        """How far the indexer is, pass by pass."""
        return self._reader.passes() if self._reader else []

    def complete(self) -> bool:
        return self._reader is not None and self._reader.complete()

    def skipped(self) -> list[Skipped]:
        return self._reader.skipped() if self._reader else []

    def left_out(self) -> list[LeftOut]:
        """What could be read but not compared: renders without their set, photos without a vector."""
        return self._reader.left_out() if self._reader else []

    def preview(self, shot: ShotId) -> bytes | None:
        """JPEG, long side at most 320 pixels; None until the indexer has measured the group."""
        return self._reader.preview(shot) if self._reader else None

    def path(self, shot: ShotFacts) -> Path:
        """Where the face lies."""
        return self.roots[shot.shot.root] / shot.shot.path

    def open(self, row: int) -> OpenGroup | None:
        """The group, None when it is gone or was told apart."""
        found = self._reader.group(row) if self._reader else None
        if found is None:
            return None
        group, indexed, proposals = found
        shots = self._touched.over(indexed)
        if self._decided.told_apart(shots):
            return None
        self._looked_at = group.id
        if self._child:
            self._child.looking_at(group.id)
        verdicts = {each.id: said for each in shots if (said := self._decided.verdict(each, shots))}
        recounted = self._standing is not None and row in self._standing.lines
        if self._rule or recounted or shots != indexed or Verdict.CULL in verdicts.values():
            # What the person culls may be what the rule had kept: it is asked again among the rest, as in a report.
            from cullr import rules

            across = self.session.settings.across_stages
            gone = {each.shot for each in proposals if not each.keep and each.reason == rules.GONE}
            if self._standing and recounted:
                gone = set(self._standing.out.get(row, ()))
            proposals = self._decided.propose(self.rule(), group, shots, gone=gone, across_stages=across)
        else:
            proposals = self._decided.over(proposals, {each.id: each for each in shots}, group.sets)
        line = self.rows([row]).get(row)
        return OpenGroup(
            row,
            group,
            shots,
            proposals,
            verdicts,
            bool(line and line.provisional),
        )

    def told_apart(self, rows: Sequence[int]) -> set[int]:
        """Which of these groups the person said are not alike; 0.3 ms each once anything was said so."""
        if not any(self._decided.apart) or self._reader is None:
            return set()
        found = {row: self._reader.group(row) for row in rows}
        return {row for row, each in found.items() if each and self._decided.told_apart(each[1])}

    def any_told_apart(self) -> bool:
        """Whether the person ever said of any group that it is not alike."""
        return any(self._decided.apart)

    def use_rule(self, rule: Rule | None) -> None:
        """Propose by this rule from now on; None is the one that was started with."""
        self._rule = rule
        self._standing = self._tally = None

    @property
    def counts(self) -> bool:
        """Whether `recount` must say what the review comes to: another rule proposes, or the person had a word."""
        return self._rule is not None or any(self._decided.apart) or any(self._decided.words)

    def recount(self) -> Iterator[Standing]:
        """What the review comes to, growing; the end of it is what `totals`, `rows` and `open` go by from then on.

        For a thread, on a connection of its own; nothing where the index says it all. Raises ConfigError.
        """
        if not self.counts:
            self._standing = None
            return
        db = database.open_for_reading(self._index) if self._index else None
        if db is None:
            return
        if self._tally is None:
            from cullr import rules

            own, across = rules.load(self.session.settings.rule), self.session.settings.across_stages
            self._tally = Tally(self._rule, own, across_stages=across)
        tally, decided = self._tally, self._decided
        with contextlib.closing(db):
            for state in tally.count(Reader(db, self._key), decided):
                if tally is not self._tally or decided is not self._decided:
                    return
                if state.complete:
                    self._standing = state
                yield state

    @property
    def rule_name(self) -> str:
        """What the rule that proposes now is called."""
        return self._rule.name if self._rule else self.session.settings.rule

    def rule(self) -> Rule:
        """The rule that proposes now. Raises ConfigError."""
        from cullr import rules

        return self._rule or rules.load(self.session.settings.rule)

    def rules(self) -> list[Rule]:
        """The rules to choose from: the one that was started with, then the shipped ones. Raises ConfigError."""
        from cullr import rules

        first = rules.load(self.session.settings.rule)
        return [first, *(rule for rule in rules.shipped() if rule.path != first.path)]

    def rehearse(self, then: Rule) -> Iterator[Rehearsal]:
        """What another rule would change, growing; for a thread, on a connection of its own. Raises ConfigError."""
        from cullr.session.rehearsal import Rehearsal, rehearse

        now, across = self.rule(), self.session.settings.across_stages
        db = database.open_for_reading(self._index) if self._index else None
        if db is None:
            yield Rehearsal()
            return
        with contextlib.closing(db):
            yield from rehearse(Reader(db, self._key), self._decided, now, then, across_stages=across)

    # Deciding

    def decide(self, group: OpenGroup, verdicts: Mapping[ShotId, Verdict]) -> None:
        """Write the person's word on shots of this group; on the disk when it returns. Raises Failed."""
        facts = {each.id: each for each in group.shots}
        with self._writing:
            for root in range(len(self.roots)):
                said = [
                    (verdict, [bytes.fromhex(part) for part in key])
                    for shot, verdict in verdicts.items()
                    if facts[shot].shot.root == root and (key := decided.key(facts[shot], group.shots))
                ]
                if said:
                    self._say(root, said)

    def give_stars(self, shot: ShotFacts, *, rating: int | None = None, label: str | None = None) -> Starred:
        """Write stars (0: none) or a label ("": none) into the shot's sidecars, as a batch. Raises Failed."""
        from cullr.session import stars

        with self._writing:
            done = stars.give(
                self.roots[shot.shot.root], self.session.settings.ignore, shot, rating=rating, label=label
            )
            self._touched.note(done.facts)
        return done

    def tell_apart(self, group: OpenGroup, *, back: bool = False) -> None:
        """Remember that these are not alike, or (`back`) take that word back. Raises Failed."""
        content = [each.fingerprint for each in group.shots if each.fingerprint]
        verdict = Verdict.NONE if back else Verdict.NOT_ALIKE
        with self._writing:
            for root in sorted({each.shot.root for each in group.shots}):
                self._say(root, [(verdict, content)])

    def _say(self, root: int, said: Iterable[tuple[Verdict, Iterable[bytes]]]) -> None:
        with Journal(self.roots[root]) as book:
            journal.decide(book, said)
            self._decided = self._decided.heard(root, book.log)

    def approve(self, group: OpenGroup, keep: Sequence[ShotId]) -> Staged:
        """Move all shots of the group but these, as one batch. Raises Failed; refusals are in the result."""
        from cullr.session import staging
        from cullr.session.plan import Plan, PlannedGroup, PlannedShot

        kept = set(keep)
        sides: dict[bool, list[PlannedShot]] = {True: [], False: []}
        for each in group.shots:
            face = each.shot.face
            files = frozenset(file.path for file in each.shot.files)
            told = group.group.sets.get(each.id) if group.group.sets else None
            sides[each.id in kept].append(PlannedShot(face.root, face.path, files, face.size, face.mtime_ns, told))
        planned = PlannedGroup(group.group.id, group.group.kind, tuple(sides[True]), tuple(sides[False]))
        plan = Plan(tuple(str(root) for root in self.roots), group.group.id, (planned,))
        with self._writing:
            return staging.apply(plan, self.roots, self.session.settings.ignore, lambda *_step: None)

    def history(self) -> list[PastBatch]:
        """Every batch, oldest first. Raises Failed."""
        return self.session.history()

    def would_undo(self, batches: Sequence[PastBatch]) -> Undone:
        """What `undo` would do now; moves nothing, but looks at every file: for a thread. Raises Failed."""
        return self.session.undo(batches, dry_run=True)

    def undo(self, batches: Sequence[PastBatch]) -> Undone:
        """Put these back. Raises Failed; refusals are in the result."""
        with self._writing:
            return self._as_now(self.session.undo(batches))

    def take_back(self, batch: BatchId) -> Undone | None:
        """Put this one back without a look at any other; None when nothing of it is away. Raises Failed."""
        from cullr.session import past

        with self._writing:
            done = past.take_back(self.roots, batch)
            return done and self._as_now(done)

    def _as_now(self, done: Undone) -> Undone:
        from cullr.session import stars

        for facts in [each for place in done.back for each in self._touched.beside(*place)]:
            with contextlib.suppress(Failed):  # its shot is gone: so is the note's use
                self._touched.note(stars.now(self.roots[facts.shot.root], self.session.settings.ignore, facts))
        return done

    # Where the person was

    def remembered(self) -> str | None:
        """The id of the group that was open when the person left, None when there is none."""
        return self._memory.group

    def remember(self, group: str) -> None:
        """Note where the person is."""
        self._memory = replace(self._memory, group=group)
        memory.write(self._place(), self._memory)

    def _place(self) -> Path:
        return self.session.cache / "places" / f"{self._key}.json"
