"""What the pictures of one contest tell, measured against each other: scores of sharpness, eyes, noise and exposure.

None of them means anything alone: a face is compared with the same person's in the other frames, sharpness on the face
where every frame shows one, light with the light of the whole series.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from cullr.model import Face, Quality, ShotFacts

METERED = 0.127
"""Of the brightest that a sensor can hold: what cameras make of an average scene (ISO 12232)."""
GAMMA = 2.2
STOP = 4.0
"""Per cent of clipped pixels that one stop off weighs as much as: light can be brought back, what is clipped cannot."""
SHUT = 0.8
"""Lids less far apart than this fraction of the same person's widest are shut or half shut."""
BESIDE = 0.75
"""Face widths between two frames within which it is the same person."""
USUAL_BRIGHTNESS = 0.43

Scores = list[float | None]


def sharpness(shots: Sequence[ShotFacts]) -> Scores:
    """On the largest face where every frame shows one large enough, else of the sharpest parts of the picture."""
    if on_faces(shots):
        return [_finite(shot.faces[0].sharpness) if shot.faces else None for shot in shots]
    return [_finite(shot.quality.sharpness) if shot.quality else None for shot in shots]


def on_faces(shots: Sequence[ShotFacts]) -> bool:
    """Whether these compare by their faces: every one shows one, and it is the same person's."""
    faces = [shot.faces[0] for shot in shots if shot.faces and shot.faces[0].sharpness is not None]
    return len(faces) == len(shots) > 0 and all(_is_same(faces[0], face) for face in faces)


def eyes(shots: Sequence[ShotFacts]) -> Scores:
    """Minus the number of people whose eyes are shut; None where nobody looked for faces."""
    return [None if shot.faces is None else -float(shut(shot, shots)) for shot in shots]


def shut(shot: ShotFacts, shots: Sequence[ShotFacts]) -> int:
    """How many of its faces have their eyes less open than in another of these frames."""
    return sum(_is_shut(face, shots) for face in shot.faces or ())


def noise(shots: Sequence[ShotFacts]) -> Scores:
    """Minus the noise's deviation in grey levels, as it were at the usual brightness: more light shows more noise."""
    return [_finite(-grain(shot.quality)) if shot.quality else None for shot in shots]


def grain(quality: Quality) -> float:
    """The noise in grey levels, at the usual brightness."""
    return quality.noise * USUAL_BRIGHTNESS / max(quality.brightness, 0.05)


def exposure(shots: Sequence[ShotFacts]) -> Scores:
    """Minus per cent: clipped pixels, and `STOP` for each stop from the best light.

    That lies half way between what cameras aim at and the middle frame's: a scene may be dark or bright by nature, and
    most frames of a series are exposed for it.
    """
    if any(shot.quality is None for shot in shots):
        return [None] * len(shots)
    lights = [stops(shot) for shot in shots]
    best = statistics.median(lights) / 2
    return [_finite(-100 * clipped(shot) - STOP * abs(light - best)) for shot, light in zip(shots, lights, strict=True)]


def clipped(shot: ShotFacts) -> float:
    """The fraction of pixels that are plain black or plain white."""
    return shot.quality.shadows + shot.quality.highlights if shot.quality else 0.0


def stops(shot: ShotFacts) -> float:
    """How much brighter than an average scene this is, in stops."""
    brightness = max(shot.quality.brightness, 1 / 255) if shot.quality else METERED ** (1 / GAMMA)
    return math.log2(brightness**GAMMA / METERED)


def is_shaken(shot: ShotFacts, against: ShotFacts) -> bool:
    """Whether it is movement that makes a shot less sharp than another of the same scene, not wrong focus.

    Movement takes the slopes along its way and leaves those across, by which the sharpest tiles stay half as sharp at
    least. Of 72 blurred photos it told 70 right (`scripts/evaluate keepers`).
    """
    if not shot.quality or not against.quality or shot.quality.sharpness < 0.5 * against.quality.sharpness:
        return False
    left = [
        _slope(shot.quality, angle) / max(_slope(against.quality, angle), 1e-6)
        for angle in (math.radians(degrees) for degrees in range(0, 180, 5))
    ]
    return max(left) > 0 and min(left) < 0.75 * max(left)


def _slope(quality: Quality, angle: float) -> float:
    across, down, both = quality.slopes
    cosine, sine = math.cos(angle), math.sin(angle)
    return max(cosine**2 * across + sine**2 * down + 2 * cosine * sine * both, 0.0)


def _is_shut(face: Face, shots: Sequence[ShotFacts]) -> bool:
    if face.eyes is None:
        return False
    widest = max(
        (other.eyes for shot in shots for other in shot.faces or () if other.eyes and _is_same(face, other)),
        default=0.0,
    )
    return face.eyes < SHUT * widest


def _is_same(one: Face, other: Face) -> bool:
    apart = math.dist(_centre(one), _centre(other))
    return apart < BESIDE * max(one.width, other.width) and 0.5 < one.width / max(other.width, 1e-6) < 2


def _centre(face: Face) -> tuple[float, float]:
    return face.left + face.width / 2, face.top + face.height / 2


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
