"""One run over some roots: scan, reconcile, read, match, measure → groups, all through the index."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cullr import rules, scan
from cullr.index import database
from cullr.index.database import Database
from cullr.index.store import Store
from cullr.indexer import grouping, measuring, recipes
from cullr.indexer.encoders import Encoders
from cullr.indexer.foresight import Foresight, early, foresee
from cullr.indexer.grouping import Grouped
from cullr.indexer.guess import Guess
from cullr.indexer.measuring import Wants
from cullr.indexer.passes import Passes, Progress
from cullr.indexer.reconcile import Place, Reconciled, reconcile
from cullr.indexer.shielding import Shielding
from cullr.match.compared import Compared
from cullr.model import File, Group, Kind, LeftOut, Shot, ShotFacts, ShotId, Skipped
from cullr.pool.crew import Crew
from cullr.pool.jobs import Wanted
from cullr.scan import Scan
from cullr.settings import Settings

if TYPE_CHECKING:
    from cullr.indexer.embedding import Embedded

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a run found: `read` photos were new or changed, or had not been read yet, `moved` ones were known under
    another name; `previews` are JPEGs of group members, long side at most 320 pixels, empty unless asked for. `settled`
    says that another run over the same files would find the same: nothing was unusual, and nothing failed that may
    succeed next time."""

    facts: tuple[ShotFacts, ...]
    groups: tuple[Group, ...]
    skipped: tuple[Skipped, ...]
    left_out: tuple[LeftOut, ...]
    photos: int
    shots: int
    read: int
    moved: int
    previews: dict[ShotId, bytes]
    settled: bool


def run(
    roots: Sequence[Path],
    settings: Settings,
    folder: Path,
    *,
    progress: Progress,
    say: Say,
    kinds: Collection[Kind] = tuple(Kind),
    wants: Wants | None = None,
    previews: bool = False,
    crew: Crew | None = None,
) -> Indexed:
    """Bring the index in `folder` up to date with the roots and find the groups of these kinds; `wants` says what is
    to be measured of their shots beyond what tells whether they are shielded; `crew` may have begun already.

    A damaged index is set aside and the run starts over, once. Raises Failed for a full disk, KeyboardInterrupt as
    it comes; either way what was read so far is kept.
    """
    said: list[str] = []

    def tell(sentence: str) -> None:
        said.append(sentence)
        say(sentence)

    scanned = scan.walk(roots, settings.ignore, progress=lambda count: progress("looking for photos", count, 0))
    for last in (False, True):
        opened = database.open_for_writing(folder, tell)
        try:
            this = _Run(
                roots,
                settings,
                opened,
                scanned,
                crew or Crew(settings.limits, settings.match.hash),
                progress,
                tell,
                said,
            )
            return this.indexed(kinds, wants, previews=previews)
        except sqlite3.DatabaseError as error:
            database.not_to_blame(error, opened.path)
            if last or opened.temporary:
                raise
            opened.connection.close()
            tell(database.set_aside(opened.path, str(error)))
        finally:
            opened.close()
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class _Run:
    roots: Sequence[Path]
    settings: Settings
    opened: Database
    scanned: Scan
    crew: Crew
    progress: Progress
    say: Say
    said: Sequence[str]

    def indexed(self, kinds: Collection[Kind], wants: Wants | None, *, previews: bool) -> Indexed:
        store = Store(self.opened, self.settings.match.hash)
        photos = [photo for shot in self.scanned.shots for photo in shot.photos]
        try:
            found = reconcile(store, self.roots, photos, prunable(self.roots, self.scanned))
            unread = _unread(self.scanned.shots, found)
            with self.crew as crew:
                passes = Passes(self.roots, found.rows, store, crew, self.progress)
                shielding = Shielding()
                seen = self._foresee(passes, shielding) if kinds and wants else Foresight()
                guess = Guess() if kinds and wants else None
                shots = passes.pictures(self.scanned.shots, first=seen.members, measured=seen.level, guess=guess)
                facts: dict[ShotId, ShotFacts] = {}
                groups: Sequence[Group] = ()
                left_out: tuple[LeftOut, ...] = ()
                if kinds:
                    facts, every = grouped(self.roots, shots, self.settings, passes, self.opened, self.say)
                    groups = [each for each in every.groups if each.kind in kinds]
                    left_out = tuple(each for each in every.left_out if each.kind in kinds)
                    measuring.recall_all(groups, facts, store)
                    groups = shielding.shielded(groups, facts, passes, store)
                    if wants:
                        lacking = measuring.settle(groups, facts, wants, passes, store)
                        if lacking:
                            self.say(lacking)
                elif self.settings.encoder != "none":
                    unasked = passes.facts(shots)
                    seen_by_encoder(unasked, self.settings, passes, self.opened, self.say)
                members = {number for each in groups for number in each.shots} if previews else set()
                faces = measuring.in_order(store.without_preview(sorted(members)), facts)
                passes.measured([each.shot.face for each in faces], Wanted(preview=True))
            return Indexed(
                tuple(facts.values()),
                tuple(groups),
                skipped=skipped(self.scanned, passes.unreadable),
                left_out=left_out,
                photos=len(photos),
                shots=len(self.scanned.shots),
                read=len(unread),
                moved=found.moved,
                previews={number: jpeg for number in members if (jpeg := store.preview(number))},
                settled=passes.settled and not self.said,
            )
        finally:
            # Whatever ended the run, what was read is kept.
            store.commit()

    def _foresee(self, passes: Passes, shielding: Shielding) -> Foresight:
        if not passes.heads(self.scanned.shots):
            return Foresight()
        settings = replace(self.settings, encoder="none")
        facts = {each.id: each for each in passes.facts(self.scanned.shots)}
        groups = shielding.marked(grouping.groups(tuple(facts.values()), settings).groups, facts)
        hearing = rules.hearing(rules.load(settings.rule), across_stages=settings.across_stages)
        return foresee(groups, facts, early(groups, facts, shielding, hearing)[1])


def grouped(
    roots: Sequence[Path],
    shots: Sequence[Shot],
    settings: Settings,
    passes: Passes,
    opened: Database,
    say: Say,
    paused: Callable[[], bool] = lambda: False,
    encoders: Encoders | None = None,
    compared: Compared | None = None,
) -> tuple[dict[ShotId, ShotFacts], Grouped]:
    """Facts of every readable shot and the groups among them, embedded first where an encoder is set, until `paused`
    says that it is enough for now. `encoders` and `compared` are those of earlier runs."""
    facts = passes.facts(shots)
    undecided = grouping.undecided(facts)
    if undecided:
        passes.digests(undecided)
        facts = passes.facts(shots)
    seen = seen_by_encoder(facts, settings, passes, opened, say, paused, encoders)
    known = {each.id: each for each in facts}
    found = grouping.groups(facts, settings, seen, compared)
    return known, replace(found, groups=recipes.compared(found.groups, known, roots, settings.match))


def seen_by_encoder(
    facts: Sequence[ShotFacts],
    settings: Settings,
    passes: Passes,
    opened: Database,
    say: Say,
    paused: Callable[[], bool] = lambda: False,
    encoders: Encoders | None = None,
) -> Embedded | None:
    """The vectors of all shots, made where they are missing; None where no encoder is set."""
    if settings.encoder == "none":
        return None
    from cullr.indexer.embedding import embedded

    opened.commit()  # weights may take minutes to come
    encoder = (encoders or Encoders(say)).get(settings.encoder, passes.progress)
    return embedded(facts, encoder, opened, passes, say, paused)


def _unread(shots: Sequence[Shot], found: Reconciled) -> set[File]:
    """Faces that lack their metadata, and what is new beside one: a RAW is opened only when its JPEG fails."""
    faces = ((shot.face, found.rows[shot.face]) for shot in shots)
    return found.fresh | {face for face, row in faces if row.metadata is None and row.why is None}


def prunable(roots: Sequence[Path], scanned: Scan) -> Callable[[Place], bool]:
    """Rows below a folder that could not be read stay: their photos may be there again tomorrow."""
    closed = [os.fsencode(roots[each.root] / each.path) for each in scanned.skipped]

    def prunable(place: Place) -> bool:
        return not any(place[0] == path or place[0].startswith(path.rstrip(b"/") + b"/") for path in closed)

    return prunable


def skipped(scanned: Scan, unreadable: dict[File, str]) -> tuple[Skipped, ...]:
    photos = (Skipped(file.root, file.path, why) for file, why in unreadable.items())
    return tuple(sorted((*scanned.skipped, *photos), key=lambda each: (each.root, each.path)))
