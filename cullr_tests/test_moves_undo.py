"""Undo: everything back, in any order, and never over something that stands there now."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.errors import UsageError
from cullr.journal import BatchId
from cullr.moves import ShotMove, preview, undo
from cullr.moves.stays import Refusal
from cullr_tests.crash.shoot import snapshot
from cullr_tests.small_root import batch_of, deny, request, stage_shots, write


def test_undo_brings_everything_back_and_leaves_no_trace_but_the_journal(tmp_path: Path) -> None:
    write(tmp_path, "day1/a.jpg", "day1/deep/er/b.jpg", "c.png")
    before = snapshot(tmp_path)
    stage_shots(tmp_path, *(request(tmp_path, path) for path in ("day1/a.jpg", "day1/deep/er/b.jpg", "c.png")))
    result = undo(tmp_path)
    assert sorted(result.restored) == ["c.png", "day1/a.jpg", "day1/deep/er/b.jpg"]
    assert snapshot(tmp_path) == before


_NAMES = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff.\n"),
    min_size=1,
    max_size=40,
).filter(
    lambda name: name not in {".", "..", ".cullr", "_review_dupes", "delete_review"} and len(os.fsencode(name)) < 200
)


@settings(max_examples=60, deadline=None)
@given(st.sets(_NAMES, min_size=1, max_size=6), st.sets(_NAMES, max_size=3), st.booleans())
def test_stage_then_undo_is_the_identity_for_any_names(names: set[str], folders: set[str], into_sets: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        root = Path(folder)
        paths = [f"{below}/{name}" for below in folders - names for name in names] + sorted(names)
        write(root, *paths)
        before = snapshot(root)
        into = "delete_review" if into_sets else "_review_dupes"
        result = stage_shots(root, *(request(root, path) for path in paths), into=into)
        assert (len(result.moved), result.refused) == (len(paths), ())
        assert not any(seen.data and not path.startswith(into) for path, seen in snapshot(root).items())
        assert not undo(root).refused
        assert snapshot(root) == before


def test_undo_restores_a_file_whose_folder_was_deleted_with_the_folders_mode_and_time(tmp_path: Path) -> None:
    write(tmp_path, "day1/deep/a.jpg")
    (tmp_path / "day1/deep").chmod(0o750)
    os.utime(tmp_path / "day1/deep", ns=(7, 1_400_000_000_000_000_007))
    before = snapshot(tmp_path)
    stage_shots(tmp_path, request(tmp_path, "day1/deep/a.jpg"))
    assert (tmp_path / "day1/deep").is_dir(), "an empty folder left behind is kept"
    shutil.rmtree(tmp_path / "day1")
    undo(tmp_path)
    assert snapshot(tmp_path) == before
    assert (tmp_path / "day1/deep").stat().st_mtime_ns == 1_400_000_000_000_000_007


def test_a_name_freed_by_staging_and_used_again_is_never_replaced(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "a.CR3")
    first = batch_of(stage_shots(tmp_path, request(tmp_path, "a.jpg", "a.CR3")))
    (tmp_path / "a.jpg").write_bytes(b"the camera counted round")
    second = batch_of(stage_shots(tmp_path, request(tmp_path, "a.jpg")))
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
    write(tmp_path, *(f"{name}.jpg" for name in "abc"))
    before = snapshot(tmp_path)
    batches = [batch_of(stage_shots(tmp_path, request(tmp_path, f"{name}.jpg"))) for name in "abc"]
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
    write(tmp_path, "a.jpg", "a.CR3")
    stage_shots(tmp_path, request(tmp_path, "a.jpg", "a.CR3"))
    (tmp_path / "_review_dupes/a.CR3").unlink()
    result = undo(tmp_path)
    assert result.restored == ("a.jpg",)
    assert result.refused == (Refusal("_review_dupes/a.CR3", "it is no longer where it was staged"),)


def test_a_staged_file_edited_since_comes_back_as_it_is_now(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"))
    (tmp_path / "_review_dupes/a.jpg").write_bytes(b"edited in place")
    assert not undo(tmp_path).refused
    assert (tmp_path / "a.jpg").read_bytes() == b"edited in place"


def _pair(root: Path) -> tuple[ShotMove, ShotMove]:
    users = frozenset({"a.jpg", "b.jpg"})
    a, b = (request(root, face, "both.xmp", shared={"both.xmp": users - {face}}) for face in ("a.jpg", "b.jpg"))
    return a, b


def test_a_shared_companion_stays_while_a_shot_that_needs_it_does(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    a, b = _pair(tmp_path)
    first = batch_of(stage_shots(tmp_path, a))
    assert (tmp_path / "both.xmp").exists()
    stage_shots(tmp_path, b)
    assert (tmp_path / "_review_dupes/both.xmp").exists()
    undo(tmp_path, [first])
    assert (tmp_path / "both.xmp").exists(), "it comes back with the first shot that needs it"
    assert (tmp_path / "_review_dupes/b.jpg").exists()
    assert not undo(tmp_path).refused
    assert (tmp_path / "b.jpg").exists()


def test_a_shared_companion_goes_with_the_last_of_its_shots_in_one_batch(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    before = snapshot(tmp_path)
    result = stage_shots(tmp_path, *_pair(tmp_path))
    assert [len(shot.files) for shot in result.moved] == [1, 2]
    assert not undo(tmp_path).refused
    assert snapshot(tmp_path) == before


def test_preview_says_what_undo_would_do_and_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"), request(tmp_path, "b.jpg"))
    write(tmp_path, "b.jpg")
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    result = preview(tmp_path)
    assert (result.restored, [row.path for row in result.refused]) == (("a.jpg",), ["b.jpg"])
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_shared_companion_stays_with_a_shot_that_could_not_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "both.xmp")
    shots = _pair(tmp_path)
    deny(monkeypatch, "rename_new", "a.jpg", errno.EACCES)
    result = stage_shots(tmp_path, *shots)
    assert [row.path for row in result.refused] == ["a.jpg"]
    assert (tmp_path / "both.xmp").exists()
    assert [file.source for file in result.moved[0].files] == ["b.jpg"]
