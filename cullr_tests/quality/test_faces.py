"""Faces are found where there are people and nowhere else, and a blink shows; without the extra, the run says so."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cullr.model import Face
from cullr.quality import faces
from cullr.seen import SHUT
from cullr_tests.keepers import blink, harm


def found(pixels: harm.Pixels, seed: int = 0) -> tuple[Face, ...]:
    """After a JPEG, with noise of its own and a shift of its own."""
    moved = harm.shift(harm.noise(pixels, 2, seed), seed % 7 - 3, seed % 5 - 2)
    return faces.find(Image.open(io.BytesIO(harm.jpeg(moved, 90))))


def opening(pixels: harm.Pixels, seed: int = 0) -> float:
    (face,) = found(pixels, seed)
    assert face.eyes is not None
    return face.eyes


@pytest.fixture(params=blink.PORTRAITS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_person_is_found_where_the_eyes_are(shared_photos: Path, path: str) -> None:
    pixels = blink.portrait(shared_photos, path)
    (face,) = found(pixels)
    assert face.sharpness is not None
    for one, other, _ in blink.PORTRAITS[path]:
        x, y = (one[0] + other[0]) / 2 / pixels.shape[1], (one[1] + other[1]) / 2 / pixels.shape[0]
        assert face.left < x < face.left + face.width
        assert face.top < y < face.top + face.height


def test_open_eyes_stay_open_in_other_light_noise_and_focus(shared_photos: Path, path: str) -> None:
    pixels = blink.portrait(shared_photos, path)
    seen = [opening(pixels, seed) for seed in range(4)]
    seen += [opening(harm.expose(pixels, stops)) for stops in (-1, 1)]
    seen += [opening(harm.defocus(pixels, 2))]
    assert min(seen) > SHUT * max(seen)


@pytest.mark.parametrize("shut", [0.8, 1.0])
def test_a_blink_shows_beside_the_same_person_with_open_eyes(shared_photos: Path, path: str, shut: float) -> None:
    pixels = blink.portrait(shared_photos, path)
    blinked = blink.blink(pixels, blink.PORTRAITS[path], shut)
    assert max(opening(blinked, seed) for seed in (1, 2)) < SHUT * opening(pixels)


@pytest.mark.parametrize(
    "path", ["singles/domestic_dog.jpg", "singles/ocelot.jpg", "singles/cats/cat.jpg", "pairs/leuvenA.jpg"]
)
def test_animals_and_streets_have_no_faces(shared_photos: Path, path: str) -> None:
    with Image.open(shared_photos / path) as image:
        image.thumbnail((1024, 1024))
        assert faces.find(image.convert("RGB")) == ()


def test_a_small_person_in_a_large_picture_is_found(shared_photos: Path) -> None:
    """A face of a twentieth of the width, in a corner."""
    small = Image.fromarray(blink.portrait(shared_photos, "exif_orientation/portrait.jpg").astype("uint8"))
    small.thumbnail((400, 400))
    wide = Image.new("RGB", (1024, 768), (120, 130, 110))
    wide.paste(small, (60, 500))
    (face,) = faces.find(wide)
    assert 0.05 < face.left < 0.2


def test_without_the_extra_the_run_says_so_and_goes_on(shared_photos: Path, tmp_path: Path) -> None:
    pixels = blink.portrait(shared_photos, "exif_orientation/portrait.jpg")
    for seed in range(2):
        (tmp_path / f"IMG_{seed}.JPG").write_bytes(harm.jpeg(harm.noise(pixels, 2, seed), 90))
    program = "import sys; sys.modules['ai_edge_litert'] = None; from cullr.cli import start; start.entry()"
    done = subprocess.run(
        [sys.executable, "-c", program, "report", "--rule", "best_of_burst", "--dry-run", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "Faces and eyes are not looked at" in done.stderr
    assert "pip install" in done.stderr
    assert "kept:" in done.stdout
