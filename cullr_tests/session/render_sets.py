"""Renders of the shared set in folders of their own, and made again under another time with another recipe."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from cullr_tests.match.test_sets import truth


def lay(shared: Path, root: Path, letters: str, *, later: int = 0, stages: int = 9, seed: str = "") -> list[str]:
    """These sets with all that lies beside their stages; `later` seconds on they are made again, with other noise, and
    with `seed` in their recipes. Returns the pictures' names, set by set."""
    root.mkdir(parents=True, exist_ok=True)
    made = []
    for letter in letters:
        for path in truth(shared)[letter][:stages]:
            for beside in sorted(path.parent.glob(f"{path.stem}.*")):
                name = _later(beside.name, later)
                target = root / name
                if beside.suffix == ".png" and later:
                    _again(beside, target)
                elif beside.suffix == ".yaml" and seed:
                    lines = beside.read_text("utf-8").splitlines()
                    other = (f"seed: {seed}" if "seed:" in line else line for line in lines)
                    target.write_text("\n".join(other), "utf-8")
                else:
                    shutil.copy2(beside, target)
            made.append(_later(path.name, later))
    return made


def files(*roots: Path) -> dict[str, bytes]:
    """All files below the roots but our own, by root and path, with their bytes."""
    return {
        f"{root.name}/{path.relative_to(root)}": path.read_bytes()
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".cullr" not in path.parts
    }


def moved(into: str, names: Sequence[str], roots: Sequence[Path]) -> list[str]:
    """Of these pictures those that lie in a staging folder now."""
    return [name for name in names if any((root / into / name).is_file() for root in roots)]


def _later(name: str, seconds: int) -> str:
    stamp = datetime.strptime(name[:15], "%Y%m%d_%H%M%S") + timedelta(seconds=seconds)
    return stamp.strftime("%Y%m%d_%H%M%S") + name[15:]


def _again(source: Path, target: Path) -> None:
    with Image.open(source) as image:
        pixels = np.asarray(image.convert("RGB"))
    grain = np.random.default_rng(5).normal(0, 2, pixels.shape)
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(target)
