"""What each measure costs: CPU time per photo, over the shared photos, each decoded once at the size that is looked at.

scripts/bench measures [FOLDER]
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from cullr import quality
from cullr.decode import Unreadable
from cullr.decode.picture import open_large
from cullr.quality import bands, blur, exposure, faces, noise, sharpness, traces
from cullr.settings import Limits

MOST = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench measures", description=__doc__)
    folder = Path(__file__).parents[2] / "shared" / "photos"
    parser.add_argument("folder", nargs="?", type=Path, default=folder)
    paths = sorted(parser.parse_args().folder.glob("[bst]*/**/*.jp*g"))
    pictures = list(itertools.islice(filter(None, map(_opened, paths)), MOST))
    table = Table("measure", "median", "most", title=f"CPU µs a photo, {len(pictures)} photos")
    table.add_row("decode and scale to 1024", *_figures([spent for spent, _ in pictures]))
    for name, work in _measures().items():
        work(pictures[0][1])  # what is loaded once is not counted
        table.add_row(name, *_figures([_spent(work, image) for _, image in pictures]))
    Console(width=100).print(table)


def _measures() -> dict[str, Callable[[Image.Image], object]]:
    def of_bands(measure: Callable[[bands.Bands], object]) -> Callable[[Image.Image], object]:
        return _Prepared(lambda image: bands.split(_grey(image)), measure)

    grey = _Prepared(_grey, lambda pixels: (exposure.shadows(pixels), exposure.highlights(pixels)))
    found: dict[str, Callable[[Image.Image], object]] = {
        "bands: shared by the next three": _Prepared(_grey, bands.split),
        "  sharpness of bands": of_bands(lambda split: sharpness.overall(sharpness.tiles(split, 4.0))),
        "  noise of bands": of_bands(noise.deviation),
        "  slopes of bands": of_bands(lambda split: blur.slopes(split, 4.0)),
        "clipped shadows and highlights": grey,
        "quality: all of these": quality.measured,
        "traces of an older JPEG (in some ties)": _Prepared(_grey, traces.coarsest),
    }
    if faces.installed():
        found["faces and eyes"] = faces.find
    return found


class _Prepared:
    """A measure of something that is made beforehand, untimed."""

    def __init__(self, make: Callable[[Image.Image], object], work: Callable[..., object]) -> None:
        self.make, self.work = make, work

    def __call__(self, image: Image.Image) -> object:
        return self.work(self.make(image))


def _spent(work: Callable[[Image.Image], object], image: Image.Image) -> float:
    """CPU seconds, the lesser of two runs."""
    tries = []
    for _ in range(2):
        ready = work.make(image) if isinstance(work, _Prepared) else image
        began = time.process_time()
        (work.work if isinstance(work, _Prepared) else work)(ready)
        tries.append(time.process_time() - began)
    return min(tries)


def _figures(seconds: list[float]) -> tuple[str, str]:
    return f"{1e6 * statistics.median(seconds):.0f}", f"{1e6 * max(seconds):.0f}"


def _opened(path: Path) -> tuple[float, Image.Image] | None:
    began = time.process_time()
    try:
        image = open_large(path, Limits(), quality.LONG_SIDE)
    except Unreadable:
        return None
    return (time.process_time() - began, image) if max(image.size) > 900 else None


def _grey(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L"))


if __name__ == "__main__":
    main()
