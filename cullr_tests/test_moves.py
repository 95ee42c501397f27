"""Stage and undo on real folders: whole shots, nothing replaced, everything back."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.errors import Failed, UsageError
from cullr.journal import BatchId, Journal, disk
from cullr.journal.tree import Tree
from cullr.model import File, Shot
from cullr.moves import BatchResult, ShotMove, empty, history, preview, rename, requests, stage, undo, verify
from cullr.moves.perform import CHUNK
from cullr.moves.stays import Refusal, Stays
from cullr_tests.crash.shoot import Seen, snapshot


def _write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.fsencode(path) * 3)
        os.utime(file, ns=(1, 1_500_000_000_000_000_001))


def _file(root: Path, path: str) -> File:
    found = (root / path).lstat()
    return File(0, path, found.st_size, found.st_mtime_ns, found.st_ino)


def _move(root: Path, face: str, *others: str, **more: object) -> ShotMove:
    return ShotMove(face, tuple(_file(root, path) for path in (face, *others)), **more)  # type: ignore[arg-type]


def _same_stem(root: Path) -> Callable[[ShotMove], list[str]]:
    """What belongs to a shot now: files of its stem."""

    def look(shot: ShotMove) -> list[str]:
        folder, _, name = shot.face.rpartition("/")
        stem = name.rpartition(".")[0]
        names = [path.name for path in (root / folder).iterdir() if path.name.partition(".")[0] == stem]
        return [f"{folder}/{name}" if folder else name for name in names]

    return look


def _stage(root: Path, *shots: ShotMove, **more: object) -> BatchResult:
    return stage(root, shots, lambda shot: [file.path for file in shot.files], **more)  # type: ignore[arg-type]


def _batch(result: BatchResult) -> BatchId:
    assert result.batch is not None
    return result.batch


def test_a_shot_goes_whole_to_the_same_place_below_the_staged_folder(tmp_path: Path) -> None:
    _write(tmp_path, "day1/a.jpg", "day1/a.CR3", "day1/a.xmp", "day1/b.jpg")
    before = snapshot(tmp_path)
    result = _stage(tmp_path, _move(tmp_path, "day1/a.jpg", "day1/a.CR3", "day1/a.xmp"), what="phash")
    after = snapshot(tmp_path)
    assert (result.files, result.bytes, result.refused) == (3, 90, ())
    for name in ("a.jpg", "a.CR3", "a.xmp"):
        assert after[f"_review_dupes/day1/{name}"] == before[f"day1/{name}"]
        assert f"day1/{name}" not in after
    assert "day1/b.jpg" in after


def test_undo_brings_everything_back_and_leaves_no_trace_but_the_journal(tmp_path: Path) -> None:
    _write(tmp_path, "day1/a.jpg", "day1/deep/er/b.jpg", "c.png")
    before = snapshot(tmp_path)
    _stage(tmp_path, *(_move(tmp_path, path) for path in ("day1/a.jpg", "day1/deep/er/b.jpg", "c.png")))
    result = undo(tmp_path)
    assert sorted(result.restored) == ["c.png", "day1/a.jpg", "day1/deep/er/b.jpg"]
    assert snapshot(tmp_path) == before


_NAMES = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff.\n"),
    min_size=1,
    max_size=40,
).filter(lambda name: name not in {".", "..", ".cullr", "_review_dupes"} and len(os.fsencode(name)) < 200)


@settings(max_examples=60, deadline=None)
@given(st.sets(_NAMES, min_size=1, max_size=6), st.sets(_NAMES, max_size=3), st.booleans())
def test_stage_then_undo_is_the_identity_for_any_names(names: set[str], folders: set[str], into_sets: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        root = Path(folder)
        paths = [f"{below}/{name}" for below in folders - names for name in names] + sorted(names)
        _write(root, *paths)
        before = snapshot(root)
        into = "delete_review" if into_sets else "_review_dupes"
        result = _stage(root, *(_move(root, path) for path in paths), into=into)
        assert (len(result.moved), result.refused) == (len(paths), ())
        assert not any(seen.data and not path.startswith(into) for path, seen in snapshot(root).items())
        assert not undo(root).refused
        assert snapshot(root) == before


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b"longer than it was"), "it changed since it was indexed"),
        (lambda path: os.utime(path, ns=(5, 5)), "it changed since it was indexed"),
        (lambda path: path.unlink(), "it vanished"),
        (lambda path: (path.unlink(), path.symlink_to("b.jpg")), "it is a symbolic link"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "it is not a regular file"),
        (lambda path: (path.unlink(), path.mkdir()), "it is not a regular file"),
    ],
)
def test_a_file_that_is_not_as_it_was_indexed_keeps_its_shot_and_the_rest_goes_on(
    tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    _write(tmp_path, "a.jpg", "a.CR3", "b.jpg", "b.CR3")
    shots = (_move(tmp_path, "a.jpg", "a.CR3"), _move(tmp_path, "b.jpg", "b.CR3"))
    spoil(tmp_path / "a.CR3")
    result = _stage(tmp_path, *shots)
    assert result.refused == (Refusal("a.CR3", why),)
    assert [shot.face for shot in result.moved] == ["b.jpg"]
    assert (tmp_path / "a.jpg").exists()


def test_a_shot_that_grew_a_companion_since_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg")
    shot = _move(tmp_path, "a.jpg")
    _write(tmp_path, "a.xmp")
    result = stage(tmp_path, [shot], _same_stem(tmp_path))
    assert (result.batch, result.moved) == (None, ())
    assert result.refused == (Refusal("a.jpg", "it has a new companion since it was indexed: a.xmp"),)
    assert (tmp_path / "a.jpg").exists()


def test_nothing_is_culled_for_a_photo_that_is_no_longer_there(tmp_path: Path) -> None:
    _write(tmp_path, "keep.jpg", "a.jpg", "b.jpg")
    kept = _file(tmp_path, "keep.jpg")
    a, b = (_move(tmp_path, name, kept=(kept,)) for name in ("a.jpg", "b.jpg"))
    assert [shot.face for shot in _stage(tmp_path, a).moved] == ["a.jpg"]
    (tmp_path / "keep.jpg").write_bytes(b"something else")
    assert _stage(tmp_path, b).refused[0].path == "b.jpg"
    assert (tmp_path / "b.jpg").exists()


def test_two_shots_cannot_be_culled_each_for_the_other(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg")
    a = _move(tmp_path, "a.jpg", kept=(_file(tmp_path, "b.jpg"),))
    b = _move(tmp_path, "b.jpg", kept=(_file(tmp_path, "a.jpg"),))
    result = _stage(tmp_path, a, b)
    assert [row.path for row in result.refused] == ["a.jpg"]
    assert (tmp_path / "a.jpg").exists()


@pytest.mark.parametrize("path", ["../a.jpg", "/etc/hostname", "x/../../a.jpg", "_review_dupes/a.jpg", ".cullr/lock"])
def test_paths_outside_the_root_or_in_cullrs_own_folders_are_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    _write(root, "_review_dupes/a.jpg")
    _write(tmp_path, "a.jpg")
    with Journal(root):
        pass
    before = snapshot(tmp_path)
    result = _stage(root, ShotMove(path, (File(0, path, 15, 1_500_000_000_000_000_001),)))
    assert [row.path for row in result.refused] == [path]
    assert snapshot(tmp_path) == before


def test_a_folder_that_became_a_symbolic_link_is_refused_both_ways(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    _write(root, "day1/a.jpg", "day2/b.jpg")
    a, b = _move(root, "day1/a.jpg"), _move(root, "day2/b.jpg")
    assert len(_stage(root, b).moved) == 1
    for day in ("day1", "day2"):
        (root / day).rename(tmp_path / f"outside{day}")
        (root / day).symlink_to(tmp_path / f"outside{day}")
    assert "symbolic link" in _stage(root, a).refused[0].why
    assert "symbolic link" in undo(root).refused[0].why
    assert (tmp_path / "outsideday1/a.jpg").exists()
    assert not outside.exists()
    assert not (tmp_path / "outsideday2/b.jpg").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_staged_folder_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "root"
    _write(root, "day1/a.jpg")
    if kind == "file":
        (root / "_review_dupes").write_bytes(b"mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        (root / "_review_dupes").symlink_to(tmp_path / "elsewhere")
    result = _stage(root, _move(root, "day1/a.jpg"))
    assert len(result.refused) == 1
    assert (root / "day1/a.jpg").exists()


def test_a_hard_link_stays_one_and_a_read_only_file_keeps_its_mode(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "other name.jpg")
    (tmp_path / "b.jpg").chmod(0o400)
    _stage(tmp_path, _move(tmp_path, "a.jpg"), _move(tmp_path, "b.jpg"))
    assert (tmp_path / "_review_dupes/a.jpg").samefile(tmp_path / "other name.jpg")
    assert stat.S_IMODE((tmp_path / "_review_dupes/b.jpg").stat().st_mode) == 0o400
    undo(tmp_path)
    assert (tmp_path / "a.jpg").samefile(tmp_path / "other name.jpg")


def test_a_staged_folder_shows_its_photos_to_no_one_the_old_one_did_not(tmp_path: Path) -> None:
    _write(tmp_path, "private/deep/a.jpg")
    (tmp_path / "private").chmod(0o700)
    _stage(tmp_path, _move(tmp_path, "private/deep/a.jpg"))
    assert stat.S_IMODE((tmp_path / "_review_dupes/private").stat().st_mode) == 0o700


def test_undo_restores_a_file_whose_folder_was_deleted_with_the_folders_mode_and_time(tmp_path: Path) -> None:
    _write(tmp_path, "day1/deep/a.jpg")
    (tmp_path / "day1/deep").chmod(0o750)
    os.utime(tmp_path / "day1/deep", ns=(7, 1_400_000_000_000_000_007))
    before = snapshot(tmp_path)
    _stage(tmp_path, _move(tmp_path, "day1/deep/a.jpg"))
    assert (tmp_path / "day1/deep").is_dir(), "an empty folder left behind is kept"
    shutil.rmtree(tmp_path / "day1")
    undo(tmp_path)
    assert snapshot(tmp_path) == before
    assert (tmp_path / "day1/deep").stat().st_mtime_ns == 1_400_000_000_000_000_007


def test_a_name_that_is_taken_gets_a_number_for_the_whole_shot(tmp_path: Path) -> None:
    _write(tmp_path, "IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.xmp", "_review_dupes/img_1.cr3")
    result = _stage(tmp_path, _move(tmp_path, "IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.xmp"))
    assert [file.target for file in result.moved[0].files] == [
        "_review_dupes/IMG_1 (2).JPG",
        "_review_dupes/IMG_1 (2).CR3",
        "_review_dupes/IMG_1 (2).CR3.xmp",
    ]
    assert (tmp_path / "_review_dupes/img_1.cr3").exists()


def test_the_other_unicode_form_of_a_name_counts_as_taken(tmp_path: Path) -> None:
    composed, apart = unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "É.JPG")
    _write(tmp_path, composed, f"_review_dupes/{apart}")
    assert _stage(tmp_path, _move(tmp_path, composed)).moved[0].files[0].target == "_review_dupes/é (2).jpg"


@pytest.mark.parametrize("letter", ["x", "é", "写", "\udce9"])
def test_a_numbered_name_is_cut_to_fit_and_never_within_a_letter(tmp_path: Path, letter: str) -> None:
    stem = letter * (250 // len(os.fsencode(letter)))
    _write(tmp_path, f"{stem}.jpg", f"{stem}.xmp", f"_review_dupes/{stem}.jpg")
    before = snapshot(tmp_path)
    files = _stage(tmp_path, _move(tmp_path, f"{stem}.jpg", f"{stem}.xmp")).moved[0].files
    names = [file.target.partition("/")[2] for file in files]
    assert all(name.startswith(letter) and len(os.fsencode(name)) <= 255 for name in names)
    assert names[0].rpartition(".")[0] == names[1].rpartition(".")[0]
    assert names[0].removesuffix(" (2).jpg") == letter * len(names[0].removesuffix(" (2).jpg"))
    undo(tmp_path)
    assert snapshot(tmp_path) == before


def test_a_name_freed_by_staging_and_used_again_is_never_replaced(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "a.CR3")
    first = _batch(_stage(tmp_path, _move(tmp_path, "a.jpg", "a.CR3")))
    (tmp_path / "a.jpg").write_bytes(b"the camera counted round")
    second = _batch(_stage(tmp_path, _move(tmp_path, "a.jpg")))
    assert (tmp_path / "_review_dupes/a (2).jpg").read_bytes() == b"the camera counted round"
    (tmp_path / "a.jpg").write_bytes(b"and again")
    before = snapshot(tmp_path)
    for batch, staged in ((first, "a.jpg"), (second, "a (2).jpg")):
        refused = undo(tmp_path, [batch]).refused
        assert refused == (Refusal("a.jpg", f"something else stands in its place; it stays at _review_dupes/{staged}"),)
    assert snapshot(tmp_path) == before, "the whole shot stays, its RAW too"
    (tmp_path / "a.jpg").unlink()
    assert undo(tmp_path, [first]).restored == ("a.jpg", "a.CR3")
    assert (tmp_path / "_review_dupes/a (2).jpg").exists()


def test_batches_are_undone_in_any_order_also_after_a_restart(tmp_path: Path) -> None:
    _write(tmp_path, *(f"{name}.jpg" for name in "abc"))
    before = snapshot(tmp_path)
    batches = [_batch(_stage(tmp_path, _move(tmp_path, f"{name}.jpg"))) for name in "abc"]
    assert undo(tmp_path, [batches[1]]).restored == ("b.jpg",)
    assert undo(tmp_path, last=1).batches == (batches[2],)
    assert undo(tmp_path).batches == (batches[0],)
    assert snapshot(tmp_path) == before
    assert undo(tmp_path, batches).restored == ()


def test_an_unknown_batch_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no batch 'b9'") as caught:
        undo(tmp_path, [BatchId("b9")])
    assert "history" in caught.value.remedy


def test_undo_names_what_was_taken_away_from_the_staged_folder_and_brings_the_rest(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "a.CR3")
    _stage(tmp_path, _move(tmp_path, "a.jpg", "a.CR3"))
    (tmp_path / "_review_dupes/a.CR3").unlink()
    result = undo(tmp_path)
    assert result.restored == ("a.jpg",)
    assert result.refused == (Refusal("_review_dupes/a.CR3", "it is no longer where it was staged"),)


def test_a_staged_file_edited_since_comes_back_as_it_is_now(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg")
    _stage(tmp_path, _move(tmp_path, "a.jpg"))
    (tmp_path / "_review_dupes/a.jpg").write_bytes(b"edited in place")
    assert not undo(tmp_path).refused
    assert (tmp_path / "a.jpg").read_bytes() == b"edited in place"


def _pair(root: Path) -> tuple[ShotMove, ShotMove]:
    users = frozenset({"a.jpg", "b.jpg"})
    a, b = (_move(root, face, "both.xmp", shared={"both.xmp": users - {face}}) for face in ("a.jpg", "b.jpg"))
    return a, b


def test_a_shared_companion_stays_while_a_shot_that_needs_it_does(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    a, b = _pair(tmp_path)
    first = _batch(_stage(tmp_path, a))
    assert (tmp_path / "both.xmp").exists()
    _stage(tmp_path, b)
    assert (tmp_path / "_review_dupes/both.xmp").exists()
    undo(tmp_path, [first])
    assert (tmp_path / "both.xmp").exists(), "it comes back with the first shot that needs it"
    assert (tmp_path / "_review_dupes/b.jpg").exists()
    assert not undo(tmp_path).refused
    assert (tmp_path / "b.jpg").exists()


def test_a_shared_companion_goes_with_the_last_of_its_shots_in_one_batch(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    before = snapshot(tmp_path)
    result = _stage(tmp_path, *_pair(tmp_path))
    assert [len(shot.files) for shot in result.moved] == [1, 2]
    assert not undo(tmp_path).refused
    assert snapshot(tmp_path) == before


def test_a_shared_companion_stays_with_a_shot_that_could_not_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    shots = _pair(tmp_path)
    _deny(monkeypatch, "rename_new", "a.jpg", errno.EACCES)
    result = _stage(tmp_path, *shots)
    assert [row.path for row in result.refused] == ["a.jpg"]
    assert (tmp_path / "both.xmp").exists()
    assert [file.source for file in result.moved[0].files] == ["b.jpg"]


def _deny(patch: pytest.MonkeyPatch, call: str, name: str, code: int) -> None:
    """Let the disk refuse one call on one name."""
    real = getattr(disk, call)

    def refuse(*args: object) -> object:
        if args[0] == name:
            raise OSError(code, os.strerror(code))
        return real(*args)

    patch.setattr(disk, call, refuse)


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
    _write(tmp_path, "a.jpg", "a.CR3", "a.xmp", "b.jpg")
    before = snapshot(tmp_path)
    shots = (_move(tmp_path, "a.jpg", "a.CR3", "a.xmp"), _move(tmp_path, "b.jpg"))
    _deny(monkeypatch, "rename_new", "a.xmp", code)
    result = _stage(tmp_path, *shots)
    assert [(row.path, words in row.why) for row in result.refused] == [("a.xmp", True)]
    assert [shot.face for shot in result.moved] == ["b.jpg"]
    assert verify(tmp_path) == []
    undo(tmp_path)
    assert snapshot(tmp_path) == before


def test_an_immutable_file_that_can_only_be_copied_leaves_no_copy_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "a.jpg", "a.xmp")
    before = snapshot(tmp_path)
    shot = _move(tmp_path, "a.jpg", "a.xmp")
    for call, code in (("rename_new", errno.EINVAL), ("link", errno.EPERM), ("unlink", errno.EPERM)):
        _deny(monkeypatch, call, "a.xmp", code)
    monkeypatch.setattr(disk, "unlink", _unlink_but(tmp_path, "a.xmp"))
    result = _stage(tmp_path, shot)
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
    _write(tmp_path, "a.jpg")
    shot = _move(tmp_path, "a.jpg")
    Journal(tmp_path).close()

    def full(_fd: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "write_all", full)
    with pytest.raises(Failed, match="cannot be written"):
        _stage(tmp_path, shot)
    assert (tmp_path / "a.jpg").exists()


def test_more_shots_than_one_intent_holds_are_one_batch(tmp_path: Path) -> None:
    names = [f"{number:04}.jpg" for number in range(CHUNK + 5)]
    _write(tmp_path, *names)
    seen: list[int] = []
    result = _stage(tmp_path, *(_move(tmp_path, name) for name in names), progress=seen.append)
    assert (result.files, seen) == (CHUNK + 5, [CHUNK, CHUNK + 5])
    assert [row.shots for row in history(tmp_path)] == [CHUNK + 5]
    assert len(undo(tmp_path, last=1).restored) == CHUNK + 5


def test_requests_say_who_else_needs_a_shared_companion_and_what_is_kept(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg", "c.jpg", "both.xmp")
    both = _file(tmp_path, "both.xmp")
    shots = [
        Shot(file, (file,), companions, companions)
        for name, companions in (("a", (both,)), ("b", (both,)), ("c", ()))
        for file in [_file(tmp_path, f"{name}.jpg")]
    ]
    (made,) = requests(shots[:1], shots, {"a.jpg": shots[2:]})
    assert made.shared == {"both.xmp": frozenset({"b.jpg"})}
    assert [file.path for file in made.kept] == ["c.jpg"]
    assert [file.path for file in made.files] == ["a.jpg", "both.xmp"]


def test_preview_says_what_undo_would_do_and_writes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg")
    _stage(tmp_path, _move(tmp_path, "a.jpg"), _move(tmp_path, "b.jpg"))
    _write(tmp_path, "b.jpg")
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    result = preview(tmp_path)
    assert (result.restored, [row.path for row in result.refused]) == (("a.jpg",), ["b.jpg"])
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_stage_while_another_cullr_writes_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg")
    before = snapshot(tmp_path)
    with Journal(tmp_path), pytest.raises(Failed, match="another cullr is writing"):
        _stage(tmp_path, _move(tmp_path, "a.jpg"))
    assert snapshot(tmp_path) == before


# Other file systems


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
            with pytest.raises(Stays, match="a.jpg"):
                rename.move(tree, f"{two_disks[0]}/a.jpg", f"{two_disks[1]}/b.jpg")
            (here / "twin.jpg").unlink()
            with pytest.raises(Stays, match="a.jpg"):
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
            with pytest.raises(Stays, match="a.jpg") as caught:
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
        _write(root, "day1/a.jpg", "day1/a.xmp")
        before: dict[str, Seen] = snapshot(root)
        _stage(root, _move(root, "day1/a.jpg", "day1/a.xmp"))
        assert not undo(root).refused
        assert snapshot(root) == before


# Without cullr, and around it


def _run_script(root: Path) -> str:
    text = (root / ".cullr/HOW_TO_UNDO.txt").read_text()
    script = text.partition("----- undo.py -----\n")[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_ten_lines_in_the_journals_folder_bring_everything_back_without_cullr(tmp_path: Path) -> None:
    odd = ["bad\udce9\n.png", 'quote"\\.jpg', "é.jpg"]
    _write(tmp_path, "day1/a.jpg", "day1/a.xmp", *odd)
    before = snapshot(tmp_path)
    _stage(tmp_path, _move(tmp_path, "day1/a.jpg", "day1/a.xmp"), *(_move(tmp_path, name) for name in odd))
    _write(tmp_path, "é.jpg")
    shutil.rmtree(tmp_path / "day1")
    with (tmp_path / ".cullr/journal.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"torn')
    _run_script(tmp_path)
    files = {path: seen.data for path, seen in snapshot(tmp_path).items() if seen.data}
    expected = {path: seen.data for path, seen in before.items() if seen.data}
    assert files == expected | {"_review_dupes/é.jpg": expected["é.jpg"]}


def test_after_the_ten_lines_cullr_knows_that_the_files_are_home(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg")
    _stage(tmp_path, _move(tmp_path, "a.jpg"), _move(tmp_path, "b.jpg"))
    _run_script(tmp_path)
    result = undo(tmp_path)
    assert (result.restored, result.refused) == (("a.jpg", "b.jpg"), ())
    assert [row.state for row in history(tmp_path)] == ["undone"]
    assert verify(tmp_path) == []


def test_the_ten_lines_do_not_write_outside_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _write(root, "a.jpg")
    _stage(root, _move(root, "a.jpg"))
    path = root / ".cullr/journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"from":"a.jpg"', b'"from":"../a.jpg"'))
    _run_script(root)
    assert not (tmp_path / "a.jpg").exists()
    assert (root / "_review_dupes/a.jpg").exists()


def test_history_tells_what_when_how_much_and_whether_it_can_come_back(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "a.xmp", "b.jpg", "c.jpg")
    _stage(tmp_path, _move(tmp_path, "a.jpg", "a.xmp"), _move(tmp_path, "b.jpg"), what="phash, largest_original")
    _stage(tmp_path, _move(tmp_path, "c.jpg"))
    _write(tmp_path, "b.jpg")
    first, second = history(tmp_path)
    assert (first.what, first.shots, first.files, first.bytes) == ("phash, largest_original", 2, 3, 45)
    assert (first.state, first.staged, first.undoable) == ("staged", 3, 2)
    undo(tmp_path, [first.id])
    assert [(row.state, row.staged) for row in history(tmp_path)] == [("partly staged", 1), ("staged", 1)]
    undo(tmp_path, [second.id])
    assert history(tmp_path)[1].state == "undone"


def test_verify_names_what_is_missing_changed_rotten_or_not_cullrs(tmp_path: Path) -> None:
    from blake3 import blake3

    _write(tmp_path, *(f"{name}.jpg" for name in "abcd"))
    shots = [
        _move(tmp_path, path, digests={path: blake3((tmp_path / path).read_bytes()).hexdigest()})
        for path in (f"{name}.jpg" for name in "abcd")
    ]
    _stage(tmp_path, *shots)
    assert verify(tmp_path) == []
    staged = tmp_path / "_review_dupes"
    (staged / "a.jpg").unlink()
    (staged / "b.jpg").write_bytes(b"short")
    times = (staged / "c.jpg").stat()
    (staged / "c.jpg").write_bytes(b"X" * times.st_size)
    os.utime(staged / "c.jpg", ns=(times.st_atime_ns, times.st_mtime_ns))
    (staged / "note.txt").write_bytes(b"mine")
    found = {row.path: row.why for row in verify(tmp_path)}
    assert sorted(found) == [f"_review_dupes/{name}" for name in ("a.jpg", "b.jpg", "c.jpg", "note.txt")]
    assert "missing" in found["_review_dupes/a.jpg"]
    assert found["_review_dupes/b.jpg"] == "it has 5 bytes, it had 15"
    assert "bytes are not those" in found["_review_dupes/c.jpg"]
    assert len(verify(tmp_path, contents=False)) == 3


def test_empty_forever_deletes_what_cullr_staged_and_nothing_else(tmp_path: Path) -> None:
    _write(tmp_path, "a.jpg", "b.jpg", "_review_dupes/mine.txt")
    _stage(tmp_path, _move(tmp_path, "a.jpg"), _move(tmp_path, "b.jpg"))
    (tmp_path / "_review_dupes/b.jpg").write_bytes(b"edited since")
    result = empty(tmp_path, forever=True)
    assert (result.files, result.bytes) == (1, 15)
    assert [row.path for row in result.refused] == ["_review_dupes/b.jpg"]
    assert sorted(path.name for path in (tmp_path / "_review_dupes").iterdir()) == ["b.jpg", "mine.txt"]
    assert [(row.state, row.undoable) for row in history(tmp_path)] == [("partly staged", 1)]


_TRASH = """
import sys; from pathlib import Path; from cullr.moves import empty; from cullr.errors import Failed
try: print(empty(Path(sys.argv[1])).files)
except Failed as error: print("failed", error.message)
"""


def test_empty_sends_to_the_systems_trash(tmp_path: Path) -> None:
    root, trash = tmp_path / "root", tmp_path / "share"
    _write(root, "day1/a.jpg", "day1/a.xmp")
    _stage(root, _move(root, "day1/a.jpg", "day1/a.xmp"))
    environment = {**os.environ, "XDG_DATA_HOME": str(trash)}
    done = subprocess.run(
        [sys.executable, "-c", _TRASH, root], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"
    assert sorted(path.name for path in (trash / "Trash/files").iterdir()) == ["a.jpg", "a.xmp"]
    assert not (root / "_review_dupes").exists()
    (row,) = history(root)
    assert (row.state, row.undoable) == ("emptied", 0)


def test_where_there_is_no_trash_everything_stays_staged(tmp_path: Path) -> None:
    root, trash = tmp_path / "root", tmp_path / "share"
    _write(root, "a.jpg")
    _stage(root, _move(root, "a.jpg"))
    trash.write_bytes(b"a file where the trash would have to be")
    environment = {**os.environ, "XDG_DATA_HOME": str(trash)}
    done = subprocess.run(
        [sys.executable, "-c", _TRASH, root], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("failed there is no trash")
    assert (root / "_review_dupes/a.jpg").exists()
    assert not undo(root).refused
