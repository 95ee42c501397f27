"""ShotFacts and groups ↔ JSON text, as a review keeps them for the screen: everything but the 32x32 greys.

Names that are not UTF-8 survive as surrogate escapes, which JSON writes in ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from cullr.model import (
    Difference,
    Exposure,
    Face,
    File,
    Group,
    Kind,
    Look,
    Marks,
    Metadata,
    Quality,
    Rung,
    Shot,
    ShotFacts,
    ShotId,
    Stage,
    Taken,
    TimeSource,
    Weakest,
)


def dump(group: Group, facts: Sequence[ShotFacts]) -> str:
    """One group with its shots' facts, in the group's order."""
    return json.dumps([_group(group), [_facts(each) for each in facts]], separators=(",", ":"))


def load(text: str) -> tuple[Group, tuple[ShotFacts, ...]]:
    """What `dump` wrote."""
    group, facts = json.loads(text)
    return _read_group(group), tuple(_read_facts(each) for each in facts)


def _group(group: Group) -> list[Any]:
    weakest = group.weakest
    return [
        group.id,
        group.kind,
        group.shots,
        group.medoid,
        [group.scores.get(shot) for shot in group.shots],
        [weakest.a, weakest.b, weakest.score, weakest.threshold],
        group.shielded,
        [group.sets.get(shot) for shot in group.shots] if group.sets else None,
        sorted(group.held),
        None if group.recipe is None else [[each.shot, each.key, each.own, each.first] for each in group.recipe],
    ]


def _read_group(data: list[Any]) -> Group:
    number, kind, shots, medoid, scores, weakest, shielded, told, held, recipe = data
    ids = tuple(ShotId(shot) for shot in shots)
    known = {shot: score for shot, score in zip(ids, scores, strict=True) if score is not None}
    sets = dict(zip(ids, told, strict=True)) if told else None
    differs = None if recipe is None else tuple(Difference(*each) for each in recipe)
    return Group(
        number, Kind(kind), ids, ShotId(medoid), known, Weakest(*weakest), shielded, sets, frozenset(held), differs
    )


def _facts(facts: ShotFacts) -> list[Any]:
    shot, meta, look, quality, stage = facts.shot, facts.metadata, facts.look, facts.quality, facts.stage
    files = list(shot.files)
    place = {file: number for number, file in enumerate(files)}
    return [
        facts.id,
        [
            shot.root,
            [[file.path, file.size, file.mtime_ns, file.inode] for file in files],
            place[shot.face],
            [place[file] for file in shot.photos],
            [place[file] for file in shot.shared],
        ],
        [
            meta.format,
            meta.width,
            meta.height,
            meta.orientation,
            _taken(meta.taken),
            meta.camera,
            [meta.exposure.seconds, meta.exposure.f_number, meta.exposure.iso, meta.exposure.bias_ev],
            _marks(meta.marks),
            meta.tags,
            meta.panorama,
            meta.compression,
        ],
        _taken(facts.taken),
        [look.phash, look.contrast, look.rung] if look else None,
        _quality(quality) if quality else None,
        [stage.timestamp, stage.number, stage.name] if stage else None,
        _marks(facts.marks),
        [digest.hex() if digest else None for digest in facts.content],
        facts.fingerprint.hex() if facts.fingerprint else None,
        None if facts.faces is None else [astuple(face) for face in facts.faces],
        facts.traces,
    ]


def _read_facts(data: list[Any]) -> ShotFacts:
    number, shot, meta, taken, look, quality, stage, marks, content, fingerprint, *more = data
    when = _read_taken(taken)
    assert when is not None
    faces, old = (*more, None, None)[:2]  # not in what was written before they were looked for
    return ShotFacts(
        ShotId(number),
        _read_shot(shot),
        _read_metadata(meta),
        when,
        Look(look[0], b"", look[1], Rung(look[2])) if look else None,
        _read_quality(quality) if quality else None,
        Stage(*stage) if stage else None,
        Marks(*marks),
        tuple(bytes.fromhex(digest) if digest else None for digest in content),
        bytes.fromhex(fingerprint) if fingerprint else None,
        None if faces is None else tuple(Face(*face) for face in faces),
        old,
    )


def _quality(quality: Quality) -> list[Any]:
    """All but the tiles, which only shields look at."""
    light = [quality.shadows, quality.highlights, quality.brightness]
    return [quality.sharpness, *light, quality.noise, list(quality.slopes)]


def _read_quality(data: list[Any]) -> Quality:
    sharpness, shadows, highlights, brightness, *more = data
    noise, slopes = more or (0.0, (0.0, 0.0, 0.0))  # not in what was written before they were measured
    return Quality(sharpness, (), shadows, highlights, brightness, noise, tuple(slopes))


def _read_metadata(data: list[Any]) -> Metadata:
    kind, width, height, orientation, taken, camera, exposure, marks, tags, panorama, *more = data
    when, shown = _read_taken(taken), Exposure(*exposure)
    return Metadata(kind, width, height, orientation, when, camera, shown, Marks(*marks), tags, panorama, *more)


def _read_shot(data: list[Any]) -> Shot:
    root, rows, face, photos, shared = data
    files = [File(root, *row) for row in rows]
    chosen = set(photos)
    return Shot(
        files[face],
        tuple(files[number] for number in photos),
        tuple(file for number, file in enumerate(files) if number not in chosen),
        tuple(files[number] for number in shared),
    )


def _taken(taken: Taken | None) -> list[Any] | None:
    return [taken.wall_us, taken.source, taken.offset_minutes] if taken else None


def _read_taken(data: list[Any] | None) -> Taken | None:
    return Taken(data[0], TimeSource(data[1]), data[2]) if data else None


def _marks(marks: Marks) -> list[Any]:
    return [marks.rating, marks.label, marks.pick, marks.edited]
