"""The folders a person names → roots: each resolved, there, readable and named once. Every start waits for this."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cullr.errors import RootError

Identity = tuple[int, int]


def check(roots: Sequence[Path]) -> list[Path]:
    """The roots resolved, each folder once. Raises RootError for one that is missing, a file or unreadable."""
    found: dict[Identity | Path, Path] = {}
    for root in roots:
        try:
            resolved = root.resolve(strict=True)
            with os.scandir(resolved):
                pass
            found.setdefault(identify(resolved.stat()) or resolved, resolved)
        except FileNotFoundError:
            raise RootError(f"{root} does not exist", "Check the spelling; is the disk mounted?") from None
        except NotADirectoryError:
            raise RootError(f"{root} is not a folder", f"Name a folder: {root.parent}") from None
        except PermissionError as error:
            remedy = "Ask its owner for read access, or check it with: ls -ld"
            raise RootError(f"{root} cannot be read: {error.strerror}", remedy) from error
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL in the name, a dead mount
            reason = getattr(error, "strerror", None) or str(error)
            raise RootError(f"{root} cannot be used: {reason}", "Name a folder that can be listed.") from error
    return list(found.values())


def identify(about: os.stat_result) -> Identity | None:
    """What two paths to one folder have in common; None on file systems that number nothing."""
    return (about.st_dev, about.st_ino) if about.st_ino else None
