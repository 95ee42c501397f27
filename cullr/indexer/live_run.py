"""One run that serves a screen: what it finds is published as it is found.

First the heads, so that look-alikes among JPEGs are there within a blink. Then previews that can be trusted, where
there are any, and all pixels of the rest: with that the groups are complete. Then the pixels of every picture; then
what shields and the rule ask to be measured, which settles what each group says; last what only the screen needs,
these two beginning where the person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cullr import names
from cullr.index.database import Database
from cullr.index.publishing import Writer
from cullr.index.rows import PhotoRow
from cullr.index.store import Store
from cullr.indexer import grouping, measuring, run
from cullr.indexer.encoders import Encoders
from cullr.indexer.facts import Gatherer
from cullr.indexer.foresight import Foresight, early, foresee
from cullr.indexer.order import families, from_there
from cullr.indexer.passes import Passes
from cullr.indexer.pulse import Pulse
from cullr.indexer.shielding import Shielding
from cullr.match.compared import Compared
from cullr.model import Group, LeftOut, Measure, Proposal, Shot, ShotId
from cullr.rules import Hearing
from cullr.settings import Settings

MANY = 10_000
"""Shots of which gathering, grouping and judging all takes a second and more: then a review that is there shows first,
beside what it has, what is new among itself."""
GROUPED, BY_PREVIEWS = "groups complete", "groups complete by previews"
"""The names under which it is noted, as a pass, that every picture, or its fresh preview, was read and compared."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a screen's runs share: where the photos are, the index, whom to tell and whom to ask."""

    roots: Sequence[Path]
    settings: Settings
    opened: Database
    store: Store
    writer: Writer
    encoders: Encoders
    compared: Compared
    say: Callable[[str], None]
    looking_at: Callable[[], str]
    paused: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one run worked out and the next need not, as far as nothing changed."""

    gatherer: Gatherer
    hearing: Hearing
    shielding: Shielding = field(default_factory=Shielding)


class LiveRun:
    """`shots` are all that were found; `anew` tells that no review of them is there yet, `finished` that one is, and
    was brought to its end."""

    def __init__(
        self,
        served: Served,
        shots: Sequence[Shot],
        passes: Passes,
        remembered: Remembered,
        *,
        anew: bool,
        finished: bool,
    ) -> None:
        self._to = served
        self._shots = shots
        self._passes = passes
        self._hearing = remembered.hearing
        self._shielding = remembered.shielding
        self._anew = anew
        self._new = self._news(shots, passes) if finished and not anew else []
        self._some_shown = False
        self._compared = grouping.comparison(served.settings)
        """What is new, with itself."""

    def complete(self) -> tuple[tuple[LeftOut, ...], bool]:
        """Everything, step by step. What could not be compared, and whether it paused before the end."""
        passes, settings = self._passes, self._to.settings
        pulse = Pulse(self._publish_some, at_once=True)
        heads = passes.heads(self._shots, pulse)
        if heads:
            self._publish_new()
        # Of a review that is there, nothing is new until something was read.
        seen = self._publish_early() if heads or self._anew else Foresight()
        self._by_previews(seen, pulse)
        shots = passes.pictures(self._shots, pulse, first=seen.members, measured=seen.level)
        self._publish_new()
        # Embedding takes longest: everything else is on the screen before it begins.
        for how in dict.fromkeys((replace(settings, encoder="none"), settings)):
            to = self._to
            facts, every = run.grouped(
                to.roots, shots, how, passes, to.opened, to.say, to.paused, to.encoders, to.compared
            )
            groups = self._settled(every.groups, facts, whole=how == settings)
        final = {group.id for group in groups}

        def publish() -> None:
            self._to.writer.publish(groups, facts, self._hearing.proposals(groups, facts), final=final)

        self._for_screen(groups, facts, Pulse(publish))
        publish()
        passes.remember(facts.values())
        self._hearing.forget_but(final)
        self._shielding.forget_but(final)
        return every.left_out, every.paused

    @staticmethod
    def _news(shots: Sequence[Shot], passes: Passes) -> list[Shot]:
        """Those that are to be read, where they are so few of so many that what they are among themselves is known
        long before all is gathered; but no stages: they may belong to sets that can be approved until then."""
        new = [shot for shot in shots if _is_open(passes.rows[shot.face])]
        few = len(shots) >= MANY and 2 * len(new) < len(shots)
        return new if few and not any(names.stage(shot.face.name) for shot in new) else []

    def _publish_some(self) -> None:
        """What is new the first time; seconds later, while pictures are still read, the whole."""
        if self._new and not self._some_shown:
            self._some_shown = True
            self._publish_new()
        else:
            self._publish_early()

    def _publish_new(self) -> None:
        """Beside a complete review what is new, as far as it was read; until the review is published as a whole."""
        if not self._new:
            return
        facts = {each.id: each for each in self._passes.facts(self._new)}
        found = grouping.groups(tuple(facts.values()), self._to.settings, compared=self._compared).groups
        groups, said, _ = self._heard(found, facts)
        new = {shot.face for shot in self._new}
        unchanged = {
            self._passes.rows[photo].id for shot in self._shots if shot.face not in new for photo in shot.photos
        }
        self._to.writer.publish(groups, facts, said, unchanged=unchanged)

    def _publish_early(self) -> Foresight:
        """Groups by what is known so far; without bytes compared, quality measured or shields tested by pixels."""
        facts = {each.id: each for each in self._passes.facts(self._shots)}
        to = self._to
        found = grouping.groups(tuple(facts.values()), to.settings, compared=to.compared).groups
        groups, said, level = self._heard(found, facts)
        self._publish_whole(groups, facts, said)
        return foresee(groups, facts, level)

    def _publish_whole(
        self, groups: Sequence[Group], facts: measuring.Facts, said: dict[str, tuple[Proposal, ...]]
    ) -> None:
        """In place of what was there; what is new is a part of it from here on."""
        self._new = []
        self._to.writer.publish(groups, facts, said)

    def _by_previews(self, seen: Foresight, pulse: Callable[[], None]) -> None:
        """The complete groups by previews and thumbnails that can be trusted, and by the pixels of all other photos: to
        be looked at, for every pixel is read before any of them can be approved."""
        passes, rows, to = self._passes, self._passes.rows, self._to
        carriers = [shot for shot in self._shots if _is_open(rows[shot.face]) and rows[shot.face].look is not None]
        if not carriers:
            return
        left = passes.previews([shot.face for shot in carriers], pulse)
        trusted = [shot for shot in carriers if shot.face not in left]
        certain = {shot.face for shot in trusted}
        others = [shot for shot in self._shots if shot.face not in certain]
        others = passes.pictures(others, pulse, first=seen.members, measured=seen.level)
        plain = replace(to.settings, encoder="none")
        both = [*others, *trusted]
        known, every = run.grouped(to.roots, both, plain, passes, to.opened, to.say, compared=to.compared)
        groups, said, _ = self._heard(every.groups, known)
        self._publish_whole(groups, known, said)
        to.writer.passed(BY_PREVIEWS, len(known), len(known))

    def _heard(
        self, found: Sequence[Group], facts: measuring.Facts
    ) -> tuple[Sequence[Group], dict[str, tuple[Proposal, ...]], set[ShotId]]:
        """The groups with their shields, what is said of them so far, and the shots that will have to be measured."""
        groups = self._shielding.marked(found, facts)
        return groups, *early(groups, facts, self._shielding, self._hearing)

    def _settled(self, found: Sequence[Group], facts: measuring.Facts, *, whole: bool) -> Sequence[Group]:
        """The groups with all that their shields and the rule ask for, published; before that as they are without,
        where they are the `whole` and anything is asked for. From where the person looks onwards, one after the other
        becomes final: only groups that share no shot with others say what they say for good."""
        passes, to = self._passes, self._to
        measuring.recall_all(found, facts, to.store)
        marked, said, wanted = self._heard(found, facts)
        groups = list(marked)
        if groups and whole and wanted:
            to.writer.publish(groups, facts, said)
            to.writer.passed(GROUPED, len(groups), len(groups))
        places = {group.id: place for place, group in enumerate(groups)}
        final: set[str] = set()
        lacking = ""

        def publish() -> None:
            """Those are final that had their hearing, in which all was measured; the others provisional."""
            said = self._hearing.proposals(groups, facts)
            to.writer.publish(groups, facts, said, final=final)

        pulse = Pulse(publish, at_once=True)
        for handful in from_there(families(found), to.looking_at) if wanted else [found]:
            shielded = self._shielding.shielded(handful, facts, passes, to.store)
            told = measuring.settle(shielded, facts, self._hearing.proposals, passes, to.store)
            if told and not lacking:
                to.say(told)
            lacking = lacking or told
            for group in shielded:
                groups[places[group.id]] = group
                final.add(group.id)
            if len(final) < len(groups):
                pulse()
        to.store.commit()
        publish()
        if groups and whole and not wanted:
            to.writer.passed(GROUPED, len(groups), len(groups))
        return groups

    def _for_screen(self, groups: Sequence[Group], facts: measuring.Facts, pulse: Callable[[], None]) -> None:
        """Every measure and a preview of every member."""
        store = self._to.store
        lacking = store.without_preview(sorted({shot for group in groups for shot in group.shots}))
        for handful in from_there([[group] for group in groups], self._to.looking_at):
            shots = {shot for group in handful for shot in group.shots}
            measuring.fill(dict.fromkeys(Measure, shots), facts, self._passes, store, previews=lacking & shots)
            pulse()


def _is_open(row: PhotoRow) -> bool:
    """Whether its pixels are to be read yet."""
    return row.provisional and row.why is None
