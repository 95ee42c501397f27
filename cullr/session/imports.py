"""Another tool's list of look-alikes → our groups, so that they pass through the same rules and the same moves.

Czkawka's JSON (similar images and duplicates, with or without reference folders), and CSV of two columns: group and
path, or two paths that are alike.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cullr.errors import UsageError
from cullr.match import groups as grouped
from cullr.match.edges import Edges
from cullr.model import Group, Kind, ShotFacts
from cullr.safe_text import visible

LARGEST = 1 << 28
Paths = list[str]


def read(file: Path) -> list[Paths]:
    """The file's groups of paths, those of two or more. Raises UsageError when its shape is not known."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
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
    places = {roots[photo.root] / photo.path: number for number, each in enumerate(facts) for photo in each.shot.photos}
    pairs: set[tuple[int, int]] = set()
    missing = 0
    for paths in named:
        members = []
        for path in paths:
            found = places.get(_resolved(path, roots))
            missing += found is None
            members += [found] if found is not None else []
        chosen = sorted(set(members))
        pairs |= {(chosen[0], other) for other in chosen[1:]}
    if missing:
        say(f"{missing} of the listed files are no readable photos below these folders; they are left out.")
    return grouped.group(_edges(sorted(pairs), facts), facts, "single")


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


def _resolved(path: str, roots: Sequence[Path]) -> Path:
    """Absolute paths as they are, others below the first root, unless they are there from here."""
    given = Path(path)
    if given.is_absolute():
        return given.parent.resolve() / given.name
    here = given.absolute()
    return here.parent.resolve() / here.name if here.exists() else roots[0] / given


def _json(table: Any) -> Iterator[Paths]:
    """Every innermost list of entries that have a path; a reference entry stands before the list of its copies."""
    if isinstance(table, dict):
        for value in table.values():
            yield from _json(value)
    elif isinstance(table, list):
        own = [entry["path"] for entry in table if isinstance(entry, dict) and isinstance(entry.get("path"), str)]
        inner = [entry for entry in table if isinstance(entry, list)]
        if own and inner:
            own += [path for entries in inner for paths in _json([entries]) for path in paths]
        elif not own:
            for entries in inner:
                yield from _json(entries)
        if len(own) > 1:
            yield own
    else:
        raise ValueError("its JSON holds neither lists nor tables of files")


def _csv(text: str) -> Iterator[Paths]:
    dialect = csv.Sniffer().sniff(text[:4096], ",;\t") if text.strip() else csv.excel
    rows = [row for row in csv.reader(io.StringIO(text), dialect) if row]
    if not rows or any(len(row) != 2 for row in rows):
        raise ValueError("not every line has two columns")
    header = [cell.strip().lower() for cell in rows[0]]
    if any(word in cell for cell in header for word in ("group", "path", "file", "name")) and not any(
        _looks_like_path(cell) for cell in rows[0]
    ):
        rows = rows[1:]
    if all(_looks_like_path(cell) for row in rows for cell in row):
        yield from ([a, b] for a, b in rows)
        return
    by_group: dict[str, Paths] = {}
    for name, path in rows:
        by_group.setdefault(name, []).append(path)
    yield from (paths for paths in by_group.values() if len(paths) > 1)


def _looks_like_path(cell: str) -> bool:
    return "/" in cell or "." in Path(visible(cell)).name[1:]
