"""Labelled groups: for each criterion, of each scene, frames of which one is known to be the best.

The strengths of harm, the order of the frames and the jitter between them come from a seed, so that nothing here can be
learned by heart; the best frame's place in the group is drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cullr_tests.keepers import blink, harm
from cullr_tests.keepers.harm import GAMMA, Pixels
from cullr_tests.pictures import exif

LONG_SIDE = 1000
SCENES = {
    "seen": (
        "bursts/serengeti/S1_E03_R3_PICT0038.jpeg",
        "bursts/pcb_focus/expected.jpg",
        "exif_orientation/Landscape_1.jpg",
        "formats/8bit-sRGB.avif",
        "pairs/leuvenA.jpg",
        "singles/Picture_0B_by_freespace.jpg",
        "singles/american_black_bear.jpg",
        "singles/cyclamen_persicum.jpg",
        "singles/domestic_cattle.jpg",
        "singles/ocelot.jpg",
        "transforms/bridge/aaa-orig.jpg",
    ),
    "held out": (
        "bursts/iphone_hdr/iphone_hdr_NO.jpg",
        "bursts/serengeti/S1_E03_R3_PICT0040.jpeg",
        "formats/IMG_2682.heic",
        "metadata/mongolels.jpg",
        "pairs/aloeL.jpg",
        "pairs/rubberwhale1.png",
        "singles/Wine_by_Jakkub_Mede.jpg",
        "singles/domestic_dog.jpg",
        "singles/el_torcal_rocks.jpg",
        "singles/prairie_falcon.jpg",
        "singles/seeding_by_Clements_Engelhardt.jpg",
        "singles/tanners_ridge.jpg",
        "transforms/elephants/african_elephants.jpg",
    ),
}
"""Thresholds were chosen on the first; the others were never looked at while choosing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled group, written to disk: `best` and the harm done to each other frame, by path below the root."""

    criterion: str
    scene: str
    best: str
    harmed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to write; `told` says what was done to it, empty for the best."""

    told: str
    pixels: Pixels
    quality: int = 92
    name: str = ""
    stripped: bool = False


PRINTED = {
    "singles/american_black_bear.jpg": (0.0, 0.03, 1.0, 0.97),
    "singles/domestic_cattle.jpg": (0.0, 0.03, 1.0, 0.97),
    "singles/domestic_dog.jpg": (0.0, 0.03, 1.0, 0.97),
    "singles/ocelot.jpg": (0.01, 0.0, 1.0, 0.97),
}
"""The scene within the lines that a trap camera prints, or within the scanner's edge: left, top, right and bottom, as
fractions. Shifted with the scene, as no camera does, a printed line would be the sharpest thing in some frames only."""

BLINK = "blink"
PORTRAITS = {"seen": ("exif_orientation/portrait.jpg",), "held out": ("formats/hopper/hopper.png",)}

Maker = Callable[[Pixels, np.random.Generator], list[Frame]]


def write(root: Path, criterion: str, scenes: Mapping[str, Pixels], seed: int) -> list[Case]:
    """Make this criterion's group of every scene below `root`."""
    cases = []
    for day, (scene, pixels) in enumerate(scenes.items(), 1):
        random = np.random.default_rng([seed, day, sum(criterion.encode())])
        frames = _blinks(scene)(pixels, random) if criterion == BLINK else CRITERIA[criterion].frames(pixels, random)
        cases.append(_written(root, criterion, scene, day, frames, random))
    return cases


def scenes(photos: Path, criterion: str, part: str) -> dict[str, Pixels]:
    """The scenes as pixels, long side at most 1000."""
    if criterion == BLINK:
        return {path: blink.portrait(photos, path) for path in PORTRAITS[part]}
    return {path: opened(photos / path) for path in SCENES[part]}


def opened(path: Path) -> Pixels:
    from cullr.decode import opener

    opener.register("heif")
    with Image.open(path) as image:
        shown = ImageOps.exif_transpose(image).convert("RGB")
    left, top, right, bottom = next((box for scene, box in PRINTED.items() if path.match(scene)), (0.0, 0.0, 1.0, 1.0))
    shown = shown.crop(
        (round(left * shown.width), round(top * shown.height), round(right * shown.width), round(bottom * shown.height))
    )
    shown.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(shown, np.float32)


def _written(
    root: Path, criterion: str, scene: str, day: int, frames: list[Frame], random: np.random.Generator
) -> Case:
    folder = f"{day:02}"
    (root / folder).mkdir(parents=True)
    paths = {}
    for place, at in enumerate(random.permutation(len(frames))):
        frame = frames[at]
        name = frame.name or f"IMG_{1000 + 10 * day + place}.JPG"
        tags = None if frame.stripped else exif(f"2024:05:{day:02} 10:00:{place:02}")
        (root / folder / name).write_bytes(harm.jpeg(frame.pixels, frame.quality, tags))
        paths[f"{folder}/{name}"] = frame.told
    best = next(path for path, told in paths.items() if not told)
    return Case(criterion, scene, best, {path: told for path, told in paths.items() if told})


def burst(*spoil: tuple[str, Callable[[Pixels], Pixels]]) -> Callable[[Pixels, np.random.Generator], list[Frame]]:
    """Frames from the hand: each a little shifted, each with the sensor's own noise, all but the first spoilt."""

    def frames(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
        made = []
        for told, spoilt in (("", _unspoilt), *spoil):
            right, down = random.integers(-6, 7, 2)
            moved = harm.shift(spoilt(pixels), int(right), int(down))
            made.append(Frame(told, harm.noise(moved, 1.5, int(random.integers(1 << 30)))))
        return made

    return frames


def _unspoilt(pixels: Pixels) -> Pixels:
    return pixels


def _defocus(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    radii = random.uniform((1.2, 2, 4), (2, 4, 7))
    return burst(*((f"out of focus {r:.1f}", partial(harm.defocus, radius=r)) for r in radii))(pixels, random)


def _motion(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    lengths, angles = random.uniform((4, 7, 14), (7, 14, 25)), random.uniform(0, 180, 3)
    spoil = (
        (f"moved {length:.1f} at {angle:.0f}°", partial(harm.motion, length=length, degrees=angle))
        for length, angle in zip(lengths, angles, strict=True)
    )
    return burst(*spoil)(pixels, random)


def _noisy_but_sharp(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """The sharp frame is the noisy one: a blurred frame must not win for being clean."""
    deviation, radius = random.uniform((4, 1.5), (10, 3))
    seed = int(random.integers(1 << 30))
    first, *rest = burst((f"clean, out of focus {radius:.1f}", partial(harm.defocus, radius=radius)))(pixels, random)
    return [Frame("", harm.noise(first.pixels, deviation, seed)), *rest]


def _noisy_blur(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """Noise must not pass for sharpness."""
    deviation, radius = random.uniform((6, 1.5), (20, 4))
    told = f"out of focus {radius:.1f}, noise {deviation:.0f}"
    seed = int(random.integers(1 << 30))
    return burst((told, lambda same: harm.noise(harm.defocus(same, radius), deviation, seed)))(pixels, random)


def _blur_in_other_light(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """A blurred frame with a little more light against a sharp one with a little less."""
    radius, stops = random.uniform((1.5, 0.2), (4, 0.6))
    first, second = burst((f"out of focus {radius:.1f}", partial(harm.defocus, radius=radius)))(pixels, random)
    return [Frame("", harm.expose(first.pixels, -stops)), second]


def _noise(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    deviations = random.uniform((6, 12, 20), (12, 20, 32))
    seeds = random.integers(1 << 30, size=3)
    spoil = (
        (f"noise {deviation:.0f}", partial(harm.noise, deviation=deviation, seed=int(seed)))
        for deviation, seed in zip(deviations, seeds, strict=True)
    )
    return burst(*spoil)(pixels, random)


def _exposure(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """The best has some room above its brightest parts, as metering leaves it; the others may err either way."""
    metered = harm.expose(pixels, _room(pixels) - 0.4)
    stops = random.uniform(1.2, 2.8, int(random.integers(1, 4)))
    stops *= random.choice((-1, 1), len(stops))
    return burst(*((f"{s:+.1f} stops", partial(harm.expose, stops=s)) for s in stops))(metered, random)


def _room(pixels: Pixels) -> float:
    """Stops by which a scene could be brighter before a hundredth of it clips, the part that dcraw lets clip.

    Of a trap camera's black bear 2.1, of the other scenes 0 to 1.1: more light does the bear only good.
    """
    return float(-GAMMA * np.log2(max(np.quantile(pixels.max(axis=2), 0.99), 1) / 255))


def _clipping(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    contrasts = random.uniform((1.5, 2), (2, 3))
    return burst(*((f"contrast {c:.1f}", partial(harm.harden, contrast=c)) for c in contrasts))(pixels, random)


def _compression(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    qualities = random.integers((60, 30, 10), (80, 60, 30))
    return [Frame("", pixels), *(Frame(f"quality {q}", pixels, int(q)) for q in qualities)]


def _saved_again(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """A bad JPEG saved again at a high quality: more bytes than it deserves."""
    quality = int(random.integers(15, 40))
    again = np.asarray(_decoded(harm.jpeg(pixels, quality)), np.float32)
    return [Frame("", pixels, 90), Frame(f"quality {quality}, saved again at 97", again, 97)]


def _resolution(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    scales = random.uniform((0.5, 0.25), (0.9, 0.5))
    return [Frame("", pixels), *(Frame(f"{100 * s:.0f} % of the size", harm.shrink(pixels, s), 96) for s in scales)]


def _upscaled(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    scale = random.uniform(0.25, 0.6)
    return [Frame("", pixels, 90), Frame(f"enlarged from {100 * scale:.0f} %", harm.upscale(pixels, scale), 97)]


def _resent(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """A messenger's copy: stripped, compressed, sometimes shrunk, under the messenger's own name."""
    number = int(random.integers(10, 99))
    names = (f"IMG-20240501-WA00{number}.jpg", f"photo_2024-05-01_10-00-{number}.jpg", f"FB_IMG_17145{number}12345.jpg")
    name = names[int(random.integers(len(names)))]
    shown = harm.shrink(pixels, random.uniform(0.5, 0.9)) if random.random() < 0.5 else pixels
    return [Frame("", pixels, 88), Frame("resent", shown, int(random.integers(60, 85)), name, stripped=True)]


def _blinks(scene: str) -> Maker:
    """The best is not the sharpest: a frame with open eyes a little softer than those with shut ones."""

    def frames(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
        best = harm.defocus(pixels, random.uniform(0.3, 0.8))
        shut = random.uniform(0.8, 1, 2)
        drawn = ((f"eyes {100 * s:.0f} % shut", blink.blink(pixels, blink.PORTRAITS[scene], s)) for s in shut)
        first, *_ = burst()(best, random)
        return [first, *(Frame(told, burst()(spoilt, random)[0].pixels) for told, spoilt in drawn)]

    return frames


def _copies(pixels: Pixels, random: np.random.Generator) -> list[Frame]:
    """The same pixels under the names that file managers and editors give."""
    suffixes = random.permutation([" copy", " (1)", "-edited", "~2", " - Copy"])[:2]
    return [
        Frame("", pixels, name="IMG_2000.JPG"),
        *(Frame(f"named{s}", harm.noise(pixels, 0.4, 1), 93, f"IMG_2000{s}.JPG") for s in suffixes),
    ]


def _decoded(data: bytes) -> Image.Image:
    import io

    return Image.open(io.BytesIO(data)).convert("RGB")


@dataclass(frozen=True, slots=True)
class Criterion:
    """How its groups are made and which shipped rule is asked."""

    frames: Maker
    rule: str


CRITERIA: dict[str, Criterion] = {
    "focus": Criterion(_defocus, "best_of_burst"),
    "motion": Criterion(_motion, "best_of_burst"),
    "noise is not sharp": Criterion(_noisy_blur, "best_of_burst"),
    "sharp though noisy": Criterion(_noisy_but_sharp, "best_of_burst"),
    "sharp in less light": Criterion(_blur_in_other_light, "best_of_burst"),
    "noise": Criterion(_noise, "best_of_burst"),
    "exposure": Criterion(_exposure, "best_of_burst"),
    "clipping": Criterion(_clipping, "best_of_burst"),
    BLINK: Criterion(lambda _pixels, _random: [], "best_of_burst"),
    "compression": Criterion(_compression, "largest_original"),
    "saved again": Criterion(_saved_again, "largest_original"),
    "resolution": Criterion(_resolution, "largest_original"),
    "enlarged": Criterion(_upscaled, "largest_original"),
    "resent": Criterion(_resent, "largest_original"),
    "copies": Criterion(_copies, "largest_original"),
}
