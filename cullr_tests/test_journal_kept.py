"""A journal that this process closed is not read again, unless anyone else wrote to it meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cullr import journal, moves
from cullr.errors import Failed
from cullr.journal import Journal, Verdict, disk
from cullr.session import past
from cullr.session.decided import Decided
from cullr.sidecars.splice import spliced

WORD = "from cullr import journal; from pathlib import Path; import sys\n" + (
    "with journal.Journal(Path(sys.argv[1])) as book: journal.decide(book, [(journal.Verdict.CULL, [b'other'])])"
)


def say(root: Path, content: bytes, verdict: Verdict = Verdict.KEEP) -> None:
    with Journal(root) as book:
        journal.decide(book, [(verdict, [content])])


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The bytes of each read that the journal and the moves make."""
    real, found = disk.read, list[int]()

    def read(fd: int, size: int) -> bytes:
        data = real(fd, size)
        found.append(len(data))
        return data

    with monkeypatch.context() as patch:
        patch.setattr(disk, "read", read)
        yield found


def test_words_stars_and_their_taking_back_read_none_of_a_long_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        say(tmp_path, b"word %d" % number)
    length = (tmp_path / ".cullr/journal.jsonl").stat().st_size
    (tmp_path / "a.xmp").write_bytes(old := spliced(None, rating=1))
    with counted(monkeypatch) as reads:
        say(tmp_path, b"one more")
        done = moves.rewrite(tmp_path, {"a.xmp": (old, spliced(old, rating=2))})
        assert done.batch is not None
        undone = past.take_back([tmp_path], done.batch)
        assert undone is not None and undone.back == [(0, "a.xmp")]
        assert past.take_back([tmp_path], done.batch) is None
    assert sum(reads) <= 6 * len(old) < length
    assert (tmp_path / "a.xmp").read_bytes() == old
    assert len(journal.read(tmp_path).state.verdicts) == 41


def test_what_another_process_wrote_is_heard_and_followed(tmp_path: Path) -> None:
    say(tmp_path, b"own")
    heard = Decided.read([tmp_path])
    subprocess.run([sys.executable, "-c", WORD, str(tmp_path)], check=True, timeout=60)
    with Journal(tmp_path) as book:
        assert (b"other".hex(),) in book.state.verdicts
        journal.decide(book, [(Verdict.KEEP, [b"later"])])
        assert heard.heard(0, book.log) == Decided.read([tmp_path])
    assert journal.read(tmp_path).seq == 3


def test_a_journal_that_was_changed_or_cut_short_is_found_out_at_once(tmp_path: Path) -> None:
    say(tmp_path, b"one")
    say(tmp_path, b"two")
    lines = tmp_path / ".cullr/journal.jsonl"
    sound = lines.read_bytes()
    for wrong in (sound.replace(b'"keep"', b'"cull"', 1), sound[: sound.index(b"\n") + 1]):
        lines.write_bytes(wrong)
        with pytest.raises(Failed):
            say(tmp_path, b"three")
    lines.write_bytes(sound)
    say(tmp_path, b"three")
    assert journal.read(tmp_path).seq == 3


def test_a_journal_that_failed_to_write_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(tmp_path, b"one")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "fsync", full)
        with pytest.raises(Failed):
            say(tmp_path, b"lost")
    with counted(monkeypatch) as reads:
        say(tmp_path, b"two")
    assert sum(reads) > 100
    assert journal.read(tmp_path).seq == 2


def test_what_was_said_is_the_same_heard_entry_by_entry_or_all_at_once(tmp_path: Path) -> None:
    heard = Decided.read([tmp_path, tmp_path / ".."])
    for number, verdict in enumerate([Verdict.KEEP, Verdict.NOT_ALIKE, Verdict.CULL, Verdict.NONE, Verdict.KEEP] * 2):
        with Journal(tmp_path) as book:
            journal.decide(book, [(verdict, [b"shot %d" % (number % 3)])])
            heard = heard.heard(0, book.log)
        assert heard == Decided.read([tmp_path, tmp_path / ".."])
    (tmp_path / ".cullr/journal.jsonl").unlink()
    (tmp_path / ".cullr/journal.seq").unlink()
    assert heard.heard(0, journal.read(tmp_path)) == Decided.read([tmp_path, tmp_path / ".."])
