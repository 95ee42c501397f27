"""The passes over photos: heads, pixels, digests, measures. Each asks the crew and writes what it answers at once,
so that an interrupted run continues where it stopped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from cullr.index.database import COMMIT_SECONDS
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer.facts import Gatherer
from cullr.indexer.guess import Guess
from cullr.indexer.reconcile import place
from cullr.model import File, Marks, Measure, Shot, ShotFacts
from cullr.pool import Job, Measured, Outcome, Reading
from cullr.pool.crew import Crew
from cullr.pool.jobs import Square, Task, Wanted
from cullr.sidecars import DIALECTS

Progress = Callable[[str, int, int], None]
"""Told the pass's name, how many are done and how many there are."""
WORTH_A_HEAD = 1 << 18
"""Bytes. A head takes 0.3 ms, a 640x480 JPEG of 60 KB 1 to 2 and seldom holds a thumbnail: there it is a detour."""
BATCH, FEW = 64, 8
"""Photos written together, and how many at first, twice as many each time: the very first make the first groups."""


class Passes:
    """What every pass needs: where the photos are, the index, the crew, whom to tell."""

    def __init__(
        self,
        roots: Sequence[Path],
        rows: dict[File, PhotoRow],
        store: Store,
        crew: Crew,
        progress: Progress,
        gatherer: Gatherer | None = None,
    ) -> None:
        """`gatherer` may be that of earlier runs over the same roots."""
        self._roots = roots
        self.rows = rows
        self._store = store
        self._crew = crew
        self.progress = progress
        self._gatherer = gatherer or Gatherer(roots, store)
        self._gatherer.begin(rows)
        self.unreadable: dict[File, str] = {}
        self.settled = True
        """False where something failed that may succeed next time: a lost line, a limit, a lack of memory."""

    def facts(self, shots: Iterable[Shot]) -> list[ShotFacts]:
        """What is known so far of every shot whose face was read, in the shots' order."""
        return self._gatherer.facts(shots)

    def remember(self, facts: Iterable[ShotFacts]) -> None:
        """These, measured, are the facts that the next run is to begin with."""
        self._gatherer.measured(facts)

    def heads(self, shots: Iterable[Shot], pulse: Callable[[], None] = lambda: None) -> int:
        """Metadata and provisional looks from the heads of large JPEGs that were never read; how many there were.

        `pulse` is called whenever there are a few more of them: the very first make the first groups.
        """
        faces = (shot.face for shot in shots if self.rows[shot.face].metadata is None)
        wanted = [face for face in faces if face.size >= WORTH_A_HEAD]
        pending: list[tuple[File, Reading]] = []
        for file, outcome in self._each("reading heads", Job.HEAD, wanted):
            # What fails here is tried again with its pixels, and there the reason is recorded.
            if isinstance(outcome.value, Reading):
                pending.append((file, outcome.value))
            if len(pending) >= BATCH:
                self._keep(pending)
                pulse()
        self._keep(pending)
        return len(wanted)

    def previews(self, faces: Sequence[File], pulse: Callable[[], None] = lambda: None) -> set[File]:
        """Looks from the previews of these, else from their thumbnails, where they can be trusted for now; those that
        have none such."""
        left, pending = set(faces), []
        for file, outcome in self._each("reading previews", Job.FRESH, faces):
            if isinstance(outcome.value, Reading):
                left.discard(file)
                pending.append((file, outcome.value))
            if len(pending) >= BATCH:
                self._keep(pending)
                pulse()
        self._keep(pending)
        return left

    def pictures(
        self,
        shots: Sequence[Shot],
        pulse: Callable[[], None] = lambda: None,
        *,
        first: AbstractSet[File] = frozenset(),
        measured: AbstractSet[File] = frozenset(),
        guess: Guess | None = None,
    ) -> list[Shot]:
        """Every shot with a face that can be read; a face that cannot gives way to the shot's next photo.

        `pulse` is called now and then while it reads. Those `first` are read before all others, and `measured` ones
        have their quality measured on the way where the decode allows it; so have, by `guess`, those without a head.
        """
        self._marks_anew([shot.face for shot in shots])
        faces: list[File | None] = [shot.face for shot in shots]
        others: dict[int, list[File]] = {}
        waiting = [(number, shot.face) for number, shot in enumerate(shots)]
        while waiting:
            wanted = [face for _, face in waiting if self._is_fresh(face)]
            wanted.sort(key=lambda face: face not in first)
            self._decode(wanted, pulse, measured, guess)
            failed = [number for number, face in waiting if not self._is_readable(face)]
            waiting = []
            for number in failed:
                rest = others.setdefault(number, _others(shots[number]))
                faces[number] = face = rest.pop(0) if rest else None
                waiting += [(number, face)] if face else []
        return [
            shot if face == shot.face else replace(shot, face=face)
            for shot, face in zip(shots, faces, strict=True)
            if face
        ]

    def digests(self, files: Sequence[File]) -> None:
        """Digests of every byte, for files whose size alone leaves it open whether they are the same."""
        wanted = [file for file in files if self.rows[file].content is None]
        for file, outcome in self._each("comparing bytes", Job.DIGEST, wanted):
            if isinstance(outcome.value, bytes):
                self.rows[file] = self.rows[file]._replace(content=outcome.value)
                self._store.save_content(self.rows[file].id, outcome.value)
            elif outcome.why:
                self.unreadable[file] = outcome.why

    def measured(self, faces: Sequence[File], wanted: Wanted) -> None:
        """These measures of these photos into the index, and their previews where they are wanted."""
        for file, outcome in self._each("measuring look-alikes", Job.MEASURE, faces, wanted=lambda _file: wanted):
            if isinstance(outcome.value, Measured):
                number = self.rows[file].id
                for measure, value in outcome.value.values.items():
                    self._store.save_measure(number, measure, value)
                if outcome.value.preview is not None:
                    self._store.save_preview(number, outcome.value.preview)

    def squares(self, faces: Sequence[File], square: Square) -> Iterable[tuple[File, bytes | str]]:
        """What an encoder looks at, or why a face cannot be read."""
        for file, outcome in self._each("embedding", Job.SQUARE, faces, square=square):
            yield file, outcome.value if isinstance(outcome.value, bytes) else outcome.why or "it cannot be read"

    def _decode(
        self, wanted: Sequence[File], pulse: Callable[[], None], measured: AbstractSet[File], guess: Guess | None
    ) -> None:
        pending: list[tuple[File, Reading]] = []
        kept, enough = time.monotonic(), FEW
        quality = Wanted((Measure.QUALITY,))

        def asked(file: File) -> Wanted | None:
            guessed = guess is not None and guess.likely and self.rows[file].look is None
            return quality if guessed or file in measured else None

        for file, outcome in self._each("reading pictures", Job.PICTURE, wanted, wanted=asked):
            if isinstance(outcome.value, Reading):
                pending.append((file, outcome.value))
            elif outcome.why:
                self.unreadable[file] = outcome.why
                if outcome.lasting:
                    self._store.save_unreadable(self.rows[file].id, outcome.why)
            if len(pending) >= enough or time.monotonic() - kept > COMMIT_SECONDS:
                self._keep(pending, guess)
                kept, enough = time.monotonic(), min(2 * enough, BATCH)
                pulse()
        self._keep(pending)

    def _marks_anew(self, faces: Iterable[File]) -> None:
        """The heads of photos whose marks an earlier cullr read, which knew fewer dialects."""
        rows = ((face, self.rows[face]) for face in faces)
        old = [face for face, row in rows if row.dialects < DIALECTS and row.metadata and not row.provisional]
        for file, outcome in self._each("reading marks", Job.MARKS, old):
            metadata = self.rows[file].metadata
            if metadata is None or (outcome.why is not None and not outcome.lasting):
                continue
            marks = outcome.value if isinstance(outcome.value, Marks) else metadata.marks
            self.rows[file] = self.rows[file]._replace(metadata=replace(metadata, marks=marks), dialects=DIALECTS)
            self._store.save_marks(self.rows[file].id, marks)

    def _is_fresh(self, file: File) -> bool:
        row = self.rows[file]
        return row.why is None and row.provisional

    def _is_readable(self, file: File) -> bool:
        why = self.unreadable.get(file) or self.rows[file].why
        if why is not None:
            self.unreadable[file] = why
        return why is None

    def _keep(self, pending: list[tuple[File, Reading]], guess: Guess | None = None) -> None:
        if guess is not None:
            guess.learn([(reading.metadata, reading.look) for _, reading in pending])
        for file, reading in pending:
            row = self.rows[file]
            look = self._store.save_picture(row.id, reading.metadata, reading.look, reading.fingerprint)
            self.rows[file] = row._replace(
                metadata=reading.metadata, look=look, fingerprint=reading.fingerprint, dialects=DIALECTS
            )
            if reading.measured is not None:
                self._store.save_measure(row.id, Measure.QUALITY, reading.measured)
        pending.clear()

    def _each(
        self,
        name: str,
        job: Job,
        files: Sequence[File],
        square: Square | None = None,
        wanted: Callable[[File], Wanted | None] = lambda _file: None,
    ) -> Iterable[tuple[File, Outcome]]:
        if not files:
            return
        self.progress(name, 0, len(files))
        tasks = (
            Task(number, self._path(file), square=square, wanted=wanted(file)) for number, file in enumerate(files)
        )
        for done, outcome in enumerate(self._crew.run(job, tasks), 1):
            self.settled &= outcome.why is None or outcome.lasting
            yield files[outcome.key], outcome
            self.progress(name, done, len(files))

    def _path(self, file: File) -> str:
        return os.fsdecode(b"/".join(place(self._roots[file.root], file)))


def _others(shot: Shot) -> list[File]:
    """The photos that may stand for the shot where its face cannot be read."""
    return [photo for photo in shot.photos if photo != shot.face]
