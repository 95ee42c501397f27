"""A sidecar before and after stars and a label were written → what of other programs' bytes was lost.

Found by patterns over the text, apart from the code that writes: what is no value of a property that says stars or a
label must stand in the new sidecar in the old order, byte for byte.
"""

from __future__ import annotations

import re

_NAMES = r"(?:xmp|xap|acdsee|MicrosoftPhoto|digiKam|photomechanic):(?:Rating|Label|rating|ColorLabel|ColorClass|Prefs)"
_VALUE = re.compile(
    rf"""(?<=\s){_NAMES}\s*=\s*(?:"(?P<quoted>[^"<]*)"|'(?P<single>[^'<]*)')"""
    rf"""|<(?P<tag>{_NAMES})>(?P<text>[^<]*)</(?P=tag)>"""
    r"""|<darktable:colorlabels>(?P<list>(?:(?!</darktable).)*)</darktable:colorlabels>""",
    re.DOTALL,
)


def pieces(data: bytes) -> list[str]:
    """The text between the values."""
    found, at = [], 0
    text = decoded(data)
    for match in _VALUE.finditer(text):
        start, end = match.span(match.lastgroup if match.lastgroup != "tag" else "text")  # type: ignore[arg-type]
        found.append(text[at:start])
        at = end
    return [*found, text[at:]]


def lost(before: bytes, after: bytes) -> int:
    """Bytes that stand outside the values and are not there any more."""
    text, at, missing = decoded(after), 0, 0
    for piece in pieces(before):
        found = text.find(piece, at)
        if found < 0:
            found, gone = _split(text, piece, at)
            missing += gone
        at = max(at, found)
    return missing


def _split(text: str, piece: str, at: int) -> tuple[int, int]:
    """A piece that something was added within: found in two parts, or not; where its second part ends."""
    front = next((n for n in range(len(piece), 0, -1) if text.find(piece[:n], at) >= 0), 0)
    begin = text.find(piece[:front], at) + front
    rest = text.find(piece[front:], begin)
    if rest < 0:
        return at, len(piece.encode())
    return rest + len(piece) - front, 0


def decoded(data: bytes) -> str:
    """Any Unicode encoding, its mark kept as a letter."""
    for mark, name in ((b"\xff\xfe\0\0", "utf-32-le"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(name)
    return data.decode("utf-16-le" if data.startswith(b"<\0") else "utf-8")
