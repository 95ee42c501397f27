"""One table of a TOML file, which knows where each of its keys stands, also when several tables share a name.

What is asked of it has the right type and range, or is a ConfigError with file, line and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cullr import tomlfile
from cullr.errors import ConfigError

LONGEST_GLOB = 200
"""Characters: names end at 255 bytes, and a longer pattern of stars would only cost time."""


class Table:
    """`header` is the table's name in the file, empty for the file itself; `place` counts tables of one name from 0."""

    def __init__(self, path: Path, values: Mapping[str, Any], header: str = "", place: int = 0) -> None:
        self.path, self.values, self.header, self.place = path, values, header, place

    def wrong(self, key: str, message: str, remedy: str = "") -> ConfigError:
        return ConfigError(self.path, self._line(key), message, remedy)

    def check(self, known: Iterable[str]) -> None:
        names = sorted(known)
        for key in self.values:
            if key not in names:
                where = f" in [{self.header}]" if self.header else ""
                raise self.wrong(key, f"unknown key {key!r}{where}", tomlfile.nearest(key, names))

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """A list of texts, or one text; not empty."""
        value = self.values.get(key, [])
        texts = [value] if isinstance(value, str) else value
        right = isinstance(texts, list) and all(isinstance(text, str) and text.strip() for text in texts)
        if not right or (key in self.values and not texts):
            raise self.wrong(key, f"{key} must be a list of texts, not {value!r}", f"Example: {key} = {example}")
        return tuple(texts)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(key, f"{key} must be a whole number from {least} to {most}, not {value!r}")
        return value

    def globs(self, key: str) -> tuple[str, ...]:
        globs = self.texts(key, '["exports/*"]')
        for glob in globs:
            if len(glob) > LONGEST_GLOB:
                raise self.wrong(key, f"a pattern in {key} is longer than {LONGEST_GLOB} characters", "Shorten it.")
            if glob.startswith("/") or {".", ".."} & set(glob.split("/")):
                remedy = "Patterns are relative to the folders under review: exports/2023/*"
                raise self.wrong(key, f"{glob!r} can match nothing", remedy)
            if glob.count("[") > glob.count("]"):
                raise self.wrong(key, f"{glob!r} has a [ without a ]", "A literal [ is written [[].")
        return globs

    def _line(self, key: str) -> int:
        """Where the key stands in this very table; the table's header when the key is missing."""
        try:
            lines = self.path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return 0
        starts = [at for at, line in enumerate(lines) if re.match(rf"\s*\[+\s*{self.header}\s*\]", line)]
        if not self.header or self.place >= len(starts):
            return tomlfile.line_of(self.path, key) or tomlfile.line_of(self.path, self.header or "prefer")
        start = starts[self.place]
        for at in range(start + 1, len(lines)):
            if lines[at].lstrip().startswith("["):
                break
            if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", lines[at]):
                return at + 1
        return start + 1
