"""Where things stand on the main screen: side by side, or one above the other where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

SMALLEST = (60, 16)
WIDTHS: Sequence[tuple[int, str]] = ((0, "-narrow"), (100, "-wide"), (150, "-vast"))
HEIGHTS: Sequence[tuple[int, str]] = ((0, "-low"), (30, "-high"))
"""From so many columns or rows on, this class is set."""
LEFT = {"-narrow": 0, "-wide": 46 + 1, "-vast": 60 + 1}
"""Columns left of the open group."""


def is_small(size: Size) -> bool:
    """Whether there is room for a sentence only."""
    return size.width < SMALLEST[0] or size.height < SMALLEST[1]


def classes(size: Size) -> list[str]:
    """What a screen of this size is called, so that it need not be styled anew when it hears of its size."""
    width = [name for least, name in WIDTHS if size.width >= least][-1]
    height = [name for least, name in HEIGHTS if size.height >= least][-1]
    return [width, height, *(["small"] if is_small(size) else [])]


def room(size: Size) -> int:
    """Columns of the open group."""
    return size.width - LEFT[classes(size)[0]]


REVIEW = """
ReviewScreen { background: $background; layout: vertical; }
ReviewScreen #body { height: 1fr; layout: horizontal; }
ReviewScreen #left { width: 46; }
ReviewScreen.-vast #left { width: 60; }
ReviewScreen #small { display: none; height: 1fr; content-align: center middle; text-align: center; }
ReviewScreen.small #small { display: block; }
ReviewScreen.small Header, ReviewScreen.small #body { display: none; }
ReviewScreen.small MessageLine, ReviewScreen.small KeyLine { display: none; }
ReviewScreen OpenPane { width: 1fr; height: 1fr; margin-left: 1; }
ReviewScreen.-narrow #body { layout: vertical; }
ReviewScreen.-narrow #left { width: 1fr; height: 35%; min-height: 6; }
ReviewScreen.-narrow OpenPane { margin-left: 0; }
ReviewScreen.-narrow.-low FilmStrip { height: 4; }
ReviewScreen OpenPane.plain FilmStrip { height: 4; }
ReviewScreen.-low StageTable { max-height: 5; }
"""
