"""Facts → one vector a shot, kept in the index under the encoder's name; what is there already is not made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cullr.embed import Encoder
from cullr.index.database import Database
from cullr.index.vectors import Vectors, Verdict
from cullr.indexer.passes import Passes
from cullr.model import ShotFacts, ShotId
from cullr.pool import Job
from cullr.pool.crew import Crew
from cullr.pool.jobs import Square, Task
from cullr.safe_text import visible

PAUSED = "no vector yet: embedding is paused"


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """`vectors` [n, d] stand in the facts' order, rows of NaN where there is none; `threshold` is the encoder's; `why`
    says of shots without a vector what the decoder had against them. `paused` before all had theirs, it is not whole.
    """

    vectors: NDArray[np.float32]
    threshold: float
    why: Mapping[ShotId, str] = field(default_factory=dict)
    paused: bool = False


def embedded(
    facts: Sequence[ShotFacts],
    encoder: Encoder,
    opened: Database,
    passes: Passes,
    say: Callable[[str], None],
    paused: Callable[[], bool] = lambda: False,
) -> Embedded:
    """No picture is encoded once `paused` says so."""
    vectors = Vectors(opened, encoder.name, encoder.dimension)
    by_id = {each.id: each for each in facts}
    by_face = {each.shot.face: each for each in facts}
    pending: list[tuple[ShotFacts, bytes]] = []
    why: dict[ShotId, str] = {}

    def make(numbers: Sequence[ShotId]) -> bool:
        """Whether it was paused before all were made."""
        faces = [by_id[number].shot.face for number in numbers]
        stopped = bool(faces) and paused()
        for face, pixels in () if stopped else passes.squares(faces, Square(encoder.side, encoder.fit)):
            if isinstance(pixels, bytes):
                pending.append((by_face[face], pixels))
            else:
                why[by_face[face].id] = pixels
            if len(pending) >= encoder.batch:
                why.update(_keep(pending, encoder, vectors))
            if stopped := paused():
                break
        why.update(_keep(pending, encoder, vectors))
        return stopped

    stopped = make(vectors.missing(by_id))
    loaded = vectors.load(by_id)
    if loaded.dropped:
        say(f"{len(loaded.dropped)} vectors were damaged and are made again.")
        stopped |= make(loaded.dropped)
        loaded = vectors.load(by_id)
    place = {number: row for row, number in enumerate(loaded.photos)}
    without = [each.shot.path for each in facts if each.id not in place]
    if without and not stopped:
        others = f" and {len(without) - 1} others" if len(without) > 1 else ""
        say(f"No vector, so no neighbours by encoder: {visible(without[0])}{others}; the next run tries again.")
    matrix = loaded.vectors  # a million are 2 GB: where all shots have one they are in the facts' order already
    if len(place) < len(facts):
        matrix = np.full((len(facts), encoder.dimension), np.nan, np.float32)
        for row, each in enumerate(facts):
            if each.id in place:
                matrix[row] = loaded.vectors[place[each.id]]
    if stopped:
        why |= {photo: PAUSED for photo in vectors.missing(by_id) if photo not in why}
    return Embedded(matrix, encoder.threshold, why, stopped)


def verified(paths: Mapping[ShotId, str], encoder: Encoder, opened: Database, crew: Crew, sample: int) -> Verdict:
    """Whether the vectors of these photos are what the encoder gives: all checksums, and a sample made anew."""

    def again(photos: Sequence[ShotId]) -> NDArray[np.float32]:
        made = np.full((len(photos), encoder.dimension), np.nan, np.float32)
        square = Square(encoder.side, encoder.fit)
        tasks = (Task(row, paths[photo], square=square) for row, photo in enumerate(photos))
        for outcome in crew.run(Job.SQUARE, tasks):
            if isinstance(outcome.value, bytes):
                pixels = np.frombuffer(outcome.value, np.uint8).reshape(1, encoder.side, encoder.side, 3)
                made[outcome.key] = encoder.encode(pixels)[0]
        return made

    return Vectors(opened, encoder.name, encoder.dimension).verify(paths, sample, again)


def _keep(pending: list[tuple[ShotFacts, bytes]], encoder: Encoder, vectors: Vectors) -> dict[ShotId, str]:
    """Encode and store; why some have no vector. The next batch may take seconds: what is made is safe by then, and
    other programs may write."""
    if not pending:
        return {}
    shape = (len(pending), encoder.side, encoder.side, 3)
    pixels = np.frombuffer(b"".join(each for _, each in pending), np.uint8).reshape(shape)
    refused = {}
    for (facts, _), vector in zip(pending, encoder.encode(pixels), strict=True):
        if facts.fingerprint is not None and (reason := vectors.save(facts.id, facts.fingerprint, vector)):
            refused[facts.id] = reason
    pending.clear()
    vectors.commit()
    return refused
