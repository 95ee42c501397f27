"""`cullr.toml` and flags → one frozen value, handed down.

Order, later wins: built-in defaults, the user's file, the first root that holds a `cullr.toml`, flags that were typed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import platformdirs

from cullr import tomlfile
from cullr.errors import ConfigError, UsageError

PICTURES = ("auto", "kitty", "iterm", "sixel", "cells", "none")
THEMES = ("dark", "light")
LINKAGES = ("medoid", "complete", "single")
RECIPE = ("prompt", "negative_prompt", "seed", "model")
HASHES = ("phash", "ahash", "dhash", "whash", "phash_simple", "dhash_vertical")


@dataclass(frozen=True, slots=True)
class Matching:
    """[match]: what counts as alike. `cosine` is from where an encoder's vectors do, 0 leaves that to the encoder.
    `recipe` names the keys of a render's companion YAML that are compared between sets, a dot leading inwards; with
    `same_recipe` a set whose recipe differs is never proposed for culling."""

    hash: str = "phash"
    distance: int = 8
    correlation: float = 0.85
    burst_seconds: float = 2.0
    cosine: float = 0.0
    linkage: str = "medoid"
    any_orientation: bool = False
    recipe: tuple[str, ...] = RECIPE
    same_recipe: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """[limits]: what one photo may cost before it becomes a `skipped` row."""

    megapixels: int = 300
    megabytes: int = 2048
    seconds: float = 30.0
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run may be told. `rule` is a shipped rule's name or a path to a rule file; `encoder` is `none`,
    `auto`, `builtin`, or what `cullr.embed.load` knows; `cluster` adds same-scene clusters of its vectors."""

    ignore: tuple[str, ...] = ()
    rule: str = "largest_original"
    across_stages: bool = False
    encoder: str = "none"
    cluster: bool = False
    match: Matching = Matching()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Screen:
    """[tui] and [keys]: how the review looks and which keys it hears. No part of Settings, for no group depends on it.

    `keys` maps an action's id to keys (`keep = "p,space"`); `keys_from` is the file that says so.
    """

    theme: str = "dark"
    pictures: str = "auto"
    keys: Mapping[str, str] = field(default_factory=dict)
    keys_from: Path = Path("cullr.toml")


def screen(roots: Sequence[Path], flags: Mapping[str, str | None] | None = None) -> Screen:
    """What the same files say of the screen; `flags` are `theme` and `pictures`, None where not typed.

    Raises ConfigError for a file that is wrong; whether the actions of [keys] exist, the screen knows.
    """
    said: dict[str, Any] = {}
    for path in (user_file(), *_first_root_file(roots)):
        if not path.is_file():
            continue
        table = tomlfile.load(path)
        said |= {name: _checked(path, Screen, name, value) for name, value in table.get("tui", {}).items()}
        if "keys" in table:
            said |= {"keys": table["keys"], "keys_from": path}
    said |= {name: value for name, value in (flags or {}).items() if value is not None}
    return Screen(**said)


def load(roots: Sequence[Path], flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings for these roots. `flags` maps dotted keys (`match.distance`) to values; None means not typed. Clusters
    and `wants_encoder` need vectors: where no encoder is named it is `auto`.

    Raises ConfigError for a file that is wrong, UsageError for a flag out of range.
    """
    values: dict[str, Any] = {}
    user = user_file()
    for path in (user, *_first_root_file(roots)):
        if path.is_file():
            values |= _read(path)
    typed = {key: value for key, value in (flags or {}).items() if value is not None}
    for key, value in typed.items():
        if problem := _out_of_range(key.rpartition(".")[2], value):
            raise UsageError(problem)
    values |= typed
    wanted = values.pop("wants_encoder", False) or values.get("cluster", False)
    if wanted and values.get("encoder", "none") == "none":
        values["encoder"] = "auto"
    return _build(values)


def user_file() -> Path:
    """Where the user's own settings live."""
    return Path(platformdirs.user_config_dir("cullr")) / "cullr.toml"


def _first_root_file(roots: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(root / "cullr.toml" for root in roots if (root / "cullr.toml").is_file())[:1]


_TABLES: dict[str, type] = {"match": Matching, "limits": Limits}


def _read(path: Path) -> dict[str, Any]:
    table = tomlfile.load(path)
    tomlfile.check_keys(path, table, (*(f.name for f in dataclasses.fields(Settings)), "tui", "keys"))
    _check_screen(path, {name: table.pop(name) for name in ("tui", "keys") if name in table})
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _TABLES:
            values[key] = _checked(path, Settings, key, value)
            continue
        if not isinstance(value, dict):
            raise ConfigError(
                path, tomlfile.line_of(path, key), f"{key!r} is a table", f"Write [{key}] above its keys."
            )
        tomlfile.check_keys(path, value, (f.name for f in dataclasses.fields(_TABLES[key])), key)
        for inner, leaf in value.items():
            values[f"{key}.{inner}"] = _checked(path, _TABLES[key], inner, leaf)
    return values


def _check_screen(path: Path, tables: Mapping[str, Any]) -> None:
    """A mistake in [tui] or [keys] is told by every command, not only by the one that shows the screen."""
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(
                path, tomlfile.line_of(path, name), f"{name!r} is a table", f"Write [{name}] above its keys."
            )
    tomlfile.check_keys(path, tables.get("tui", {}), ("theme", "pictures"), "tui")
    for key, value in tables.get("tui", {}).items():
        _checked(path, Screen, key, value)
    for action, value in tables.get("keys", {}).items():
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(
                path, tomlfile.line_of(path, action), f"{action} must be a text", f'Example: {action} = "p,space"'
            )


def _checked(path: Path, owner: type, key: str, value: Any) -> Any:
    wanted = get_type_hints(owner)[key]
    line = tomlfile.line_of(path, key)
    if get_origin(wanted) is tuple:
        if isinstance(value, list) and all(isinstance(item, get_args(wanted)[0]) for item in value):
            return tuple(value)
        raise ConfigError(path, line, f"{key} must be a list of texts", f'Example: {key} = ["exports/*"]')
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ConfigError(path, line, f"{key} must be {_kind(wanted)}, not {value!r}")
    problem = _out_of_range(key, value)
    if problem:
        raise ConfigError(path, line, problem)
    return value


def _kind(wanted: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[wanted]


def _out_of_range(key: str, value: Any) -> str:
    """Why the value cannot be used, or nothing."""
    if key == "linkage" and value not in LINKAGES:
        return f"linkage {value!r} is unknown; known: {', '.join(LINKAGES)}"
    if key == "hash" and value not in HASHES:
        return f"hash {value!r} is unknown; known: {', '.join(HASHES)}"
    if key == "theme" and value not in THEMES:
        return f"theme {value!r} is unknown; known: {', '.join(THEMES)}"
    if key == "pictures" and value not in PICTURES:
        return f"pictures {value!r} is unknown; known: {', '.join(PICTURES)}"
    if key == "distance" and not 0 <= value <= 16:
        return f"distance must lie between 0 and 16 bits, not {value}: beyond that unrelated photos match"
    if key == "correlation" and not -1 <= value <= 1:
        return f"correlation must lie between -1 and 1, not {value}"
    if key == "cosine" and not (value == 0 or 0.5 <= value < 1):
        return f"cosine must lie between 0.5 and 1, or be 0 for the encoder's own, not {value}"
    if key in {"burst_seconds", "seconds", "megapixels", "megabytes"} and not 0 < value < 1e9:
        return f"{key} must be above 0, not {value}"
    if key == "workers" and not 0 <= value <= 256:
        return f"workers must lie between 0 (one per core, as memory allows) and 256, not {value}"
    return ""


def _build(values: Mapping[str, Any]) -> Settings:
    def part(name: str) -> dict[str, Any]:
        return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}

    own = {key: value for key, value in values.items() if "." not in key}
    return Settings(**own, match=Matching(**part("match")), limits=Limits(**part("limits")))
