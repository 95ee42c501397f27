"""Which repeated sets are found, and which wrong ones: `scripts/evaluate sets`.

The shared renders' whole sets, and sets made of its photos (a photo, the same with another one's part in it, and
graded), are laid out in a folder, and once more under later timestamps, changed in one way.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from rich.console import Console
from rich.table import Table

from cullr.model import Kind
from cullr_tests.truth import reviewed

SIDE, LATER = 640, 500_000
"""Pixels of the longer side, and seconds between a set and its repeat."""
Change = Callable[[Image.Image], Image.Image]
Pictures = list[Image.Image]


def noisy(image: Image.Image) -> Image.Image:
    grain = np.random.default_rng(image.width).normal(0, 3, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def saved(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def cropped(image: Image.Image, share: float) -> Image.Image:
    across, down = round(image.width * share), round(image.height * share)
    return image.crop((across, down, image.width - across, image.height - down))


def pasted(image: Image.Image, share: float) -> Image.Image:
    """With itself over this share of its width, dark on light ground or light on dark."""
    made, side = noisy(image), max(round(image.width * share), 2)
    left, top = image.width * 2 // 5, image.height // 4
    ground = np.asarray(image.crop((left, top, left + side, top + side))).mean()
    part = np.asarray(ImageOps.autocontrast(image.resize((side, side)))).astype(np.float32) / 2
    made.paste(Image.fromarray((part + (0 if ground > 127 else 127)).astype(np.uint8)), (left, top))
    return made


SAME: dict[str, Change] = {
    "other noise": noisy,
    "JPEG quality 30": lambda image: saved(image, 30),
    "three quarters of the size": lambda image: noisy(image.resize((image.width * 3 // 4, image.height * 3 // 4))),
    "contrast + 10 %": lambda image: ImageEnhance.Contrast(noisy(image)).enhance(1.1),
    "brightness + 10 %": lambda image: ImageEnhance.Brightness(noisy(image)).enhance(1.1),
    "sharpened": lambda image: noisy(image).filter(ImageFilter.SHARPEN),
    "cropped by 0.5 % a side": lambda image: noisy(cropped(image, 0.005)),
    "cropped by 1 % a side": lambda image: noisy(cropped(image, 0.01)),
    "cropped by 2 % a side": lambda image: noisy(cropped(image, 0.02)),
}
OTHER: dict[str, Change] = {
    "last stage: something in a tenth of the width": lambda image: pasted(image, 1 / 10),
    "last stage: something in a twelfth": lambda image: pasted(image, 1 / 12),
    "last stage mirrored": lambda image: ImageOps.mirror(noisy(image)),
}


def small(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        opened.draft("RGB", (SIDE, SIDE))
        image = opened.convert("RGB")
    image.thumbnail((SIDE, SIDE))
    return image


def rendered(shared: Path) -> list[Pictures]:
    """The stages of the shared renders' sets of three and more."""
    groups = json.loads((shared / "ground_truth.json").read_text("utf-8"))["groups"]
    sets = [group["files"] for group in groups if group["relation"] == "stage_set" and len(group["files"]) > 2]
    whole = [names for names in sets if len({name.rpartition("_stage")[2][:3] for name in names}) == len(names)]
    return [[small(shared / name) for name in names[:3]] for names in whole]


def composed(shared: Path, count: int) -> list[Pictures]:
    """Sets of three made of photos, no two of one group of the truth: frames of one empty meadow, which it scores
    neither way, are one picture to anybody."""
    groups = json.loads((shared / "ground_truth.json").read_text("utf-8"))["groups"]
    names = [group["files"][0] for group in groups if group["files"][0].endswith((".jpg", ".png"))]
    photos: dict[bytes, Image.Image] = {}  # by their few cells: some photos stand in several groups
    alike: set[str] = set()
    for name in names:
        if len(photos) < count and name not in alike and not name.startswith(("corrupt/", "stage_sets/")):
            photo = small(shared / name)
            if min(photo.size) >= 200 and np.asarray(photo.convert("L")).std() > 20:
                photos.setdefault((np.asarray(photo.convert("L").resize((6, 6))) // 64).tobytes(), photo)
                alike |= {each for group in groups if name in group["files"] for each in group["files"]}
    return [
        [photo, pasted(photo, 0.2), ImageEnhance.Color(pasted(photo, 0.2)).enhance(1.2)] for photo in photos.values()
    ]


def lay(folder: Path, sets: Sequence[Pictures], change: Change | None, *, last_only: bool) -> None:
    """Each set in stages of its own minutes; with `change` as it is made again."""
    for number, pictures in enumerate(sets):
        for stage, image in enumerate(pictures):
            moment = datetime(2025, 1, 1) + timedelta(minutes=15 * number, seconds=20 * stage + LATER * bool(change))
            made = image
            if change:
                made = change(image) if stage == len(pictures) - 1 or not last_only else noisy(image)
            made.save(folder / f"{moment:%Y%m%d_%H%M%S}_stage{stage + 1}_step{stage + 1}.png", compress_level=1)


def tried(sets: Sequence[Pictures], change: Change, flags: dict[str, object], *, last_only: bool) -> tuple[int, int]:
    """Sets found with their own repeat, and groups that hold anything else."""
    right = wrong = 0
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        lay(folder, sets, None, last_only=False)
        lay(folder, sets, change, last_only=last_only)
        review, _ = reviewed(folder, flags)
        for group in review.groups:
            if group.group.kind is Kind.SET:
                moments = sorted({each.shot.path[:13] for each in group.shots})
                first, again = (datetime.strptime(text, "%Y%m%d_%H%M") for text in (moments[0], moments[-1]))
                own = len(group.shots) == 6 and abs((again - first).total_seconds() - LATER) < 60
                right, wrong = right + own, wrong + (not own)
    return right, wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="evaluate sets", description="Repeated render sets found, and wrong ones.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "photos")
    parser.add_argument("--encoder", action="append", help="with these encoders too; `none` is always tried")
    parser.add_argument("--count", type=int, default=24, help="sets made of photos beside the renders'")
    options = parser.parse_args()
    sets = rendered(options.folder) + composed(options.folder, options.count)
    encoders = ["none", *(options.encoder or ["builtin"])]
    table = Table("repeated", "sets there", *(f"{name}: {what}" for name in encoders for what in ("found", "wrong")))
    every = [(*each, False) for each in SAME.items()] + [(*each, True) for each in OTHER.items()]
    for name, change, decoy in every:
        found = [tried(sets, change, {"encoder": encoder}, last_only=decoy) for encoder in encoders]
        cells = [(0, right + wrong) if decoy else (right, wrong) for right, wrong in found]
        table.add_row(name, str(0 if decoy else len(sets)), *map(str, itertools.chain(*cells)))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
