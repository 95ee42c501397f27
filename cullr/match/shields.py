"""A group's shots → why they belong together as they are, if they do: such a group is shown, but nothing of it culled.

Every verdict needs its evidence; what was not recorded shields nothing. Exact copies and matched sets are never asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np

from cullr.match import looks
from cullr.match.steps import Move, Steps
from cullr.model import Exposure, Group, Kind, ShotFacts, TimeSource

SHIELDABLE = (Kind.PHASH, Kind.BURST, Kind.CLIP)

RUN_SECONDS = 300
"""A run of stages takes 86 s in the median and 295 s at most (518 real sets)."""

BRACKET_SECONDS = 5.0
BRACKET_EV = 0.6
"""The narrowest brackets cameras offer step 0.3 EV and so span 0.6."""
BRIGHTER = 1.1
"""0.6 EV make a mid grey 1.2 times brighter; metering on a burst changes the exposure to keep it the same."""

PANORAMA_CELLS = 4
"""An eighth of the 32 cells from frame to frame. Bursts that were held by hand move by 0 or 1."""
PANORAMA_CORRELATION = 0.8
PAIR_CELLS = 8
"""Two frames alone must differ by a quarter: of 582 alike pairs none does."""

STACK_SECONDS = 30.0
STACK_SHOTS = 3
STACK_CORRELATION = 0.9
STACK_GAIN = 1.5
STACK_TILES = 0.36
STACK_SHARE = 0.6
STACK_SHARP = 0.6
STACK_TRAVEL = 1.5
"""Of a circuit board's stack 26 to 64 of 64 tiles are 1.5 times as sharp in one frame as in another, of a pan over toys
21, each frame's best ones 2 to 6 tiles from the next one's. Trap cameras and HDR pairs have no such tile; renders and
edits have one winner of all. Frames count whose sharpest parts are 0.6 as sharp as any frame's, because one that is
blurred all over is none of a stack, and which win 0.6 of their fair share."""


def shield(group: Group, members: Sequence[ShotFacts], steps: Steps | None = None) -> str | None:
    """`stages`, `bracket`, `panorama` or `focus stack`, else None. `members` are the group's shots, in any order;
    `steps` those of many groups."""
    if not _may_have_one(group):
        return None
    in_time, known = _in_time(members), steps or Steps()
    if _stages(in_time):
        return "stages"
    if _bracket(in_time):
        return "bracket"
    if _panorama(in_time, known):
        return "panorama"
    return "focus stack" if _focus_stack(in_time, known) else None


def unmeasured(
    group: Group, members: Sequence[ShotFacts], verdict: str | None, steps: Steps | None = None
) -> list[ShotFacts]:
    """Those whose quality may yet turn the verdict into `focus stack` and is not known: mostly none."""
    if verdict is not None or not _may_have_one(group) or all(fact.quality for fact in members):
        return []
    return [fact for fact in _frames(_in_time(members), steps or Steps()) if fact.quality is None]


def steps(groups: Iterable[tuple[Group, Sequence[ShotFacts]]]) -> Steps:
    """What `shield` and `unmeasured` look at in these groups."""
    return Steps(_in_time(members) for group, members in groups if _may_have_one(group))


def _may_have_one(group: Group) -> bool:
    return group.kind in SHIELDABLE and len(group.shots) > 1


def _in_time(members: Sequence[ShotFacts]) -> list[ShotFacts]:
    return sorted(members, key=lambda fact: (fact.taken.wall_us, fact.shot.face.root, fact.shot.face.path))


def _stages(members: Sequence[ShotFacts]) -> bool:
    """Different stages of one run."""
    stages = [fact.stage for fact in members if fact.stage is not None]
    if len(stages) < len(members) or len({stage.number for stage in stages}) < 2:
        return False
    if len({(stage.number, stage.name) for stage in stages}) < len(stages):
        return False
    stamps = {stage.timestamp for stage in stages}
    if len(stamps) == 1:
        return True
    times = [_stamp(stamp) for stamp in stamps]
    known = [time for time in times if time is not None]
    return len(known) == len(times) and (max(known) - min(known)).total_seconds() <= RUN_SECONDS


def _stamp(timestamp: str) -> datetime | None:
    digits = "".join(letter for letter in timestamp if letter in "0123456789")[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S") if len(digits) == 14 else None
    except ValueError:
        return None


def _bracket(members: Sequence[ShotFacts]) -> bool:
    """One camera's frames in quick succession, exposed differently on purpose."""
    if not _one_series(members, BRACKET_SECONDS):
        return False
    biases = [bias for fact in members if (bias := fact.metadata.exposure.bias_ev) is not None]
    if len(biases) == len(members) and _spread(biases) >= BRACKET_EV:
        return True
    values = [value for fact in members if (value := _exposure_value(fact.metadata.exposure)) is not None]
    if len(values) < len(members) or _spread(values) < BRACKET_EV:
        return False
    darkest, brightest = members[int(np.argmax(values))], members[int(np.argmin(values))]
    return _brightness(brightest) >= BRIGHTER * _brightness(darkest) > 0


def _exposure_value(exposure: Exposure) -> float | None:
    """EV at ISO 100: one more halves the light."""
    seconds, f_number, iso = exposure.seconds, exposure.f_number, exposure.iso
    if not seconds or not f_number or not iso or min(seconds, f_number, iso) <= 0:
        return None
    return math.log2(f_number**2 / seconds) - math.log2(iso / 100)


def _brightness(fact: ShotFacts) -> float:
    return float(np.mean(np.frombuffer(looks.each_grey([fact])[0], np.uint8))) if fact.look else 0.0


def _panorama(members: Sequence[ShotFacts], steps: Steps) -> bool:
    """Frames that the camera marked, or that each move the scene the same way by an eighth of the frame."""
    marked = [fact for fact in members if fact.metadata.panorama]
    if len(marked) == len(members):  # copies of one stitched panorama carry its one time
        return len({fact.taken.wall_us for fact in marked}) == len(marked)
    if any(fact.look is None for fact in members):
        return False
    if steps.stands_still(members):
        return False
    least = PANORAMA_CELLS if len(members) > 2 else PAIR_CELLS
    # Mostly the first pair tells that it is none, and its move is known.
    return _pans(steps.moves(members[:2]), least) and _pans(steps.moves(members), least)


def _pans(moves: Sequence[Move], least: int) -> bool:
    """Whether each frame goes on from the one before, the same way, by so many cells; then any two neighbours do."""
    rows, columns, likeness = (np.array(each) for each in zip(*moves, strict=True))
    if likeness.min() < PANORAMA_CORRELATION:
        return False
    along, across = (columns, rows) if abs(columns.sum()) >= abs(rows.sum()) else (rows, columns)
    steady = (along * np.sign(along.sum()) >= least) & (2 * abs(across) <= abs(along))
    return bool(steady.all())


def _focus_stack(members: Sequence[ShotFacts], steps: Steps) -> bool:
    """Equally exposed frames of a scene that stands still, whose sharpest tiles travel. Merged copies may lie among."""
    known = [fact.quality.tiles for fact in _frames(members, steps) if fact.quality]
    return len(known) >= STACK_SHOTS and _sharpness_travels(known)


def _frames(members: Sequence[ShotFacts], steps: Steps) -> list[ShotFacts]:
    """Those that may be frames of a focus stack by all but their sharpness, in time order; none where too few may."""
    frames = [fact for fact in members if fact.taken.source is TimeSource.EXIF and fact.look]
    if len(frames) < STACK_SHOTS or not _one_series(frames, STACK_SECONDS):
        return []
    if any(fact.metadata.exposure != frames[0].metadata.exposure for fact in frames):
        return []
    return frames if all(step >= STACK_CORRELATION for step in steps.likeness(frames)) else []


def _sharpness_travels(tiles: Sequence[tuple[float, ...]]) -> bool:
    """Whether at least two frames, far enough apart in the picture, are much the sharpest in a fair share of tiles."""
    every = np.array(tiles)
    if (every.max(axis=0) > STACK_GAIN * every.min(axis=0)).sum() < STACK_TILES * every.shape[1]:
        return False  # of an ordinary burst, without looking closer
    strongest = np.sort(every, axis=1)[:, -every.shape[1] // 8 :].mean(axis=1)
    sharpness = every[strongest >= STACK_SHARP * strongest.max()]
    best, least = sharpness.max(axis=0), sharpness.min(axis=0)
    decided = np.flatnonzero((best >= np.quantile(best, 0.9) / 3) & (best > STACK_GAIN * least))
    if len(decided) < STACK_TILES * sharpness.shape[1]:
        return False
    side = math.isqrt(sharpness.shape[1])
    winners = sharpness.argmax(axis=0)[decided]
    centres = [
        np.array(np.divmod(decided[winners == frame], side)).mean(axis=1)
        for frame in range(len(sharpness))
        if (winners == frame).sum() >= max(STACK_SHARE * len(decided) / len(sharpness), 1)
    ]
    return any(math.dist(a, b) >= STACK_TRAVEL for a in centres for b in centres)


def _one_series(members: Sequence[ShotFacts], seconds: float) -> bool:
    """Whether one camera took these, in time order, with no longer pause than this between two of them."""
    if len({(fact.metadata.camera, fact.taken.source) for fact in members}) > 1:
        return False
    if members[0].taken.source is not TimeSource.EXIF:
        return False
    ends = [fact.taken.wall_us / 1e6 + (fact.metadata.exposure.seconds or 0) for fact in members]
    return all(after.taken.wall_us / 1e6 - end <= seconds for end, after in zip(ends, members[1:], strict=False))


def _spread(values: Iterable[float]) -> float:
    known = sorted(values)
    return known[-1] - known[0]
