"""Disks that refuse, and moves from one file system to another."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cullr.errors import Failed
from cullr.journal import Journal, disk
from cullr.journal.tree import Tree
from cullr.moves import rename, undo, verify
from cullr.moves.stays import Stays
from cullr_tests.crash.shoot import Seen, snapshot
from cullr_tests.small_root import deny, request, stage_shots, write


@pytest.fixture
def two_disks(tmp_path: Path) -> Sequence[str]:
    """Two folders on different file systems, as paths below /."""
    other = Path(tempfile.mkdtemp(dir="/dev/shm"))
    assert other.stat().st_dev != tmp_path.stat().st_dev, "this test needs /dev/shm on another file system than /tmp"
    return str(tmp_path.resolve())[1:], str(other)[1:]


def test_a_file_crosses_to_another_file_system_and_back_with_all_it_has(two_disks: Sequence[str]) -> None:
    here, there = two_disks
    source, target = f"{here}/a.jpg", f"{there}/a.jpg"
    path = Path("/") / source
    path.write_bytes(os.urandom(3_000_000))
    path.chmod(0o640)
    os.utime(path, ns=(11, 1_400_000_000_123_456_789))
    with Tree(Path("/")) as tree:
        try:
            before = snapshot(Path("/") / here)
            rename.move(tree, source, target)
            assert snapshot(Path("/") / there) == before
            assert snapshot(Path("/") / here) == {}
            rename.move(tree, target, source)
            assert snapshot(Path("/") / here) == before
        finally:
            shutil.rmtree(Path("/") / there)


def test_a_copy_never_replaces_and_a_hard_link_is_not_cut_off(two_disks: Sequence[str]) -> None:
    here, there = (Path("/") / folder for folder in two_disks)
    (here / "a.jpg").write_bytes(b"mine")
    (there / "a.jpg").write_bytes(b"theirs")
    os.link(here / "a.jpg", here / "twin.jpg")
    with Tree(Path("/")) as tree:
        try:
            with pytest.raises(Stays, match=r"a\.jpg"):
                rename.move(tree, f"{two_disks[0]}/a.jpg", f"{two_disks[1]}/b.jpg")
            (here / "twin.jpg").unlink()
            with pytest.raises(Stays, match=r"a\.jpg"):
                rename.move(tree, f"{two_disks[0]}/a.jpg", f"{two_disks[1]}/a.jpg")
            assert ((here / "a.jpg").read_bytes(), (there / "a.jpg").read_bytes()) == (b"mine", b"theirs")
            assert [path.name for path in there.iterdir()] == ["a.jpg"]
        finally:
            shutil.rmtree(there)


def test_a_copy_that_reads_back_differently_is_thrown_away(
    two_disks: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = (Path("/") / folder for folder in two_disks)
    (here / "a.jpg").write_bytes(b"x" * 5000)
    real = disk.write

    def rotting(fd: int, data: bytes | memoryview) -> int:
        return real(fd, b"y" + bytes(data)[1:])

    monkeypatch.setattr(disk, "write", rotting)
    with Tree(Path("/")) as tree:
        try:
            with pytest.raises(Stays, match=r"a\.jpg") as caught:
                rename.move(tree, f"{two_disks[0]}/a.jpg", f"{two_disks[1]}/a.jpg")
            assert "did not read back the same" in caught.value.refusal.why
            assert (here / "a.jpg").read_bytes() == b"x" * 5000
            assert list(there.iterdir()) == []
        finally:
            shutil.rmtree(there)


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_stage_and_undo_hold_on_disk_and_in_memory_alike(tmp_path: Path, where: str) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path if where == "disk" else "/dev/shm") as folder:
        root = Path(folder)
        write(root, "day1/a.jpg", "day1/a.xmp")
        before: dict[str, Seen] = snapshot(root)
        stage_shots(root, request(root, "day1/a.jpg", "day1/a.xmp"))
        assert not undo(root).refused
        assert snapshot(root) == before


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "permission denied"),
        (errno.EPERM, "immutable"),
        (errno.EROFS, "read-only"),
        (errno.ENAMETOOLONG, "too long"),
        (errno.EEXIST, "appeared"),
        (errno.EIO, "disk reported an error"),
    ],
)
def test_a_shot_one_of_whose_files_cannot_move_is_rolled_back_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    write(tmp_path, "a.jpg", "a.CR3", "a.xmp", "b.jpg")
    before = snapshot(tmp_path)
    shots = (request(tmp_path, "a.jpg", "a.CR3", "a.xmp"), request(tmp_path, "b.jpg"))
    deny(monkeypatch, "rename_new", "a.xmp", code)
    result = stage_shots(tmp_path, *shots)
    assert [(row.path, words in row.why) for row in result.refused] == [("a.xmp", True)]
    assert [shot.face for shot in result.moved] == ["b.jpg"]
    assert verify(tmp_path) == []
    undo(tmp_path)
    assert snapshot(tmp_path) == before


def test_an_immutable_file_that_can_only_be_copied_leaves_no_copy_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.jpg", "a.xmp")
    before = snapshot(tmp_path)
    shot = request(tmp_path, "a.jpg", "a.xmp")
    for call, code in (("rename_new", errno.EINVAL), ("link", errno.EPERM)):
        deny(monkeypatch, call, "a.xmp", code)
    monkeypatch.setattr(disk, "unlink", _unlink_but(tmp_path, "a.xmp"))
    result = stage_shots(tmp_path, shot)
    assert "immutable" in result.refused[0].why
    assert snapshot(tmp_path) == before


def _unlink_but(folder: Path, name: str) -> Callable[[str, int], None]:
    real = os.unlink

    def unlink(asked: str, at: int) -> None:
        if asked == name and Path(f"/proc/self/fd/{at}").readlink() == folder:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        real(asked, dir_fd=at)

    return unlink


def test_a_disk_full_of_journal_stops_before_anything_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.jpg")
    shot = request(tmp_path, "a.jpg")
    Journal(tmp_path).close()

    def full(_fd: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "write_all", full)
    with pytest.raises(Failed, match="cannot be written"):
        stage_shots(tmp_path, shot)
    assert (tmp_path / "a.jpg").exists()


@pytest.mark.parametrize("way", ["rename", "link", "copy"])
def test_a_file_that_appears_at_the_last_instant_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    write(tmp_path, "a.jpg", "a.xmp")
    shot = request(tmp_path, "a.jpg", "a.xmp")
    real = disk.rename_new

    def late(name: str, at: int, new: str, to: int) -> None:
        (tmp_path / "_review_dupes/a.xmp").write_bytes(b"a newcomer")
        if way != "rename" and name == "a.xmp":
            raise OSError(errno.EINVAL if way == "link" else errno.EXDEV, "")
        real(name, at, new, to)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "rename_new", late)
        result = stage_shots(tmp_path, shot)
    assert [(row.path, "appeared" in row.why) for row in result.refused] == [("a.xmp", True)]
    assert (tmp_path / "_review_dupes/a.xmp").read_bytes() == b"a newcomer"
    assert sorted(snapshot(tmp_path)) == ["_review_dupes", "_review_dupes/a.xmp", "a.jpg", "a.xmp"]


@pytest.mark.parametrize(("way", "code"), [("link", errno.EINVAL), ("copy", errno.EXDEV)])
def test_a_file_an_editor_replaces_while_it_is_being_moved_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, code: int
) -> None:
    write(tmp_path, "a.jpg")
    shot = request(tmp_path, "a.jpg")
    real = disk.fsync_folder

    def saved_meanwhile(fd: int) -> None:
        if (tmp_path / "_review_dupes/a.jpg").exists():
            (tmp_path / "new").write_bytes(b"saved by an editor")
            (tmp_path / "new").rename(tmp_path / "a.jpg")
        real(fd)

    deny(monkeypatch, "rename_new", "a.jpg", code)
    monkeypatch.setattr(disk, "fsync_folder", saved_meanwhile)
    assert "while it was being moved" in stage_shots(tmp_path, shot).refused[0].why
    assert (tmp_path / "a.jpg").read_bytes() == b"saved by an editor"
    assert sorted(snapshot(tmp_path)) == ["a.jpg"]


def test_a_staged_folder_that_cannot_be_made_keeps_only_the_shots_that_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "day1/a.jpg", "day2/b.jpg")
    shots = [request(tmp_path, path) for path in ("day1/a.jpg", "day2/b.jpg")]
    deny(monkeypatch, "mkdir", "day1", errno.EACCES)
    result = stage_shots(tmp_path, *shots)
    assert [(row.path, "permission denied" in row.why) for row in result.refused] == [("day1/a.jpg", True)]
    assert [shot.face for shot in result.moved] == ["day2/b.jpg"]
