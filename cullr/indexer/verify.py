"""The index against the photos: SQLite's own check, rows without a file, and a sample read and hashed once more."""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cullr.index import database, vectors
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer.encoders import Encoders
from cullr.indexer.passes import Progress
from cullr.model import ShotId
from cullr.pool import Job, Reading
from cullr.pool.crew import Crew
from cullr.pool.jobs import Task
from cullr.settings import Settings


@dataclass(frozen=True, slots=True)
class Verified:
    """`findings` are sentences, one a fault; empty when the index can be trusted."""

    photos: int
    checked: int
    findings: tuple[str, ...]


def verify(
    roots: Sequence[Path],
    settings: Settings,
    folder: Path,
    sample: int,
    *,
    away: Collection[bytes],
    progress: Progress,
    say: database.Say,
) -> Verified:
    """Change nothing. `away` are paths that are rightly gone: staged. The sample is drawn by a fixed seed, so that two
    runs on the same index check the same photos."""
    opened = database.open_for_writing(folder, say)
    try:
        store = Store(opened, settings.match.hash)
        findings = [f"index damaged: {fault}" for fault in store.check()]
        rows = [(os.path.join(where, row.name), row) for root in roots for where, row in store.below(root)]  # noqa: PTH118
        present = []
        for path, row in _each_once(rows):
            try:
                stat = os.lstat(path)
            except OSError:
                if path not in away:
                    name = os.fsdecode(path)
                    findings.append(f"orphan: {name} is in the index but gone (the next `cullr index` drops it)")
                continue
            if row.same_file(stat.st_size, stat.st_mtime_ns, stat.st_ino):
                present.append((path, row))
        readable = [(path, row) for path, row in present if not row.provisional]
        drawn = random.Random(0).sample(readable, min(sample, len(readable)))
        findings += _differences(drawn, settings, progress)
        named = {row.id: os.fsdecode(path) for path, row in readable}
        findings += _vectors(named, settings, opened, sample, progress, say)
        return Verified(len(rows), len(drawn), tuple(findings))
    finally:
        opened.close()


def _vectors(
    named: Mapping[ShotId, str],
    settings: Settings,
    opened: database.Database,
    sample: int,
    progress: Progress,
    say: database.Say,
) -> list[str]:
    """Every checksum of every encoder's vectors; of the encoder that is set a sample is made anew, too."""
    models, damaged = vectors.damaged(opened, named)
    findings = [f"{named[photo]}: its vector of {model} is wrong: {vectors.DAMAGED}" for photo, model in damaged]
    if settings.encoder == "none":
        if models:
            say(f"Of the vectors of {', '.join(models)} only checksums are compared; --encoder makes a sample anew.")
        return findings
    from cullr.indexer.embedding import verified

    encoder = Encoders(say).get(settings.encoder, progress)
    with Crew(settings.limits) as crew:
        found = verified(named, encoder, opened, crew, sample)
    say(f"It has vectors of {found.checked:,} of {len(named):,} photos; {found.made_anew:,} of them were made anew.")
    anew = (fault for fault in found.faults if fault.why != vectors.DAMAGED)
    return findings + [f"{named[fault.photo]}: its vector is wrong: {fault.why}" for fault in anew]


def _each_once(rows: Sequence[tuple[bytes, PhotoRow]]) -> list[tuple[bytes, PhotoRow]]:
    """Each path once, in path order, however many roots hold it."""
    return sorted({path: (path, row) for path, row in rows}.values(), key=lambda each: each[0])


def _differences(drawn: Sequence[tuple[bytes, PhotoRow]], settings: Settings, progress: Progress) -> list[str]:
    """What reading again found otherwise than the index says."""
    findings = []
    tasks = [Task(number, os.fsdecode(path)) for number, (path, _) in enumerate(drawn)]
    with Crew(settings.limits, settings.match.hash) as crew:
        for done, outcome in enumerate(crew.run(Job.PICTURE, tasks), 1):
            progress("reading a sample again", done, len(tasks))
            path, row = drawn[outcome.key]
            name = os.fsdecode(path)
            if not isinstance(outcome.value, Reading):
                findings.append(f"{name}: was readable when indexed, now {outcome.why}")
                continue
            assert row.look is not None
            assert outcome.value.look is not None
            if outcome.value.fingerprint != row.fingerprint:
                findings.append(f"{name}: its bytes changed although size and time did not")
            elif outcome.value.look.phash != row.look.phash:
                findings.append(f"{name}: the index holds another hash than its pixels give")
        digested = [Task(number, os.fsdecode(path)) for number, (path, row) in enumerate(drawn) if row.content]
        for outcome in crew.run(Job.DIGEST, digested):
            path, row = drawn[outcome.key]
            if outcome.value != row.content:
                findings.append(f"{os.fsdecode(path)}: its bytes changed although size and time did not")
    return findings
