"""The indexer that serves a screen: runs, then watches, and runs again whenever something changed. The index is the
channel: nothing here ever waits for the screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cullr import rules, scan
from cullr.errors import RootError
from cullr.index import reviews
from cullr.index.database import Database
from cullr.index.publishing import Writer
from cullr.index.store import Store
from cullr.indexer import grouping, run, state
from cullr.indexer.encoders import Encoders
from cullr.indexer.facts import Gatherer
from cullr.indexer.live_run import LiveRun, Remembered, Served
from cullr.indexer.passes import Passes
from cullr.indexer.reconcile import reconcile
from cullr.pool.crew import Crew
from cullr.roots import check
from cullr.settings import Settings

LOOK, AWAY = 60.0, 2.0
"""Seconds after which the folders are looked at anyway: what another machine changes there is told by nobody; more
often for one that is away."""
TELL = 0.2
"""Seconds between two notes of progress."""


class Live:
    """One review kept alive for as long as the screen is open."""

    def __init__(
        self,
        roots: Sequence[Path],
        settings: Settings,
        opened: Database,
        say: Callable[[str], None],
        looking_at: Callable[[], str] = lambda: "",
        paused: Callable[[], bool] = lambda: False,
        crew: Crew | None = None,
    ) -> None:
        """`crew` may have begun already."""
        self._crew = crew or Crew(settings.limits, settings.match.hash)
        self._stopped = False
        self._roots = roots
        self._settings = settings
        self._store = Store(opened, settings.match.hash)
        self._writer = Writer(opened.connection, reviews.key(roots, settings))
        self._served = Served(
            roots,
            settings,
            opened,
            self._store,
            self._writer,
            Encoders(say),
            grouping.comparison(settings),
            say,
            looking_at,
            paused,
        )
        self._rule = rules.load(settings.rule)
        self._told = 0.0
        self._remembered: Remembered | None = None

    def serve(
        self, wait: Callable[[float], object], away: Callable[[RootError | None], object] = lambda _error: None
    ) -> None:
        """Run, then run again whenever `wait` returns and something changed, or embedding is to go on; ends with what
        `wait` raises. While a root is `away`, which is told, also when it is back, all stays as it was last seen."""
        before: bytes | None = self._writer.known()
        missed: RootError | None = None
        while True:
            missing = _missing(self._roots)
            if missing or missed:
                before = None
                if not (missing and missed):
                    away(missing)
                missed = missing
            if missing:
                wait(AWAY)
                continue
            now = state.key(self._roots, self._settings)
            if now != before or (self._stopped and not self._served.paused()):
                self._run(now)
                before = now
            if not wait(LOOK):
                self._forget()

    def _forget(self) -> None:
        """Nothing changes any more: what the next run could build upon is as large as all photos' facts."""
        self._remembered = None
        self._writer.forget()

    def _run(self, key: bytes) -> None:
        anew, finished = not self._writer.begun(), self._writer.finished()
        scanned = scan.walk(self._roots, self._settings.ignore)
        self._writer.state("working")
        photos = [photo for shot in scanned.shots for photo in shot.photos]
        try:
            found = reconcile(self._store, self._roots, photos, run.prunable(self._roots, scanned))
            with self._crew as crew:
                known = self._remembered = self._remembered or self._nothing()
                passes = Passes(self._roots, found.rows, self._store, crew, self._tell, known.gatherer)
                this = LiveRun(self._served, scanned.shots, passes, known, anew=anew, finished=finished)
                left_out, paused = this.complete()
            self._writer.skipped(run.skipped(scanned, passes.unreadable))
            self._writer.left_out(left_out)
            self._stopped = paused
            if self._stopped:
                self._writer.state("paused")
                return
            lasts = passes.settled and state.lasts(self._settings) and key == state.key(self._roots, self._settings)
            self._writer.state("complete", key if lasts else None)
        finally:
            self._store.commit()

    def _nothing(self) -> Remembered:
        hearing = rules.hearing(self._rule, across_stages=self._settings.across_stages)
        return Remembered(Gatherer(self._roots, self._store), hearing)

    def _tell(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= TELL or done in {0, total}:
            self._told = now
            self._writer.passed(name, done, total)


def _missing(roots: Sequence[Path]) -> RootError | None:
    """Why a root is not there, unmounted for example; None when all are."""
    try:
        check(roots)
    except RootError as error:
        return error
    return None
