"""The error tree. A leaf knows its exit code and its remedy; only the command line and the app catch them.

CullrError
├── Failed            1  something outside cullr refused: disk full, no permission, index in use
├── UsageError        2  the command line or a configuration file is wrong
│   ├── RootError        a root that is missing, a file, or unreadable
│   └── ConfigError      cullr.toml or a rule file, with file, line and the nearest known key
├── NothingFound      3  no photos below the roots
└── Refused           4  done, but some photos were left where they are

A photo that cannot be read is none of these: it is a row with a reason.
"""

from __future__ import annotations

from pathlib import Path


class CullrError(Exception):
    """`message` says what is wrong and names the file; `remedy` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Failed(CullrError):
    exit_code = 1


class UsageError(CullrError):
    exit_code = 2


class RootError(UsageError):
    pass


class ConfigError(UsageError):
    """A configuration file that cannot be used; `line` is 1-based, 0 when the whole file is meant."""

    def __init__(self, path: Path | str, line: int, message: str, remedy: str = "") -> None:
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {message}", remedy)
        self.path = path
        self.line = line


class NothingFound(CullrError):
    exit_code = 3


class Refused(CullrError):
    exit_code = 4
