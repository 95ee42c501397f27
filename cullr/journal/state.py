"""Journal entries in order → where every staged file is by the journal's word, and what was decided.

Invariant: a staged path belongs to at most one move, the latest that has not been taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cullr.journal.entry import (
    BatchId,
    Decisions,
    Done,
    Entry,
    Intent,
    MovedFile,
    MovedShot,
    Rewrite,
    Rewriting,
    Verb,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A file that lies in a staged folder, and the shot and batch it went there with."""

    batch: BatchId
    shot: MovedShot
    file: MovedFile


@dataclass(slots=True)
class Batch:
    """What one approval moved, by the journal alone; `shots` holds only files that really went.

    Or what stars and labels did to sidecars: `rewrites` by path, of which those in `standing` were not taken back.
    """

    id: BatchId
    at: str
    what: str
    shots: list[MovedShot] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    emptied: int = 0
    returned: int = 0
    rewrites: dict[str, Rewrite] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """`staged` maps staged path → Held, `homes` original path → staged path, `unfinished` seq → intent
    not yet done, `verdicts` and `not_alike` what was said of which content."""

    staged: dict[str, Held] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    batches: dict[BatchId, Batch] = field(default_factory=dict)
    unfinished: dict[int, Entry] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    home_modes: dict[str, tuple[int, int]] = field(default_factory=dict)
    verdicts: dict[tuple[str, ...], Verdict] = field(default_factory=dict)
    not_alike: set[tuple[str, ...]] = field(default_factory=set)

    def apply(self, entry: Entry) -> None:
        """Raises ValueError for an entry that does not follow from those before it; the state is then unchanged."""
        body = entry.body
        if isinstance(body, Intent | Rewriting):
            self._begin(entry, body)
        elif isinstance(body, Done):
            self._finish(body)
        else:
            self._decide(body)

    def _begin(self, entry: Entry, body: Intent | Rewriting) -> None:
        if self.unfinished:
            raise ValueError("a move begins before the one before it is over")
        self.unfinished[entry.seq] = entry
        if isinstance(body, Rewriting):
            return
        self.folders.update(body.folders if body.verb is Verb.STAGE else ())
        self.home_modes.update(body.homes)

    def _finish(self, body: Done) -> None:
        entry = self.unfinished.get(body.of)
        if entry is not None and isinstance(entry.body, Rewriting):
            self._rewritten(entry, entry.body, body)
            return
        if entry is None or not isinstance(entry.body, Intent):
            raise ValueError(f"entry {body.of} is not a move that has begun")
        intent = entry.body
        if any(i >= len(intent.shots) or j >= len(intent.shots[i].files) for i, j in body.left):
            raise ValueError("names files that were not to be moved")
        del self.unfinished[body.of]
        for i, shot in enumerate(intent.shots):
            gone = tuple(file for j, file in enumerate(shot.files) if (i, j) not in body.left)
            if gone and intent.verb is Verb.STAGE:
                self._stage(entry, intent, replace(shot, files=gone))
            for file in gone if intent.verb is not Verb.STAGE else ():
                self._release(file.source, intent.verb)

    def _rewritten(self, entry: Entry, body: Rewriting, done: Done) -> None:
        """`left` counts files as those of one shot, the first."""
        if any(i or j >= len(body.files) for i, j in done.left):
            raise ValueError("names files that were not to be written")
        del self.unfinished[entry.seq]
        written = [file for j, file in enumerate(body.files) if (0, j) not in done.left]
        if body.undo:
            if body.batch in self.batches:
                self.batches[body.batch].standing.difference_update(file.path for file in written)
        elif written:
            batch = self.batches.setdefault(body.batch, Batch(body.batch, entry.at, body.what))
            batch.rewrites |= {file.path: file for file in written}
            batch.standing |= {file.path for file in written}

    def _stage(self, entry: Entry, intent: Intent, shot: MovedShot) -> None:
        batch = self.batches.setdefault(intent.batch, Batch(intent.batch, entry.at, intent.what))
        batch.shots.append(shot)
        for file in shot.files:
            self.staged[file.target] = Held(batch.id, shot, file)
            self.homes[file.source] = file.target
            batch.held.add(file.target)

    def _release(self, staged: str, verb: Verb) -> None:
        held = self.staged.pop(staged, None)
        if held is None:
            return
        if self.homes.get(held.file.source) == staged:
            del self.homes[held.file.source]
        batch = self.batches[held.batch]
        batch.held.discard(staged)
        if verb is Verb.EMPTY:
            batch.emptied += 1
        else:
            batch.returned += 1

    def _decide(self, body: Decisions) -> None:
        for item in body.items:
            if item.verdict is Verdict.NOT_ALIKE:
                self.not_alike.add(item.content)
            elif item.verdict is Verdict.NONE:
                self.verdicts.pop(item.content, None)
                self.not_alike.discard(item.content)
            else:
                self.verdicts[item.content] = item.verdict
