"""Folders of pictures with a known truth, made from seeds once and kept: the same options give the same pixels."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import ImageEnhance

from benching import drawing
from benching.camera_file import camera_jpeg

Made = dict[str, list[str]]
"""Names of the files, by what they show."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """`groups` are the names that belong together, None where nobody knows."""

    folder: Path
    files: int
    megabytes: float
    groups: list[list[str]] | None

    def pairs(self) -> set[frozenset[str]] | None:
        """Every two files that show the same."""
        return None if self.groups is None else pairs(self.groups)


def pairs(groups: Sequence[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


def camera(work: Path, count: int, megapixels: float) -> Corpus:
    """`count` JPEGs in bursts of 1 to 12, every other burst with an MPF preview."""
    rng = np.random.default_rng(600)
    bursts, left = [], count
    while left > 0:
        bursts.append(min(left, int(rng.integers(1, 13))))
        left -= bursts[-1]
    starts = [sum(bursts[:number]) for number in range(len(bursts))]
    side = round((megapixels * 1e6 / 6) ** 0.5)
    tasks = [(number, length, start, (3 * side, 2 * side)) for number, (length, start) in enumerate(
        zip(bursts, starts, strict=True))]  # fmt: skip
    return _made(work / f"camera-{count}-{megapixels:g}mp", _burst, tasks)


def small(work: Path, sources: int) -> Corpus:
    """Six copies of each 640 x 480 picture; one source in twelve is fog."""
    return _made(work / f"small-{sources}", _copies, [(number,) for number in range(sources)])


def renders(work: Path, seeds: int, size: tuple[int, int] = (1024, 1536)) -> Corpus:
    """Four PNGs a seed: a render, another save of it, a graded one, one with a part painted anew."""
    return _made(work / f"renders-{seeds}-{size[0]}", _variants, [(number, size) for number in range(seeds)])


def tiny(work: Path, count: int, first: int = 0) -> Corpus:
    """JPEGs of 96 x 64 in folders of 1 000, each tenth a copy of the one before: many files, little to decode."""
    blocks = [(number, min(1000, first + count - number)) for number in range(first, first + count, 1000)]
    return _made(work / f"tiny-{first}-{count}", _block, blocks)


def given(folder: Path) -> Corpus:
    """A folder of the user's own, where the truth is not known."""
    sizes = [entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()]
    return Corpus(folder, len(sizes), sum(sizes) / 1e6, None)


def _made(folder: Path, make: Callable[..., Made], tasks: Sequence[tuple[object, ...]]) -> Corpus:
    """The corpus in `folder`, made now unless its list of groups, which is written last, is there."""
    listed = folder.with_suffix(".json")
    if not listed.exists():
        print(f"making {folder} …", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        groups: list[list[str]] = []
        with multiprocessing.get_context("spawn").Pool() as pool:
            for made in pool.imap(_Apart(make, folder), tasks):
                groups += made.values()
        listed.write_text(json.dumps(groups))
    groups = json.loads(listed.read_text())
    megabytes = sum(path.stat().st_size for path in _files(folder)) / 1e6
    return Corpus(folder, sum(map(len, groups)), megabytes, groups)


def _files(folder: Path) -> Iterator[Path]:
    return (Path(base) / name for base, _, names in os.walk(folder) for name in names)


@dataclass(frozen=True, slots=True)
class _Apart:
    """`make` with the folder bound, in a form that another process can be sent."""

    make: Callable[..., Made]
    folder: Path

    def __call__(self, task: tuple[object, ...]) -> Made:
        return self.make(self.folder, *task)


def _burst(folder: Path, number: int, length: int, start: int, size: tuple[int, int]) -> Made:
    base = drawing.scene(number, (int(1.03 * size[0]), int(1.03 * size[1])))
    began = datetime(2024, 5, 1, 10) + timedelta(minutes=2 * number)
    names = [f"DSC{start + place + 1:05}.JPG" for place in range(length)]
    for place, name in enumerate(names):
        seed = 1000 * number + place
        frame = drawing.grained(drawing.moved(base, seed, size), seed, 9)
        taken = began + timedelta(seconds=0.2 * place)
        (folder / name).write_bytes(camera_jpeg(frame, taken, preview=number % 2 == 0))
    return {str(number): names}


def _copies(folder: Path, number: int) -> Made:
    source = drawing.grained(drawing.scene(number, (640, 480), flat=number % 12 == 11), number, 5)
    names = []
    for how in drawing.COPIES:
        names.append(f"pic{number:05}_{how}.jpg")
        drawing.copied(source, how, number).save(folder / names[-1], quality=90)
    return {str(number): names}


def _variants(folder: Path, number: int, size: tuple[int, int]) -> Made:
    base = drawing.grained(drawing.scene(number, size), number, 1)
    other = drawing.scene(10_000 + number, size)
    painted = base.copy()
    corner = (size[0] // 3, size[1] // 2)
    painted.paste(other.crop((*corner, corner[0] + size[0] // 4, corner[1] + size[1] // 5)), corner)
    graded = ImageEnhance.Contrast(ImageEnhance.Brightness(base).enhance(1.08)).enhance(1.15)
    names = [f"render{number:04}_{name}.png" for name in ("base", "again", "graded", "painted")]
    for name, image in zip(names, (base, drawing.grained(base, number + 1, 1), graded, painted), strict=True):
        image.save(folder / name)
    return {str(number): names}


def _block(folder: Path, first: int, count: int) -> Made:
    inside = folder / f"{first // 1000:04}"
    inside.mkdir()
    made: Made = {}
    image = drawing.scene(first, (96, 64))
    for number in range(first, first + count):
        if number % 10 != 9:
            rng = np.random.default_rng(number)
            levels = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
            image = drawing.Image.fromarray(levels).resize((96, 64), drawing.Image.Resampling.BICUBIC)
        name = f"{inside.name}/tiny{number:07}.jpg"
        image.save(folder / name, quality=80 + number % 10)
        made.setdefault(str(number - (number % 10 == 9)), []).append(name)
    return made
