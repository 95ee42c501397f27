"""Why a file stays where it is, in words a person can act on."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from cullr.errors import Failed
from cullr.safe_text import visible

_WORDS = {
    errno.EACCES: "permission denied by its folder",
    errno.EPERM: "not permitted: it or its folder is immutable, or belongs to someone else",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EIO: "the disk reported an error",
    errno.ELOOP: "its folder is, or lies behind, a symbolic link",
    errno.ENOTDIR: "its folder is, or lies behind, a symbolic link or a file",
    errno.EEXIST: "something appeared at the place it was to go to",
    errno.ENAMETOOLONG: "its name is too long for that file system",
    errno.ENOENT: "it vanished",
    errno.ESTALE: "the network share lost it",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, named by its path below the root, because of which its shot was left alone; and the reason."""

    path: str
    why: str


class Stays(Exception):
    """Carries the Refusal of one shot from where it is found to where the next shot begins; nothing moved."""

    def __init__(self, path: str, why: str | OSError) -> None:
        super().__init__(path)
        self.refusal = Refusal(path, in_words(why) if isinstance(why, OSError) else why)


class Unfinished(Failed):
    """A move stopped halfway and could not be taken back now. Nothing is lost: the next run settles it."""

    def __init__(self, path: str, why: str | OSError) -> None:
        words = in_words(why) if isinstance(why, OSError) else why
        super().__init__(
            f"{visible(path)} is halfway moved, and the disk does not let it be finished or taken back: {words}",
            "Mend what is wrong with the disk, then run any cullr command on this folder: it settles the move first.",
        )


def in_words(error: OSError) -> str:
    code = error.errno or 0
    return _WORDS.get(code) or os.strerror(code)
