"""Stars into sidecars: written as a batch, taken back to the byte, and nothing of another program's overwritten."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cullr.errors import Failed, UsageError
from cullr.journal import disk, read, undo_script
from cullr.journal.entry import Entry, Rewrite, Rewriting, batch_id, decode, encode
from cullr.moves import BatchState, history, opened, rewrite, undo, verify
from cullr.moves import preview as would_undo
from cullr_tests.small_root import batch_of, request, stage_shots, write

OLD = b"<x>old</x>"


def test_a_batch_is_written_and_taken_back_to_the_byte(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(OLD)
    (tmp_path / "a.xmp").chmod(0o640)
    done = rewrite(tmp_path, {"a.xmp": (OLD, b"<x>new, longer</x>"), "b.xmp": (None, b"made")}, what="★4")
    assert done.written == ("a.xmp", "b.xmp")
    assert (tmp_path / "a.xmp").read_bytes() == b"<x>new, longer</x>"
    assert stat.S_IMODE((tmp_path / "a.xmp").stat().st_mode) == 0o640
    [row] = history(tmp_path)
    assert (row.id, row.what, row.files, row.staged, row.undoable, row.state) == (
        (done.batch, "★4", 2, 2, 2, BatchState.WRITTEN)
    )
    assert would_undo(tmp_path).restored == ("a.xmp", "b.xmp")
    assert undo(tmp_path).restored == ("a.xmp", "b.xmp")
    assert (tmp_path / "a.xmp").read_bytes() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == [".cullr", "a.xmp"]
    [row] = history(tmp_path)
    assert (row.staged, row.state) == (0, BatchState.UNDONE)
    assert verify(tmp_path) == []


def test_a_sidecar_that_is_not_as_it_was_seen_is_refused_and_the_others_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(b"of another program")
    (tmp_path / "new.xmp").write_bytes(b"appeared")
    (tmp_path / "b.xmp").write_bytes(OLD)
    done = rewrite(tmp_path, {"a.xmp": (OLD, b"x"), "new.xmp": (None, b"x"), "b.xmp": (OLD, b"x")})
    assert done.written == ("b.xmp",)
    assert {row.path for row in done.refused} == {"a.xmp", "new.xmp"}
    assert all("changed since" in row.why for row in done.refused)
    assert (tmp_path / "a.xmp").read_bytes() == b"of another program"


def test_undo_refuses_where_another_program_wrote_since(tmp_path: Path) -> None:
    done = rewrite(tmp_path, {"a.xmp": (None, b"one")})
    (tmp_path / "a.xmp").write_bytes(b"Lightroom was here")
    result = undo(tmp_path)
    assert result.restored == ()
    [refusal] = result.refused
    assert (refusal.path, "another program" in refusal.why) == ("a.xmp", True)
    assert (tmp_path / "a.xmp").read_bytes() == b"Lightroom was here"
    assert history(tmp_path)[0].id == done.batch


def test_stars_given_twice_come_off_one_by_one_the_latest_first(tmp_path: Path) -> None:
    one = rewrite(tmp_path, {"a.xmp": (None, b"one")})
    two = rewrite(tmp_path, {"a.xmp": (b"one", b"two")})
    assert one.batch and two.batch
    assert undo(tmp_path, [one.batch]).refused
    assert undo(tmp_path, last=1).batches == (two.batch,)
    assert (tmp_path / "a.xmp").read_bytes() == b"one"
    assert undo(tmp_path).restored == ("a.xmp",)
    assert not (tmp_path / "a.xmp").exists()


def test_stars_and_moves_of_one_shot_are_undone_together_latest_first(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    rewrite(tmp_path, {"a.xmp": (None, b"stars")})
    moved = stage_shots(tmp_path, request(tmp_path, "a.jpg", "a.xmp"))
    assert undo(tmp_path, [history(tmp_path)[0].id]).refused[0].why == "it is not there"
    assert undo(tmp_path).batches == (batch_of(moved), history(tmp_path)[0].id)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.jpg"]


@pytest.mark.parametrize("kind", ["link", "hard link", "folder"])
def test_only_a_plain_file_is_written_to(tmp_path: Path, kind: str) -> None:
    (tmp_path / "original.txt").write_bytes(OLD)
    place = tmp_path / "a.xmp"
    if kind == "link":
        place.symlink_to("original.txt")
    elif kind == "hard link":
        place.hardlink_to(tmp_path / "original.txt")
    else:
        place.mkdir()
    done = rewrite(tmp_path, {"a.xmp": (OLD, b"new")})
    assert done.written == ()
    assert len(done.refused) == 1
    assert (tmp_path / "original.txt").read_bytes() == OLD


def test_a_journal_cannot_be_made_to_rewrite_a_photo() -> None:
    body = Rewriting(batch_id("b"), (Rewrite("a.jpg", "", "ab", 0, b"", b"x"),))
    line, _ = encode(Entry(1, "2025", body), "")
    with pytest.raises(ValueError, match="no sidecar"):
        decode(line[:-1])
    for path in ("_review_dupes/a.xmp", ".cullr/a.xmp", "../a.xmp", "/a.xmp"):
        line, _ = encode(Entry(1, "2025", Rewriting(batch_id("b"), (Rewrite(path, "", "ab", 0, b"", b"x"),))), "")
        with pytest.raises(ValueError, match=r"no sidecar|outside"):
            decode(line[:-1])


def test_an_older_cullr_is_told_that_it_is_older_and_a_journal_without_stars_stays_old(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"))
    rewrite(tmp_path, {"b.xmp": (None, b"x")})
    lines = (tmp_path / ".cullr/journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["v"] for line in lines] == [1, 1, 2, 1]
    assert len(read(tmp_path).entries) == 4


def test_the_script_without_cullr_brings_the_photos_back_and_leaves_the_stars(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    rewrite(tmp_path, {"a.xmp": (None, b"stars")})
    stage_shots(tmp_path, request(tmp_path, "a.jpg", "a.xmp"))
    subprocess.run([sys.executable, "-c", undo_script.SCRIPT], cwd=tmp_path, check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"a.jpg", "a.xmp"}
    assert (tmp_path / "a.xmp").read_bytes() == b"stars"


def test_a_batch_that_never_was_is_a_usage_error(tmp_path: Path) -> None:
    rewrite(tmp_path, {"a.xmp": (None, b"x")})
    with pytest.raises(UsageError):
        undo(tmp_path, [batch_id("never")])


def test_a_root_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / ".cullr").write_text("in the way")
    with pytest.raises(Failed, match="cannot be used"):
        rewrite(tmp_path, {"a.xmp": (None, b"x")})
    assert not os.path.lexists(tmp_path / "a.xmp")


def meanwhile(patch: pytest.MonkeyPatch, name: str, what: Callable[[], object]) -> None:
    """Let something happen just before the file of this name is moved for the first time."""
    real, done = disk.rename_new, list[bool]()

    def move(old: str, at: int, new: str, to: int) -> None:
        if old.endswith(name) and not done:
            done.append(True)
            what()
        real(old, at, new, to)

    patch.setattr(disk, "rename_new", move)


def test_a_program_that_writes_at_the_last_moment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    meanwhile(monkeypatch, "a.xmp", lambda: place.write_bytes(b"Lightroom"))
    done = rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    assert (done.batch, done.refused[0].why) == (None, "another program changed it meanwhile")
    assert place.read_bytes() == b"Lightroom"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".cullr", "a.xmp"]


def test_a_program_that_takes_the_name_in_between_keeps_it_and_the_old_bytes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    meanwhile(monkeypatch, ".new", lambda: place.write_bytes(b"Lightroom"))
    with pytest.raises(Failed, match="something else took its name"):
        rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    with opened(tmp_path) as (_, said):
        assert "what it was is kept as .cullr-" in said[0]
    assert place.read_bytes() == b"Lightroom"
    [kept] = [path for path in tmp_path.iterdir() if path.name.endswith(".old")]
    assert kept.read_bytes() == OLD


def test_what_a_program_writes_into_the_file_that_stepped_aside_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had the file open before, so its bytes go where the file went."""
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    with place.open("r+b", buffering=0) as other:
        meanwhile(monkeypatch, ".new", lambda: other.write(b"<y>"))
        with pytest.raises(Failed, match="another program wrote into it"):
            rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    with opened(tmp_path) as (_, said):
        assert "what another program wrote meanwhile is kept as .cullr-" in said[0]
    assert place.read_bytes() == b"stars"
    [kept] = [path for path in tmp_path.iterdir() if path.name.endswith(".old")]
    assert kept.read_bytes() == b"<y>old</x>"


def test_what_a_file_bears_besides_its_bytes_stays_with_it(tmp_path: Path) -> None:
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    with suppress(OSError):  # where the disk knows no such tags there are none to lose
        os.setxattr(place, "user.tag", b"holiday")
    before = attributes(place)
    rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    assert attributes(place) == before
    undo(tmp_path)
    assert attributes(place) == before


def attributes(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def test_a_write_protected_sidecar_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    place.chmod(0o444)
    done = rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    assert (done.batch, done.refused[0].why) == (None, "it is write-protected")
    assert place.read_bytes() == OLD


def test_taking_stars_back_moves_the_time_on_so_that_other_programs_look_again(tmp_path: Path) -> None:
    place = tmp_path / "a.xmp"
    place.write_bytes(OLD)
    os.utime(place, ns=(10**18, 10**18))
    rewrite(tmp_path, {"a.xmp": (OLD, b"stars")})
    rated = place.stat().st_mtime_ns
    undo(tmp_path)
    assert place.stat().st_mtime_ns >= rated > 10**18
