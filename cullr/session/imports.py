"""Another tool's list of look-alikes → our groups, so that they pass through the same rules and the same moves.

Czkawka's JSON (similar images and duplicates, with or without reference folders), and CSV of two columns: group and
path, or two paths that are alike.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cullr.errors import UsageError
from cullr.match import groups as grouped
from cullr.match.edges import Edges
from cullr.model import Group, Kind, ShotFacts

LARGEST = 1 << 28
"""Bytes. Czkawka writes some 200 for each file."""
ALL_PAIRS = 512
"""Members up to which each pair of a listed group is an edge: 131 000; beyond, those with the first."""
Paths = list[str]


def read(file: Path) -> list[Paths]:
    """The file's groups of paths, those of two or more. Raises UsageError when its shape is not known."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise UsageError(f"{file} is larger than {LARGEST >> 20} MiB", REMEDY)
    text = data.decode("utf-8-sig", "surrogateescape")
    try:
        found = list(_json(json.loads(text))) if text.lstrip()[:1] in {"[", "{"} else list(_csv(text))
    except (ValueError, RecursionError, csv.Error) as error:
        raise UsageError(f"{file} cannot be understood: {error}", REMEDY) from error
    if not found:
        raise UsageError(f"{file} holds no groups of photos", REMEDY)
    return found


REMEDY = "Known: Czkawka's JSON, and CSV of two columns (group, path) or (path, path)."


def groups(
    named: Sequence[Paths], roots: Sequence[Path], facts: Sequence[ShotFacts], say: Callable[[str], None]
) -> list[Group]:
    """Groups of those photos that lie below the roots; `say` is told how many do not."""
    places = {
        f"{roots[photo.root]}/{photo.path}": number for number, each in enumerate(facts) for photo in each.shot.photos
    }
    locate = _Locator(roots, places)
    pairs: set[tuple[int, int]] = set()
    missing = 0
    for paths in named:
        found = [locate(path) for path in paths]
        missing += found.count(None)
        members = sorted({number for number in found if number is not None})
        pairs.update(
            itertools.combinations(members, 2) if len(members) <= ALL_PAIRS else ((members[0], b) for b in members[1:])
        )
    if missing:
        say(f"{missing:,} of the listed files are no readable photos below these folders; they are left out.")
    # Pairs A, B and B, C from a list say nothing of A and C.
    return grouped.group(_edges(sorted(pairs), facts), facts, "medoid")


def _edges(pairs: Sequence[tuple[int, int]], facts: Sequence[ShotFacts]) -> Edges:
    """Evidence as the other tool gave it, scored by our own hash so that the weakest pair can be shown."""
    hashes = np.array([each.look.phash if each.look else 0 for each in facts], np.uint64)

    def measure(a: Any, b: Any) -> Any:
        return np.bitwise_count(hashes[a] ^ hashes[b]).astype(np.float64)

    places = np.array(pairs, np.int32).reshape(-1, 2)
    scores = measure(places[:, 0], places[:, 1])
    return Edges(
        Kind.PHASH, float(scores.max(initial=0)), np.arange(len(facts), dtype=np.int32), places, scores, measure
    )


class _Locator:
    """A listed path → the number of the shot it belongs to. Relative ones are sought from here, then in each root."""

    def __init__(self, roots: Sequence[Path], places: dict[str, int]) -> None:
        self._bases = [os.getcwd(), *map(str, roots)]  # noqa: PTH109
        self._places = places
        self._folders: dict[str, str] = {}

    def __call__(self, path: str) -> int | None:
        for base in self._bases:
            folder, _, name = os.path.join(base, path).rpartition("/")  # noqa: PTH118
            if folder not in self._folders:
                self._folders[folder] = _resolved(folder)
            found = self._places.get(f"{self._folders[folder]}/{name}")
            if found is not None:
                return found
        return None


def _resolved(folder: str) -> str:
    """The folder without links, which roots have none of; itself when it is none that can be."""
    try:
        return os.path.realpath(folder or "/").rstrip("/")
    except (OSError, ValueError):  # a NUL, a surrogate that stands for no byte
        return folder


def _json(table: Any) -> Iterator[Paths]:
    """Every innermost list of entries that have a path; a reference entry stands before the list of its copies."""
    if isinstance(table, dict):
        for value in table.values():
            yield from _json(value)
    elif isinstance(table, list):
        own = _listed(table)
        inner = [entry for entry in table if isinstance(entry, list)]
        if own and inner:
            own += _listed(itertools.chain.from_iterable(inner))
        elif not own:
            for entries in inner:
                yield from _json(entries)
        if len(own) > 1:
            yield own
    else:
        raise ValueError("its JSON holds neither lists nor tables of files")


def _listed(entries: Iterable[Any]) -> Paths:
    return [entry["path"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("path"), str)]


def _csv(text: str) -> Iterator[Paths]:
    rows = _rows(text)
    header = [cell.strip().lower() for cell in rows[0]]
    titled = not any(map(_looks_like_path, rows[0])) and any(
        word in cell for cell in header for word in ("group", "path", "file", "name", "photo", "image")
    )
    rows = rows[titled:]
    by_group = titled and "group" in header[0]
    if not by_group and all(_looks_like_path(cell) for row in rows for cell in row):
        yield from ([a, b] for a, b in rows)
        return
    groups: dict[str, Paths] = {}
    for name, path in rows:
        groups.setdefault(name, []).append(path)
    yield from (paths for paths in groups.values() if len(paths) > 1)


def _rows(text: str) -> list[list[str]]:
    """The lines by the first separator that cuts each of them in two. csv.Sniffer guesses, and guesses wrong."""
    if "\0" in text:
        raise ValueError("it is no text")
    for separator in ",;\t":
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
        if rows and all(len(row) == 2 for row in rows):
            return rows
    raise ValueError("not every line has two columns")


def _looks_like_path(cell: str) -> bool:
    """`a/b`, `IMG_1.jpg`; not `2024` or `1.5`, which name groups."""
    return "/" in cell or re.search(r"[^.]\.[A-Za-z]\w*$", cell) is not None
