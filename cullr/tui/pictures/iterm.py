"""A rendered JPEG → iTerm2's inline picture sequence; WezTerm, mintty and others read it too."""

from __future__ import annotations

from base64 import b64encode

from cullr.pool.jobs import Rendered


def sequence(rendered: Rendered) -> str:
    """Drawn from the cursor on, scaled to the cells it was rendered for; the cursor is the caller's to restore."""
    size = f"size={len(rendered.data)};width={rendered.columns};height={rendered.rows}"
    data = b64encode(rendered.data).decode()
    return f"\x1b]1337;File=inline=1;{size};preserveAspectRatio=1;doNotMoveCursor=1:{data}\x07"
