"""Set groups → the same with what differs between the recipes of their sets, read from companion YAML."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cullr.indexer.reconcile import place
from cullr.match import recipe
from cullr.match.recipe import Recipe
from cullr.model import Difference, Group, ShotFacts, ShotId
from cullr.settings import Matching

SUFFIXES = (".yaml", ".yml")
SHIELD = "recipe"


def compared(
    groups: Iterable[Group], facts: Mapping[ShotId, ShotFacts], roots: Sequence[Path], how: Matching
) -> list[Group]:
    """Groups without sets as they are."""
    return [_compared(group, facts, roots, how) if group.sets and how.recipe else group for group in groups]


def _compared(group: Group, facts: Mapping[ShotId, ShotFacts], roots: Sequence[Path], how: Matching) -> Group:
    assert group.sets
    first: dict[object, Recipe] = {}
    others: list[tuple[ShotId, object, Recipe]] = []
    for shot in group.shots:
        stage, said = facts[shot].stage, _read(facts[shot], roots)
        if stage is None or said is None:
            continue
        key = (stage.number, stage.name)
        if group.sets[shot] == 0:
            first[key] = said
        else:
            others.append((shot, key, said))
    pairs = [(shot, said, first[key]) for shot, key, said in others if key in first]
    if not pairs:
        return group
    found = tuple(
        Difference(shot, *said) for shot, own, other in pairs for said in recipe.differences(own, other, how.recipe)
    )
    return replace(group, recipe=found, shielded=SHIELD if found and how.same_recipe else None)


def _read(facts: ShotFacts, roots: Sequence[Path]) -> Recipe | None:
    """The recipe beside a shot; None where there is none that can be read."""
    for file in facts.shot.companions:
        if not file.name.lower().endswith(SUFFIXES):
            continue
        path = os.path.join(*place(roots[file.root], file))  # noqa: PTH118  bytes
        try:
            with open(path, "rb") as stream:  # noqa: PTH123  bytes
                found = recipe.read(stream.read(recipe.LARGEST + 1))
        except OSError:
            continue
        if found is not None:
            return found
    return None
