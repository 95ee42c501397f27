"""TOML files whose every mistake is answered with file, line and the nearest known key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cullr.errors import ConfigError

LARGEST = 1 << 20
"""Bytes. Nobody writes a megabyte of settings by hand; a larger file is the wrong file."""


def load(path: Path) -> dict[str, Any]:
    """The file's tables. Raises ConfigError when it cannot be read, is not UTF-8 or is not TOML."""
    import tomllib

    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(path, 0, f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ConfigError(path, 0, "is larger than 1 MiB", "Is this really a settings file?")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, line, "is not UTF-8 text", "Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:  # a number of 5 000 digits is a plain ValueError
        found = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, int(found[1]) if found else 0, f"is not valid TOML: {error}") from error


def check_keys(path: Path, table: Mapping[str, Any], known: Iterable[str], where: str = "") -> None:
    """Raise ConfigError for the first key that is not in `known`, naming its line and the nearest known one."""
    names = sorted(known)
    for key in table:
        if key not in names:
            place = f" in [{where}]" if where else ""
            raise ConfigError(path, line_of(path, key), f"unknown key {key!r}{place}", nearest(key, names))


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy: the closest known word, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."


def line_of(path: Path, word: str) -> int:
    """The first line where `word` stands as a key, a table name or a quoted value; 0 when it cannot be found."""
    pattern = re.compile(rf"""^\s*\[*[\w.\s"']*(?<![\w-]){re.escape(word)}(?![\w-])|["']{re.escape(word)}["']""")
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    return next((number for number, text in enumerate(lines, 1) if pattern.search(text)), 0)
