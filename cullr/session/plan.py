"""A review, or the JSON that `report --format json` wrote → what to move, group by group. Plans are untrusted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cullr.errors import UsageError
from cullr.model import Kind, Review
from cullr.safe_text import visible

LARGEST = 1 << 30
"""Bytes. A plan of a million shots has half of that."""
LONGEST_RULE = 200
"""Characters of a rule's name that the history keeps."""
Place = tuple[int, str]
"""A shot by its root's number and its face's path."""


@dataclass(frozen=True, slots=True)
class PlannedShot:
    """`files` are the paths of all its files, `size` and `mtime_ns` those of its face when it was looked at; `set` says
    which of a group's sets it belongs to."""

    root: int
    path: str
    files: frozenset[str]
    size: int
    mtime_ns: int
    set: int | None = field(default=None, compare=False)

    @property
    def place(self) -> Place:
        return self.root, self.path


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    id: str
    kind: Kind
    keep: tuple[PlannedShot, ...]
    cull: tuple[PlannedShot, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups in the order they were found; `roots` as absolute paths; `rule` for the history."""

    roots: tuple[str, ...]
    rule: str
    groups: tuple[PlannedGroup, ...]

    def culled(self) -> dict[Place, tuple[PlannedShot, PlannedGroup]]:
        """Each shot to cull once, with the first group that says so."""
        found: dict[Place, tuple[PlannedShot, PlannedGroup]] = {}
        for group in self.groups:
            for shot in group.cull:
                found.setdefault(shot.place, (shot, group))
        return found

    def keepers(self) -> dict[Place, list[PlannedShot]]:
        """For each shot to cull, the shots that stay in its stead: a keeper that another group culls hands on to its
        own keepers. Empty where nothing stays."""
        culled = self.culled()
        kept = {place: group.keep for place, (_, group) in culled.items()}
        return {place: _final(place, kept) for place in culled}


def from_review(review: Review) -> Plan:
    """What the review proposes."""
    groups = []
    for reviewed in review.groups:
        sides: dict[bool, list[PlannedShot]] = {True: [], False: []}
        for facts, proposal in zip(reviewed.shots, reviewed.proposals, strict=True):
            face = facts.shot.face
            files = frozenset(file.path for file in facts.shot.files)
            told = reviewed.group.sets.get(facts.id) if reviewed.group.sets else None
            sides[proposal.keep].append(PlannedShot(face.root, face.path, files, face.size, face.mtime_ns, told))
        groups.append(PlannedGroup(reviewed.group.id, reviewed.group.kind, tuple(sides[True]), tuple(sides[False])))
    return Plan(review.roots, review.rule, tuple(groups))


def read(path: Path) -> Plan:
    """Raises UsageError, naming the file and the place in it, for whatever is not a complete plan."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        table = json.loads(data) if len(data) <= LARGEST else None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _wrong(path, "it is not JSON", str(error)) from error
    try:
        return _plan(table)
    except _Senseless as error:
        raise _wrong(path, str(error)) from error


class _Senseless(ValueError):
    pass


def _wrong(path: Path, why: str, detail: str = "") -> UsageError:
    return UsageError(
        f"{path} is no plan: {why}{f' ({detail})' if detail else ''}",
        "A plan is what `cullr report --format json -o FILE` writes.",
    )


def _plan(table: Any) -> Plan:
    _insist(isinstance(table, dict) and table.get("cullr") == 1, 'it does not begin with {"cullr": 1')
    _insist(table.get("complete") is True, "it was written before every photo was read")
    roots = _texts(table.get("roots"), "roots")
    _insist(bool(roots), "it names no roots")
    _insist(all(root.startswith("/") and _is_name(root) for root in roots), "its roots are not absolute paths")
    groups = table.get("groups")
    _insist(isinstance(groups, list), "it has no groups")
    rule = table.get("rule")
    found = tuple(_group(group, f"group {number}", len(roots)) for number, group in enumerate(groups, 1))
    _insist_on_one_fate(found)
    return Plan(tuple(roots), rule[:LONGEST_RULE] if isinstance(rule, str) else "", found)


def _insist_on_one_fate(groups: Iterable[PlannedGroup]) -> None:
    """No file by two names for two shots: what one of them keeps, the other could take away."""
    known: dict[Place, PlannedShot] = {}
    for number, group in enumerate(groups, 1):
        shots = (*group.keep, *group.cull)
        _insist(len({shot.place for shot in shots}) == len(shots), f"group {number} names a shot twice")
        for shot in shots:
            same = known.setdefault(shot.place, shot) == shot
            _insist(same, f"group {number} describes {visible(shot.path)} otherwise than a group before it")
    for shot in known.values():
        for path in shot.files:
            _insist(
                path == shot.path or (shot.root, path) not in known,
                f"{visible(path)} is a shot of its own and a file of {visible(shot.path)}",
            )


def _group(table: Any, where: str, roots: int) -> PlannedGroup:
    _insist(isinstance(table, dict), f"{where} is no table")
    _insist(table.get("kind") in list(Kind), f"{where} is of no known kind")
    shots = table.get("shots")
    _insist(isinstance(shots, list) and bool(shots), f"{where} has no shots")
    sides: dict[str, list[PlannedShot]] = {"keep": [], "cull": []}
    for number, shot in enumerate(shots, 1):
        at = f"{where}, shot {number}"
        _insist(isinstance(shot, dict), f"{at} is no table")
        _insist(shot.get("proposal") in list(sides), f"{at} is neither keep nor cull")
        sides[shot["proposal"]].append(_shot(shot, at, roots))
    return PlannedGroup(str(table.get("id")), Kind(table["kind"]), tuple(sides["keep"]), tuple(sides["cull"]))


def _shot(table: dict[str, Any], where: str, roots: int) -> PlannedShot:
    root, stat = table.get("root"), table.get("size_mtime")
    _insist(isinstance(root, int) and not isinstance(root, bool) and 0 <= root < roots, f"{where}: no such root")
    _insist(
        isinstance(stat, list) and len(stat) == 2 and all(type(part) is int for part in stat),
        f"{where}: size_mtime is not two whole numbers",
    )
    path = table.get("path")
    files = _texts(table.get("files"), f"{where}: files")
    _insist(isinstance(path, str) and path in files, f"{where}: its path is not among its files")
    assert isinstance(root, int)
    assert isinstance(path, str)
    assert isinstance(stat, list)
    for name in files:
        parts = name.split("/")
        _insist(
            not name.startswith("/") and _is_name(name) and not {"", ".", ".."} & set(parts),
            f"{where}: {visible(name)} leads outside its root",
        )
    told = table.get("set")
    _insist(told is None or type(told) is int, f"{where}: its set is no whole number")
    return PlannedShot(root, path, frozenset(files), stat[0], stat[1], told)


def _is_name(text: str) -> bool:
    """Whether a file could be called so: no NUL, no surrogate but those that stand for a byte."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _texts(value: Any, where: str) -> list[str]:
    _insist(
        isinstance(value, list) and all(isinstance(item, str) for item in value), f"{where} are not a list of texts"
    )
    found: list[str] = value
    return found


def _insist(holds: bool, why: str) -> None:
    if not holds:
        raise _Senseless(why)


def _final(start: Place, kept: dict[Place, tuple[PlannedShot, ...]]) -> list[PlannedShot]:
    found: dict[Place, PlannedShot] = {}
    seen = {start}
    pending: Sequence[PlannedShot] = kept[start]
    while pending:
        onward: list[PlannedShot] = []
        for shot in pending:
            if shot.place in seen:
                continue
            seen.add(shot.place)
            handed: Iterable[PlannedShot] | None = kept.get(shot.place)
            if handed is None:
                found[shot.place] = shot
            else:
                onward += handed
        pending = onward
    return list(found.values())
