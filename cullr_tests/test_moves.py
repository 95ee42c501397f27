"""Staging on real folders: whole shots, nothing replaced, every refusal named."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from cullr.errors import Failed
from cullr.journal import Journal
from cullr.model import File, Shot
from cullr.moves import ShotMove, history, requests, stage, undo
from cullr.moves.perform import CHUNK
from cullr.moves.stays import Refusal
from cullr_tests.crash.shoot import snapshot
from cullr_tests.small_root import file, request, same_stem, stage_shots, write


def test_a_shot_goes_whole_to_the_same_place_below_the_staged_folder(tmp_path: Path) -> None:
    write(tmp_path, "day1/a.jpg", "day1/a.CR3", "day1/a.xmp", "day1/b.jpg")
    before = snapshot(tmp_path)
    result = stage_shots(tmp_path, request(tmp_path, "day1/a.jpg", "day1/a.CR3", "day1/a.xmp"), what="phash")
    after = snapshot(tmp_path)
    assert (result.files, result.bytes, result.refused) == (3, 90, ())
    for name in ("a.jpg", "a.CR3", "a.xmp"):
        assert after[f"_review_dupes/day1/{name}"] == before[f"day1/{name}"]
        assert f"day1/{name}" not in after
    assert "day1/b.jpg" in after


def _into_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("b.jpg")


def _into_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b"longer than it was"), "it changed since it was indexed"),
        (lambda path: os.utime(path, ns=(5, 5)), "it changed since it was indexed"),
        (lambda path: path.unlink(), "it vanished"),
        (_into_link, "it is a symbolic link"),
        (_into_fifo, "it is not a regular file"),
        (_into_folder, "it is not a regular file"),
    ],
)
def test_a_file_that_is_not_as_it_was_indexed_keeps_its_shot_and_the_rest_goes_on(
    tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    write(tmp_path, "a.jpg", "a.CR3", "b.jpg", "b.CR3")
    shots = (request(tmp_path, "a.jpg", "a.CR3"), request(tmp_path, "b.jpg", "b.CR3"))
    spoil(tmp_path / "a.CR3")
    result = stage_shots(tmp_path, *shots)
    assert result.refused == (Refusal("a.CR3", why),)
    assert [shot.face for shot in result.moved] == ["b.jpg"]
    assert (tmp_path / "a.jpg").exists()


def test_a_shot_that_grew_a_companion_since_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    shot = request(tmp_path, "a.jpg")
    write(tmp_path, "a.xmp")
    result = stage(tmp_path, [shot], same_stem(tmp_path))
    assert (result.batch, result.moved) == (None, ())
    assert result.refused == (Refusal("a.jpg", "it has a new companion since it was indexed: a.xmp"),)
    assert (tmp_path / "a.jpg").exists()


def test_nothing_is_culled_for_a_photo_that_is_no_longer_there(tmp_path: Path) -> None:
    write(tmp_path, "keep.jpg", "a.jpg", "b.jpg")
    kept = file(tmp_path, "keep.jpg")
    a, b = (request(tmp_path, name, kept=(kept,)) for name in ("a.jpg", "b.jpg"))
    assert [shot.face for shot in stage_shots(tmp_path, a).moved] == ["a.jpg"]
    (tmp_path / "keep.jpg").write_bytes(b"something else")
    assert stage_shots(tmp_path, b).refused[0].path == "b.jpg"
    assert (tmp_path / "b.jpg").exists()


def test_two_shots_cannot_be_culled_each_for_the_other(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    a = request(tmp_path, "a.jpg", kept=(file(tmp_path, "b.jpg"),))
    b = request(tmp_path, "b.jpg", kept=(file(tmp_path, "a.jpg"),))
    result = stage_shots(tmp_path, a, b)
    assert [row.path for row in result.refused] == ["a.jpg"]
    assert (tmp_path / "a.jpg").exists()


@pytest.mark.parametrize("path", ["../a.jpg", "/etc/hostname", "x/../../a.jpg", "_review_dupes/a.jpg", ".cullr/lock"])
def test_paths_outside_the_root_or_in_cullrs_own_folders_are_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    write(root, "_review_dupes/a.jpg")
    write(tmp_path, "a.jpg")
    with Journal(root):
        pass
    before = snapshot(root)
    result = stage_shots(root, ShotMove(path, (File(0, path, 15, 1_500_000_000_000_000_001),)))
    assert [row.path for row in result.refused] == [path]
    assert snapshot(root) == before
    assert (tmp_path / "a.jpg").exists()


def test_a_folder_that_became_a_symbolic_link_is_refused_both_ways(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    write(root, "day1/a.jpg", "day2/b.jpg")
    a, b = request(root, "day1/a.jpg"), request(root, "day2/b.jpg")
    assert len(stage_shots(root, b).moved) == 1
    for day in ("day1", "day2"):
        (root / day).rename(tmp_path / f"outside{day}")
        (root / day).symlink_to(tmp_path / f"outside{day}")
    assert "symbolic link" in stage_shots(root, a).refused[0].why
    assert "symbolic link" in undo(root).refused[0].why
    assert (tmp_path / "outsideday1/a.jpg").exists()
    assert not outside.exists()
    assert not (tmp_path / "outsideday2/b.jpg").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_staged_folder_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "root"
    write(root, "day1/a.jpg")
    if kind == "file":
        (root / "_review_dupes").write_bytes(b"mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        (root / "_review_dupes").symlink_to(tmp_path / "elsewhere")
    result = stage_shots(root, request(root, "day1/a.jpg"))
    assert len(result.refused) == 1
    assert (root / "day1/a.jpg").exists()


def test_a_hard_link_stays_one_and_a_read_only_file_keeps_its_mode(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "other name.jpg")
    (tmp_path / "b.jpg").chmod(0o400)
    stage_shots(tmp_path, request(tmp_path, "a.jpg"), request(tmp_path, "b.jpg"))
    assert (tmp_path / "_review_dupes/a.jpg").samefile(tmp_path / "other name.jpg")
    assert stat.S_IMODE((tmp_path / "_review_dupes/b.jpg").stat().st_mode) == 0o400
    undo(tmp_path)
    assert (tmp_path / "a.jpg").samefile(tmp_path / "other name.jpg")


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_a_staged_folder_shows_its_photos_to_whom_the_old_one_did(tmp_path: Path, mode: int) -> None:
    write(tmp_path, "private/deep/a.jpg")
    (tmp_path / "private").chmod(mode)
    stage_shots(tmp_path, request(tmp_path, "private/deep/a.jpg"))
    assert stat.S_IMODE((tmp_path / "_review_dupes/private").stat().st_mode) == mode


def test_a_name_that_is_taken_gets_a_number_for_the_whole_shot(tmp_path: Path) -> None:
    write(tmp_path, "IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.xmp", "_review_dupes/img_1.cr3")
    result = stage_shots(tmp_path, request(tmp_path, "IMG_1.JPG", "IMG_1.CR3", "IMG_1.CR3.xmp"))
    assert [file.target for file in result.moved[0].files] == [
        "_review_dupes/IMG_1 (2).JPG",
        "_review_dupes/IMG_1 (2).CR3",
        "_review_dupes/IMG_1 (2).CR3.xmp",
    ]
    assert (tmp_path / "_review_dupes/img_1.cr3").exists()


def test_the_other_unicode_form_of_a_name_counts_as_taken(tmp_path: Path) -> None:
    composed, apart = unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "É.JPG")
    write(tmp_path, composed, f"_review_dupes/{apart}")
    assert stage_shots(tmp_path, request(tmp_path, composed)).moved[0].files[0].target == "_review_dupes/é (2).jpg"


@pytest.mark.parametrize("letter", ["x", "é", "写", "\udce9"])
def test_a_numbered_name_is_cut_to_fit_and_never_within_a_letter(tmp_path: Path, letter: str) -> None:
    stem = letter * (250 // len(os.fsencode(letter)))
    write(tmp_path, f"{stem}.jpg", f"{stem}.xmp", f"_review_dupes/{stem}.jpg")
    before = snapshot(tmp_path)
    files = stage_shots(tmp_path, request(tmp_path, f"{stem}.jpg", f"{stem}.xmp")).moved[0].files
    names = [file.target.partition("/")[2] for file in files]
    assert all(name.startswith(letter) and len(os.fsencode(name)) <= 255 for name in names)
    assert names[0].rpartition(".")[0] == names[1].rpartition(".")[0]
    assert names[0].removesuffix(" (2).jpg") == letter * len(names[0].removesuffix(" (2).jpg"))
    undo(tmp_path)
    assert snapshot(tmp_path) == before


def test_more_shots_than_one_intent_holds_are_one_batch(tmp_path: Path) -> None:
    names = [f"{number:04}.jpg" for number in range(CHUNK + 5)]
    write(tmp_path, *names)
    seen: list[int] = []
    result = stage_shots(tmp_path, *(request(tmp_path, name) for name in names), progress=seen.append)
    assert (result.files, seen) == (CHUNK + 5, [CHUNK, CHUNK + 5])
    assert [row.shots for row in history(tmp_path)] == [CHUNK + 5]
    assert len(undo(tmp_path, last=1).restored) == CHUNK + 5


def test_a_file_two_shots_of_a_batch_claim_goes_once(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "c.jpg", "both.xmp")
    a, b = (request(tmp_path, face, "both.xmp", shared={"both.xmp": frozenset()}) for face in ("a.jpg", "b.jpg"))
    result = stage_shots(tmp_path, a, b, request(tmp_path, "c.jpg", "both.xmp"))
    assert [len(shot.files) for shot in result.moved] == [2, 1]
    assert [row.why for row in result.refused] == ["it goes with another shot of the same batch"]


def test_requests_say_who_else_needs_a_shared_companion_and_what_is_kept(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "c.jpg", "both.xmp")
    both = file(tmp_path, "both.xmp")
    shots = [
        Shot(face, (face,), companions, companions)
        for name, companions in (("a", (both,)), ("b", (both,)), ("c", ()))
        for face in [file(tmp_path, f"{name}.jpg")]
    ]
    (made,) = requests(shots[:1], shots, {"a.jpg": shots[2:]})
    assert made.shared == {"both.xmp": frozenset({"b.jpg"})}
    assert [file.path for file in made.kept] == ["c.jpg"]
    assert [file.path for file in made.files] == ["a.jpg", "both.xmp"]


def test_stage_while_another_cullr_writes_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    before = snapshot(tmp_path)
    with Journal(tmp_path), pytest.raises(Failed, match="another cullr is writing"):
        stage_shots(tmp_path, request(tmp_path, "a.jpg"))
    assert snapshot(tmp_path) == before
