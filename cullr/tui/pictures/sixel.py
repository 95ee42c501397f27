"""A rendered sixel picture → the sequence that draws it: the worker has made all of it."""

from __future__ import annotations

from cullr.pool.jobs import Rendered


def sequence(rendered: Rendered) -> str:
    """Drawn from the cursor on, at its own size in pixels."""
    return rendered.data.decode("ascii")
