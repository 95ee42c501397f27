"""What surrounds the moves: the ten-line script, history, verify, empty."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cullr.moves import empty, history, undo, verify
from cullr_tests.crash.shoot import snapshot
from cullr_tests.small_root import request, stage_shots, write


def _run_script(root: Path) -> str:
    text = (root / ".cullr/HOW_TO_UNDO.txt").read_text()
    script = text.partition("----- undo.py -----\n")[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_ten_lines_in_the_journals_folder_bring_everything_back_without_cullr(tmp_path: Path) -> None:
    odd = ["bad\udce9\n.png", 'quote"\\.jpg', "é.jpg"]
    write(tmp_path, "day1/a.jpg", "day1/a.xmp", *odd)
    before = snapshot(tmp_path)
    stage_shots(tmp_path, request(tmp_path, "day1/a.jpg", "day1/a.xmp"), *(request(tmp_path, name) for name in odd))
    write(tmp_path, "é.jpg")
    shutil.rmtree(tmp_path / "day1")
    with (tmp_path / ".cullr/journal.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"torn')
    _run_script(tmp_path)
    files = {path: seen.data for path, seen in snapshot(tmp_path).items() if seen.data}
    expected = {path: seen.data for path, seen in before.items() if seen.data}
    assert files == expected | {"_review_dupes/é.jpg": expected["é.jpg"]}


def test_after_the_ten_lines_cullr_knows_that_the_files_are_home(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"), request(tmp_path, "b.jpg"))
    _run_script(tmp_path)
    result = undo(tmp_path)
    assert (result.restored, result.refused) == (("a.jpg", "b.jpg"), ())
    assert [row.state for row in history(tmp_path)] == ["undone"]
    assert verify(tmp_path) == []


def test_the_ten_lines_do_not_write_outside_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a.jpg")
    stage_shots(root, request(root, "a.jpg"))
    path = root / ".cullr/journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"from":"a.jpg"', b'"from":"../a.jpg"'))
    _run_script(root)
    assert not (tmp_path / "a.jpg").exists()
    assert (root / "_review_dupes/a.jpg").exists()


def test_history_tells_what_when_how_much_and_whether_it_can_come_back(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "a.xmp", "b.jpg", "c.jpg")
    stage_shots(
        tmp_path, request(tmp_path, "a.jpg", "a.xmp"), request(tmp_path, "b.jpg"), what="phash, largest_original"
    )
    stage_shots(tmp_path, request(tmp_path, "c.jpg"))
    write(tmp_path, "b.jpg")
    first, second = history(tmp_path)
    assert (first.what, first.shots, first.files, first.bytes) == ("phash, largest_original", 2, 3, 45)
    assert (first.state, first.staged, first.undoable) == ("staged", 3, 2)
    undo(tmp_path, [first.id])
    assert [(row.state, row.staged) for row in history(tmp_path)] == [("partly staged", 1), ("staged", 1)]
    undo(tmp_path, [second.id])
    assert history(tmp_path)[1].state == "undone"


def test_verify_names_what_is_missing_changed_rotten_or_not_cullrs(tmp_path: Path) -> None:
    from blake3 import blake3

    write(tmp_path, *(f"{name}.jpg" for name in "abcd"))
    shots = [
        request(tmp_path, path, digests={path: blake3((tmp_path / path).read_bytes()).hexdigest()})
        for path in (f"{name}.jpg" for name in "abcd")
    ]
    stage_shots(tmp_path, *shots)
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
    write(tmp_path, "a.jpg", "b.jpg", "_review_dupes/mine.txt")
    stage_shots(tmp_path, request(tmp_path, "a.jpg"), request(tmp_path, "b.jpg"))
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
    write(root, "day1/a.jpg", "day1/a.xmp")
    stage_shots(root, request(root, "day1/a.jpg", "day1/a.xmp"))
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
    write(root, "a.jpg")
    stage_shots(root, request(root, "a.jpg"))
    trash.write_bytes(b"a file where the trash would have to be")
    environment = {**os.environ, "XDG_DATA_HOME": str(trash)}
    done = subprocess.run(
        [sys.executable, "-c", _TRASH, root], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("failed there is no trash")
    assert (root / "_review_dupes/a.jpg").exists()
    assert not undo(root).refused
