"""An empty folder → a small shoot to try cullr on: bursts, RAW pairs, copies, a bracket, renders, a broken file.

Everything is drawn by the program; every run writes the same bytes and the same file times.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, TiffImagePlugin

from cullr.demo import scenery
from cullr.errors import Failed, UsageError

FRAME = (960, 640)
_MARGIN = 48
_CANVAS = (FRAME[0] + 2 * _MARGIN, FRAME[1] + 2 * _MARGIN)
_RENDER_CANVAS = (384 + 2 * _MARGIN, 576 + 2 * _MARGIN)
_START = datetime(2025, 1, 1, 9, 0, 0, tzinfo=UTC)
_CAMERA = ("Cullr", "Cullr Demo 1")


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written."""

    folder: Path
    photos: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Shoot:
    """The files to write, by relative path, and each one's time."""

    files: dict[str, bytes] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)

    def add(self, path: str, data: bytes, when: datetime) -> None:
        self.files[path] = data
        self.times[path] = when


def make(folder: Path) -> DemoSummary:
    """Write the demo shoot into `folder`, which is made if need be.

    Raises UsageError for a folder that holds anything, Failed where it cannot be written.
    """
    try:
        _claim(folder)
        shoot = _drawn()
        _write(folder, shoot)
    except OSError as error:
        problem = f"cannot write the demo to {folder}: {error.strerror}"
        raise Failed(problem, "Choose a folder you may write to.") from error
    return DemoSummary(
        folder,
        photos=sum(path.lower().endswith((".jpg", ".png", ".dng")) for path in shoot.files),
        files=len(shoot.files),
        bytes=sum(map(len, shoot.files.values())),
    )


def _claim(folder: Path) -> None:
    """Make the folder, or see that it is empty, before the seconds of drawing."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        remedy = "Name a folder that is empty or does not exist yet, e.g. cullr demo cullr-demo."
        raise UsageError(f"{folder} is not an empty folder; the demo never mixes with other files", remedy)
    folder.mkdir(parents=True, exist_ok=True)


def _drawn() -> _Shoot:
    shoot = _Shoot()
    _bursts(shoot)
    _bracket(shoot)
    _singles(shoot)
    _copies(shoot)
    _renders(shoot)
    return shoot


def _write(folder: Path, shoot: _Shoot) -> None:
    for path, data in shoot.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        seconds = int(shoot.times[path].timestamp())
        os.utime(target, (seconds, seconds))


def _bursts(shoot: _Shoot) -> None:
    lake = scenery.lake(11, _CANVAS)
    for index, (shift, blur) in enumerate((((0, 0), 0.0), ((4, -2), 0.0), ((9, -3), 2.2), ((12, 1), 0.8))):
        when = _START + timedelta(milliseconds=330 * index)
        _raw_pair(shoot, f"day1/IMG_{1 + index:04d}", _photo(lake, index, shift, blur), when, (3, 5, None, 2)[index])
    poses = ((0.0, 1.0, 0.0), (0.006, 0.9, 0.0), (0.012, 1.0, 3.0), (0.014, 0.0, 0.0), (0.02, 0.7, 0.0))
    for index, (lean, eyes, blur) in enumerate(poses):
        when = _START + timedelta(minutes=20, milliseconds=250 * index)
        person = scenery.portrait(21, _CANVAS, lean=lean, eyes=eyes)
        _jpeg(shoot, f"day1/IMG_{10 + index:04d}.JPG", _photo(person, 20 + index, (index, 0), blur), when)
    coast = scenery.coast(31, _CANVAS)
    for index, (shift, blur) in enumerate((((0, 0), 1.6), ((-6, 3), 0.0), ((-11, 5), 0.7))):
        when = _START + timedelta(minutes=45, milliseconds=400 * index)
        _jpeg(shoot, f"day1/IMG_{20 + index:04d}.JPG", _photo(coast, 30 + index, shift, blur), when)


def _bracket(shoot: _Shoot) -> None:
    """Three exposures two stops apart: alike, and all needed."""
    dunes = scenery.dunes(41, _CANVAS)
    for index, bias in enumerate((0, -2, 2)):
        when = _START + timedelta(hours=1, milliseconds=600 * index)
        exposed = np.clip(dunes**2.2 * 2.0**bias * 0.6, 0, 1) ** np.float32(1 / 2.2)
        _jpeg(shoot, f"day1/IMG_{30 + index:04d}.JPG", _photo(exposed, 40 + index, (0, 0), 0.0), when, bias)


def _singles(shoot: _Shoot) -> None:
    pictures = {
        "day1/IMG_0040.JPG": scenery.forest(51, _CANVAS),
        "day1/IMG_0041.JPG": scenery.hills(52, _CANVAS),
        "day1/IMG_0042.JPG": scenery.town(53, _CANVAS),
        "day2/IMG_0101.JPG": scenery.hills(61, _CANVAS, near=(0.48, 0.36, 0.14)),
        "day2/IMG_0102.JPG": scenery.lake(62, _CANVAS),
        "day2/IMG_0103.JPG": scenery.portrait(63, _CANVAS, lean=0.12, hair=(0.78, 0.62, 0.32)),
        # A frame taken with the lens cap on: no information, so it may match nothing.
        "day2/IMG_0104.JPG": np.zeros((_CANVAS[1], _CANVAS[0], 3), np.float32),
    }
    for index, (path, picture) in enumerate(pictures.items()):
        when = _START + timedelta(hours=2 if path.startswith("day1") else 26, minutes=7 * index)
        noise = 0.0 if path.endswith("IMG_0104.JPG") else 1.0
        _jpeg(shoot, path, _photo(picture, 50 + index, (0, 0), 0.0, noise), when)
    whole = shoot.files["day2/IMG_0101.JPG"]
    shoot.add("day2/IMG_0105.JPG", whole[: len(whole) // 3], _START + timedelta(hours=27))


def _copies(shoot: _Shoot) -> None:
    """A backup of two photos, and one that came back through a messenger: smaller, recompressed, without EXIF."""
    for path in ("day1/IMG_0040.JPG", "day2/IMG_0101.JPG"):
        shoot.add(f"backup/{path.rpartition('/')[2]}", shoot.files[path], _START + timedelta(days=9))
    with Image.open(io.BytesIO(shoot.files["day1/IMG_0041.JPG"])) as photo:
        small = photo.resize((640, 427), Image.Resampling.LANCZOS)
    resent = _START + timedelta(hours=6)
    shoot.add("phone/IMG-20250101-WA0001.jpg", _encoded(small, "JPEG", quality=70), resent)


def _renders(shoot: _Shoot) -> None:
    """Three runs through the stages; the second repeats the first under its own times."""
    window, repeat, sea = _portrait_run(90), _portrait_run(91), _landscape_run(92)
    for minutes, prompt, (generated, swapped) in (
        (0, "portrait by a window", window),
        (11, "portrait by a window", repeat),
        (23, "evening by the sea", sea),
    ):
        started = datetime(2025, 1, 2, 20, 0, 0, tzinfo=UTC) + timedelta(minutes=minutes)
        larger = swapped.resize((swapped.width * 3 // 2, swapped.height * 3 // 2), Image.Resampling.LANCZOS)
        _stage(shoot, started, "stage1_generated", generated, prompt)
        _stage(shoot, started + timedelta(seconds=14), "stage1.5_face_swapped", swapped, prompt)
        _stage(shoot, started + timedelta(seconds=86), "stage2_upscaled", larger, prompt)


def _portrait_run(noise: int) -> tuple[Image.Image, Image.Image]:
    """The picture as generated, and with its face swapped."""
    first = scenery.portrait(71, _RENDER_CANVAS, lean=0.04)
    second = scenery.portrait(71, _RENDER_CANVAS, lean=0.04, hair=(0.52, 0.24, 0.10))
    return _photo(first, noise, (0, 0), 0.0, 0.25), _photo(second, noise, (0, 0), 0.0, 0.25)


def _landscape_run(noise: int) -> tuple[Image.Image, Image.Image]:
    """No face to swap: the stage only touches the tones."""
    sea = scenery.coast(75, _RENDER_CANVAS)
    return _photo(sea, noise, (0, 0), 0.0, 0.25), _photo(sea**0.96, noise, (0, 0), 0.0, 0.25)


def _stage(shoot: _Shoot, when: datetime, stage: str, image: Image.Image, prompt: str) -> None:
    stem = f"renders/{when:%Y%m%d_%H%M%S}_{stage}"
    shoot.add(f"{stem}.png", _encoded(image, "PNG"), when)
    shoot.add(f"{stem}.yaml", f"stage: {stage}\nprompt: {prompt}\n".encode(), when)
    shoot.add(f"{stem}.caption", f"{prompt}\n".encode(), when)


def _photo(canvas: scenery.Picture, seed: int, shift: tuple[int, int], blur: float, noise: float = 1.0) -> Image.Image:
    """What a camera makes of a scene: a crop at `shift` pixels, blurred by focus or shake, with sensor noise."""
    left, top = _MARGIN + shift[0], _MARGIN + shift[1]
    height, width = canvas.shape[0] - 2 * _MARGIN, canvas.shape[1] - 2 * _MARGIN
    crop = Image.fromarray((canvas[top : top + height, left : left + width] * 255 + 0.5).astype(np.uint8))
    seen = np.asarray(crop.filter(ImageFilter.GaussianBlur(blur)) if blur else crop, np.float32)
    grain = np.random.default_rng(seed).normal(0, 2.0 * noise, (height, width, 1))
    return Image.fromarray(np.clip(seen + grain, 0, 255).astype(np.uint8))


def _jpeg(shoot: _Shoot, path: str, image: Image.Image, when: datetime, bias: int = 0) -> None:
    shoot.add(path, _encoded(image, "JPEG", quality=88, exif=_exif(when, bias)), when)


def _raw_pair(shoot: _Shoot, stem: str, image: Image.Image, when: datetime, rating: int | None) -> None:
    _jpeg(shoot, f"{stem}.JPG", image, when)
    shoot.add(f"{stem}.DNG", _dng(image.resize((300, 200)), when), when)
    if rating is not None:
        shoot.add(f"{stem}.xmp", _XMP.format(rating=rating).encode(), when)


def _exif(when: datetime, bias: int) -> bytes:
    local = when + timedelta(hours=1)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = _CAMERA
    exif[0x0132] = f"{local:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(0x8769).update(
        {
            0x829A: TiffImagePlugin.IFDRational(1, round(250 / 2.0**bias)),
            0x829D: TiffImagePlugin.IFDRational(56, 10),
            0x8827: 200,
            0x9003: f"{local:%Y:%m:%d %H:%M:%S}",
            0x9011: "+01:00",
            0x9204: TiffImagePlugin.IFDRational(bias, 1),
            0x9291: f"{local.microsecond // 10_000:02d}",
        }
    )
    return exif.tobytes()


def _dng(image: Image.Image, when: datetime) -> bytes:
    """A small DNG (Adobe DNG 1.4) that LibRaw develops: the picture made linear again, seen through an RGGB mosaic."""
    linear = (np.asarray(image, np.float32) / 255) ** 2.2 * 65535
    mosaic = linear[:, :, 1].astype(np.uint16)
    mosaic[::2, ::2], mosaic[1::2, 1::2] = linear[::2, ::2, 0], linear[1::2, 1::2, 2]
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x010F], tags[0x0110] = _CAMERA
    tags[0x0132] = f"{when + timedelta(hours=1):%Y:%m:%d %H:%M:%S}"
    for tag, kind, value in _DNG_TAGS:
        tags[tag], tags.tagtype[tag] = value, kind
    data = _encoded(Image.fromarray(mosaic), "TIFF", tiffinfo=tags)
    # Pillow writes "black is zero" for every grey picture; in a DNG the same entry says "colour filter array".
    entry = struct.pack("<HHI", 262, 3, 1)
    return data.replace(entry + struct.pack("<H", 1), entry + struct.pack("<H", 32803), 1)


def _encoded(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


_BYTE, _ASCII, _SHORT, _LONG, _SRATIONAL = 1, 2, 3, 4, 10
_XYZ_TO_SRGB = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
_DNG_TAGS: tuple[tuple[int, int, object], ...] = (
    (254, _LONG, 0),  # NewSubfileType: the main picture
    (33421, _SHORT, (2, 2)),  # CFARepeatPatternDim
    (33422, _BYTE, bytes((0, 1, 1, 2))),  # CFAPattern: red, green, green, blue
    (50706, _BYTE, bytes((1, 4, 0, 0))),  # DNGVersion
    (50708, _ASCII, _CAMERA[1]),  # UniqueCameraModel
    (50717, _LONG, 65535),  # WhiteLevel
    (50721, _SRATIONAL, tuple(TiffImagePlugin.IFDRational(round(n * 10_000), 10_000) for n in _XYZ_TO_SRGB)),
    (50728, 5, tuple(TiffImagePlugin.IFDRational(1, 1) for _ in range(3))),  # AsShotNeutral
)

_XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{rating}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
