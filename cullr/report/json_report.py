"""A review → the plan, as JSON: the contract that `stage --plan` and other programs rely on.

Pure ASCII. A name that is not UTF-8 keeps its surrogate escapes, so os.fsencode gives its bytes back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from cullr.model import Group, LeftOut, Proposal, Review, ReviewedGroup, ShotFacts, ShotId, Skipped
from cullr.report.words import iso_time

VERSION = 1


def review_to_dict(review: Review) -> dict[str, Any]:
    """The whole plan as plain values; the keys are documented in `cullr/README.md`."""
    return header(review) | {
        "skipped": [skipped_to_dict(skipped) for skipped in review.skipped],
        "left_out": [left_out_to_dict(each) for each in review.left_out],
        "groups": [group_to_dict(reviewed) for reviewed in review.groups],
    }


def header(review: Review) -> dict[str, Any]:
    counts = review.counts
    return {
        "cullr": VERSION,
        "roots": list(review.roots),
        "rule": review.rule,
        "complete": review.complete,
        "counts": {
            "photos": counts.photos,
            "shots": counts.shots,
            "groups": counts.groups,
            "culled": counts.culled,
            "bytes_culled": counts.bytes_culled,
            "skipped": counts.skipped,
        },
    }


def skipped_to_dict(skipped: Skipped) -> dict[str, Any]:
    return {"path": skipped.path, "why": skipped.why}


def left_out_to_dict(each: LeftOut) -> dict[str, Any]:
    return {"kind": each.kind.value, "root": each.root, "paths": list(each.paths), "why": each.why}


def group_to_dict(reviewed: ReviewedGroup) -> dict[str, Any]:
    group = reviewed.group
    paths = {facts.id: facts.shot.path for facts in reviewed.shots}
    pairs = zip(reviewed.shots, reviewed.proposals, strict=True)
    return {
        "id": group.id,
        "kind": group.kind.value,
        "shielded": group.shielded,
        "weakest": {
            "a": paths[group.weakest.a],
            "b": paths[group.weakest.b],
            "score": number(group.weakest.score),
            "threshold": number(group.weakest.threshold),
        },
        "recipe": _recipe(group, paths),
        "shots": [_shot(group, facts, proposal) for facts, proposal in pairs],
    }


def _recipe(group: Group, paths: Mapping[ShotId, str]) -> list[dict[str, Any]] | None:
    """What differs between the recipes of a group's sets; null where there are no two to compare."""
    if group.recipe is None:
        return None
    return [{"path": paths[each.shot], "key": each.key, "own": each.own, "first": each.first} for each in group.recipe]


def _shot(group: Group, facts: ShotFacts, proposal: Proposal) -> dict[str, Any]:
    face = facts.shot.face
    return {
        "root": face.root,
        "path": face.path,
        "files": [file.path for file in facts.shot.files],
        "proposal": "keep" if proposal.keep else "cull",
        "reason": proposal.reason,
        "score": number(group.scores.get(facts.id)),
        "bytes": facts.shot.bytes,
        "width": facts.metadata.width,
        "height": facts.metadata.height,
        "taken": iso_time(facts.taken),
        "size_mtime": [face.size, face.mtime_ns],
        "set": group.sets.get(facts.id) if group.sets else None,
    }


def number(value: float | None) -> int | float | None:
    """A score as JSON can hold it: whole ones (bits, exact) without a fraction, not-a-number as null."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def pieces(review: Review) -> Iterator[str]:
    """One document, a group a line: it streams, two reports can be compared with diff, and the C encoder is used."""
    for key, value in header(review).items():
        yield f"{'{' if key == 'cullr' else ' '}{dumps(key)}: {dumps(value)},\n"
    yield from _array("skipped", (skipped_to_dict(skipped) for skipped in review.skipped))
    yield ",\n"
    yield from _array("left_out", (left_out_to_dict(each) for each in review.left_out))
    yield ",\n"
    yield from _array("groups", (group_to_dict(reviewed) for reviewed in review.groups))
    yield "}\n"


def _array(key: str, rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f" {dumps(key)}: ["
    for index, row in enumerate(rows):
        yield f"{',' if index else ''}\n  {dumps(row)}"
    yield "]"
