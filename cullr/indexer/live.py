"""The indexer that serves a screen: publishes groups as they are found, then watches and keeps them up to date.

First the heads, so that look-alikes among JPEGs are there within a blink; then every picture; then what only members
of groups need. The index is the channel: nothing here ever waits for the screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cullr import rules, scan
from cullr.index import reviews
from cullr.index.database import Database
from cullr.index.reviews import Writer
from cullr.index.store import Store
from cullr.indexer import facts as fact
from cullr.indexer import grouping, run
from cullr.indexer.passes import Passes
from cullr.indexer.reconcile import reconcile
from cullr.model import Group, Shot, ShotFacts
from cullr.pool import Crew
from cullr.scan import Scan
from cullr.settings import Settings

EVERY = 2.0
"""Seconds between two publications while pictures are read; more where grouping itself takes a tenth of that."""
TELL = 0.2
"""Seconds between two notes of progress."""


class Live:
    """One review kept alive for as long as the screen is open."""

    def __init__(self, roots: Sequence[Path], settings: Settings, opened: Database, say: Callable[[str], None]) -> None:
        self._opened = opened
        self._say = say
        self._roots = roots
        self._settings = settings
        self._store = Store(opened, settings.match.hash)
        self._writer = Writer(opened.connection, reviews.key(roots, settings))
        self._rule = rules.load(settings.rule)
        self._told = 0.0

    def serve(self, wait: Callable[[], object]) -> None:
        """Run, then run again whenever `wait` returns; ends with what `wait` raises."""
        before: Scan | None = None
        while True:
            scanned = scan.walk(self._roots, self._settings.ignore)
            if scanned != before:
                self._run(scanned)
                before = scanned
            wait()

    def _run(self, scanned: Scan) -> None:
        self._writer.state("working")
        photos = [photo for shot in scanned.shots for photo in shot.photos]
        try:
            found = reconcile(self._store, self._roots, photos, run.prunable(self._roots, scanned))
            with Crew(self._settings.limits, self._settings.match.hash) as crew:
                passes = Passes(self._roots, found.rows, self._store, crew, self._tell)
                passes.heads(scanned.shots)
                self._publish_early(scanned.shots, passes)
                shots = passes.pictures(scanned.shots, _Pulse(lambda: self._publish_early(scanned.shots, passes)))
                # Embedding takes longest: everything else is on the screen before it begins.
                for settings in dict.fromkeys((replace(self._settings, encoder="none"), self._settings)):
                    facts, groups = run.grouped(
                        self._roots, shots, settings, passes, self._store, self._opened, self._say
                    )
                    self._store.commit()
                    self._publish(groups, facts, provisional=False)
            self._writer.skipped(run.skipped(scanned, passes.unreadable))
            self._writer.state("complete")
        finally:
            self._store.commit()

    def _publish_early(self, shots: Sequence[Shot], passes: Passes) -> None:
        """Groups by what is known so far; without bytes compared, quality measured or shields tested by pixels."""
        facts = fact.gather(self._roots, shots, passes.rows, self._store)
        groups = grouping.shielded(grouping.groups(facts, self._settings), facts)
        self._publish(groups, facts, provisional=True)

    def _publish(self, groups: Sequence[Group], facts: Sequence[ShotFacts], *, provisional: bool) -> None:
        known = {each.id: each for each in facts}
        proposals = rules.propose_all(self._rule, groups, known, across_stages=self._settings.across_stages)
        self._writer.publish(groups, known, proposals, provisional=provisional)

    def _tell(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= TELL or done in {0, total}:
            self._told = now
            self._writer.passed(name, done, total)


class _Pulse:
    """Calls the work at most every `EVERY` seconds, and never so that it takes more than a tenth of the time."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._next = time.monotonic() + EVERY

    def __call__(self) -> None:
        began = time.monotonic()
        if began >= self._next:
            self._work()
            ended = time.monotonic()
            self._next = ended + max(EVERY, 10 * (ended - began))
