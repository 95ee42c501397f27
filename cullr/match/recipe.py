"""Companion YAML of two renders → what of their recipe differs: prompt, seed, model and whatever else is asked.

It is a stranger's file: nothing in it is executed, everything is text, and what is large, nested deeply or refers to
itself is not read at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from cullr.settings import RECIPE

LARGEST = 1 << 20
"""Bytes. Recipes take 100 bytes to 20 KB; the C parser reads 1 MiB in 0.3 s."""
DEEPEST = 32
LONGEST, BEFORE = 200, 60
"""Characters of a value that are told, and of them before the place where two values part: prompts take pages."""

Recipe = Mapping[str, Any]


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


def differences(
    one: Recipe, other: Recipe, keys: Sequence[str] = RECIPE
) -> tuple[tuple[str, str | None, str | None], ...]:
    """(key, what one says of it, what the other says) of each key in which they differ, None where one says nothing; a
    dot leads into a nested mapping: `sampler.steps`."""
    found = ((key, _value(one, key), _value(other, key)) for key in keys)
    return tuple((key, *_excerpts(a, b)) for key, a, b in found if a != b)


def _excerpts(one: str | None, other: str | None) -> tuple[str | None, str | None]:
    """Of long values the part where they part."""
    if one is None or other is None:
        return one and _from(one, 0), other and _from(other, 0)
    begin = max(0, _shared(one, other) - BEFORE)
    return _from(one, begin), _from(other, begin)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    length = min(len(one), len(other))
    return next((place for place in range(length) if one[place] != other[place]), length)


def _from(text: str, begin: int) -> str:
    if len(text) <= LONGEST:
        return text
    part = text[begin : begin + LONGEST]
    return f"{'…' if begin else ''}{part}{'…' if begin + LONGEST < len(text) else ''}"


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
