"""Names ↔ text as SQLite stores it, which is UTF-8: bytes that are not are kept as private-use characters."""

from __future__ import annotations


def storable(text: str) -> str:
    """What SQLite can hold."""
    return "".join(chr(0x10F000 + ord(char) - 0xDC00) if "\udc80" <= char <= "\udcff" else char for char in text)


def restored(text: str) -> str:
    """What `storable` was given."""
    return "".join(chr(0xDC00 + ord(char) - 0x10F000) if 0x10F080 <= ord(char) <= 0x10F0FF else char for char in text)
