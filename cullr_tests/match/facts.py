"""Facts for matchers to read: made up, or read from the shared photos the slow and plain way."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cullr import quality
from cullr.model import (
    Exposure,
    File,
    Look,
    Metadata,
    Quality,
    Rung,
    Shot,
    ShotFacts,
    ShotId,
    Stage,
    Taken,
    TimeSource,
)

IDS = itertools.count(1)
LANCZOS = Image.Resampling.LANCZOS


def look_of(grey: NDArray[np.uint8], phash: int | None = None) -> Look:
    """The look of a 32x32 grey."""
    if phash is None:
        phash = int(str(imagehash.phash(Image.fromarray(grey))), 16)
    return Look(phash, grey.tobytes(), float(grey.std()), Rung.FULL)


def random_grey(seed: int) -> NDArray[np.uint8]:
    """A picture of soft blobs, as unlike those of other seeds as photos are."""
    blobs = np.random.default_rng(seed).integers(0, 256, (6, 6), dtype=np.uint8)
    return np.asarray(Image.fromarray(blobs).resize((32, 32), Image.Resampling.BICUBIC))


def shot(
    path: str,
    *,
    root: int = 0,
    look: Look | None = None,
    seconds: float = 0.0,
    source: TimeSource = TimeSource.EXIF,
    offset: int | None = None,
    camera: str | None = "Camera",
    exposure: Exposure | None = None,
    size: tuple[int, int] = (4000, 3000),
    stage: Stage | None = None,
    measured: Quality | None = None,
    panorama: bool = False,
    photos: Sequence[tuple[int, bytes | None]] = ((100, None),),
) -> ShotFacts:
    """One shot; `seconds` count from an arbitrary noon, `photos` are (size, digest)."""
    taken = Taken(43_200_000_000 + round(seconds * 1e6), source, offset)
    files = tuple(File(root, path if not n else f"{path}.{n}", bytes_, 0) for n, (bytes_, _) in enumerate(photos))
    metadata = Metadata("JPEG", *size, taken=taken, camera=camera, exposure=exposure or Exposure(), panorama=panorama)
    return ShotFacts(
        id=ShotId(next(IDS)),
        shot=Shot(files[0], files),
        metadata=metadata,
        taken=taken,
        look=look,
        quality=measured,
        stage=stage,
        content=tuple(digest for _, digest in photos),
    )


@functools.cache
def opened(path: Path) -> Image.Image:
    """The whole picture, upright, in grey. Shared: do not change it."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB").convert("L")


def scaled(image: Image.Image, long_side: int = 1024) -> NDArray[np.uint8]:
    """What `quality.measure` is given."""
    copy = image.copy()
    copy.thumbnail((long_side, long_side), LANCZOS)
    return np.asarray(copy)


def photo(shared: Path, name: str) -> ShotFacts:
    """A photo of the shared set with its EXIF time, camera and exposure, its look and its quality."""
    grey = opened(shared / name)
    with Image.open(shared / name) as image:
        exif = image.getexif()
        details = exif.get_ifd(0x8769)
    when, part = details.get(36867), f"0.{details.get(37521) or 0}"
    taken = datetime.strptime(when.strip(), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC) if when else None
    noon = datetime(1970, 1, 1, 12, tzinfo=UTC)
    numbers = [_number(details.get(tag)) for tag in (33434, 33437, 34855, 37380)]
    return shot(
        name,
        look=look_of(np.asarray(grey.resize((32, 32), LANCZOS))),
        seconds=(taken - noon).total_seconds() + float(part) if taken else 0.0,
        source=TimeSource.EXIF if taken else TimeSource.MTIME,
        camera=str(exif.get(272)) if exif.get(272) else None,
        exposure=Exposure(numbers[0], numbers[1], None if numbers[2] is None else int(numbers[2]), numbers[3]),
        size=grey.size,
        measured=quality.measure(scaled(grey)),
    )


def _number(value: object) -> float | None:
    """A rational of EXIF; a trap camera writes four bytes where one number belongs."""
    return None if value is None or isinstance(value, (tuple, bytes)) else float(str(value))


def ground_truth(shared: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]], list[str]]:
    """Pairs that must match, pairs that do not count, and the files that do, as `scoring` in ground_truth.json says."""
    truth = json.loads((shared / "ground_truth.json").read_text("utf-8"))
    positive: set[tuple[str, str]] = set()
    unscored: set[tuple[str, str]] = set()
    for entry in truth["groups"]:
        files, relation = entry["files"], entry["relation"]
        for a in range(len(files)):
            for b in range(a + 1, len(files)):
                pair = (min(files[a], files[b]), max(files[a], files[b]))
                near = relation != "sequence" or b - a <= entry["near"]
                if relation in {"same_file", "same_picture", "same_moment", "stage_set", "sequence"} and near:
                    positive.add(pair)
                elif relation != "panorama" or b - a == 1:
                    unscored.add(pair)
    hashed = json.loads((shared / "reference_hashes.json").read_text("utf-8"))["hashes"]
    scored = [name for name in hashed if not name.startswith(tuple(truth["not_scored_for_grouping"]))]
    return positive, unscored - positive, sorted(scored)
