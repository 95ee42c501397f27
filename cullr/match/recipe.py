"""Companion YAML of two renders → what of their recipe differs: prompt, seed, model and whatever else is asked.

It is a stranger's file: nothing in it is executed, everything is text, and what is large, nested deeply or refers to
itself is not read at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEYS = ("prompt", "negative_prompt", "seed", "model")
LARGEST = 1 << 20
"""Bytes. Recipes take 100 bytes to 20 KB; the C parser reads 1 MiB in 0.3 s."""
DEEPEST = 32

Recipe = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two recipes say of one key; None where one says nothing of it."""

    key: str
    one: str | None
    other: str | None


def read(data: bytes) -> Recipe | None:
    """The document's mapping with every value as text, None for what is no such document or not safe to read."""
    if len(data) > LARGEST:
        return None
    yaml: Any = importlib.import_module("yaml")
    # BaseLoader makes texts of all scalars: no dates out of range, no integers of a million digits, no objects.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if not _harmless(yaml, yaml.parse(data, Loader=loader)):
            return None
        found = yaml.load(data, Loader=loader)
    except yaml.YAMLError:
        return None
    return found if isinstance(found, dict) else None


def differences(one: Recipe, other: Recipe, keys: Sequence[str] = KEYS) -> tuple[Difference, ...]:
    """Of each key that either knows; a dot leads into a nested mapping: `sampler.steps`."""
    found = (Difference(key, _value(one, key), _value(other, key)) for key in keys)
    return tuple(each for each in found if each.one != each.other)


def _harmless(yaml: Any, events: Any) -> bool:
    """Whether nothing refers back (a page of such lines unfolds to gigabytes) and no recursion is needed."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            return False
    return True


def _value(recipe: Recipe, key: str) -> str | None:
    if key in recipe:
        return str(recipe[key])
    found: Any = recipe
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if found is None else str(found)
