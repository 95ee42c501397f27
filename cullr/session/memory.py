"""Where the person was and what they left switched: a small file in the cache. Losing it loses nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Memory:
    """`group` is the id of the group that was open, `paused` whether embedding is."""

    group: str | None = None
    paused: bool = False


def read(path: Path) -> Memory:
    """What was noted, nothing where it cannot be read."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Memory()
    if not isinstance(data, dict):
        return Memory()
    group = data.get("group")
    return Memory(group if isinstance(group, str) else None, data.get("paused") is True)


def write(path: Path, memory: Memory) -> None:
    """Note it, if the disk lets us."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(memory)), "utf-8")
    except OSError:
        return
