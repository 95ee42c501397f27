"""The journal: what is appended is on the disk and comes back; what was tampered with is refused."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.errors import Failed, RootError
from cullr.journal import (
    BatchId,
    Decision,
    Done,
    Entry,
    Intent,
    Journal,
    MovedFile,
    MovedShot,
    Verb,
    Verdict,
    decide,
    disk,
    read,
    said,
    undo_script,
)
from cullr.journal.entry import Decisions, decode, encode
from cullr_tests.crash.injection import Fault, in_child

BATCH = BatchId("b1")


def _intent(number: int = 1, name: str = "a.jpg") -> Intent:
    file = MovedFile(name, f"_review_dupes/{name}", 3, 5)
    return Intent(Verb.STAGE, BatchId(f"b{number}"), (MovedShot(name, (file,)),), "phash", ("_review_dupes",))


def _filled(root: Path, batches: int = 2) -> Path:
    with Journal(root) as journal:
        for number in range(batches):
            entry = journal.append(_intent(number, f"{number}.jpg"))
            journal.append(Done(entry.seq))
    return root / ".cullr/journal.jsonl"


_names = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=["Cs"]) | st.sampled_from("\udc80\udce9\udcff"),
    min_size=1,
).filter(lambda name: name not in {".", "..", "_review_dupes", "delete_review", ".cullr"})
_paths = st.lists(_names, min_size=1, max_size=3).map("/".join)
_files = st.builds(
    lambda path, size, time, digest: MovedFile(path, f"delete_review/{path}", size, time, digest),
    _paths,
    st.integers(0, 2**63),
    st.integers(-(2**63), 2**63),
    st.none() | st.binary(min_size=1, max_size=32).map(bytes.hex),
)
_some_paths = st.lists(_paths, max_size=2).map(tuple)
_shots = st.builds(MovedShot, _paths, st.lists(_files, max_size=3).map(tuple), _some_paths, _some_paths)
_bodies = st.one_of(
    st.builds(
        Intent,
        st.just(Verb.STAGE),
        st.just(BATCH),
        st.lists(_shots, max_size=2).map(tuple),
        st.text(max_size=20),
        st.lists(_paths, max_size=2).map(tuple),
        st.dictionaries(_paths, st.tuples(st.integers(0, 0o7777), st.integers(0, 2**63)), max_size=2),
    ),
    st.builds(Done, st.integers(0, 99), st.frozensets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4)),
    st.builds(
        Decisions,
        st.lists(
            st.builds(
                Decision,
                st.sampled_from(Verdict),
                st.lists(st.binary(min_size=1, max_size=32).map(bytes.hex), min_size=1, max_size=3).map(tuple),
            ),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
)


@given(_bodies)
def test_any_entry_survives_the_way_to_the_disk_and_back(body: Intent | Done | Decisions) -> None:
    entry = Entry(7, "2025-01-02T03:04:05+00:00", body)
    line, checksum = encode(entry, "ab")
    assert line.count(b"\n") == 1
    assert decode(line[:-1]) == (entry, "ab", checksum)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_byte_of_a_line_goes_unnoticed(place: int, change: int) -> None:
    line = bytearray(encode(Entry(1, "now", _intent()), "")[0][:-1])
    line[place % len(line)] ^= change
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(bytes(line))


@given(st.binary(max_size=200))
def test_no_bytes_at_all_crash_the_decoder(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(data)


def test_what_was_appended_is_read_back_by_another_process_of_mind(tmp_path: Path) -> None:
    _filled(tmp_path)
    state = read(tmp_path).state
    assert list(state.batches) == ["b0", "b1"]
    assert sorted(state.staged) == ["_review_dupes/0.jpg", "_review_dupes/1.jpg"]


def test_reading_writes_nothing_and_needs_no_journal(tmp_path: Path) -> None:
    assert read(tmp_path).entries == []
    assert list(tmp_path.iterdir()) == []


def test_a_root_that_is_no_folder_is_a_root_error(tmp_path: Path) -> None:
    with pytest.raises(RootError):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_set_aside_and_never_fatal(tmp_path: Path, cut: int) -> None:
    path = _filled(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    kept = whole[: whole.rstrip(b"\n").rindex(b"\n") + 1]
    assert read(tmp_path).torn == whole[len(kept) : -cut]
    with Journal(tmp_path) as journal:
        assert journal.set_aside == ".cullr/journal.torn-1"
        assert journal.log.seq == 3
    assert path.read_bytes() == kept
    assert (tmp_path / ".cullr/journal.torn-1").read_bytes() == whole[len(kept) : -cut]


def test_a_last_line_of_zeros_after_a_power_loss_is_set_aside_too(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    path.write_bytes(path.read_bytes() + bytes(300) + b"\n" + bytes(10))
    with Journal(tmp_path) as journal:
        assert journal.log.seq == 4
        assert journal.set_aside


def test_a_second_torn_line_does_not_replace_the_first_one_set_aside(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    for number in (1, 2):
        with path.open("ab") as stream:
            stream.write(b"torn %d" % number)
        Journal(tmp_path).close()
    assert (tmp_path / ".cullr/journal.torn-1").read_bytes() == b"torn 1"
    assert (tmp_path / ".cullr/journal.torn-2").read_bytes() == b"torn 2"


def test_setting_a_last_line_aside_can_be_killed_itself(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    for k in range(1, 30):
        in_child(lambda: Journal(tmp_path).close(), tmp_path, Fault(k, kill="kill"), {})
    with Journal(tmp_path) as journal:
        assert journal.log.seq == 3


def _without_line(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def _edited(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b"0.jpg", b"9.jpg"), *lines[1:]]


def _doubled(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def _rubbish_in_the_middle(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"hello\n", *lines[2:]]


@pytest.mark.parametrize("spoil", [_without_line, _swapped, _edited, _doubled, _rubbish_in_the_middle])
def test_a_hole_or_a_changed_line_is_refused_with_its_number_and_nothing_is_touched(
    tmp_path: Path, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = _filled(tmp_path)
    path.write_bytes(b"".join(spoil(path.read_bytes().splitlines(keepends=True))))
    before = path.read_bytes()
    for attempt in (lambda: read(tmp_path), lambda: Journal(tmp_path)):
        with pytest.raises(Failed, match=r"journal\.jsonl:\d: ") as caught:
            attempt()
        assert "backup" in caught.value.remedy
    assert path.read_bytes() == before


def test_a_journal_cut_at_a_line_end_is_noticed(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    with pytest.raises(Failed, match="ends at entry 2, but 4 were written"):
        Journal(tmp_path)
    path.unlink()
    with pytest.raises(Failed, match="ends at entry 0"):
        read(tmp_path)


def test_a_newer_format_asks_for_a_newer_cullr(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    path.write_bytes(path.read_bytes() + b'{"v":3,"seq":5,"kind":"teleport"}\n')
    with pytest.raises(Failed, match="format 3") as caught:
        read(tmp_path)
    assert "Update" in caught.value.remedy


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("../a.jpg", "_review_dupes/a.jpg"),
        ("/etc/passwd", "_review_dupes/a.jpg"),
        ("a/../../b", "_review_dupes/b"),
        ("a.jpg", "_review_dupes/../../b.jpg"),
        ("a.jpg", "/tmp/b.jpg"),
        ("a.jpg", "elsewhere/b.jpg"),
        ("_review_dupes/a.jpg", "_review_dupes/b.jpg"),
        (".cullr/journal.jsonl", "_review_dupes/b.jpg"),
        ("a//b", "_review_dupes/b"),
        ("a\0b", "_review_dupes/b"),
        ("", "_review_dupes/b"),
    ],
)
def test_a_path_that_leads_out_of_the_root_is_refused(tmp_path: Path, source: str, target: str) -> None:
    path = _filled(tmp_path)
    last = path.read_bytes().splitlines()[-1]
    shot = MovedShot("a.jpg", (MovedFile(source, target, 1, 1),))
    line, _ = encode(Entry(5, "now", Intent(Verb.STAGE, BATCH, (shot,))), decode(last)[2])
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(Failed, match=r"journal\.jsonl:5: "):
        Journal(tmp_path)


@pytest.mark.parametrize("name", [".cullr", ".cullr/journal.jsonl", ".cullr/lock"])
def test_a_journal_behind_a_symbolic_link_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    _filled(root)
    outside = tmp_path / "outside"
    (root / name).rename(outside)
    (root / name).symlink_to(outside)
    before = _look(outside)
    with pytest.raises(Failed, match="cannot be used"):
        Journal(root)
    assert _look(outside) == before


def _look(path: Path) -> list[Path] | bytes:
    return sorted(path.rglob("*")) if path.is_dir() else path.read_bytes()


def test_a_fifo_in_place_of_the_journal_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / ".cullr").mkdir()
    os.mkfifo(tmp_path / ".cullr/journal.jsonl")
    with pytest.raises(Failed):
        Journal(tmp_path)


def _hold(root: Path, taken: Event, release: Event) -> None:
    with Journal(root):
        taken.set()
        release.wait(30)


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    taken, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, taken, release))
    holder.start()
    try:
        assert taken.wait(30)
        with pytest.raises(Failed, match=rf"process {holder.pid} on {os.uname().nodename}"):
            Journal(tmp_path)
        assert read(tmp_path).entries == []
    finally:
        release.set()
        holder.join(30)
    Journal(tmp_path).close()


def _no_flock(_fd: int) -> None:
    raise OSError(95, "Operation not supported")


def test_without_flock_a_marker_file_keeps_the_second_writer_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "lock", _no_flock)
    with Journal(tmp_path), pytest.raises(Failed, match=f"process {os.getpid()}"):
        Journal(tmp_path)
    assert not (tmp_path / ".cullr/lock.held").exists()


def test_a_marker_of_a_dead_process_is_taken_over_and_of_another_machine_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "lock", _no_flock)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    Journal(tmp_path).close()
    marker = tmp_path / ".cullr/lock.held"
    marker.write_text(json.dumps({"pid": int(dead.stdout), "host": os.uname().nodename}))
    Journal(tmp_path).close()
    marker.write_text(json.dumps({"pid": int(dead.stdout), "host": "elsewhere"}))
    with pytest.raises(Failed, match="elsewhere") as caught:
        Journal(tmp_path)
    assert "lock.held" in caught.value.remedy


def test_a_failed_append_takes_its_half_line_back_and_closes_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _filled(tmp_path)
    before = path.read_bytes()
    real, written = disk.write, list[int]()

    def disk_full(fd: int, data: bytes | memoryview) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(real(fd, data[:20]))
        return written[0]

    with Journal(tmp_path) as journal:
        monkeypatch.setattr(disk, "write", disk_full)
        with pytest.raises(Failed, match="cannot be written: No space left"):
            journal.append(_intent(5))
        monkeypatch.undo()
        with pytest.raises(Failed, match="closed"):
            journal.append(_intent(6))
    assert written == [20]
    assert path.read_bytes() == before


def test_no_move_begins_before_the_one_before_it_is_settled(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(_intent(1))
        with pytest.raises(Failed, match="not settled"):
            journal.append(_intent(2))
        assert journal.log.seq == 1
        line, _ = encode(Entry(2, "now", _intent(2)), journal.log.last_sum)
    with (tmp_path / ".cullr/journal.jsonl").open("ab") as stream:
        stream.write(line)
    with pytest.raises(Failed, match="begins before the one before it is over"):
        read(tmp_path)


def test_decisions_are_kept_by_content_the_last_word_counts_and_can_be_taken_back(tmp_path: Path) -> None:
    a, b = b"\x01" * 32, b"\x02" * 32
    with Journal(tmp_path) as journal:
        decide(journal, [(Verdict.KEEP, [a, b]), (Verdict.CULL, [b]), (Verdict.NOT_ALIKE, [b, a])])
        decide(journal, [(Verdict.CULL, [b, a])])
        decide(journal, [])
    found = said(read(tmp_path))
    assert found.verdicts == {(a.hex(), b.hex()): Verdict.CULL, (b.hex(),): Verdict.CULL}
    assert found.not_alike == {(a.hex(), b.hex())}
    with Journal(tmp_path) as journal:
        decide(journal, [(Verdict.NONE, [b, a]), (Verdict.NONE, [b])])
    assert (said(read(tmp_path)).verdicts, said(read(tmp_path)).not_alike) == ({}, frozenset())


def test_a_decision_without_content_is_a_programming_error(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal, pytest.raises(ValueError, match="digest"):
        decide(journal, [(Verdict.KEEP, [])])


def test_the_journal_folder_explains_how_to_undo_without_cullr(tmp_path: Path) -> None:
    _filled(tmp_path)
    text = (tmp_path / ".cullr/HOW_TO_UNDO.txt").read_text()
    assert undo_script.SCRIPT in text
    assert len(undo_script.SCRIPT.splitlines()) == 10
