"""Recovery: what a killed run left half done is made whole on one side, said in words, and nothing else is touched."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from cullr.errors import Failed
from cullr.journal import Journal, disk, read
from cullr.moves import ShotMove, empty, history, opened, recover, undo, verify
from cullr_tests.crash.injection import Fault, in_child
from cullr_tests.crash.shoot import snapshot
from cullr_tests.small_root import deny, request, stage_shots, write


def _killed(root: Path, run: Callable[[], object], call: str, k: int) -> None:
    """Run in a child and kill it at the k-th call of that name."""
    assert in_child(run, root, Fault(k, kill="kill", of=call), {})[0] == -9


def _half_staged(root: Path) -> None:
    write(root, "a.jpg", "a.CR3", "a.xmp")
    shot = request(root, "a.jpg", "a.CR3", "a.xmp")
    _killed(root, lambda: stage_shots(root, shot), "rename_new", 3)
    assert (root / "_review_dupes/a.CR3").exists()
    assert (root / "a.xmp").exists()


def test_a_shot_caught_on_its_way_to_staging_goes_back_and_it_is_said(tmp_path: Path) -> None:
    _half_staged(tmp_path)
    assert any("was interrupted" in row.why for row in verify(tmp_path))
    with opened(tmp_path) as (_, said):
        assert len(said) == 1
        assert "of the 3 files under way 0 are staged, 3 are where they were" in said[0]
    assert sorted(snapshot(tmp_path)) == ["a.CR3", "a.jpg", "a.xmp"]
    with opened(tmp_path) as (_, said):
        assert said == ()


def test_the_next_command_says_what_it_settled_first(tmp_path: Path) -> None:
    _half_staged(tmp_path)
    result = stage_shots(tmp_path, request(tmp_path, "a.xmp"))
    assert "interrupted" in result.recovered[0]
    assert [row.why for row in result.refused] == []
    _killed(tmp_path, lambda: undo(tmp_path), "rename_new", 1)
    assert "interrupted" in undo(tmp_path).recovered[0]


def test_a_shot_whose_old_name_was_taken_meanwhile_goes_on_instead(tmp_path: Path) -> None:
    _half_staged(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"the camera was quick")
    with opened(tmp_path):
        pass
    assert sorted(snapshot(tmp_path)) == [
        "_review_dupes",
        "_review_dupes/a.CR3",
        "_review_dupes/a.jpg",
        "_review_dupes/a.xmp",
        "a.jpg",
    ]
    assert (tmp_path / "a.jpg").read_bytes() == b"the camera was quick"
    assert verify(tmp_path) == []


def test_with_both_ways_barred_nothing_is_touched_and_the_shot_is_named(tmp_path: Path) -> None:
    _half_staged(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"one newcomer")
    (tmp_path / "_review_dupes/a.xmp").write_bytes(b"another, elsewhere")
    before = snapshot(tmp_path)
    with opened(tmp_path) as (_, said):
        assert any("newcomers bar both ways" in row for row in said)
    assert snapshot(tmp_path) == before
    assert read(tmp_path).state.unfinished == {}
    (tmp_path / "a.jpg").unlink()
    assert sorted(undo(tmp_path).restored) == ["a.CR3", "a.jpg"]


def test_half_an_undo_is_finished(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "a.CR3")
    before = snapshot(tmp_path)
    stage_shots(tmp_path, request(tmp_path, "a.jpg", "a.CR3"))
    _killed(tmp_path, lambda: undo(tmp_path), "rename_new", 2)
    with opened(tmp_path) as (_, said):
        assert "2 are brought back" in said[0]
    assert snapshot(tmp_path) == before


def test_what_cannot_be_settled_now_is_refused_and_settled_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _half_staged(tmp_path)
    with monkeypatch.context() as patch:
        for name in ("a.jpg", "a.CR3", "a.xmp"):
            deny(patch, "rename_new", name, errno.EACCES)
        with pytest.raises(Failed, match="halfway moved") as caught, opened(tmp_path):
            pass
        assert "Mend" in caught.value.remedy
    assert len(read(tmp_path).state.unfinished) == 1
    with opened(tmp_path):
        pass
    assert sorted(snapshot(tmp_path)) == ["a.CR3", "a.jpg", "a.xmp"]


def test_a_half_written_copy_is_taken_away_and_a_stranger_of_its_name_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    shots = [request(tmp_path, name) for name in ("a.jpg", "b.jpg")]

    def powerless(_name: str, _at: int, _new: str, _to: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(disk, "rename_new", powerless)
        with pytest.raises(KeyboardInterrupt):
            stage_shots(tmp_path, *shots)
    (tmp_path / "_review_dupes/a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:7])
    (tmp_path / "_review_dupes/a.jpg").chmod(0o600)
    (tmp_path / "_review_dupes/b.jpg").write_bytes((tmp_path / "b.jpg").read_bytes()[:7])
    with opened(tmp_path) as (_, said):
        assert said[0] == "_review_dupes/b.jpg: something else stands here by now; it was left alone"
    assert sorted(snapshot(tmp_path)) == ["_review_dupes", "_review_dupes/b.jpg", "a.jpg", "b.jpg"]


def test_a_killed_empty_knows_what_went(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"), request(tmp_path, "b.jpg"))
    _killed(tmp_path, lambda: empty(tmp_path, forever=True), "unlink", 2)
    with opened(tmp_path) as (_, said):
        assert "1 are emptied" in said[0]
    assert [(row.state, row.staged, row.undoable) for row in history(tmp_path)] == [("partly staged", 1, 1)]


def test_recovery_twice_is_recovery_once(tmp_path: Path) -> None:
    _half_staged(tmp_path)
    with Journal(tmp_path) as journal:
        assert recover(journal)
        seq, seen = journal.log.seq, snapshot(tmp_path)
        assert recover(journal) == []
        assert (journal.log.seq, snapshot(tmp_path)) == (seq, seen)


def _pair(root: Path) -> list[ShotMove]:
    write(root, "a.jpg", "b.jpg", "both.xmp")
    users = frozenset({"a.jpg", "b.jpg"})
    return [request(root, face, "both.xmp", shared={"both.xmp": users - {face}}) for face in sorted(users)]


def test_a_shared_companion_that_came_home_is_not_taken_along_by_a_shot_that_cannot(tmp_path: Path) -> None:
    stage_shots(tmp_path, *_pair(tmp_path))
    _killed(tmp_path, lambda: undo(tmp_path), "rename_new", 3)
    (tmp_path / "b.jpg").write_bytes(b"a newcomer")
    with opened(tmp_path):
        pass
    assert sorted(snapshot(tmp_path)) == ["_review_dupes", "_review_dupes/b.jpg", "a.jpg", "b.jpg", "both.xmp"]
    assert verify(tmp_path) == []


def test_a_shared_companion_that_had_to_stay_does_not_make_its_other_shot_half_staged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots = _pair(tmp_path)
    real = disk.write

    def powerless(fd: int, data: bytes | memoryview) -> int:
        if b'"kind":"done"' in bytes(data):
            raise KeyboardInterrupt
        return real(fd, data)

    with monkeypatch.context() as patch:
        deny(patch, "rename_new", "a.jpg", errno.EACCES)
        patch.setattr(disk, "write", powerless)
        with pytest.raises(KeyboardInterrupt):
            stage_shots(tmp_path, *shots)
    with opened(tmp_path):
        pass
    assert sorted(snapshot(tmp_path)) == ["_review_dupes", "_review_dupes/b.jpg", "a.jpg", "both.xmp"]
    assert verify(tmp_path) == []


def test_half_a_link_edited_since_is_one_file_and_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.jpg")
    shot = request(tmp_path, "a.jpg")

    def powerless(_name: str, _at: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        deny(patch, "rename_new", "a.jpg", errno.EINVAL)
        patch.setattr(disk, "unlink", powerless)
        with pytest.raises(KeyboardInterrupt):
            stage_shots(tmp_path, shot)
    assert (tmp_path / "_review_dupes/a.jpg").samefile(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"edited since")
    with opened(tmp_path) as (_, said):
        assert "1 are where they were" in said[0]
    assert sorted(snapshot(tmp_path)) == ["a.jpg"]
