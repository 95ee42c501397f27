"""`[keys]` of cullr.toml → Textual's keymap, or an error that says what cannot be and where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys

from cullr.errors import ConfigError
from cullr.tomlfile import line_of, nearest
from cullr.tui.keys import EVERYWHERE, MAIN


def actions() -> list[str]:
    """The ids that `[keys]` may name."""
    return [binding.id for binding in (*MAIN, *EVERYWHERE) if binding.id]


def elsewhere() -> dict[str, list[Binding]]:
    """The other screens' bindings by what the screen is called; imported only for someone who names a key."""
    from cullr.tui.screens import compare, history, pick_list, rules, skipped, survey

    parts: dict[str, tuple[type[DOMNode], ...]] = {
        "compare": (compare.CompareScreen,),
        "survey": (survey.SurveyScreen,),
        "history": (history.HistoryScreen, pick_list.PickList),
        "rules": (rules.RulesScreen, pick_list.PickList),
        "skipped": (skipped.SkippedScreen, pick_list.PickList),
    }
    return {
        name: [
            each
            for part in classes
            for one in part.__mro__
            for each in one.__dict__.get("BINDINGS", ())
            if isinstance(each, Binding) and each.id
        ]
        for name, classes in parts.items()
    }


def keymap(wanted: Mapping[str, str], file: Path | str = "cullr.toml") -> dict[str, str]:
    """`[keys]` → Textual's keymap. Raises ConfigError for an unknown action, an unknown key, or one given twice."""
    place = Path(file)
    found: dict[str, str] = {}
    if not wanted:
        return found
    others = elsewhere()
    known = sorted({*actions(), *(binding.id or "" for each in others.values() for binding in each)})
    for action, keys in wanted.items():
        if action not in known:
            raise ConfigError(
                place, line_of(place, action), f"unknown action {action!r} in [keys]", nearest(action, known)
            )
        found[action] = ",".join(_checked(place, action, key.strip()) for key in _split(keys))
    _once_each(place, found, (*MAIN, *EVERYWHERE))
    everywhere = {binding.id for binding in EVERYWHERE}
    for bindings in others.values():
        # A key given to one action is taken from another of that screen by itself; of two given ones neither wins.
        given = [each for each in bindings if each.id in found or found.keys() & everywhere]
        _once_each(place, found, (*given, *EVERYWHERE))
    return found


def _split(keys: str) -> Iterable[str]:
    """`x,delete` → x and delete; a lone or doubled comma is the comma key."""
    return [part or "," for part in keys.split(",")] if keys.strip(",") else [","]


def _checked(file: Path, action: str, key: str) -> str:
    known = {each.value for each in Keys} | set(KEY_ALIASES)
    *held, last = key.split("+") if key != "+" else [key]
    single = len(last) == 1 and last.isprintable()
    if all(word in {"ctrl", "shift", "alt"} for word in held) and (single or last in known or _is_named(last)):
        return "comma" if key == "," else key
    raise ConfigError(
        file, line_of(file, action), f"{action}: unknown key {key!r}", 'Examples: "x", "ctrl+x", "f2", "space".'
    )


def _is_named(word: str) -> bool:
    """`question_mark`, `left_square_bracket`: Textual's names of signs are Unicode's."""
    if not re.fullmatch(r"[a-z_0-9]+", word):
        return False
    if word in KEY_NAME_REPLACEMENTS.values():
        return True
    try:
        unicodedata.lookup(word.replace("_", " "))
    except KeyError:
        return False
    return True


def _once_each(file: Path, changed: Mapping[str, str], bindings: Iterable[Binding]) -> None:
    """A key that would do two things does neither well: it must be freed from its old action first."""
    owner: dict[str, str] = {}
    for binding in bindings:
        name = binding.id or ""
        for key in changed.get(name, binding.key).split(","):
            other = owner.setdefault(key, name)
            if other != name:
                blamed = name if name in changed else other
                raise ConfigError(
                    file,
                    line_of(file, blamed),
                    f"the key {key!r} is given to both {other} and {name}",
                    f"Give {other if blamed == name else name} another key as well.",
                )
