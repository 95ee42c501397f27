"""A coarser JPEG shows in whatever was made of it pixel for pixel, and in nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.model import Measure
from cullr.pool import Job
from cullr.pool.crew import Crew
from cullr.pool.jobs import Measured, Task, Wanted
from cullr.quality import traces
from cullr.settings import Limits
from cullr_tests.keepers import cases, harm
from cullr_tests.keepers.__main__ import judged, reviewed

SCENES = ("singles/cyclamen_persicum.jpg", "singles/prairie_falcon.jpg", "pairs/leuvenA.jpg")


@pytest.fixture(params=SCENES)
def pixels(request: pytest.FixtureRequest, shared_photos: Path) -> harm.Pixels:
    return harm.shrink(cases.opened(shared_photos / request.param), 0.83)  # which leaves no trace of its own JPEG


def saved(pixels: harm.Pixels, quality: int) -> harm.Pixels:
    return np.asarray(Image.open(io.BytesIO(harm.jpeg(pixels, quality))).convert("RGB"), np.float32)


def told(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        table = getattr(image, "quantization", {}).get(0)
        return traces.coarsest(np.asarray(image.convert("L")), table)


def png(pixels: harm.Pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(("first", "then"), [(15, 97), (30, 97), (50, 95), (75, 97), (20, 85), (40, 90)])
def test_the_first_quality_shows_in_what_was_saved_more_finely(pixels: harm.Pixels, first: int, then: int) -> None:
    assert told(harm.jpeg(saved(pixels, first), then)) == pytest.approx(first, abs=2)


def test_a_png_tells_what_jpeg_it_was_made_of(pixels: harm.Pixels) -> None:
    assert told(png(saved(pixels, 60))) == pytest.approx(60, abs=2)
    assert told(png(pixels)) == traces.NONE


@pytest.mark.parametrize("quality", [10, 40, 75, 90, 100])
def test_a_file_saved_once_shows_none_whatever_its_quality(pixels: harm.Pixels, quality: int) -> None:
    assert told(harm.jpeg(pixels, quality)) == traces.NONE


def test_a_coarser_save_hides_the_finer_one_before_it(pixels: harm.Pixels) -> None:
    assert told(harm.jpeg(saved(pixels, 90), 40)) == traces.NONE


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (8, 8), (64, 64), (2000, 9)])
def test_what_is_too_small_or_has_no_detail_shows_none(shape: tuple[int, int]) -> None:
    assert traces.coarsest(np.full(shape, 77, np.uint8)) == traces.NONE
    assert traces.coarsest(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)) == traces.NONE


def test_a_turned_photo_is_read_as_it_is_stored(tmp_path: Path, pixels: harm.Pixels) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "turned.jpg").write_bytes(harm.jpeg(saved(pixels[:-3, :-5], 30), 97, exif))
    with Crew(Limits(workers=1)) as crew:
        wanted = Wanted((Measure.TRACES,))
        (outcome,) = crew.run(Job.MEASURE, [Task(0, str(tmp_path / "turned.jpg"), wanted=wanted)])
    assert isinstance(outcome.value, Measured)
    assert outcome.value.values[Measure.TRACES] == pytest.approx(30, abs=2)


def test_the_finer_file_of_a_coarser_save_loses_and_the_reason_says_so(tmp_path: Path, shared_photos: Path) -> None:
    scene = {SCENES[2]: cases.opened(shared_photos / SCENES[2])}
    (case,) = cases.write(tmp_path, "saved again", scene, 0)
    review = reviewed(tmp_path, "largest_original")
    assert judged(case, review).agrees
    (reason,) = (proposal.reason for proposal in review.groups[0].proposals if not proposal.keep)
    assert "once saved at JPEG quality" in reason
