"""The worker process, forked by the nursery: one handful of tasks at a time until the pipe closes.

Its stdout and stderr go nowhere, because C libraries print there: libtiff about 200 lines for one broken file.
The kernel's alarm ends a decode that takes too long even inside C code; the parent sees a death by SIGALRM.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import numpy as np
from blake3 import blake3
from PIL import Image

from cullr import decode, hashes, quality
from cullr.decode import shrink
from cullr.decode.picture import open_large, open_measurable, open_stored, scaled
from cullr.model import Look, Marks, Measure
from cullr.pool.jobs import Job, Measured, Outcome, Reading, Square, Task, Wanted
from cullr.pool.render import as_srgb, render
from cullr.quality import faces, traces
from cullr.settings import Limits

PREVIEW_SIDE = 320
LONGEST_STRIP = 16
"""Times its shorter side: what is further from the middle of a strip goes into no square cut out of it."""
ADDRESS_SPACE = 6 << 30
"""Bytes a worker may map: 300 megapixels of RGBA with one copy, the interpreter and its libraries."""


def live(pipe: int, place: int) -> NoReturn:
    """A worker's whole life."""
    try:
        work(Connection(pipe), place)
        os._exit(0)  # what the nursery imported is not this process' to clean up
    finally:
        os._exit(1)


def work(pipe: Connection, place: int) -> None:
    """Answer each (job, tasks) with the seconds it took and one Outcome a task, in order.

    What task of the handful it is at stands in the file `place`, as a byte: it may not live to tell."""
    limits, hash_name = pipe.recv()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            job, tasks = pipe.recv()
        except EOFError:
            return
        began = time.perf_counter()
        # Reading every byte of a large file over a slow line may rightly take minutes.
        seconds = 0.0 if job is Job.DIGEST else limits.seconds
        outcomes = []
        for number, task in enumerate(tasks):
            os.pwrite(place, bytes((number,)), 0)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            outcomes.append(_done(job, task, limits, hash_name))
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        if job in {Job.HEAD, Job.FRESH, Job.PICTURE}:
            outcomes = _read(outcomes)
        pipe.send((time.perf_counter() - began, outcomes))


def _read(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Heads and pictures → readings, scaled and hashed together: in a third of the time that each takes alone."""
    read = [each.value for each in outcomes if isinstance(each.value, decode.Head | decode.Picture)]
    greys = shrink.greys([each.small for each in read if each.small is not None])
    stack = np.frombuffer(b"".join(greys), np.uint8).reshape(-1, hashes.SIDE, hashes.SIDE)
    known = zip(greys, hashes.phash_batch(stack)[0].tolist(), stack.std(axis=(1, 2)).tolist(), strict=True)

    def reading(value: decode.Head | decode.Picture) -> Reading:
        look = None
        if value.small is not None:
            grey, phash, contrast = next(known)
            if isinstance(value, decode.Picture) and value.reference is not None:
                phash = value.reference
            look = Look(phash, grey, contrast, value.rung)
        if isinstance(value, decode.Picture):
            return Reading(value.metadata, look, value.fingerprint, value.measured)
        return Reading(value.metadata, look)

    return [
        replace(each, value=reading(each.value)) if isinstance(each.value, decode.Head | decode.Picture) else each
        for each in outcomes
    ]


def _done(job: Job, task: Task, limits: Limits, hash_name: str) -> Outcome:
    try:
        if task.order is not None:
            return Outcome(task.key, render(task.order, limits))
        if task.square is not None:
            return Outcome(task.key, _square(Path(task.path), limits, task.square))
        if job is Job.PICTURE:
            return Outcome(task.key, _picture(Path(task.path), limits, hash_name, measured=task.wanted is not None))
        if task.wanted is not None:
            return Outcome(task.key, _measured(Path(task.path), limits, task.wanted))
        return Outcome(task.key, _JOBS[job](Path(task.path), limits, hash_name))
    except decode.Unreadable as error:
        return Outcome(task.key, why=str(error), lasting=error.lasting)
    except MemoryError:
        return Outcome(task.key, why="needs more memory than one picture may take")


def _head(path: Path, limits: Limits, _hash_name: str) -> decode.Head | None:
    return decode.read_head(path, limits)


def _fresh(path: Path, limits: Limits, _hash_name: str) -> decode.Head | None:
    return decode.read_fresh(path, limits)


def _picture(path: Path, limits: Limits, hash_name: str, *, measured: bool = False) -> decode.Picture:
    if hash_name == "phash":
        return decode.open_picture(path, limits, measurer=quality.measured if measured else None)
    return decode.open_picture(path, limits, lambda image: hashes.reference_hash(image, hash_name))


def _measured(path: Path, limits: Limits, wanted: Wanted) -> Measured:
    seen = [measure for measure in wanted.measures if measure in _MEASURES]
    values: dict[Measure, object] = {}
    if Measure.TRACES in wanted.measures:
        grey, table = open_stored(path, limits)
        values[Measure.TRACES] = traces.coarsest(np.asarray(grey), table)
    if not seen and not wanted.preview:
        return Measured(values)
    image = open_measurable(path, limits) if seen else open_large(path, limits, PREVIEW_SIDE)
    values |= {measure: _MEASURES[measure](image) for measure in seen}
    return Measured(values, _preview(image) if wanted.preview else None)


def _preview(image: Image.Image) -> bytes:
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    as_srgb(image).save(stream, "JPEG", quality=75)
    return stream.getvalue()


def _square(path: Path, limits: Limits, square: Square) -> bytes:
    """RGB bytes, row by row."""
    side = square.side
    image = open_large(path, limits, 4 * side)
    if square.fit == "crop":
        # Not ImageOps.fit: it crops before scaling, and a long strip of one pixel must not fail. Nor is it scaled as a
        # whole: one of 65 000 by 1 would take 10 GB.
        image = _middle(image, LONGEST_STRIP * min(image.size))
        scale = side / min(image.size)
        image = image.resize((max(side, round(image.width * scale)), max(side, round(image.height * scale))))
        left, top = (image.width - side) // 2, (image.height - side) // 2
        return image.crop((left, top, left + side, top + side)).tobytes()
    return image.resize((side, side), Image.Resampling.BICUBIC).tobytes()


def _middle(image: Image.Image, most: int) -> Image.Image:
    """The picture, or so much of a longer strip around its middle."""
    across, down = min(image.width, most), min(image.height, most)
    if (across, down) == image.size:
        return image
    left, top = (image.width - across) // 2, (image.height - down) // 2
    return image.crop((left, top, left + across, top + down))


def _digest(path: Path, _limits: Limits, _hash_name: str) -> bytes:
    with decode.opener.reasons("file"), path.open("rb") as stream:
        digest = blake3()
        while block := stream.read(1 << 20):
            digest.update(block)
        return digest.digest()


def _marks(path: Path, limits: Limits, _hash_name: str) -> Marks | None:
    return decode.read_marks(path, limits)


_JOBS: dict[Job, Callable[[Path, Limits, str], object]] = {
    Job.HEAD: _head,
    Job.FRESH: _fresh,
    Job.DIGEST: _digest,
    Job.MARKS: _marks,
}

_MEASURES: dict[Measure, Callable[[Image.Image], object]] = {
    Measure.QUALITY: quality.measured,
    Measure.FACES: lambda image: faces.find(scaled(image.copy(), quality.LONG_SIDE)),
}
"""A picture as shown, RGB, of any size → what ShotFacts holds under the measure's name."""
