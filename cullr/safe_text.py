r"""Any text from a file name or a picture → text that is safe to show to people.

Everything that is printable stays; everything that is not (controls, bidirectional overrides, zero-width characters,
line separators, bytes that are not UTF-8) becomes a visible escape. The result is one line, encodes to UTF-8 and
cannot move a cursor, ring a bell or turn the reading direction around. Not meant to be read back: JSON is.
"""

from __future__ import annotations

import re

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_JOINERS = "\u200c\u200d"
_SUSPECT = re.compile(r"[^ -~]")


def visible(text: str) -> str:
    r"""`text` with every unprintable character escaped: `\n`, `\x1b`, `\u202e`, and `\xNN` for a byte not in UTF-8.

    >>> visible("a\x1b[31mb\udce9")
    'a\\x1b[31mb\\xe9'
    """
    if text.isprintable():
        return text
    return _SUSPECT.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    char = match[0]
    if char.isprintable() or _is_wide_space(char) or (char in _JOINERS and _joins(match)):
        return char
    return _NAMED.get(char) or _escape(ord(char))


def _is_wide_space(char: str) -> bool:
    """A space that takes room (no-break, ideographic …): str.isprintable wants only U+0020, real names hold these."""
    return (
        char.isspace()
        and char in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    )


def _joins(match: re.Match[str]) -> bool:
    """Whether a joiner stands between two visible non-ASCII characters, as in emoji families and Indic scripts."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return all(char and not char.isascii() and char.isprintable() for char in (before, after))


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    # A C1 control is \u0085, never \x85: that would read as the undecodable byte 85.
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
