"""The log of a journal that this process closed → the next one that opens it, which then need not read it all again.

Invariant: a log is given only for a file as it was left (same inode, length and times), and to one journal at a time.
"""

from __future__ import annotations

import os

from cullr.journal.log import Log

MOST = 8
"""Journals whose logs are held: one for each root of a large review."""
_LEFT: dict[tuple[int, int], tuple[tuple[int, int, int], Log]] = {}


def put(about: os.stat_result, log: Log) -> None:
    """Hold the log of a journal file that is `about` now; call it while the lock is held."""
    if about.st_size != log.length or log.torn:
        return
    _LEFT.pop(_file(about), None)
    _LEFT[_file(about)] = _state(about), log
    while len(_LEFT) > MOST:
        _LEFT.pop(next(iter(_LEFT)), None)


def take(about: os.stat_result) -> Log | None:
    """The log of this file, None where the file was written to since, or never by this process."""
    state, log = _LEFT.pop(_file(about), (None, None))
    return log if state == _state(about) else None


def _file(about: os.stat_result) -> tuple[int, int]:
    return about.st_dev, about.st_ino


def _state(about: os.stat_result) -> tuple[int, int, int]:
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns
