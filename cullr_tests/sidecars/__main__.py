"""`scripts/evaluate sidecars [FOLDER]`: stars and labels written into every sidecar at hand, and what was lost by it.

Modelled sidecars are written by hand as programs write them (`written.py`); real ones are those of the shared photos,
and the packets that stand within these photos.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cullr.sidecars import xmp
from cullr.sidecars.splice import Unwritable, spliced
from cullr_tests.sidecars import written
from cullr_tests.sidecars.foreign import decoded, lost

VALUES = [(rating, label) for rating in (-1, 0, 3, 5, None) for label in ("Red", "Purple", "", "Über & <x>", None)]
_PROGRAM = re.compile(r"""(?:CreatorTool|xmptk|Software)(?:=["']|>)([^"'<]{3,60})""")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """`kind` is `real` (a file), `packet` (within a photo) or `modelled`."""

    program: str
    kind: str
    data: bytes


@dataclass(slots=True)
class Tally:
    """`refused` sidecars were left as they are."""

    sidecars: int = 0
    bytes: int = 0
    writes: int = 0
    lost: int = 0
    unread: int = 0
    refused: int = 0


def at_hand(folder: Path) -> Iterator[Sidecar]:
    """All that differ; the shared set holds some of them several times."""
    for program, data in written.XMP.items():
        yield Sidecar(program, "modelled", data)
    seen: set[bytes] = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        own = path.suffix.lower() == ".xmp"
        content = path.read_bytes() if own else _packet(path)
        if content and content not in seen:
            seen.add(content)
            said = _PROGRAM.search(decoded(content))
            yield Sidecar(said[1].strip() if said else "not said", "real" if own else "packet", content)


def _packet(path: Path) -> bytes | None:
    with path.open("rb") as stream:
        return xmp.packet(stream.read(1 << 20))


def judge(sidecar: Sidecar, tally: Tally) -> None:
    """Every value written into the sidecar, each anew."""
    tally.sidecars += 1
    tally.bytes += len(sidecar.data)
    for rating, label in VALUES:
        try:
            after = spliced(sidecar.data, rating=rating, label=label)
        except Unwritable:
            tally.refused += 1
            return
        said = xmp.read(after)
        tally.writes += 1
        tally.lost += lost(sidecar.data, after)
        tally.unread += (rating is not None and said.rating != rating) or (label is not None and said.label != label)


def judged(folder: Path) -> dict[tuple[str, str], Tally]:
    """By kind and program."""
    found: dict[tuple[str, str], Tally] = {}
    for sidecar in at_hand(folder):
        judge(sidecar, found.setdefault((sidecar.kind, sidecar.program), Tally()))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/evaluate sidecars", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/photos"))
    found = judged(parser.parse_args().folder)
    table = Table("kind", "program", "sidecars", "bytes", "writes", "foreign bytes lost", "not read back", "refused")
    for (kind, program), each in sorted(found.items()):
        numbers = (each.sidecars, each.bytes, each.writes, each.lost, each.unread, each.refused)
        table.add_row(kind, program, *map(str, numbers))
    Console(width=140).print(table)
    total = sum(each.lost for each in found.values())
    writes = sum(each.writes for each in found.values())
    sys.stdout.write(f"{total} bytes of foreign data lost in {writes} writes\n")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
