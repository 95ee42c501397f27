"""Folders → shots on a real disk: what is found, what is left out, and that nothing is found twice."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr import formats, names, roots, scan
from cullr.errors import RootError
from cullr.model import Skipped
from cullr.scan import Scan

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
NOBODY = 65534


def grow(folder: Path, *paths: str) -> Path:
    """Write a small file for each path; a picture's first bytes for all but notes."""
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"notes" if file.suffix in {".xmp", ".txt"} else JPEG)
    return folder


def photos(found: Scan, root: int = 0) -> list[str]:
    return [photo.path for shot in found.shots for photo in shot.photos if shot.root == root]


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder, and rights that a `chmod` in it can take away: the tests may run as root, whom nothing stops."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    was_root = os.geteuid() == 0
    try:
        if was_root:
            os.seteuid(NOBODY)
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
        for path in (folder, *(path for path in folder.iterdir() if path.is_dir())):
            path.chmod(0o777)
        shutil.rmtree(folder)


def test_the_shots_of_all_folders_come_back_in_path_order(tmp_path: Path) -> None:
    grow(tmp_path, "b/2.JPG", "b/2.CR3", "b/2.xmp", "b-1/3.png", "a.jpg", "b/10.jpg", "b/notes.txt", "empty/x.txt")
    found = scan.walk([tmp_path])
    assert [shot.path for shot in found.shots] == ["a.jpg", "b-1/3.png", "b/10.jpg", "b/2.JPG"]
    assert [file.path for file in found.shots[3].files] == ["b/2.CR3", "b/2.JPG", "b/2.xmp"]
    assert (found.photos, found.orphans, found.links, found.skipped) == (5, 2, 0, ())


def test_files_are_stated_and_not_read(tmp_path: Path) -> None:
    grow(tmp_path, "a.jpg", "a.xmp")
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_891_234_567_891))
    (tmp_path / "zero.jpg").touch()
    found, zero = scan.walk([tmp_path]).shots
    about = (tmp_path / "a.jpg").stat()
    assert (found.face.size, found.face.mtime_ns, found.face.inode) == (
        len(JPEG),
        1_234_567_891_234_567_891,
        about.st_ino,
    )
    assert (found.companions[0].size, zero.face.size) == (5, 0)


def test_every_odd_name_is_found_once_with_its_exact_bytes(tmp_path: Path, shared_photos: Path) -> None:
    listing = json.loads((shared_photos / "odd_names.json").read_text("utf-8"))["names"]
    wanted = [bytes.fromhex(entry["hex"]) for entry in listing]
    assert len(wanted) == 34
    content = (shared_photos / "odd_names" / "-dash-first.jpg").read_bytes()
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    for name in wanted:
        path = folder / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)  # one of them holds a slash
        path.write_bytes(content)
    found = scan.walk([tmp_path])
    assert sorted(os.fsencode(path) for path in photos(found)) == sorted(b"caf\xe9/" + name for name in wanted)
    assert all((tmp_path / path).read_bytes() == content for path in photos(found))
    assert (found.photos, found.orphans, found.skipped) == (34, 0, ())


def test_content_decides_where_the_extension_does_not(tmp_path: Path) -> None:
    grow(tmp_path, "IMG_0001", ".jpg", "trail .jpg ", "dot.jpg.", ".hidden.jpg", "x.unknown", "x.jpg~")
    (tmp_path / "README").write_text("words")
    (tmp_path / "page.jpg").write_text("<html>")
    for name in ("._page.jpg", "film.thm", "film.cropped"):
        (tmp_path / name).write_bytes(JPEG)
    found = scan.walk([tmp_path])
    assert sorted(photos(found)) == sorted(
        ["IMG_0001", ".jpg", "trail .jpg ", "dot.jpg.", ".hidden.jpg", "x.unknown", "x.jpg~", "page.jpg"]
    )
    [page] = [shot for shot in found.shots if shot.path == "page.jpg"]
    assert [file.path for file in page.companions] == ["._page.jpg"]
    assert found.orphans == 3


def test_special_files_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path holds 107 bytes at most
        try:
            listener.bind("socket.jpg")
        finally:
            os.chdir(here)
        found = scan.walk([tmp_path])
    assert (found.shots, found.orphans, found.skipped) == ((), 0, ())


def test_links_are_left_out_and_counted(tmp_path: Path) -> None:
    root = grow(tmp_path / "root", "a.jpg", "day/b.jpg")
    grow(tmp_path, "outside/c.jpg")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "day" / "loop").symlink_to(root)
    (root / "c.jpg").symlink_to(tmp_path / "outside" / "c.jpg")
    (root / "dangling.jpg").symlink_to("nowhere")
    found = scan.walk([root])
    assert photos(found) == ["a.jpg", "day/b.jpg"]
    assert (found.links, found.skipped) == (4, ())


def test_a_root_that_is_a_link_is_the_folder_behind_it(tmp_path: Path) -> None:
    grow(tmp_path / "real", "a.jpg")
    (tmp_path / "link").symlink_to("real")
    assert roots.check([tmp_path / "link", tmp_path / "real"]) == [tmp_path / "real"]
    assert photos(scan.walk([tmp_path / "link"])) == ["a.jpg"]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_file_belongs_to_the_innermost_root(tmp_path: Path, swapped: bool) -> None:
    grow(tmp_path, "a.jpg", "day1/b.jpg", "day1/.best/c.jpg", "day2/d.jpg")
    roots = [tmp_path, tmp_path / "day1", tmp_path / "day1" / ".best"]
    order = [2, 1, 0] if swapped else [0, 1, 2]
    found = scan.walk([roots[at] for at in order])
    listed = {at: photos(found, place) for place, at in enumerate(order)}
    assert listed == {0: ["a.jpg", "day2/d.jpg"], 1: ["b.jpg"], 2: ["c.jpg"]}
    assert found.skipped == ()


def test_the_same_root_twice_lists_nothing_twice(tmp_path: Path) -> None:
    root = grow(tmp_path / "root", "a.jpg", "day/b.jpg")
    (tmp_path / "link").symlink_to("root")
    found = scan.walk([root, tmp_path / "link", root / "day" / ".."])
    assert [shot.face.root for shot in found.shots] == [0, 0]
    assert found.photos == 2
    assert roots.check([root, tmp_path / "link", root / "day" / "..", root / "day"]) == [root, root / "day"]


def test_staged_hidden_and_own_folders_are_left_out_at_any_depth(tmp_path: Path) -> None:
    grow(tmp_path, "a.jpg", "_review_dupes/b.jpg", "day/delete_review/c.jpg", ".cullr/d.jpg", "day/.trash/e.jpg")
    assert photos(scan.walk([tmp_path])) == ["a.jpg"]
    assert photos(scan.walk([tmp_path / "_review_dupes"])) == ["b.jpg"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ([], ["a.jpg", "day/exports/b.jpg", "day/exports.jpg", "exports/c.jpg"]),
        (["exports/"], ["a.jpg", "day/exports.jpg"]),
        (["exports"], ["a.jpg", "day/exports.jpg"]),
        (["./exports/"], ["a.jpg", "day/exports.jpg"]),
        (["day/exports"], ["a.jpg", "day/exports.jpg", "exports/c.jpg"]),
        (["exports*/"], ["a.jpg", "day/exports.jpg"]),
        (["exports*"], ["a.jpg"]),
        (["exports/*"], ["a.jpg", "day/exports/b.jpg", "day/exports.jpg"]),
        (["EXPORTS/", "*.JPG"], ["a.jpg", "day/exports/b.jpg", "day/exports.jpg", "exports/c.jpg"]),
        (["[ab].jpg", "day/*.jpg"], ["exports/c.jpg"]),
        (["", "/", "./"], ["a.jpg", "day/exports/b.jpg", "day/exports.jpg", "exports/c.jpg"]),
    ],
)
def test_ignored_names_and_paths_are_left_out(tmp_path: Path, ignore: list[str], left: list[str]) -> None:
    grow(tmp_path, "a.jpg", "day/exports/b.jpg", "day/exports.jpg", "exports/c.jpg")
    assert sorted(photos(scan.walk([tmp_path], ignore))) == sorted(left)


@given(st.lists(st.text("[]!-^*?/\\a.\udcff\n"), max_size=4))
def test_no_glob_is_too_odd(globs: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grow(Path(folder), "a.jpg", "b/a.jpg")
        assert scan.walk([Path(folder)], globs).photos <= 2


def test_a_folder_that_cannot_be_read_is_a_row_and_the_rest_goes_on() -> None:
    with unprivileged() as root:
        grow(root, "a.jpg", "locked/b.jpg", "listed only/c.jpg", "listed only/d.xmp", "unknown", "z.jpg")
        (root / "locked").chmod(0)
        (root / "listed only").chmod(stat.S_IRUSR)
        (root / "unknown").chmod(0)
        found = scan.walk([root])
        assert photos(found) == ["a.jpg", "z.jpg"]
        why = "cannot be read: Permission denied"
        assert found.skipped == (
            Skipped(0, "listed only/c.jpg", why),
            Skipped(0, "listed only/d.xmp", why),
            Skipped(0, "locked", why),
            Skipped(0, "unknown", why),
        )


def test_a_root_that_vanished_is_a_row(tmp_path: Path) -> None:
    grow(tmp_path, "b/a.jpg")
    found = scan.walk([tmp_path / "gone", tmp_path / "b"])
    assert found.skipped == (Skipped(0, "", "cannot be read: No such file or directory"),)
    assert photos(found, 1) == ["a.jpg"]


def test_paths_beyond_the_systems_limit_are_a_row(tmp_path: Path) -> None:
    name, deep = "d" * 250, tmp_path
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, deep = below, deep / name
        os.close(os.open("a.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    found = scan.walk([tmp_path])
    assert 10 <= found.photos < 20 and all(path.endswith("/a.jpg") for path in photos(found))
    assert {each.why for each in found.skipped} == {"cannot be read: File name too long"}
    shutil.rmtree(tmp_path / name)


def test_a_thousand_folders_deep_is_no_limit(tmp_path: Path) -> None:
    grow(tmp_path, "top.jpg")
    deep = tmp_path
    for _ in range(1100):  # `parents=True` and pytest's own cleaning recurse
        deep /= "d"
        deep.mkdir()
    grow(deep, "a.jpg")
    found = scan.walk([tmp_path])
    (deep / "a.jpg").unlink()
    os.removedirs(deep)
    assert photos(found) == ["d/" * 1100 + "a.jpg", "top.jpg"]


def test_the_same_tree_gives_the_same_scan(tmp_path: Path) -> None:
    paths = [f"{folder}/{stem}{end}" for folder in "cab" for stem in "zxy" for end in (".jpg", ".CR3", ".xmp")]
    grow(tmp_path / "one", *paths)
    again = grow(tmp_path / "two", *reversed(paths))
    listed = [[file.path for file in shot.files] for shot in scan.walk([tmp_path / "one"]).shots]
    assert listed == [[file.path for file in shot.files] for shot in scan.walk([again]).shots]
    assert scan.walk([again]) == scan.walk([again])


def test_progress_counts_photos_and_may_end_the_walk(tmp_path: Path) -> None:
    grow(tmp_path, "1.jpg", *(f"{folder}/{at}.jpg" for at, folder in enumerate("iibbbbeeeeeeee")))
    grow(tmp_path, *(f"b/{folder}/{at}.jpg" for at, folder in enumerate("z" * 16 + "y" * 32)))
    counts: list[int] = []
    scan.walk([tmp_path], progress=counts.append)
    assert counts == [1, 5, 37, 53, 61, 63], "depth first, by name: b, b/y, b/z, e, i"

    def stop(count: int) -> None:
        if count > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan.walk([tmp_path], progress=stop)


def test_the_shared_photos_are_all_found(shared_photos: Path) -> None:
    found = scan.walk([shared_photos])
    truth = json.loads((shared_photos / "ground_truth.json").read_text("utf-8"))["files"]
    files = {file.path for shot in found.shots for file in shot.files}
    assert len(truth) > 300
    assert {path for path in set(truth) - files if names.split(path)[1] not in {"txt", "xmp", "yaml"}} == set()
    assert found.photos == sum(names.split(path)[1] in formats.PHOTO_EXTENSIONS for path in truth)
    assert found.skipped == ()


def test_a_root_must_be_a_folder_that_can_be_listed(tmp_path: Path) -> None:
    grow(tmp_path, "a.jpg")
    (tmp_path / "loop").symlink_to("loop")
    for root, message in {
        tmp_path / "gone": "does not exist",
        tmp_path / "a.jpg": "is not a folder",
        tmp_path / "loop": "cannot be used",
        tmp_path / ("n" * 300): "cannot be used: File name too long",
        tmp_path / "\0": "cannot be used",
    }.items():
        with pytest.raises(RootError) as caught:
            roots.check([tmp_path, root])
        assert message in caught.value.message and str(root) in caught.value.message
        assert caught.value.remedy and caught.value.exit_code == 2


def test_a_root_without_permission_is_refused() -> None:
    with unprivileged() as folder:
        grow(folder, "locked/a.jpg")
        (folder / "locked").chmod(0)
        with pytest.raises(RootError, match="cannot be read: Permission denied"):
            roots.check([folder / "locked"])


def test_roots_come_back_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "day").mkdir()
    monkeypatch.chdir(tmp_path)
    assert roots.check([Path(), Path("day")]) == [tmp_path, tmp_path / "day"]


def test_a_shot_looked_at_anew_is_the_one_a_walk_finds(shared_photos: Path, tmp_path: Path) -> None:
    shutil.copytree(shared_photos / "companions", tmp_path / "day")
    for name in ("day/NKSC_PARAM/DSC_0101.JPG.nksc", "day/CaptureOne/Settings50/DSC_0101.JPG.cos", "day/ignored.xmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    shots = scan.walk([tmp_path], ["*.cos"]).shots
    assert "day/NKSC_PARAM/DSC_0101.JPG.nksc" in {file.path for shot in shots for file in shot.companions}
    for shot in shots:
        assert scan.anew(tmp_path, shot, ["*.cos"]) == shot
    (tmp_path / shots[0].path).unlink()
    assert scan.anew(tmp_path, shots[0]) is None
