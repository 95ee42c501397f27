"""What travels together: the files of one folder, joined by their names alone."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import companions, formats, names
from cullr.model import File, Shot

T = "20250705_230713"
PXL = "PXL_20230105_101112345"


def gathered(*listing: str) -> tuple[list[Shot], list[str]]:
    """The shots of a folder and its orphans' names; photos are known by extension."""
    photos: list[File] = []
    others: list[File] = []
    for name in listing:
        litter = name.startswith(companions.LITTER)
        photo = not litter and names.split(name)[1] in formats.PHOTO_EXTENSIONS | {""}
        (photos if photo else others).append(File(0, f"day1/{name}", 1, 0))
    shots, orphans = companions.gather(photos, others)
    return shots, [file.name for file in orphans]


def together(*listing: str) -> list[list[str]]:
    """Each shot's files, the face first, the orphans last; shared files in each shot."""
    shots, orphans = gathered(*listing)
    rows = [[shot.face.name, *sorted(file.name for file in shot.files if file != shot.face)] for shot in shots]
    return rows + ([["orphans", *orphans]] if orphans else [])


@pytest.mark.parametrize(
    "row",
    [
        ["IMG_1.JPG", "IMG_1.CR3", "IMG_1.xmp"],
        ["IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.xmp", "IMG_1.JPG.xmp", "IMG_1.jpg.dop"],
        ["IMG_1.CR3.jpg", "IMG_1.CR3"],
        ["IMG_1.cr3.jpg", "IMG_1.CR3"],
        ["IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.jpg"],
        ["IMG_1.JPG", "IMG_1.cr3", "IMG_1.CR3.xmp"],
        ["IMG_1.CR3", "IMG_1.CR3.xmp", "IMG_1_01.CR3.xmp", "IMG_1_02.CR3.xmp"],
        ["IMG_1.HEIC", "IMG_1.AAE", "IMG_1.MOV", "IMG_1_HEVC.MOV"],
        ["IMG_1.HEIC", "IMG_1.MOV", "IMG_1.MOV.json", "._IMG_1.MOV.json"],
        ["IMG_0104.JPG", "IMG_0104.AAE", "IMG_E0104.AAE", "IMG_E0104.JPG", "IMG_E0104.MOV", "IMG_O0104.AAE"],
        ["IMG_0104.HEIC", "IMG_E0104.JPG"],
        [f"{PXL}.RAW-01.COVER.jpg", f"{PXL}.RAW-01.COVER.jpg.json", f"{PXL}.RAW-02.ORIGINAL.dng"],
        [f"{PXL}.PORTRAIT-01.COVER.jpg", f"{PXL}.PORTRAIT-02.ORIGINAL.jpg", f"{PXL}.jpg", f"{PXL}.xmp"],
        [f"{PXL}.NIGHT.jpg", f"{PXL}.NIGHT.RAW-02.ORIGINAL.dng"],
        [f"{PXL}.LONG_EXPOSURE-01.COVER.jpg", f"{PXL}.LONG_EXPOSURE-02.ORIGINAL.jpg"],
        ["IMG_1.JPG", "IMG_1.NEF", "IMG_1.NEF.nksc", "IMG_1.NEF.dop", "IMG_1.NEF.pp3", "IMG_1.nef.arp"],
        ["IMG_1.JPG", "IMG_1.on1", "IMG_1.dr4", "IMG_1.vrd", "IMG_1.wav", "IMG_1.thm", "IMG_1.lrv", "IMG_1.afphoto"],
        ["IMG_1.CR2", "IMG_1.CR2.9.spd", "IMG_1.CR2.1.comask", "IMG_1.CR2.cos", "IMG_1.CR2.exposurex7"],
        ["IMG_1.NEF", "IMG_1.NEF.data-zps", "IMG_1.NEF.gpslog.xml"],
        ["X.jpg", "X.cropped.jpg", "X.cropped.txt"],
        ["X.png", "X.caption", "X.cropped", "X.txt", "X.yaml"],
        ["X.webp", "X.cropped.jpg"],
        ["IMG_1.JPG", "._IMG_1.JPG", "._IMG_1.xmp", "IMG_1.xmp"],
        ["IMG_1.JPG", "._IMG_1.JPG"],
        ["IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
        ["IMG_1.jpg", "IMG_1.heic", "IMG_1.avif", "IMG_1.webp", "IMG_1.jxl", "IMG_1.png", "IMG_1.tif"],
        ["IMG_0003.jpg", "IMG_0003.jpg.jpg"],
    ],
    ids=lambda row: row[0] + f"+{len(row) - 1}",
)
def test_one_press_of_the_shutter_is_one_shot(row: list[str]) -> None:
    assert together(*row) == [[row[0], *sorted(row[1:])]]


@pytest.mark.parametrize(
    "rows",
    [
        # by prefix or glob the first would take the second's files
        [[f"{T}_stage1.5_face_swapped.png", f"{T}_stage1.5_face_swapped.yaml"], [f"{T}_stage1.png"]],
        [[f"{T}_stage1"], [f"{T}_stage1.5_face_swapped"]],
        [[f"{T}_stage1"], [f"{T}_stage1.5_face_swapped.png"]],
        [[f"{T}_stage1.5_a.png"], [f"{T}_stage1_a.png", f"{T}_stage1_a.yaml"]],
        [["DSC_011.JPG"], ["orphans", "DSC_0110.xmp"]],
        [["IMG_1.JPG"], ["IMG_10.JPG", "IMG_10.JPG.xmp"]],
        # letter case divides photos, never a photo and its companion
        [["IMG_1.JPG", "IMG_1.xmp"], ["img_1.jpg", "img_1.xmp"]],
        [["IMG_1.JPG"], ["img_1.CR3"]],
        [["IMG_1.JPG", "img_1.XMP"]],
        [["IMG_1.HEIC", "IMG_1_HEVC.MOV"], ["img_1.HEIC"]],
        [["IMG_1.JPG", "img_1.jpg.xmp"]],
        [["IMG_1.CR3", "img_1_01.cr3.xmp"]],
        # one file's composed and another's decomposed accent
        [["cafe\u0301.jpg"], ["caf\u00e9.jpg", "caf\u00e9.xmp"]],
        [["caf\u00e9.jpg", "CAFE\u0301.xmp"]],
        # what looks like a variant stands alone without its original
        [["IMG_E0104.JPG"], ["orphans", "IMG_0104.MOV", "IMG_O0104.AAE"]],
        [["X.cropped.jpg"]],
        [["IMG_1.HEIC"], ["orphans", "IMG_O1.MOV"]],
        [["IMG_1_01.CR3", "IMG_1_01.CR3.xmp"], ["IMG_1.CR3"]][::-1],
        [["IMG_1.HEIC"], ["IMG_1_HEVC.JPG"]],
        # the frames of a Pixel burst are different pictures
        [[f"{PXL}.BURST-01.jpg"], [f"{PXL}.BURST-02.jpg"]],
        [["PXL_20230105_101112345.jpg"], ["PXL_20230105_101112346.jpg"]],
        # Takeout's number is the photo's
        [
            ["IMG_1(1).jpg", "IMG_1.jpg(1).json", "IMG_1.jpg.supplemental-metadata(1).json"],
            ["IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
        ],
        # no extension at all
        [["Mr. Jones"], ["Mr. Smith"]],
        [["dot.jpg"], ["dot.jpg."]],
        # the order is that of the faces
        [["IMG_1.d.jpg"], ["IMG_1.png", "IMG_1.CR3"]],
        [["orphans", "._gone.jpg", "notes.txt"]],
    ],
    ids=lambda rows: rows[0][0],
)
def test_neighbours_keep_their_own_files(rows: list[list[str]]) -> None:
    listing = [name for row in rows for name in row if name != "orphans"]
    assert together(*listing) == rows


def test_a_decision_is_shared_by_all_stages_of_its_timestamp() -> None:
    first, second, other = f"{T}_stage1_a.png", f"{T}_stage1.5_b.png", "20250705_230714_stage1_a.png"
    shots, orphans = gathered(first, second, other, f"{T}.decision", f"{T}_stage1_a.yaml", "20250705_230715.decision")
    assert orphans == ["20250705_230715.decision"]
    by_face = {shot.face.name: shot for shot in shots}
    for name in (first, second):
        assert [file.name for file in by_face[name].shared] == [f"{T}.decision"]
    assert [file.name for file in by_face[first].companions] == [f"{T}.decision", f"{T}_stage1_a.yaml"]
    assert by_face[other].companions == () == by_face[other].shared


def test_a_companion_that_only_matches_in_other_case_is_shared_by_all_that_do() -> None:
    shots, _ = gathered("IMG_1.JPG", "img_1.JPG", "Img_1.xmp")
    assert [[file.name for file in shot.shared] for shot in shots] == [["Img_1.xmp"], ["Img_1.xmp"]]


def test_bytes_of_a_shared_companion_are_not_freed() -> None:
    shots, _ = gathered(f"{T}_stage1_a.png", f"{T}_stage2_a.png", f"{T}.decision", f"{T}_stage1_a.yaml")
    assert [shot.bytes for shot in shots] == [2, 1]


def test_the_ground_truth_travels_together(shared_photos: Path) -> None:
    truth = json.loads((shared_photos / "ground_truth.json").read_text("utf-8"))["companions"]
    assert len(truth) > 30
    for expected in truth:
        folder = (shared_photos / expected["primary"]).parent
        shots, orphans = gathered(*(path.name for path in folder.iterdir() if path.is_file()))
        names_of = [{file.name for file in shot.files} for shot in shots]
        primary = Path(expected["primary"]).name
        [own] = [found for found in names_of if primary in found]
        wanted = {primary, *(Path(path).name for path in expected["companions"])}
        assert wanted <= own, expected["rule"]
        assert "TRAP" not in expected["rule"] or (own == wanted and "DSC_0110.xmp" in orphans)


def test_two_photos_of_one_stem_are_one_shot_with_one_sidecar(shared_photos: Path) -> None:
    shots, _ = gathered(*(path.name for path in (shared_photos / "companions").iterdir()))
    [shot] = [shot for shot in shots if shot.face.name.startswith("DSC_0112")]
    assert [file.name for file in shot.photos] == ["DSC_0112.JPG", "DSC_0112.png"]
    assert [file.name for file in shot.companions] == ["DSC_0112.xmp"]
    assert shot.shared == ()


PARTS = """
IMG_1 img_1 IMG_E1 IMG_O1 X ._ _01 _HEVC .cropped .JPG .jpg .CR3 .xmp .MOV .AAE .json (1) .5 _stage1_ _stage1.5_ .
20250705_230713 PXL_20230105_101112345 .RAW-01.COVER .RAW-02.ORIGINAL .decision \u00e9 e\u0301 \udcff
"""
LISTINGS = st.sets(st.lists(st.sampled_from(PARTS.split()), min_size=1, max_size=5).map("".join), max_size=14)


@given(LISTINGS, st.randoms(use_true_random=False))
def test_no_file_is_lost_or_owned_twice_and_the_order_does_not_matter(listing: set[str], random: Random) -> None:
    ordered = sorted(listing)
    shots, orphans = gathered(*ordered)
    photos = [file for shot in shots for file in shot.photos]
    held = [file for shot in shots for file in shot.companions]
    assert len(set(photos)) == len(photos)
    assert {file.name for file in photos + held} | set(orphans) == listing
    assert not {file.name for file in held} & set(orphans)
    for shot in shots:
        assert shot.face in shot.photos
        assert set(shot.shared) == {file for file in shot.companions if held.count(file) > 1}
    random.shuffle(ordered)
    assert gathered(*ordered) == (shots, orphans)


@settings(max_examples=600, deadline=None)
@given(LISTINGS)
def test_a_look_at_its_family_alone_finds_the_same_shot(listing: set[str]) -> None:
    shots, _ = gathered(*listing)
    for shot in shots:
        belongs = companions.family([photo.name for photo in shot.photos])
        near, _ = gathered(*(name for name in listing if belongs(name)))
        assert shot in near


@pytest.mark.parametrize(
    "listing",
    [
        [f"{T}_stage1_a.png", f"{T}_stage1.5_b.png", f"{T}.decision", f"{T}_stage1.5_b.yaml", f"{T}.png"],
        [f"{PXL}.RAW-01.COVER.jpg", f"{PXL}.RAW-02.ORIGINAL.dng", f"{PXL}.xmp", f"{PXL}.BURST-01.jpg"],
        ["IMG_0104.HEIC", "IMG_E0104.JPG", "IMG_O0104.AAE", "IMG_0104_HEVC.MOV", "img_e0104.mov", "._IMG_E0104.JPG"],
        ["IMG_1(1).jpg", "IMG_1.jpg", "IMG_1.jpg(1).json", "IMG_1.jpg.supplemental-metadata(1).json"],
        ["X.CR3", "x_01.cr3", "X_01.CR3.xmp", "X_02.CR3.xmp", "X.cropped.jpg", "X.cropped.txt", "._X.xmp"],
        ["caf\u00e9.jpg", "CAFE\u0301.jpg", "cafe\u0301.xmp", "Caf\u00e9.xmp"],
        ["IMG_1.CR3.jpg", "IMG_1.CR3", "img_1.xmp", "IMG_1.JPG", "Img_1.JPG"],
    ],
)
def test_a_family_holds_all_that_belongs_however_it_is_named(listing: list[str]) -> None:
    for shot in gathered(*listing)[0]:
        belongs = companions.family([photo.name for photo in shot.photos])
        assert shot in gathered(*(name for name in listing if belongs(name)))[0]


def test_a_family_is_a_small_part_of_a_folder(shared_photos: Path) -> None:
    listing = [path.name for path in (shared_photos / "companions").iterdir()]
    listing += [f"DSC_{number:04}.{extension}" for number in range(1000, 2000) for extension in ("JPG", "NEF", "xmp")]
    for shot in gathered(*listing)[0]:
        belongs = companions.family([photo.name for photo in shot.photos])
        near = [name for name in listing if belongs(name)]
        assert shot in gathered(*near)[0]
        assert len(near) < 40


def test_a_folder_of_100_000_files_takes_linear_time() -> None:
    def seconds(count: int) -> float:
        listing = [f"DSC_{at:06}{end}" for at in range(count // 4) for end in (".JPG", ".NEF", ".NEF.xmp", ".xmp")]
        files = [File(0, name, 1, 0) for name in listing]
        photos = [file for file in files if not file.path.endswith("xmp")]
        sidecars = [file for file in files if file.path.endswith("xmp")]
        start = process_time()
        shots, orphans = companions.gather(photos, sidecars)
        assert len(shots) == count // 4 and not orphans
        return process_time() - start

    # ten times the files, ten times the work; a scan of every photo per sidecar would make it a hundred
    assert seconds(100_000) < 30 * max(seconds(10_000), 0.03)


def test_names_made_of_dots_do_not_make_it_slow() -> None:
    chains = ["a" + ".b" * count for count in range(1, 120)] + ["a" + ".b" * 119 + f".{at}" for at in range(2000)]
    files = [File(0, name, 1, 0) for name in chains]
    plain = [File(0, "a" + "b" * (len(name) - 1) + f"{at}.x", 1, 0) for at, name in enumerate(chains)]

    def seconds(files: list[File]) -> float:
        start = process_time()
        assert companions.gather([], files) == ([], sorted(files, key=lambda file: file.path))
        return process_time() - start

    assert seconds(files) < 200 * max(seconds(plain), 0.005)
