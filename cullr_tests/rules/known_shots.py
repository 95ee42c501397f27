"""Shots, groups and rules to test with: one call each, naming only what matters to the test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cullr import rules
from cullr.model import (
    Face,
    File,
    Group,
    Kind,
    Marks,
    Metadata,
    Proposal,
    Quality,
    Shot,
    ShotFacts,
    ShotId,
    Stage,
    Taken,
    TimeSource,
    Weakest,
)
from cullr.rules.criteria import Margin, Preference
from cullr.rules.rule import Protect, Rule


def shot(number: int, path: str = "", **known: Any) -> ShotFacts:
    """A shot of one photo; `known` overrides what is known of its files, its head, its marks or its look."""
    file: dict[str, Any] = {"root": 0, "size": 1_000_000, "mtime_ns": 10**18}
    head: dict[str, Any] = {"format": "jpeg", "width": 6000, "height": 4000, "tags": 40, "compression": None}
    head |= {"camera": None}
    mark: dict[str, Any] = {"rating": None, "label": None, "pick": None, "edited": False}
    look: dict[str, Any] = {"sharpness": 1.0, "tiles": (), "shadows": 0.0, "highlights": 0.0, "brightness": 0.5}
    look |= {"noise": 2.0, "slopes": (0.0, 0.0, 0.0)}
    rest: dict[str, Any] = {
        "taken": Taken(number * 1_000_000, TimeSource.EXIF),
        "stage": None,
        "faces": None,
        "traces": None,
    }
    rest |= {"photos": (), "companions": ()}
    for values in (file, head, mark, look, rest):
        values |= {key: known.pop(key) for key in list(known) if key in values}
    assert not known, known
    face = File(path=path or f"day/IMG_{number:04}.JPG", **file)
    photos, companions = ([File(face.root, name, 1, 1) for name in rest[key]] for key in ("photos", "companions"))
    return ShotFacts(
        ShotId(number),
        Shot(face, (face, *photos), tuple(companions)),
        Metadata(**head),
        rest["taken"],
        quality=None if look["sharpness"] is None else Quality(**look),
        stage=rest["stage"],
        marks=Marks(**mark),
        faces=rest["faces"],
        traces=rest["traces"],
    )


def face(**known: float) -> Face:
    """A face in the middle with open eyes."""
    plain = {"left": 0.4, "top": 0.3, "width": 0.1, "height": 0.1, "sharpness": 0.5, "eyes": 0.25}
    return Face(**plain | known)


def group(shots: Sequence[ShotFacts], kind: Kind = Kind.PHASH, shielded: str | None = None) -> Group:
    ids = tuple(shot.id for shot in sorted(shots, key=lambda shot: (shot.shot.root, shot.shot.path)))
    weakest = Weakest(ids[0], ids[-1], 1, 8)
    return Group("phash-1", kind, ids, ids[0], dict.fromkeys(ids, 0.0), weakest, shielded)


def rule(*prefer: Preference | str, keep: int = 1, protect: Protect | None = None) -> Rule:
    wishes = tuple(Preference(wish) if isinstance(wish, str) else wish for wish in prefer)
    return Rule("test", "", Path("test.toml"), keep, wishes, protect or Protect())


def propose(chosen: Rule, shots: Sequence[ShotFacts], **options: Any) -> dict[int, tuple[bool, str]]:
    kind, shielded = options.pop("kind", Kind.PHASH), options.pop("shielded", None)
    proposals = rules.propose(chosen, group(shots, kind, shielded), shots, **options)
    return {int(proposal.shot): (proposal.keep, proposal.reason) for proposal in proposals}


def kept(proposals: Iterable[Proposal]) -> set[ShotId]:
    return {proposal.shot for proposal in proposals if proposal.keep}


def wish(
    by: str, want: str = "", margin: float | None = None, percent: float | None = None, **also: tuple[str, ...]
) -> Preference:
    size = (
        Margin(percent / 100, relative=True) if percent is not None else Margin(margin) if margin is not None else None
    )
    return Preference(by, want=also.pop("wants", (want,) if want else ()), margin=size, **also)


def staged(number: int, time: str, stage: float, what: str, **known: Any) -> ShotFacts:
    path = f"renders/2025_{time}_stage{stage:g}_{what}.png"
    return shot(number, path, stage=Stage(f"2025_{time}", stage, what), **known)
