"""What programs keep of a photo in folders of their own goes with it, below the staging folder, and comes back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cullr import scan
from cullr.cli.main import main
from cullr.index.store import Store
from cullr.model import Kind, Marks
from cullr.session import Session
from cullr_tests import pictures
from cullr_tests.session.small_plans import names, plan, stage, tree, write
from cullr_tests.sidecars import written

COS = '<E K="Basic_Rating" V="{}"/>'


def session(root: Path) -> dict[str, bytes]:
    """Two copies in a folder of a Capture One session with settings of two versions, caches, and a stranger's."""
    pictures.save(root / "Capture/a.jpg", pictures.scene(2))
    shutil.copy2(root / "Capture/a.jpg", root / "Capture/b.jpg")
    inside = root / "Capture/CaptureOne"
    for version, stars in (("Settings50", 1), ("Settings153", 4)):
        (inside / version).mkdir(parents=True)
        for number, name in enumerate(("a.jpg", "b.jpg")):
            settings = inside / version / f"{name}.cos"
            settings.write_text(COS.format(stars - number))
            os.utime(settings, (1_600_000_000 + stars,) * 2)
    (inside / "Settings153/b.jpg.1.comask").write_bytes(b"mask")
    (inside / "Settings153/gone.jpg.cos").write_text(COS.format(1))
    (inside / "Cache/Proxies").mkdir(parents=True)
    (inside / "Cache/Proxies/b.jpg.cop").write_bytes(b"\xff\xd8\xff proxy")
    return tree(root)


def owned(root: Path, *ignore: str) -> dict[str, list[str]]:
    found = scan.walk([root], ignore)
    return {shot.path: [file.path for file in shot.companions] for shot in found.shots}


def test_settings_are_companions_caches_are_not_and_each_file_counts_once(tmp_path: Path) -> None:
    session(tmp_path)
    found = scan.walk([tmp_path])
    inside = "Capture/CaptureOne"
    assert owned(tmp_path) == {
        "Capture/a.jpg": [f"{inside}/Settings153/a.jpg.cos", f"{inside}/Settings50/a.jpg.cos"],
        "Capture/b.jpg": [
            f"{inside}/Settings153/b.jpg.1.comask",
            f"{inside}/Settings153/b.jpg.cos",
            f"{inside}/Settings50/b.jpg.cos",
        ],
    }
    assert (found.photos, found.orphans) == (2, 2)
    assert scan.folder(tmp_path, "Capture") == found.shots
    assert scan.walk([tmp_path / inside]).orphans == 7
    assert owned(tmp_path, "CaptureOne/") == owned(tmp_path, "Settings*/") == {"Capture/a.jpg": [], "Capture/b.jpg": []}
    nested = scan.walk([tmp_path, tmp_path / inside / "Settings50"])
    assert [len(shot.companions) for shot in nested.shots] == [1, 2]
    assert nested.orphans == 4
    shutil.rmtree(tmp_path / inside / "Settings153")
    (tmp_path / inside / "Settings153").symlink_to("Settings50")
    assert [len(paths) for paths in owned(tmp_path).values()] == [1, 1]


@pytest.mark.parametrize(
    "path",
    [
        "CaptureOne/Settings/a.jpg.cos",
        "captureone/settings1665/a.jpg.cos",
        "NKSC_PARAM/a.jpg.nksc",
        "SILKYPIX_DS/a.jpg.9.spd",
        "Exposure Software/Exposure X7/a.jpg.exposurex7",
        "[Originals]/a.jpg",
        "NKSC_PARAM/._a.jpg.nksc",
    ],
)
def test_every_programs_folder_goes_with_its_photo_and_comes_back(tmp_path: Path, path: str) -> None:
    folder = path.rpartition("/")[0]
    write(tmp_path, "day/a.jpg", "day/b.jpg", f"day/{path}", f"day/{folder}/q.txt", f"day/{folder}/z.jpg")
    before = tree(tmp_path)
    found = scan.walk([tmp_path])
    assert (found.photos, found.orphans) == (3, 1)
    assert owned(tmp_path)["day/a.jpg"] == [f"day/{path}"]
    chosen = plan([tmp_path], (Kind.EXACT, ["day/b.jpg"], ["day/a.jpg"]))
    assert stage(chosen, tmp_path).files == 2
    assert {f"_review_dupes/day/{name}" for name in ("a.jpg", path)} < set(names(tmp_path))
    staged = scan.walk([tmp_path / "_review_dupes"])
    assert [[file.path for file in shot.files] for shot in staged.shots] == [sorted(["day/a.jpg", f"day/{path}"])]
    assert main(["undo", str(tmp_path), "--quiet"]) == 0
    assert tree(tmp_path) == before


def test_thumbnails_of_a_nas_are_no_photos(tmp_path: Path) -> None:
    write(tmp_path, "day/a.jpg", "day/@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", "day/@eaDir/a.jpg@SynoEAStream")
    assert owned(tmp_path) == {"day/a.jpg": []}


def test_the_stars_count_and_the_settings_go_and_come_back_with_the_photo(tmp_path: Path) -> None:
    before = session(tmp_path)
    review, _ = Session.open([tmp_path]).review()
    assert [facts.marks.rating for facts in review.groups[0].shots] == [4, 3]
    staging = tmp_path / "_review_dupes/Capture"
    for taken in (False, True):  # the second time in a staging folder where its names are taken
        assert main(["stage", str(tmp_path), "--yes", "--quiet"]) == 0
        mark = " (2)" if taken else ""
        inside = "CaptureOne/Settings"
        for name in ("b{}.jpg", inside + "50/b{}.jpg.cos", inside + "153/b{}.jpg.cos", inside + "153/b{}.jpg.1.comask"):
            assert (staging / name.format(mark)).is_file(), name
        assert not [path for path in names(tmp_path) if "b.jpg" in path and not path.startswith(("_", "Capture/C"))]
        assert (tmp_path / "Capture/CaptureOne/Cache/Proxies/b.jpg.cop").is_file()
        assert main(["undo", str(tmp_path), "--all", "--quiet"]) == 0
        assert tree(tmp_path) == before
        write(tmp_path, "_review_dupes/Capture/CaptureOne/Settings50/b.jpg.cos")
        before = tree(tmp_path)


def test_the_index_is_asked_once_for_each_folder_however_sidecars_and_settings_alternate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.save(tmp_path / "000.jpg", pictures.scene(2))
    (tmp_path / "CaptureOne/Settings50").mkdir(parents=True)
    for number in range(30):
        if number:
            shutil.copy2(tmp_path / "000.jpg", tmp_path / f"{number:03}.jpg")
        (tmp_path / f"{number:03}.xmp").write_bytes(written.UNTOUCHED)
        (tmp_path / f"CaptureOne/Settings50/{number:03}.jpg.cos").write_text(COS.format(3))
    asked: list[bytes] = []
    real = Store.sidecars

    def counted(store: Store, folder: bytes) -> dict[tuple[bytes, int, int], Marks]:
        asked.append(folder)
        return real(store, folder)

    monkeypatch.setattr(Store, "sidecars", counted)
    review, _ = Session.open([tmp_path]).review()
    assert {facts.marks.rating for group in review.groups for facts in group.shots} == {3}
    assert len(asked) <= 4 * len(set(asked)) == 8


def test_settings_that_came_since_the_plan_hold_the_shot_back(tmp_path: Path) -> None:
    culled = [f"{number:04}.jpg" for number in range(300)]
    write(tmp_path, "keep.jpg", *culled, "CaptureOne/Settings50/0000.jpg.cos")
    chosen = plan([tmp_path], (Kind.EXACT, ["keep.jpg"], culled))
    write(tmp_path, "CaptureOne/Settings50/0001.jpg.cos", "CaptureOne/Settings166/0002.jpg.cos")
    left = stage(chosen, tmp_path).left
    assert [(each.path, "new companion" in each.why) for each in left] == [("0001.jpg", True), ("0002.jpg", True)]


def test_settings_that_come_while_the_batch_is_under_way_hold_their_shot_back(tmp_path: Path) -> None:
    from cullr.session.staging import apply

    culled = [f"{number:04}.jpg" for number in range(300)]
    write(tmp_path, "keep.jpg", *culled, "CaptureOne/Settings50/0000.jpg.cos")
    chosen = plan([tmp_path], (Kind.EXACT, ["keep.jpg"], culled))

    def progress(_name: str, done: int, total: int) -> None:
        if done < total:  # between two chunks
            write(tmp_path, "CaptureOne/Settings50/0299.jpg.cos", "CaptureOne/Settings166/0298.jpg.cos")

    left = apply(chosen, [tmp_path], (), progress).left
    assert [(each.path, "new companion" in each.why) for each in left] == [("0298.jpg", True), ("0299.jpg", True)]
