"""Pictures that the terminal already holds: showing one again costs its placeholders and no payload.

Thirty-two ids, the longest unused one given away first; a picture on the screen is never given away.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Hashable, Iterator

from cullr.pool.jobs import Rendered
from cullr.tui.pictures import kitty

SIZE = 32


class Shelf:
    """One per app. `truecolor`: the ids are of 24 bits; else of 8, which colours of the 256 can carry."""

    def __init__(self, *, truecolor: bool = True, tmux: bool = False) -> None:
        self._tmux = tmux
        self._free = _wide() if truecolor else iter(NARROW)
        self._ids: OrderedDict[Rendered, int] = OrderedDict()
        self._held: dict[Hashable, Rendered] = {}

    def holds(self, rendered: Rendered) -> bool:
        """Whether showing it costs no payload."""
        return rendered in self._ids

    def place(self, rendered: Rendered, owner: Hashable) -> tuple[int, str]:
        """The id under which `owner` shows this picture, and what to write first: nothing on a revisit."""
        self._held[owner] = rendered
        known = self._ids.get(rendered)
        if known is not None:
            self._ids.move_to_end(rendered)
            return known, ""
        fresh, cleared = self._id()
        self._ids[rendered] = fresh
        return fresh, cleared + kitty.transmit(fresh, rendered, tmux=self._tmux)

    def release(self, owner: Hashable) -> None:
        """`owner` shows nothing any more; the picture stays in the terminal for a revisit."""
        self._held.pop(owner, None)

    def forget(self) -> None:
        """The terminal has lost them all (another one attached, it was reset): the next place sends again."""
        self._ids.clear()

    def clear(self) -> str:
        """What to write so that nothing of ours stays in the terminal's memory."""
        gone = "".join(kitty.delete(picture, tmux=self._tmux) for picture in self._ids.values())
        self._ids.clear()
        return gone

    def _id(self) -> tuple[int, str]:
        """A fresh id, or one taken from the picture that nobody has shown for longest."""
        if len(self._ids) >= SIZE:
            shown = set(self._held.values())
            for rendered in self._ids:
                if rendered not in shown:
                    picture = self._ids.pop(rendered)
                    return picture, kitty.delete(picture, tmux=self._tmux)
        fresh = next(self._free, None)
        if fresh is None:
            # 8 bits are used up: give away what is longest on the screen.
            _, fresh = self._ids.popitem(last=False)
        return fresh, ""


def colour(picture: int) -> tuple[int, int, int]:
    """The foreground that carries this id."""
    if picture < 256:
        level = (0, 95, 135, 175, 215, 255)
        red, rest = divmod(picture - 16, 36)
        return level[red], level[rest // 6], level[rest % 6]
    return picture >> 16, picture >> 8 & 255, picture & 255


def _wide() -> Iterator[int]:
    """From a random place on: another program in the same terminal, or another cullr in the same tmux, has its own."""
    start = (1 + secrets.randbelow(0xFE)) << 16 | secrets.randbelow(0x8000)
    return iter(range(start, start + 0x8000))


# Colours of the cube that every converter gives back as they are; the greyish ones may become one of the greys.
NARROW = tuple(16 + 36 * red + 6 * green + blue for red in (3, 4, 5) for green in range(6) for blue in (0, 1))
