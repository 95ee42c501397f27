"""THE core API: everything a shell may ask for. Shells parse and print; what happens, happens below here.

Importing it is cheap: numpy, Pillow and the rest load when a run needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cullr.session.session import Session

__all__ = ["Session"]


def __getattr__(name: str) -> Any:
    """The session itself takes a moment, in which the indexer already begins (`session.child`)."""
    if name != "Session":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cullr.session.session import Session

    return Session
