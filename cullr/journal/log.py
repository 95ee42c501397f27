"""`<root>/.cullr/journal.jsonl` → its entries and what they add up to, every line checked. Writes nothing.

A last line that is not whole was being written when the power went: it is kept apart, never fatal. Anything else that
is wrong (a changed or missing line, a newer format, a path outside the root) is refused with the line's number.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from cullr.errors import Failed
from cullr.journal import disk, undo_script
from cullr.journal.entry import JOURNAL_FOLDER, Entry, NewerFormat, decode, whole
from cullr.journal.state import State
from cullr.journal.tree import Tree
from cullr.safe_text import visible

NAME = "journal.jsonl"
NUMBER_NAME = "journal.seq"
"""Holds the number of the last entry known to be on the disk, so that a journal cut short is noticed."""
RESTORE = (
    f"Bring back {JOURNAL_FOLDER}/{NAME} from a backup; {JOURNAL_FOLDER}/{undo_script.NAME} needs no intact journal."
)


@dataclass(slots=True)
class Log:
    """What a journal says. `torn` is an unfinished last line, not part of the `length` bytes of whole ones."""

    entries: list[Entry] = field(default_factory=list)
    state: State = field(default_factory=State)
    last_sum: str = ""
    length: int = 0
    torn: bytes = b""

    @property
    def seq(self) -> int:
        return self.entries[-1].seq if self.entries else 0

    def add(self, entry: Entry, checksum: str, size: int) -> None:
        self.state.apply(entry)
        self.entries.append(entry)
        self.last_sum = checksum
        self.length += size


def read(root: Path) -> Log:
    """The journal below a root, empty where there is none. Writes nothing and takes no lock. Raises Failed."""
    with Tree(root) as tree:
        try:
            return read_open(tree.folder(JOURNAL_FOLDER), root)
        except FileNotFoundError:
            return Log()
        except OSError as error:
            raise unusable(root, error) from error


def fingerprint(root: Path) -> bytes:
    """32 bytes that stand for every word in the journal below a root. Raises Failed."""
    with Tree(root) as tree:
        try:
            at = tree.folder(JOURNAL_FOLDER)
            return blake3(f"{_last_number(at)}\n".encode() + _content(at, NAME)).digest()
        except FileNotFoundError:
            return bytes(32)
        except OSError as error:
            raise unusable(root, error) from error


def unusable(root: Path, error: OSError) -> Failed:
    return Failed(
        f"the journal in {visible(str(root / JOURNAL_FOLDER))} cannot be used: {error.strerror}",
        "It must be a folder of its own, readable and writable by you, not a link.",
    )


def read_open(at: int, root: Path) -> Log:
    # The number is read before the lines: a writer adds lines first, so it can only be behind them.
    written = _last_number(at)
    data = _content(at, NAME)
    log = parse(data, visible(str(root / JOURNAL_FOLDER / NAME)))
    if log.seq + bool(log.torn) < written:
        raise Failed(
            f"{visible(str(root / JOURNAL_FOLDER / NAME))} ends at entry {log.seq}, but {written} were written: "
            "it was cut short or is an older copy",
            f"{RESTORE} To go on without the missing entries, delete {JOURNAL_FOLDER}/{NUMBER_NAME}.",
        )
    return log


def _content(at: int, name: str) -> bytes:
    try:
        fd = disk.open_file(name, at)
    except FileNotFoundError:
        return b""
    try:
        insist_on_file(fd)
        return disk.read_all(fd)
    finally:
        disk.close(fd)


def insist_on_file(fd: int) -> None:
    if not stat.S_ISREG(disk.fstat(fd).st_mode):
        raise OSError(0, "not a regular file")


def _last_number(at: int) -> int:
    text = _content(at, NUMBER_NAME)[:32].strip()
    return int(text) if text.isdigit() else 0


def parse(data: bytes, name: str) -> Log:
    """The entries of a journal's bytes. Raises Failed naming line and reason for all but a torn last line."""
    log = Log()
    lines = data.split(b"\n")[:-1]
    for number, line in enumerate(lines, 1):
        try:
            log.add(*_follows(log, line), len(line) + 1)
        except NewerFormat as error:
            raise Failed(f"{name}:{number}: {error}", "Update cullr.") from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            # Power loss damages the last line only: each line was synced before the next. An intact line from here on
            # means that this one was changed later, or is not what this cullr writes.
            if any(whole(other) for other in lines[number - 1 :]):
                why = error if isinstance(error, ValueError) else "not an entry"
                raise Failed(f"{name}:{number}: {visible(str(why))}", RESTORE) from error
            break
    log.torn = data[log.length :]
    return log


def _follows(log: Log, line: bytes) -> tuple[Entry, str]:
    entry, previous, checksum = decode(line)
    if entry.seq != log.seq + 1 or previous != log.last_sum:
        raise ValueError(f"entry {entry.seq} does not follow entry {log.seq}: lines are missing or were moved")
    return entry, checksum
