"""Small real pictures for tests: drawn scenes, written by Pillow, with the EXIF a camera would write."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image


def scene(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """A picture with large shapes: two seeds give two pictures that no hash takes for one."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def exif(
    taken: str | None = None, fraction: str = "", zone: str = "", model: str = "Test 1", orientation: int = 1
) -> Image.Exif:
    """`taken` as `2024:05:01 10:00:00`."""
    tags = Image.Exif()
    tags[0x0110] = model
    tags[0x0112] = orientation
    sub = tags.get_ifd(0x8769)
    if taken:
        sub[0x9003] = taken
    if fraction:
        sub[0x9291] = fraction
    if zone:
        sub[0x9011] = zone
    return tags


def save(path: Path, image: Image.Image, *, tags: Image.Exif | None = None, quality: int = 90) -> Path:
    """Write by the extension, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, object] = {"exif": tags} if tags is not None else {}
    if path.suffix.lower() in {".jpg", ".jpeg"}:
        options["quality"] = quality
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def with_thumbnail(image: Image.Image, thumb: Image.Image, orientation: int = 1) -> bytes:
    """A JPEG whose EXIF holds `thumb` in its first directory, as cameras do."""
    stream = io.BytesIO()
    thumb.save(stream, "JPEG", quality=85)
    small = stream.getvalue()
    tags = exif("2024:05:01 10:00:00", orientation=orientation)
    body = tags.tobytes()[6:]
    # Append IFD1 by hand: Pillow writes no thumbnail. Its two offsets count from the TIFF header.
    first = int.from_bytes(body[4:8], "little") if body[:2] == b"II" else int.from_bytes(body[4:8], "big")
    order = "little" if body[:2] == b"II" else "big"
    entries = int.from_bytes(body[first : first + 2], order)  # type: ignore[arg-type]
    link = first + 2 + 12 * entries

    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, order)  # type: ignore[arg-type]

    start = len(body)
    at = start + 2 + 2 * 12 + 4
    directory = number(2, 2)
    directory += number(0x0201, 2) + number(4, 2) + number(1, 4) + number(at, 4)
    directory += number(0x0202, 2) + number(4, 2) + number(1, 4) + number(len(small), 4)
    directory += number(0, 4)
    block = b"Exif\0\0" + body[:link] + number(start, 4) + body[link + 4 :] + directory + small
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=block)
    return out.getvalue()


def with_preview(image: Image.Image, preview: Image.Image) -> bytes:
    """A JPEG with an MPF preview behind it, as cameras write it: Pillow marks the second picture as of no type."""
    stream = io.BytesIO()
    image.save(stream, "MPO", save_all=True, append_images=[preview], quality=90)
    data = bytearray(stream.getvalue())
    start = data.index(b"MPF\0") + 4
    first = start + int.from_bytes(data[start + 4 : start + 8], "little")
    for number in range(int.from_bytes(data[first : first + 2], "little")):
        at = first + 2 + 12 * number
        if data[at : at + 2] == b"\x02\xb0":  # the pictures' entries, 16 bytes each
            second = start + int.from_bytes(data[at + 8 : at + 12], "little") + 16
            data[second : second + 4] = (0x010002).to_bytes(4, "little")
    return bytes(data)


def with_packet(raw: bytes, packet: bytes) -> bytes:
    """A RAW that is a TIFF inside, with this XMP behind all else and in its first directory: as Adobe's programs do."""
    order = "<" if raw[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", raw, 4)
    (count,) = struct.unpack_from(f"{order}H", raw, at)
    entries = [raw[place : place + 12] for place in range(at + 2, at + 2 + 12 * count, 12)]
    after = raw[at + 2 + 12 * count :][:4]
    raw += b"\0" * (len(raw) % 2)
    entries.append(struct.pack(f"{order}HHII", 700, 1, len(packet), len(raw)))
    entries.sort(key=lambda entry: struct.unpack(f"{order}H", entry[:2]))
    packet += b" " * (len(packet) % 2)
    directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + after
    return raw[:4] + struct.pack(f"{order}I", len(raw) + len(packet)) + raw[8:] + packet + directory
