"""A picture that cannot be read, and decoders' complaints put into plain words."""

from __future__ import annotations

import re

from PIL import Image, UnidentifiedImageError


class Unreadable(Exception):
    """This photo cannot be read; `str()` is the reason for the `skipped` row. Data to the caller, not a failure.

    `lasting`: the same bytes will never read. Not so a missing permission, a lost line or a limit that can be raised.
    """

    def __init__(self, why: str, *, lasting: bool = True) -> None:
        super().__init__(why)
        self.lasting = lasting


def explained(error: BaseException, kind: str) -> Unreadable:
    """Whatever a decoder raised, as Unreadable."""
    if isinstance(error, Unreadable):
        return error
    passing = isinstance(error, MemoryError | Image.DecompressionBombError) or (
        isinstance(error, OSError) and error.errno is not None
    )
    return Unreadable(in_words(error, kind), lasting=not passing)


def in_words(error: BaseException, kind: str) -> str:
    """Why a decoder gave up on a picture of this kind, for a person who does not know decoders."""
    text = str(error).strip()
    if isinstance(error, Image.DecompressionBombError):
        found = re.search(r"\((\d+) pixels\)", text)
        size = f"{int(found[1]) / 1e6:.0f} megapixels" if found else "far too many pixels"
        return f"claims {size}, more than the limit (limits.megapixels)"
    if isinstance(error, MemoryError):
        return "needs more memory than one picture may take"
    if isinstance(error, UnidentifiedImageError):
        return f"damaged: looks like {kind} but its header makes no sense"
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "cut short: the end of the picture is missing"
    if any(
        sign in text.lower() for sign in ("broken data stream", "decoder error", "unrecognized data stream", "huffman")
    ):
        return "damaged: its pixel data is broken"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, FileNotFoundError):
        return "vanished while it was being read"
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return f"cannot be read: {error.strerror}"
    first = text.splitlines()[0][:120] if text else type(error).__name__
    return f"damaged {kind}: {first}"
