"""What could not be compared → rows for the report, each with its reason: nothing that was left out stays unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cullr.match import phash
from cullr.match.sets import Incomplete
from cullr.model import Kind, LeftOut, ShotFacts

if TYPE_CHECKING:
    from cullr.indexer.embedding import Embedded

FLAT = "it shows one flat colour, and to an encoder all of these are one scene"
NONE = "the encoder made no vector of it"


def of_sets(incomplete: Iterable[Incomplete], facts: Sequence[ShotFacts]) -> list[LeftOut]:
    """Runs that lack a stage, and renders that belong to no run: never culled as a set."""
    known: Mapping[int, ShotFacts] = {each.id: each for each in facts}
    found = []
    for run in incomplete:
        shots = [known[shot].shot for shot in run.shots]
        lacks = f"its set lacks {', '.join(run.lacks)}" if run.lacks else "no other stage of it is there"
        found.append(LeftOut(Kind.SET, shots[0].root, tuple(shot.path for shot in shots), lacks))
    return sorted(found, key=lambda each: (each.root, each.paths))


def of_vectors(facts: Sequence[ShotFacts], seen: Embedded) -> list[LeftOut]:
    """Shots without a vector that tells anything."""
    found = []
    for each, row in zip(facts, np.isfinite(seen.vectors[:, 0]).tolist(), strict=True):
        flat = each.look is None or each.look.contrast < phash.FLAT
        if not row or flat:
            why = seen.why.get(each.id, NONE) if not row else FLAT
            found.append(LeftOut(Kind.CLIP, each.shot.root, (each.shot.path,), why))
    return sorted(found, key=lambda each: (each.root, each.paths))
