"""Picture formats: by extension, and by the first bytes of the content.

The content decides how a file is opened; the extension only decides whether it is worth a look.
"""

from __future__ import annotations

import re

HEAD = 32
"""Bytes that `sniff` needs."""

_RAW = """
3fr arw bay cr2 cr3 crw dcr dcs dng drf erf fff gpr iiq k25 kc2 kdc mef mos mrw nef nrw orf ori pef ptx raf rw2 rwl sr2
srf srw x3f
"""
_RENDERED = """
jpg jpeg jpe jfif mpo png apng webp tif tiff gif bmp dib heic heif hif avif jxl jp2 j2k jpx ppm pgm pbm pnm ico
"""
_OTHER = """
xmp aae cos cof cop cot comask cosessiondb dop nksc on1 pp3 arp spd dr4 vrd thm lrv lrf decision caption cropped yaml
yml txt csv tsv json toml ini cfg log md rst html htm css js py sh bat xml db sqlite lrcat lrdata ithmb plist url lnk
mov mp4 m4v avi mts m2ts mkv webm 3gp mpg mpeg insv mlv wav mp3 m4a aac flac ogg opus pdf doc docx xls xlsx ppt pptx
odt ods psd psb xcf kra svg ai eps blend zip gz bz2 xz zst tar rar 7z iso exe dll so pt pth safetensors onnx npy npz
gguf tmp part crdownload icc icm cube gpx kml srt
"""

RAW_EXTENSIONS = frozenset(_RAW.split())
"""What cameras record before development."""

PHOTO_EXTENSIONS = RAW_EXTENSIONS | frozenset(_RENDERED.split())
"""Files that are photos by their name alone, readable or not."""

OTHER_EXTENSIONS = frozenset(_OTHER.split())
"""Files that often lie beside photos and never are one, known without opening them.

`thm` is a JPEG inside but belongs to its photo or film; `cropped` marks a render as used, whatever it holds.
"""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II\x2a\0", "tiff"),
    (b"MM\0\x2a", "tiff"),
    (b"II\x2b\0", "tiff"),  # BigTIFF
    (b"MM\0\x2b", "tiff"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),  # bare code stream, .j2k
    (b"FUJIFILMCCD-RAW", "raf"),
    (b"IIRO", "orf"),
    (b"IIRS", "orf"),
    (b"MMOR", "orf"),
    (b"IIU\0", "rw2"),
    (b"II\x1a\0\0\0HEAPCCDR", "crw"),
    (b"FOVb", "x3f"),
    (b"\0MRM", "mrw"),
)
_BRANDS = {b"avif": "avif", b"avis": "avif", b"crx ": "cr3"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"), "heif"
)
_PNM = re.compile(rb"P[1-6]\s+(?:#|\d)")
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes) -> str | None:
    """The content's type by its first 32 bytes (`jpeg`, `heif`, …), None when it is no picture known here.

    RAW files that are TIFFs inside (NEF, ARW, DNG, CR2 …) are `tiff`; only their extension tells them apart.
    """
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    if _PNM.match(head):
        return "pnm"
    return "ico" if _icon(head) else None


def _brand(head: bytes) -> str | None:
    """The type by ISO brand. `mif1` only says "picture": the compatible brands then tell AVIF from HEIF."""
    major = _BRANDS.get(head[8:12])
    box = min(int.from_bytes(head[:4], "big"), HEAD)
    compatible = {head[at : at + 4] for at in range(16, box, 4)}
    return "avif" if major == "heif" and compatible & {b"avif", b"avis"} else major


def _icon(head: bytes) -> bool:
    """True for 1 to 64 pictures of which the first lies behind the directory; four bytes alone prove nothing."""
    if head[:4] != b"\0\0\1\0" or len(head) < 22 or head[9]:
        return False
    count, offset = int.from_bytes(head[4:6], "little"), int.from_bytes(head[18:22], "little")
    return 1 <= count <= 64 and offset >= 6 + 16 * count
