"""The shoot that the snapshots show: a group of each sort, decided by what every decoder agrees on.

Alike pictures hold the very same pixels, so that no measure of sharpness decides, nor stands on the screen.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from cullr_tests import pictures

VERSIONS = "IMG_1.JPG"
COPIES = "b0.jpg"
SET = "renders/20250101_120000_stage1_made.jpg"
RUN = "run/20250102_120000_stage1_made.jpg"
ODD = "odd\x1b[31m\n[bold]ב.jpg"
TITLES = [VERSIONS, SET, COPIES, ODD, RUN]
"""The groups, those that free most first."""
STAGES = ("stage1_made", "stage1.5_face", "stage2_large")
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3" xmp:Label="Red"/></rdf:RDF></x:xmpmeta>'
)


def photo(path: Path, scene: int, size: int, minute: int, *, model: str = "Test 1") -> Path:
    """A JPEG of exactly `size` bytes, whatever the encoder: what follows the picture's end is padding."""
    stream = io.BytesIO()
    options = {"exif": pictures.exif(f"2024:05:01 10:{minute:02}:00", model=model)} if model else {}
    pictures.scene(scene).save(stream, "JPEG", quality=90, **options)
    data = stream.getvalue()
    assert len(data) < size, (path, len(data))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.ljust(size, b"\0"))
    os.utime(path, (1_700_000_000 + 60 * minute,) * 2)
    return path


def make(root: Path) -> Path:
    """Versions with every badge, copies, a set of two runs, a run of stages (shielded), odd names, one broken file."""
    _versions(root)
    for name in ("b0.jpg", "b1.jpg"):
        photo(root / name, 12, 70_000, 10)
    for minute, size in ((0, 41_000), (30, 36_000)):
        for place, stage in enumerate(STAGES):
            name = f"renders/20250101_12{minute + place:02}00_{stage}.jpg"
            photo(root / name, 13, size - 2_000 * place, 20 + place, model="")
    for place, stage in enumerate(STAGES[:2]):
        photo(root / f"run/20250102_12{place:02}00_{stage}.jpg", 30, 55_000 - 5_000 * place, 40, model="")
    for number, name in enumerate((ODD, "odd\x1b[31m\n[bold]\udcff日本.jpg")):
        photo(root / name, 40, 45_000 - 9_000 * number, 50 + number)
    photo(root / "single.jpg", 50, 40_000, 55)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    os.utime(root / "broken.jpg", (1_700_000_000,) * 2)
    return root


def _versions(root: Path) -> None:
    for number in range(3):
        photo(root / f"IMG_{1 + number}.JPG", 11, 90_000 - 20_000 * number, number, model=f"Camera {number}")
    stream = io.BytesIO()
    pictures.scene(11).save(stream, "TIFF", compression="tiff_lzw")
    raw = root / "IMG_1.DNG"
    raw.write_bytes(stream.getvalue().ljust(1_100_000, b"\0"))
    os.utime(raw, (1_700_000_000,) * 2)
    for name, text in (("IMG_1.xmp", XMP), ("IMG_1.JPG.dop", "x"), ("IMG_2.cropped", "")):
        (root / name).write_text(text)
        os.utime(root / name, (1_700_000_000,) * 2)
