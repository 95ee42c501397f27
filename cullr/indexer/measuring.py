"""Groups → the measures that their rule comes to ask for, and no others, put into the facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from cullr.index.store import Store
from cullr.indexer.passes import Passes
from cullr.model import Group, Measure, ShotFacts, ShotId
from cullr.pool.jobs import Wanted
from cullr.rules import Demand
from cullr.rules.demand import is_measured

Facts = dict[ShotId, ShotFacts]
Wants = Callable[[Sequence[Group], Mapping[ShotId, ShotFacts], Demand], object]
"""Asks the demand for what it needs to judge these groups."""


def settle(groups: Sequence[Group], facts: Facts, wants: Wants, passes: Passes, store: Store) -> str:
    """Measure until nothing is asked for that can be had; `facts`, into which all was recalled, are brought up to date.
    What was asked for in vain on this machine is told in a sentence, else it is empty."""
    lacking = ""
    tried: defaultdict[Measure, set[ShotId]] = defaultdict(set)
    while True:
        demand = Demand(tried)
        wants(groups, facts, demand)
        if not demand:
            return lacking
        if demand.wanted[Measure.FACES]:
            lacking = _without_faces()
        fill(demand.wanted, facts, passes, store)
        for measure, photos in demand.wanted.items():
            tried[measure] |= photos


def fill(
    wanted: Mapping[Measure, AbstractSet[ShotId]],
    facts: Facts,
    passes: Passes,
    store: Store,
    previews: AbstractSet[ShotId] = frozenset(),
) -> None:
    """Put these measures into the facts, from the index where it has them, else from the pictures; and make these
    previews, of the same decode."""
    missing: defaultdict[ShotId, list[Measure]] = defaultdict(list, {photo: [] for photo in previews})
    for measure, photos in wanted.items():
        lacking = recall(measure, photos, facts, store)
        if measure is not Measure.FACES or not _without_faces():
            for photo in lacking:
                missing[photo].append(measure)
    together: defaultdict[Wanted, list[ShotId]] = defaultdict(list)
    for photo, measures in missing.items():
        together[Wanted(tuple(measures), photo in previews)].append(photo)
    for what, alike in together.items():
        passes.measured([each.shot.face for each in in_order(alike, facts)], what)
    for measure, photos in wanted.items():
        made = [photo for photo in sorted(photos) if measure in missing.get(photo, ())]
        _put(measure, store.measures(made, measure), facts)


def _without_faces() -> str:
    """Why no faces can be looked for on this machine, empty where they can."""
    from cullr.quality import faces  # with all of Pillow, for what few rules come to ask

    return "" if faces.installed() else f"Faces and eyes are not looked at: the extra is not installed. {faces.INSTALL}"


def recall_all(groups: Iterable[Group], facts: Facts, store: Store) -> None:
    """Put all that the index has measured of these groups into the facts: else each contest would come to a measure,
    ask, and begin again."""
    members = {shot for group in groups for shot in group.shots if shot in facts}
    for measure in Measure:
        recall(measure, members, facts, store)


def recall(measure: Measure, photos: Iterable[ShotId], facts: Facts, store: Store) -> set[ShotId]:
    """Put what the index has of this measure into the facts; those that it has not measured."""
    lacking = {photo for photo in photos if not is_measured(facts[photo], measure)}
    known = store.measures(sorted(lacking), measure)
    _put(measure, known, facts)
    return lacking - known.keys()


def _put(measure: Measure, values: Mapping[ShotId, object], facts: Facts) -> None:
    for photo, value in values.items():
        facts[photo] = replace(facts[photo], **{measure.value: value})  # type: ignore[arg-type]


def in_order(photos: Iterable[ShotId], facts: Mapping[ShotId, ShotFacts]) -> list[ShotFacts]:
    """In path order, as the disk likes it."""
    return sorted((facts[photo] for photo in photos), key=lambda each: each.shot.face)
