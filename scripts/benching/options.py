"""The flags that every comparison understands."""

from __future__ import annotations

import argparse
from pathlib import Path

ALL = ("czkawka", "imagehash", "imagededup", "immaculate")


def parser(description: str | None, rounds: int = 3) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        description=description, epilog="Corpora and peers stay in --work: delete it to have them made anew."
    )
    found.add_argument("--work", type=Path, default=Path(".cache/bench"), help="where corpora and peers are kept")
    found.add_argument("--rounds", type=int, default=rounds, help=f"how often each tool runs (default: {rounds})")
    found.add_argument("--json", type=Path, help="where the figures go as JSON (default: in --work)")
    return found


def with_peers(found: argparse.ArgumentParser) -> argparse.ArgumentParser:
    found.add_argument("--peers", default=",".join(ALL), help="which, by the beginnings of their names; empty: none")
    return found


def peers(options: argparse.Namespace) -> list[str]:
    return [name.strip() for name in options.peers.split(",") if name.strip()]


def prepared(options: argparse.Namespace, name: str) -> tuple[Path, Path]:
    """The work folder, made, and the file for the JSON."""
    options.work.mkdir(parents=True, exist_ok=True)
    work: Path = options.work.resolve()
    return work, options.json or work / f"{name}.json"
