"""The demo shoot: the same every time, harmless to what is there, and truly what it claims to be."""

from __future__ import annotations

import os
from itertools import combinations, pairwise
from pathlib import Path

import imagehash
import numpy as np
import pytest
import rawpy
from PIL import Image

from cullr import demo
from cullr.demo.shoot import FRAME
from cullr.errors import Failed, UsageError

BURSTS = [range(1, 5), range(10, 15), range(20, 23)]
SINGLES = ["day1/IMG_0040", "day1/IMG_0041", "day1/IMG_0042", "day2/IMG_0101", "day2/IMG_0102", "day2/IMG_0103"]


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "new" / "shoot"
    demo.make(folder)
    return folder


def files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def burst(folder: Path, numbers: range) -> list[Path]:
    return [folder / f"day1/IMG_{number:04d}.JPG" for number in numbers]


def bits(path: Path) -> imagehash.ImageHash:
    with Image.open(path) as image:
        return imagehash.phash(image)


def seconds(path: Path) -> float:
    with Image.open(path) as image:
        exif = image.getexif().get_ifd(0x8769)
    hours, minutes, rest = exif[0x9003].split(" ")[1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest) + float(f"0.{exif[0x9291]}")


def sharpness(path: Path) -> float:
    with Image.open(path) as image:
        grey = np.asarray(image.convert("L"), np.float64)
    # The strongest edges: the mean is mostly sensor noise, which blur comes before.
    return float(np.percentile(np.abs(np.diff(grey)), 99.8))


def test_every_run_writes_the_same_bytes_and_times_an_empty_folder_will_do(shoot: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    summary = demo.make(tmp_path / "again")
    first, second = files(shoot), files(tmp_path / "again")
    assert list(first) == list(second)
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes(), name
        assert path.stat().st_mtime_ns == second[name].stat().st_mtime_ns, name
    assert summary.files == len(second)
    assert summary.bytes == sum(path.stat().st_size for path in second.values()) < 12_000_000
    assert summary.photos == sum(path.suffix.lower() in {".jpg", ".png", ".dng"} for path in second.values())


def test_a_folder_with_files_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(UsageError) as caught:
        demo.make(tmp_path)
    assert caught.value.remedy
    with pytest.raises(UsageError):
        demo.make(tmp_path / "mine.jpg")
    assert files(tmp_path) == {"mine.jpg": tmp_path / "mine.jpg"}


def test_a_place_that_cannot_be_written_is_a_failure_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Failed) as caught:
        demo.make(tmp_path / "file" / "below")
    assert caught.value.remedy


@pytest.mark.parametrize("numbers", BURSTS)
def test_a_burst_is_alike_quick_and_partly_blurred(shoot: Path, numbers: range) -> None:
    frames = burst(shoot, numbers)
    assert all(int(bits(a) - bits(b)) <= 8 for a, b in combinations(frames, 2))
    assert all(0 < seconds(b) - seconds(a) <= 2 for a, b in pairwise(frames))
    measured = [sharpness(frame) for frame in frames]
    assert min(measured) < 0.9 * max(measured)


def test_unrelated_pictures_are_not_alike(shoot: Path) -> None:
    hashes = {name: bits(shoot / f"{name}.JPG") for name in SINGLES}
    hashes |= {path.name: bits(path) for numbers in BURSTS for path in burst(shoot, numbers)[:1]}
    assert all(int(hashes[a] - hashes[b]) > 12 for a, b in combinations(hashes, 2))


def test_the_bracket_is_one_view_at_three_exposures(shoot: Path) -> None:
    frames = burst(shoot, range(30, 33))
    biases, means = [], []
    for frame in frames:
        with Image.open(frame) as image:
            biases.append(float(image.getexif().get_ifd(0x8769)[0x9204]))
            means.append(float(np.asarray(image.convert("L")).mean()))
    assert biases == [0, -2, 2]
    assert means[1] < 0.7 * means[0] < 0.7 * means[2]


def test_raw_pairs_have_a_raw_file_that_develops_and_ratings_beside_it(shoot: Path) -> None:
    for jpeg in burst(shoot, range(1, 5)):
        with rawpy.imread(os.fspath(jpeg.with_suffix(".DNG"))) as raw:
            developed = raw.postprocess(use_camera_wb=True)
        with Image.open(jpeg) as image:
            seen = np.asarray(image.convert("L").resize((30, 20)), float).ravel()
        grey = np.asarray(Image.fromarray(developed).convert("L").resize((30, 20)), float).ravel()
        assert np.corrcoef(grey, seen)[0, 1] > 0.95
    assert 'xmp:Rating="5"' in (shoot / "day1/IMG_0002.xmp").read_text()


def test_copies_resends_and_broken_files_are_what_they_claim(shoot: Path) -> None:
    assert (shoot / "backup/IMG_0040.JPG").read_bytes() == (shoot / "day1/IMG_0040.JPG").read_bytes()
    resent = shoot / "phone/IMG-20250101-WA0001.jpg"
    assert int(bits(resent) - bits(shoot / "day1/IMG_0041.JPG")) <= 4
    with Image.open(resent) as image:
        assert image.width < FRAME[0]
        assert not dict(image.getexif())
    with Image.open(shoot / "day2/IMG_0104.JPG") as image:
        assert image.convert("L").getextrema() == (0, 0)
    with Image.open(shoot / "day2/IMG_0105.JPG") as image, pytest.raises(OSError, match="truncated"):
        image.load()


def test_renders_run_through_three_stages_and_one_run_repeats_another(shoot: Path) -> None:
    pictures = sorted((shoot / "renders").glob("*.png"))
    stages = ["stage1_generated", "stage1.5_face_swapped", "stage2_upscaled"]
    assert [path.stem.split("_", 2)[2] for path in pictures] == stages * 3
    assert len({path.stem[:15] for path in pictures}) == 9
    for path in pictures:
        assert {path.with_name(path.name[:-3] + suffix).is_file() for suffix in ("yaml", "caption")} == {True}
    first, repeat, other = pictures[:3], pictures[3:6], pictures[6:]
    assert all(int(bits(a) - bits(b)) <= 8 for a, b in zip(first, repeat, strict=True))
    assert all(int(bits(a) - bits(b)) > 12 for a, b in zip(first, other, strict=True))
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(first, repeat, strict=True))
