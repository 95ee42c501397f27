"""One run over some roots: scan, reconcile, read, match, measure → groups, all through the index."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import scan
from cullr.index import database
from cullr.index.database import Database
from cullr.index.store import Store
from cullr.indexer import facts as fact
from cullr.indexer import grouping
from cullr.indexer.passes import Passes, Progress
from cullr.indexer.reconcile import Place, reconcile
from cullr.model import File, Group, Shot, ShotFacts, ShotId, Skipped
from cullr.pool import Crew
from cullr.scan import Scan
from cullr.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a run found: `read` photos had to be opened, `moved` ones were known under another name; `previews` are
    JPEGs of group members, long side at most 320 pixels, empty unless asked for."""

    facts: tuple[ShotFacts, ...]
    groups: tuple[Group, ...]
    skipped: tuple[Skipped, ...]
    photos: int
    shots: int
    read: int
    moved: int
    previews: dict[ShotId, bytes]


def run(
    roots: Sequence[Path],
    settings: Settings,
    folder: Path,
    *,
    progress: Progress,
    say: Say,
    group: bool = True,
    previews: bool = False,
) -> Indexed:
    """Bring the index in `folder` up to date with the roots and find the groups.

    A damaged index is set aside and the run starts over, once. Raises Failed for a full disk, KeyboardInterrupt as
    it comes; either way what was read so far is kept.
    """
    scanned = scan.walk(roots, settings.ignore, progress=lambda count: progress("looking for photos", count, 0))
    for last in (False, True):
        opened = database.open_for_writing(folder, say)
        try:
            return _indexed(roots, settings, opened, scanned, progress, say, group=group, previews=previews)
        except sqlite3.DatabaseError as error:
            if database.is_full(error):
                raise database.disk_full(opened.path) from error
            if last or opened.temporary:
                raise
            opened.connection.close()
            say(database.set_aside(opened.path, str(error)))
        finally:
            opened.close()
    raise AssertionError("unreachable")


def _indexed(
    roots: Sequence[Path],
    settings: Settings,
    opened: Database,
    scanned: Scan,
    progress: Progress,
    say: Say,
    *,
    group: bool,
    previews: bool,
) -> Indexed:
    store = Store(opened, settings.match.hash)
    photos = [photo for shot in scanned.shots for photo in shot.photos]
    try:
        found = reconcile(store, roots, photos, prunable(roots, scanned))
        unread = sum(row.metadata is None and row.why is None for row in found.rows.values())
        with Crew(settings.limits, settings.match.hash) as crew:
            passes = Passes(roots, found.rows, store, crew, progress)
            shots = passes.pictures(scanned.shots)
            facts: tuple[ShotFacts, ...] = ()
            groups: tuple[Group, ...] = ()
            if group:
                facts, groups = grouped(roots, shots, settings, passes, store, opened, say)
        members = {number for found_group in groups for number in found_group.shots} if previews else set()
        return Indexed(
            facts,
            groups,
            skipped=skipped(scanned, passes.unreadable),
            photos=len(photos),
            shots=len(scanned.shots),
            read=unread,
            moved=found.moved,
            previews={number: jpeg for number in members if (jpeg := store.preview(number))},
        )
    finally:
        # Whatever ended the run, what was read is kept.
        store.commit()


def grouped(
    roots: Sequence[Path],
    shots: Sequence[Shot],
    settings: Settings,
    passes: Passes,
    store: Store,
    opened: Database,
    say: Say,
) -> tuple[tuple[ShotFacts, ...], tuple[Group, ...]]:
    """Facts of every readable shot and the groups among them, embedded first where an encoder is set."""
    facts = fact.gather(roots, shots, passes.rows, store)
    passes.digests(grouping.undecided(facts))
    facts = [replace(each, content=tuple(passes.rows[photo].content for photo in each.shot.photos)) for each in facts]
    seen = None
    if settings.encoder != "none":
        from cullr.indexer.embedding import embedded

        seen = embedded(facts, settings.encoder, opened, passes, say)
    groups = grouping.groups(facts, settings, seen)
    by_id = {each.id: each for each in facts}
    members = sorted({number for group in groups for number in group.shots}, key=lambda number: by_id[number].shot.face)
    measured = passes.measures([by_id[number].shot.face for number in members])
    facts = [replace(each, quality=measured.get(each.id)) for each in facts]
    return tuple(facts), grouping.shielded(groups, facts)


def prunable(roots: Sequence[Path], scanned: Scan) -> Callable[[Place], bool]:
    """Rows below a folder that could not be read stay: their photos may be there again tomorrow."""
    closed = [os.fsencode(roots[each.root] / each.path) for each in scanned.skipped]

    def prunable(place: Place) -> bool:
        return not any(place[0] == path or place[0].startswith(path.rstrip(b"/") + b"/") for path in closed)

    return prunable


def skipped(scanned: Scan, unreadable: dict[File, str]) -> tuple[Skipped, ...]:
    photos = (Skipped(file.root, file.path, why) for file, why in unreadable.items())
    return tuple(sorted((*scanned.skipped, *photos), key=lambda each: (each.root, each.path)))
