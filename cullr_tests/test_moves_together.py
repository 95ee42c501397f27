"""A set is moved as a shot is: all of it or nothing, whatever the disk says in the middle, there and back."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from cullr.moves import ShotMove, history, undo, verify
from cullr.moves import staging as mover
from cullr_tests.small_root import deny, request, stage_shots, write


def a_set(root: Path, name: str, *faces: str) -> list[ShotMove]:
    write(root, *faces, *(f"{face}.txt" for face in faces))
    return [request(root, face, f"{face}.txt", together=name) for face in faces]


def home(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_file())


def test_a_file_refused_in_the_middle_of_a_set_keeps_all_of_it_and_other_sets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = a_set(tmp_path, "one", "a.png", "b.png", "c.png"), a_set(tmp_path, "two", "d.png", "e.png")
    deny(monkeypatch, "rename_new", "b.png.txt", errno.EIO)
    done = stage_shots(tmp_path, *one, *two)
    assert home(tmp_path) == sorted(f"{face}.png{end}" for face in "abc" for end in ("", ".txt"))
    assert (done.shots, done.files) == (2, 4)
    assert {row.path: row.why for row in done.refused} == {
        "b.png.txt": "the disk reported an error",
        "a.png": "its set stays whole, and b.png.txt stays: the disk reported an error",
        "c.png": "its set stays whole, and b.png.txt stays: the disk reported an error",
    }
    assert verify(tmp_path) == []


def test_one_that_changed_since_it_was_looked_at_keeps_its_set(tmp_path: Path) -> None:
    shots = a_set(tmp_path, "one", "a.png", "b.png", "c.png")
    (tmp_path / "c.png").write_bytes(b"painted over")
    done = stage_shots(tmp_path, *shots, request(tmp_path, "c.png.txt"))
    assert [row.path for row in done.refused] == ["c.png", "a.png", "b.png"]
    assert [shot.face for shot in done.moved] == ["c.png.txt"]


def test_a_set_is_never_cut_in_two_where_a_batch_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its shots stand apart in the request and on both sides of a chunk's end."""
    monkeypatch.setattr(mover, "CHUNK", 2)
    shots = a_set(tmp_path, "one", "a.png", "b.png", "c.png")
    write(tmp_path, "x.png", "y.png", "z.png")
    singles = [request(tmp_path, name) for name in ("x.png", "y.png", "z.png")]
    seen: list[int] = []
    mixed = [singles[0], shots[0], singles[1], shots[1], singles[2], shots[2]]
    done = stage_shots(tmp_path, *mixed, progress=seen.append)
    assert [shot.faces for shot in done.moved] == [("x.png",), ("a.png", "b.png", "c.png"), ("y.png",), ("z.png",)]
    assert (done.shots, seen) == (6, [4, 6])
    assert history(tmp_path)[0].shots == 6


def test_what_the_shots_of_a_set_share_goes_with_them_and_comes_back(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b.png", "both.txt")
    users = {"a.png": "b.png", "b.png": "a.png"}
    shots = [
        request(tmp_path, face, "both.txt", together="one", shared={"both.txt": frozenset({other})})
        for face, other in users.items()
    ]
    assert stage_shots(tmp_path, *shots).files == 3
    assert home(tmp_path) == []
    assert sorted(undo(tmp_path).restored) == ["a.png", "b.png", "both.txt"]


def test_a_set_comes_home_whole_or_not_at_all(tmp_path: Path) -> None:
    stage_shots(tmp_path, *a_set(tmp_path, "one", "a.png", "b.png"))
    write(tmp_path, "b.png")
    result = undo(tmp_path)
    assert (result.restored, [row.path for row in result.refused]) == ((), ["b.png"])
    (tmp_path / "b.png").unlink()
    assert len(undo(tmp_path).restored) == 4


def test_what_one_of_a_staying_set_had_claimed_is_free_for_others(tmp_path: Path) -> None:
    """A companion of two shots goes with the one that goes only when the other does not need it."""
    write(tmp_path, "a.png", "b.png", "z.png", "common.txt")
    a = request(tmp_path, "a.png", "common.txt", together="one", shared={"common.txt": frozenset({"z.png"})})
    gone = request(tmp_path, "b.png", together="one")
    (tmp_path / "b.png").unlink()
    z = request(tmp_path, "z.png", "common.txt", shared={"common.txt": frozenset({"a.png"})})
    done = stage_shots(tmp_path, a, gone, z)
    assert [[file.source for file in shot.files] for shot in done.moved] == [["z.png"]]
    assert home(tmp_path) == ["a.png", "common.txt"]
