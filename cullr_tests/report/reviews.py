"""Reviews made of plain values, for any names: what the report tests print."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from cullr import report
from cullr.model import (
    Counts,
    Difference,
    File,
    Group,
    Kind,
    LeftOut,
    Metadata,
    Proposal,
    Review,
    ReviewedGroup,
    Shot,
    ShotFacts,
    ShotId,
    Skipped,
    Taken,
    TimeSource,
    Weakest,
)

NOON_US = 1_735_732_800_000_000
"""2025-01-01 12:00:00 on the camera's clock."""


def names() -> st.SearchStrategy[str]:
    """Any name a Linux folder can hold, as Python hands it out."""
    return st.binary(min_size=1, max_size=30).filter(lambda raw: not {0, ord("/")} & set(raw)).map(os.fsdecode)


def odd_names(shared_photos: Path) -> list[str]:
    rows = json.loads((shared_photos / "odd_names.json").read_text())["names"]
    return [os.fsdecode(bytes.fromhex(row["hex"])) for row in rows]


def facts(number: int, path: str, *, taken: Taken | None = None, companions: Sequence[str] = ()) -> ShotFacts:
    face = File(0, path, 4_100_000 + number, 1_735_732_800_000_000_123)
    files = tuple(File(0, name, 2_000, 0) for name in companions)
    when = taken or Taken(NOON_US + number * 250_000, TimeSource.EXIF)
    return ShotFacts(ShotId(number), Shot(face, (face,), files), Metadata("JPEG", 6000, 4000), when)


def group(
    shots: Sequence[ShotFacts],
    kind: Kind = Kind.PHASH,
    *,
    score: float = 6.0,
    threshold: float = 8.0,
    shielded: str | None = None,
    reason: str = "culled: 12 % fewer pixels",
) -> ReviewedGroup:
    """The first shot is kept, the others culled; all kept where shielded."""
    ids = tuple(shot.id for shot in shots)
    made = Group(
        f"{kind.value}-3f9c{ids[0]:08x}",
        kind,
        ids,
        ids[0],
        {id: 2.0 * place for place, id in enumerate(ids)},
        Weakest(ids[0], ids[-1], score, threshold),
        shielded,
    )
    proposals = tuple(
        Proposal(id, keep := bool(shielded) or place == 0, "kept: sharper by 31 %" if keep else reason)
        for place, id in enumerate(ids)
    )
    return ReviewedGroup(made, tuple(shots), proposals)


def review(*groups: ReviewedGroup, skipped: Sequence[Skipped] = (), roots: Sequence[str] = ("/photos",)) -> Review:
    shots = [(facts, proposal) for made in groups for facts, proposal in zip(made.shots, made.proposals, strict=True)]
    culled = [facts for facts, proposal in shots if not proposal.keep]
    freed = sum(facts.shot.bytes for facts in culled)
    counts = Counts(1204, len(shots), len(groups), len(culled), freed, len(skipped))
    return Review(tuple(roots), "largest_original", True, counts, tuple(skipped), groups)


def of_names(found: Sequence[str]) -> Review:
    """A review that carries the given names wherever a name or a text from outside can stand."""
    shots = [facts(number, f"day1/{name}", companions=[f"day1/{name}.xmp"]) for number, name in enumerate(found)]
    skipped = [Skipped(0, name, f"cannot read {name}") for name in found]
    reasons = [
        group([shot, shot], reason=f"culled: smaller than {name}") for shot, name in zip(shots, found, strict=True)
    ]
    differs = tuple(Difference(shot.id, name, name, None) for shot, name in zip(shots, found, strict=True))
    first = group(shots, Kind.SET)
    told = replace(first.group, recipe=differs, sets={shot.id: place for place, shot in enumerate(shots)})
    made = review(replace(first, group=told), *reasons, skipped=skipped, roots=[f"/photos/{found[0]}"])
    alone = tuple(LeftOut(kind, 0, (name, name), f"lacks {name}") for name in found for kind in (Kind.SET, Kind.CLIP))
    return replace(made, left_out=alone)


def written(made: Review, format: str, thumbnails: report.Thumbnails | None = None) -> str:
    """What a strict UTF-8 file receives."""
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="strict", newline="")
    report.write(made, format, stream, thumbnails=thumbnails)
    stream.flush()
    return buffer.getvalue().decode("utf-8")
