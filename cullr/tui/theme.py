"""Two themes, dark and light. Meaning never hangs on colour alone: keep is ✓, cull is ✗, a shield is ◆.

The greys are chosen so that the nearest of 256 colours still tell panels apart.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="cullr-dark",
    primary="#7aa2f7",
    secondary="#565f89",
    accent="#ffb454",
    foreground="#d0d3da",
    background="#121316",
    surface="#1a1c20",
    panel="#24272d",
    boost="#303540",
    success="#7fd88f",
    warning="#ffb454",
    error="#f0717a",
    dark=True,
    variables={"footer-key-foreground": "#ffb454", "scrollbar": "#3a3f4a", "scrollbar-background": "#1a1c20"},
)
LIGHT = Theme(
    name="cullr-light",
    primary="#2f5fc4",
    secondary="#7a8194",
    accent="#a35a00",
    foreground="#24272d",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e4e4e0",
    boost="#d5d9e2",
    success="#1f7a36",
    warning="#9a5b00",
    error="#b3202c",
    dark=False,
    variables={"footer-key-foreground": "#a35a00", "scrollbar": "#b9bcc4", "scrollbar-background": "#f1f1ee"},
)
FAINT = "$foreground 60%"
"""Less than the text beside it; `$text-muted` in a span comes out as pure white (Textual 8.2)."""
THEMES = {"dark": DARK, "light": LIGHT}
