"""Bytes from a terminal → its replies to our questions, and everything else: the keys a person pressed.

No byte is lost or invented: what is neither a reply nor the beginning of one is given back in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# XTVERSION, kitty graphics, the cell's size, secondary and primary device attributes.
_REPLY = re.compile(
    rb"\x1bP>\|(?P<version>[^\x1b\x07]*)(?:\x1b\\|\x07)"
    rb"|\x1b_Gi=\d+(?:,[^;\x1b]*)?;(?P<kitty>[^\x1b]*)\x1b\\"
    rb"|\x1b\[6;(?P<height>\d{1,4});(?P<width>\d{1,4})t"
    rb"|\x1b\[>(?P<second>[\d;]*)c"
    rb"|\x1b\[\?(?P<first>[\d;]*)c"
)
_BEGUN = re.compile(
    rb"\x1b(?:\[(?:6(?:;\d{0,4}(?:;\d{0,4})?)?|[?>][\d;]*)?|P(?:>(?:\|[^\x1b\x07]*\x1b?)?)?|_(?:G[^\x1b]*\x1b?)?)?\Z"
)
LONGEST = 512
"""Bytes a reply may have; more than that is not one."""


@dataclass(frozen=True, slots=True)
class Replies:
    """`attributes` is the primary device attributes' list, None until it came; it comes last and ends the wait."""

    version: str = ""
    kitty: bool = False
    cell: tuple[int, int] | None = None
    second: tuple[int, ...] = ()
    attributes: tuple[int, ...] | None = None

    @property
    def sixel(self) -> bool:
        """Attribute 4, the number and not the digit: 62;22 has none. Below class 60 there is no list."""
        numbers = self.attributes or (0,)
        return numbers[0] >= 60 and 4 in numbers[1:]

    @property
    def mosh(self) -> bool:
        """mosh answers for the terminal behind it, always with these numbers."""
        return self.second == (1, 10, 0)


class Sieve:
    """Feed it what was read; `replies` grows, the rest comes back. `held` may be the beginning of a reply."""

    def __init__(self) -> None:
        self.replies = Replies()
        self.held = b""

    @property
    def fenced(self) -> bool:
        """Whether the last reply has come."""
        return self.replies.attributes is not None

    def feed(self, data: bytes) -> bytes:
        """The bytes that are no reply. The beginning of one is held until the next call or `flush`."""
        data = self.held + data
        rest = _REPLY.sub(self._note, data)
        begun = _BEGUN.search(rest[-LONGEST:])
        at = len(rest[:-LONGEST]) + begun.start() if begun else len(rest)
        self.held = rest[at:]
        return rest[:at]

    def flush(self) -> bytes:
        """What was held because it could have become a reply, and has not: a lone Escape, or Alt and a key.

        Longer beginnings (`ESC [ ?` and so on) are no key's, so they stay held.
        """
        if len(self.held) > 2:
            return b""
        held, self.held = self.held, b""
        return held

    def _note(self, match: re.Match[bytes]) -> bytes:
        kind = match.lastgroup
        if kind == "version":
            self.replies = replace(self.replies, version=match["version"].decode("utf-8", "replace"))
        elif kind == "kitty":
            self.replies = replace(self.replies, kitty=match["kitty"] == b"OK")
        elif kind == "width":
            width, height = int(match["width"]), int(match["height"])
            if width and height:
                self.replies = replace(self.replies, cell=(width, height))
        elif kind == "second":
            self.replies = replace(self.replies, second=_numbers(match["second"]))
        else:
            self.replies = replace(self.replies, attributes=_numbers(match["first"]))
        return b""


def _numbers(text: bytes) -> tuple[int, ...]:
    return tuple(int(number[:6]) for number in text.split(b";") if number) or (0,)
