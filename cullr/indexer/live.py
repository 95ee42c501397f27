"""The indexer that serves a screen: publishes groups as they are found, then watches and keeps them up to date.

First the heads, so that look-alikes among JPEGs are there within a blink. Then previews that can be trusted, where
there are any, and all pixels of the rest: with that the groups are complete. Then the pixels of every picture; then
what shields and the rule ask to be measured, which settles what each group says; last what only the screen needs,
these two beginning where the person looks. The index is the channel: nothing here ever waits for the screen.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cullr import rules, scan
from cullr.errors import RootError
from cullr.index import reviews
from cullr.index.database import Database
from cullr.index.publishing import Writer
from cullr.index.store import Store
from cullr.indexer import grouping, measuring, run, state
from cullr.indexer.encoders import Encoders
from cullr.indexer.foresight import Foresight, early, foresee
from cullr.indexer.passes import Passes
from cullr.indexer.reconcile import reconcile
from cullr.model import Group, Measure, Shot, ShotId
from cullr.pool.crew import Crew
from cullr.roots import check
from cullr.rules import Hearing
from cullr.settings import Settings

EVERY = 2.0
"""Seconds between two publications while pictures are read; more where grouping itself takes a tenth of that."""
AT_ONCE = 32
"""Members served before the person's place is asked again: half a second of work."""
GROUPED, BY_PREVIEWS = "groups complete", "groups complete by previews"
"""The names under which it is noted, as a pass, that every picture, or its fresh preview, was read and compared."""
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
        self._opened = opened
        self._looking_at = looking_at
        self._paused = paused
        self._stopped = False
        self._say = say
        self._encoders = Encoders(say)
        self._roots = roots
        self._settings = settings
        self._store = Store(opened, settings.match.hash)
        self._writer = Writer(opened.connection, reviews.key(roots, settings))
        self._rule = rules.load(settings.rule)
        self._told = 0.0

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
            if now != before or (self._stopped and not self._paused()):
                self._run(now)
                before = now
            wait(LOOK)

    def _run(self, key: bytes) -> None:
        scanned = scan.walk(self._roots, self._settings.ignore)
        self._writer.state("working")
        photos = [photo for shot in scanned.shots for photo in shot.photos]
        try:
            found = reconcile(self._store, self._roots, photos, run.prunable(self._roots, scanned))
            with self._crew as crew:
                passes = Passes(self._roots, found.rows, self._store, crew, self._tell)
                pulse = _Pulse(lambda: self._publish_early(scanned.shots, passes), at_once=True)
                passes.heads(scanned.shots, pulse)
                seen = self._publish_early(scanned.shots, passes)
                self._by_previews(scanned.shots, passes, seen, pulse)
                shots = passes.pictures(scanned.shots, pulse, first=seen.members, measured=seen.level)
                # Embedding takes longest: everything else is on the screen before it begins.
                for settings in dict.fromkeys((replace(self._settings, encoder="none"), self._settings)):
                    facts, every = run.grouped(
                        self._roots,
                        shots,
                        settings,
                        passes,
                        self._opened,
                        self._say,
                        self._paused,
                        self._encoders,
                    )
                    groups, hearing = self._settled(every.groups, facts, passes, whole=settings == self._settings)
                final = {group.id for group in groups}
                pulse = _Pulse(
                    lambda: self._writer.publish(groups, facts, hearing.proposals(groups, facts), final=final)
                )
                for_screen(groups, facts, passes, self._store, self._looking_at, pulse)
                self._writer.publish(groups, facts, hearing.proposals(groups, facts), final=final)
            self._writer.skipped(run.skipped(scanned, passes.unreadable))
            self._writer.left_out(every.left_out)
            self._stopped = every.paused
            if self._stopped:
                self._writer.state("paused")
                return
            lasts = passes.settled and state.lasts(self._settings) and key == state.key(self._roots, self._settings)
            self._writer.state("complete", key if lasts else None)
        finally:
            self._store.commit()

    def _by_previews(self, shots: Sequence[Shot], passes: Passes, seen: Foresight, pulse: Callable[[], None]) -> None:
        """The complete groups by previews and thumbnails that can be trusted, and by the pixels of all other photos: to
        be looked at, for every pixel is read before any of them can be approved."""
        rows = passes.rows
        carriers = [shot for shot in shots if rows[shot.face].look is not None and rows[shot.face].provisional]
        if not carriers:
            return
        left = passes.previews([shot.face for shot in carriers], pulse)
        trusted = [shot for shot in carriers if shot.face not in left]
        certain = {shot.face for shot in trusted}
        others = [shot for shot in shots if shot.face not in certain]
        others = passes.pictures(others, pulse, first=seen.members, measured=seen.level)
        plain = replace(self._settings, encoder="none")
        known, every = run.grouped(self._roots, [*others, *trusted], plain, passes, self._opened, self._say)
        groups = measuring.marked(every.groups, known)
        said, _ = early(groups, known, self._hearing())
        self._writer.publish(groups, known, said)
        self._writer.passed(BY_PREVIEWS, len(known), len(known))

    def _settled(
        self, found: Sequence[Group], facts: measuring.Facts, passes: Passes, *, whole: bool
    ) -> tuple[Sequence[Group], Hearing]:
        """The groups with all that their shields and the rule ask for, published; before that as they are without,
        where they are the `whole` and anything is asked for. From where the person looks onwards, one after the other
        becomes final: only groups that share no shot with others say what they say for good."""
        groups = list(measuring.marked(found, facts))
        measuring.recall(Measure.QUALITY, {shot for group in groups for shot in group.shots}, facts, self._store)
        before, hearing = self._hearing(), self._hearing()
        said, wanted = early(groups, facts, before)
        if whole and groups:
            if wanted:
                self._writer.publish(groups, facts, said)
            self._writer.passed(GROUPED, len(groups), len(groups))
        places = {group.id: place for place, group in enumerate(groups)}
        final: set[str] = set()
        lacking = ""

        def publish() -> None:
            """Those are final that had their hearing, in which all was measured; the others provisional."""
            parts: dict[bool, list[Group]] = {False: [], True: []}
            for group in groups:
                parts[group.id in final].append(group)
            said = before.proposals(parts[False], facts) | hearing.proposals(parts[True], facts)
            self._writer.publish(groups, facts, said, final=final)

        pulse = _Pulse(publish, at_once=True)
        for handful in from_there(families(found), self._looking_at) if wanted else [found]:
            shielded = measuring.shielded(handful, facts, passes, self._store)
            told = measuring.settle(shielded, facts, hearing.proposals, passes, self._store)
            if told and not lacking:
                self._say(told)
            lacking = lacking or told
            for group in shielded:
                groups[places[group.id]] = group
                final.add(group.id)
            if len(final) < len(groups):
                pulse()
        self._store.commit()
        publish()
        return groups, hearing

    def _publish_early(self, shots: Sequence[Shot], passes: Passes) -> Foresight:
        """Groups by what is known so far; without bytes compared, quality measured or shields tested by pixels."""
        facts = {each.id: each for each in passes.facts(shots)}
        groups = measuring.marked(grouping.groups(tuple(facts.values()), self._settings).groups, facts)
        said, level = early(groups, facts, self._hearing())
        self._writer.publish(groups, facts, said)
        return foresee(groups, facts, level)

    def _hearing(self) -> Hearing:
        return rules.hearing(self._rule, across_stages=self._settings.across_stages)

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


def for_screen(
    groups: Sequence[Group],
    facts: measuring.Facts,
    passes: Passes,
    store: Store,
    looking_at: Callable[[], str],
    pulse: Callable[[], None],
) -> None:
    """Every measure and a preview of every member."""
    lacking = store.without_preview(sorted({shot for group in groups for shot in group.shots}))
    for handful in from_there([[group] for group in groups], looking_at):
        shots = {shot for group in handful for shot in group.shots}
        measuring.fill(dict.fromkeys(Measure, shots), facts, passes, store, previews=lacking & shots)
        pulse()


def families(groups: Sequence[Group]) -> list[list[Group]]:
    """Groups that share shots, directly or through others, together: what one of them culls is gone in the others."""
    home: dict[ShotId, list[Group]] = {}
    for group in groups:
        joined = list({id(part): part for shot in group.shots if (part := home.get(shot))}.values())
        family = max(joined, key=len, default=[])
        for part in (*(each for each in joined if each is not family), [group]):
            family += part
            home.update((shot, family) for each in part for shot in each.shots)
    return list({id(home[group.shots[0]]): home[group.shots[0]] for group in groups}.values())


def from_there(parts: Sequence[Sequence[Group]], looking_at: Callable[[], str]) -> Iterator[list[Group]]:
    """The groups by the handful, those of a part together: from the group the person looks at onwards, then from the
    first."""
    waiting = set(range(len(parts)))
    places = {group.id: place for place, part in enumerate(parts) for group in part}
    looked_at, onwards = None, iter(range(len(parts)))
    while waiting:
        if looked_at != looking_at():
            looked_at = looking_at()
            begin = places.get(looked_at, 0)
            onwards = itertools.chain(range(begin, len(parts)), range(begin))
        handful: list[Group] = []
        for place in onwards:
            if place in waiting:
                waiting.discard(place)
                handful += parts[place]
            if sum(len(group.shots) for group in handful) >= AT_ONCE:
                break
        yield handful


class _Pulse:
    """Calls the work at most every `EVERY` seconds, and never so that it takes more than a tenth of the time."""

    def __init__(self, work: Callable[[], object], *, at_once: bool = False) -> None:
        self._work = work
        self._next = time.monotonic() + (0.0 if at_once else EVERY)

    def __call__(self) -> None:
        began = time.monotonic()
        if began >= self._next:
            self._work()
            ended = time.monotonic()
            self._next = ended + max(EVERY, 10 * (ended - began))
