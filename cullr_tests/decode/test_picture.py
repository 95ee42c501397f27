"""Real files → metadata and greys: every format, every orientation, every damage."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

from cullr import hashes
from cullr.decode import Unreadable, open_picture, read_head
from cullr.decode.picture import open_large
from cullr.model import Rung
from cullr.settings import Limits
from cullr_tests import pictures

LIMITS = Limits()


def phash(grey: bytes) -> int:
    return int(hashes.phash_batch(np.frombuffer(grey, np.uint8).reshape(1, 32, 32))[0][0])


def bits(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def test_what_is_decoded_in_full_drifts_by_two_bits_at_most(shared_photos: Path) -> None:
    drifts = []
    reference = json.loads((shared_photos / "reference_hashes.json").read_text())["hashes"]
    # A test chart: many of its frequencies are all but zero.
    del reference["formats/exif_imagemagick_orientation.png"]
    for name, known in reference.items():
        if name.endswith((".png", ".bmp", ".gif", ".webp")) and "16bit" not in name:
            found = open_picture(shared_photos / name, LIMITS)
            assert found.rung is Rung.FULL
            if np.frombuffer(found.grey, np.uint8).std() >= 8:
                drifts.append(bits(phash(found.grey), int(known["phash"], 16)))
    assert len(drifts) > 40
    assert max(drifts) <= 2
    assert np.mean(drifts) < 0.3


def test_drafted_jpegs_drift_by_two_bits_at_most_unless_flat(shared_photos: Path) -> None:
    reference = json.loads((shared_photos / "reference_hashes.json").read_text())["hashes"]
    drifts = []
    for name, known in reference.items():
        if name.lower().endswith((".jpg", ".jpeg")) and not name.startswith("corrupt/"):
            found = open_picture(shared_photos / name, LIMITS)
            if np.frombuffer(found.grey, np.uint8).std() >= 8:
                drifts.append(bits(phash(found.grey), int(known["phash"], 16)))
    assert len(drifts) > 100
    assert max(drifts) <= 4
    assert np.mean(drifts) < 0.3


def test_capture_times_are_those_that_exiftool_reads(shared_photos: Path) -> None:
    files = json.loads((shared_photos / "ground_truth.json").read_text())["files"]
    # Two sit in a maker's note or in IPTC only, two behind a broken EXIF header.
    elsewhere = {
        "singles/american_black_bear.jpg",
        "formats/app13-multiple.jpg",
        "transforms/elephants/african_elephants_truncated_file.jpg",
        "formats/ultrahdr.jpg",
    }
    whole_seconds = {"metadata/thompson-springs.jpg"}
    checked = 0
    for name, facts in files.items():
        if facts.get("taken_from") != "EXIF DateTimeOriginal" or name.startswith("corrupt/") or name in elsewhere:
            continue
        if name.lower().endswith(".xmp"):
            continue
        found = open_picture(shared_photos / name, LIMITS).metadata.taken
        assert found is not None, name
        wanted = datetime.fromisoformat(facts["taken"]).replace(tzinfo=UTC)
        off = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found.wall_us) - wanted
        # One time comes from XMP with a fraction that exiftool's DateTimeOriginal leaves out.
        assert off == timedelta(0) or (name in whole_seconds and off < timedelta(seconds=1)), name
        checked += 1
    assert checked >= 45


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    upright = pictures.scene(1)
    plain = open_picture(pictures.save(tmp_path / "a.jpg", upright), LIMITS)
    # Store it so that the tag's turn brings it back: exif_transpose on a tagged copy gives the inverse's inverse.
    tags = pictures.exif(orientation=orientation)
    inverse = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    same = {2: 0, 3: 3, 4: 1, 5: 5, 7: 6}
    stored = upright
    if orientation in inverse:
        stored = upright.transpose(inverse[orientation])
    elif orientation in same:
        stored = upright.transpose(Image.Transpose(same[orientation]))
    turned = open_picture(pictures.save(tmp_path / "b.jpg", stored, tags=tags), LIMITS)
    assert (turned.metadata.width, turned.metadata.height) == (640, 480)
    assert bits(phash(plain.grey), phash(turned.grey)) <= 2
    assert open_large(tmp_path / "b.jpg", LIMITS, 320).size == (320, 240)


def test_what_shows_upright_is_what_pillow_turns_upright(shared_photos: Path) -> None:
    for path in sorted((shared_photos / "exif_orientation").glob("*.jpg")):
        with Image.open(path) as image:
            wanted = int(str(imagehash.phash(ImageOps.exif_transpose(image).convert("RGB"))), 16)
        assert bits(phash(open_picture(path, LIMITS).grey), wanted) <= 2, path.name


def test_deep_grey_is_not_clipped_to_white(tmp_path: Path) -> None:
    shallow = pictures.scene(3).convert("L")
    deep = Image.fromarray((np.asarray(shallow).astype(np.uint16)) * 16)  # 12 bits in 16
    deep.save(tmp_path / "deep.png")
    shallow.save(tmp_path / "shallow.png")
    deep_hash = phash(open_picture(tmp_path / "deep.png", LIMITS).grey)
    assert bits(deep_hash, phash(open_picture(tmp_path / "shallow.png", LIMITS).grey)) <= 2


def test_a_type_is_taken_from_the_content_not_the_extension(shared_photos: Path) -> None:
    assert open_picture(shared_photos / "corrupt" / "png_named.jpg", LIMITS).metadata.format == "png"


def test_raws_come_by_their_embedded_preview(shared_photos: Path) -> None:
    crw = open_picture(shared_photos / "formats/raw/IMG_0042.CRW", LIMITS)
    jpeg = open_picture(shared_photos / "formats/raw/IMG_0042.JPG", LIMITS)
    assert crw.metadata.format == "raw"
    assert crw.rung is Rung.PREVIEW
    assert bits(phash(crw.grey), phash(jpeg.grey)) <= 2
    assert open_picture(shared_photos / "formats/raw/DSC_truncated.ARW", LIMITS).metadata.camera == "SLT-A55V"
    open_picture(shared_photos / "formats/raw/header_only.CR2", LIMITS)


def test_every_broken_file_gives_a_reason_in_words(shared_photos: Path) -> None:
    files = json.loads((shared_photos / "ground_truth.json").read_text())["files"]
    for name, facts in files.items():
        if name.startswith("corrupt/") and facts["pillow"] != "ok":
            with pytest.raises(Unreadable) as raised:
                open_picture(shared_photos / name, LIMITS)
            assert len(str(raised.value)) > 8, name


def test_limits_on_pixels_and_bytes_hold(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.png", pictures.scene(1, 2000, 1000))
    with pytest.raises(Unreadable, match=r"limits\.megapixels"):
        open_picture(path, Limits(megapixels=1))
    with path.open("r+b") as stream:
        stream.truncate(3 << 20)
    with pytest.raises(Unreadable, match=r"limits\.megabytes"):
        open_picture(path, Limits(megabytes=1))


def test_a_thumbnail_gives_a_provisional_look_without_its_bars(tmp_path: Path) -> None:
    image = pictures.scene(5, 1500, 1000)
    boxed = Image.new("RGB", (160, 120))
    boxed.paste(image.resize((160, 107)), (0, 6))
    path = tmp_path / "a.jpg"
    path.write_bytes(pictures.with_thumbnail(image, boxed))
    head = read_head(path, LIMITS)
    assert head is not None
    assert head.grey is not None
    assert bits(phash(head.grey), phash(open_picture(path, LIMITS).grey)) <= 4


def test_a_thumbnail_of_another_shape_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(pictures.with_thumbnail(pictures.scene(5, 1500, 500), pictures.scene(6, 160, 120)))
    head = read_head(path, LIMITS)
    assert head is not None
    assert head.grey is None


def test_a_preview_inside_the_file_serves_where_there_is_no_thumbnail(tmp_path: Path) -> None:
    image = pictures.scene(5, 3000, 2000)
    path = tmp_path / "a.jpg"
    image.save(path, "MPO", save_all=True, append_images=[image.resize((1620, 1080))])
    plain = read_head(path, LIMITS)
    assert plain is not None
    assert plain.grey is None  # Pillow marks the second picture as of no type: it might be anything
    path.write_bytes(pictures.with_preview(image, image.resize((1620, 1080))))
    head = read_head(path, LIMITS)
    assert head is not None
    assert head.grey is not None
    assert head.rung is Rung.PREVIEW
    assert bits(phash(head.grey), phash(open_picture(path, LIMITS).grey)) <= 2


def test_a_cut_jpeg_is_unreadable_wherever_it_is_cut(tmp_path: Path) -> None:
    stream = io.BytesIO()
    pictures.scene(7).save(stream, "JPEG", quality=90)
    whole = stream.getvalue()
    for length in (1, 20, 200, len(whole) // 2, len(whole) - 20):
        path = tmp_path / f"{length}.jpg"
        path.write_bytes(whole[:length])
        with pytest.raises(Unreadable):
            open_picture(path, LIMITS)
