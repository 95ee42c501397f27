"""Faces found in the whole picture and in its quarters, each checked by the mesh, which finds its eyes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cullr.model import Face
from cullr.quality import bands, noise, sharpness
from cullr.quality.faces.model import model
from cullr.quality.faces.square import Points, Square, around

CERTAIN = 0.6
"""Of the detector. With the mesh's word nothing else passes for a face in 142 photos of animals, plants and things."""
IS_FACE = 0.5
GRID = 48
OVERLAP = 0.3
"""Two boxes that share more than this fraction of their union are one face."""
ROOM = 1.5
"""The mesh wants the face with half as much again around it."""
CORNERS = ((33, 133), (362, 263))
"""The mesh's points at the corners of the eyes, each pair from left to right as the picture shows them."""
EYE_ROOM = 2.3
LOWER, UPPER = slice(1, 8), slice(9, 16)
"""Of the iris model's contour, whose points 0 and 8 are the corners."""
NARROWEST = 6
"""Pixels from corner to corner: of a smaller eye nothing can be said."""
SMALLEST = 48
"""Pixels of a face whose sharpness can be measured."""
PART = 0.6
"""Of each side: overlapping quarters, in which a face of a large group is large enough for the detector."""


@dataclass(frozen=True, slots=True)
class _Found:
    """`box` left, top, right, bottom and `eyes` [2, 2] in pixels of the picture."""

    certainty: float
    box: tuple[float, float, float, float]
    eyes: Points


def look(image: Image.Image) -> tuple[Face, ...]:
    grey = np.asarray(image.convert("L"))
    faces = [face for found in _apart(list(_candidates(image))) if (face := _face(image, grey, found))]
    return tuple(sorted(faces, key=lambda face: -face.width * face.height))


def _candidates(image: Image.Image) -> Iterator[_Found]:
    width, height = image.size
    yield from _detected(image, Square(width / 2, height / 2, max(width, height)))
    side = PART * max(width, height)
    for x in (PART / 2, 1 - PART / 2):
        for y in (PART / 2, 1 - PART / 2):
            yield from _detected(image, Square(x * width, y * height, side))


def _detected(image: Image.Image, square: Square) -> Iterator[_Found]:
    """Of the model's anchors (the centres of a 48x48 grid) those that are certain: centre, size, eyes, nose, mouth …"""
    detector = model("face_detection_full_range")
    boxes, scores = detector(square.cut(image, detector.side) * 2 - 1)
    certain = 1 / (1 + np.exp(-scores.astype(np.float64).clip(-80, 80)))
    raw = boxes.reshape(len(scores), -1, 2).astype(np.float64) / detector.side
    for at in np.flatnonzero(certain >= CERTAIN):
        anchor = (np.array(divmod(at, GRID))[::-1] + 0.5) / GRID
        (x, y), *eyes = square.back(raw[at, [0, 2, 3]] + anchor)
        across, down = raw[at, 1] * square.side / 2
        if min(across, down) > 0:
            yield _Found(float(certain[at]), (x - across, y - down, x + across, y + down), np.array(eyes))


def _apart(found: Sequence[_Found]) -> list[_Found]:
    """One of each face: the most certain."""
    kept: list[_Found] = []
    for each in sorted(found, key=lambda each: -each.certainty):
        if all(_shared(each.box, other.box) < OVERLAP for other in kept):
            kept.append(each)
    return kept


def _shared(one: Sequence[float], other: Sequence[float]) -> float:
    """Their intersection, as a fraction of the smaller: the quarters cut faces in parts."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(across, 0.0) * max(down, 0.0) / smaller


def _face(image: Image.Image, grey: NDArray[np.uint8], found: _Found) -> Face | None:
    """None where the mesh sees no face."""
    left, top, right, bottom = found.box
    (x0, y0), (x1, y1) = found.eyes
    square = Square(
        (left + right) / 2, (top + bottom) / 2, ROOM * max(right - left, bottom - top), math.atan2(y1 - y0, x1 - x0)
    )
    mesh = model("face_landmark")
    points, flag = mesh(square.cut(image, mesh.side))[:2]
    if 1 / (1 + math.exp(-float(np.clip(flag[-1], -80, 80)))) <= IS_FACE:
        return None
    placed = square.back(points.reshape(-1, 3)[:, :2].astype(np.float64) / mesh.side)
    openings = [_opening(image, placed[list(pair)], mirrored=eye == 1) for eye, pair in enumerate(CORNERS)]
    known = [opening for opening in openings if opening is not None]
    width, height = image.size
    return Face(
        left=float(left / width),
        top=float(top / height),
        width=float((right - left) / width),
        height=float((bottom - top) / height),
        sharpness=_sharpness(grey, found.box),
        eyes=sum(known) / len(known) if known else None,
    )


def _opening(image: Image.Image, corners: Points, *, mirrored: bool) -> float | None:
    """How far the lids are apart, as a fraction of the eye's width; None where the eye is too small."""
    if math.dist(*corners) < NARROWEST:
        return None
    square, iris = around(corners, EYE_ROOM), model("iris_landmark")
    contour = iris(square.cut(image, iris.side, mirrored=mirrored))[0].reshape(-1, 3)[:16, :2].astype(np.float64)
    width = math.dist(contour[0], contour[8])
    along = (contour[8] - contour[0]) / max(width, 1e-6)
    across = contour @ np.array((-along[1], along[0]))
    return abs(float(across[LOWER].mean() - across[UPPER].mean())) / max(width, 1e-6)


def _sharpness(grey: NDArray[np.uint8], box: Sequence[float]) -> float | None:
    """As of a whole picture, of the face alone; None where it is too small."""
    height, width = grey.shape
    left, right = (round(min(max(x, 0), width)) for x in (box[0], box[2]))
    top, bottom = (round(min(max(y, 0), height)) for y in (box[1], box[3]))
    if min(right - left, bottom - top) < SMALLEST:
        return None
    part = bands.split(grey[top:bottom, left:right], whole=max(grey.shape), smallest=SMALLEST)
    return sharpness.overall(sharpness.tiles(part, noise.deviation(part) ** 2))
