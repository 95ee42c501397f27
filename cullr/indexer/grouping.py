"""Facts → groups: every matcher asked in turn, the stronger evidence first."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cullr.indexer import left_out
from cullr.match import burst, clip, cluster, exact, phash, runs, sets, whole
from cullr.match import groups as grouped
from cullr.match.compared import Compared
from cullr.model import File, Group, LeftOut, ShotFacts, ShotId
from cullr.settings import Settings

if TYPE_CHECKING:
    from cullr.indexer.embedding import Embedded


def undecided(facts: Sequence[ShotFacts]) -> list[File]:
    """Photos to digest whole: sizes and their faces' fingerprints leave it open whether they are the same."""
    wanted = exact.wanted(facts)
    alike: dict[object, list[ShotFacts]] = defaultdict(list)
    for each in facts:
        if each.id in wanted:
            sizes = tuple(sorted(photo.size for photo in each.shot.photos))
            alike[sizes, each.fingerprint].append(each)
    return [photo for shots in alike.values() if len(shots) > 1 for each in shots for photo in each.shot.photos]


@dataclass(frozen=True, slots=True)
class Grouped:
    """`left_out` are shots that could not be compared as sets, or by vectors; `paused` before all had a vector, there
    is more to find."""

    groups: list[Group]
    left_out: tuple[LeftOut, ...]
    paused: bool


def comparison(settings: Settings) -> Compared:
    """Where looks that were compared once stay compared."""
    how = settings.match
    return Compared(distance=how.distance, correlation=how.correlation, any_orientation=how.any_orientation)


def groups(
    facts: Sequence[ShotFacts], settings: Settings, seen: Embedded | None = None, compared: Compared | None = None
) -> Grouped:
    """Groups of every kind, those wholly inside a stronger one left out; `clip` where there are vectors. `compared`
    is the comparison of an earlier state of these shots."""
    how = settings.match
    evidence = [
        exact.match(facts),
        phash.match(facts, compared=compared or comparison(settings)),
        burst.match(facts, seconds=how.burst_seconds),
    ]
    vectors, cosine = None, sets.CORRELATION
    if seen:
        vectors = clip.normalised(telling(facts, seen.vectors))  # once: the matchers find them so and copy nothing
        cosine = how.cosine or seen.threshold
        evidence.append(clip.match(facts, vectors, threshold=cosine))
        if settings.cluster:
            evidence.append(cluster.match(facts, vectors, threshold=cosine))
    every = runs.find(facts, vectors)
    # Of sets only one stays, so each must match every other, not only one in their middle.
    linkage = "single" if how.linkage == "single" else "complete"
    matched, incomplete = sets.match(facts, vectors, threshold=cosine, linkage=linkage, every=every)
    if seen:  # an encoder adds sets and takes none away: some give a coarse JPEG another vector, not another look
        matched = apart(matched, sets.match(facts, linkage=linkage, every=every)[0])
    alike = (each for edges in evidence for each in grouped.group(edges, facts, how.linkage))
    shown = whole.kept(grouped.precedence((*alike, *matched)), facts, every)
    aside = (*left_out.of_sets(incomplete, facts), *(left_out.of_vectors(facts, seen) if seen else ()))
    return Grouped(shown, aside, paused=bool(seen and seen.paused))


def apart(*found: Sequence[Group]) -> list[Group]:
    """The largest groups first, and of the others those that share no shot with one: every shot has one set's fate."""
    taken: set[ShotId] = set()
    kept = []
    for each in sorted(itertools.chain(*found), key=lambda each: -len(each.shots)):
        if taken.isdisjoint(each.shots):
            taken.update(each.shots)
            kept.append(each)
    return kept


def telling(facts: Sequence[ShotFacts], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors without those of flat pictures: to an encoder all colour cards are one scene."""
    flat = np.array([each.look is None or each.look.contrast < phash.FLAT for each in facts], bool)
    if flat.any():
        vectors = vectors.copy()
        vectors[flat] = np.nan
    return vectors
