"""A file's size and 64 KiB each from its beginning, middle and end → 16 bytes that stand for its content.

The beginning alone is not enough: uncompressed pictures of one size often share a white sky. Every byte would be: but
25 MB a frame over a slow line are not to be read again for every question.
"""

from __future__ import annotations

from collections.abc import Callable

from blake3 import blake3

BLOCK = 1 << 16


def fingerprint(size: int, read: Callable[[int, int], bytes]) -> bytes:
    """`read` gives (offset, length) of the file's bytes."""
    digest = blake3(size.to_bytes(8, "little"))
    for start in sorted({0, max(0, (size - BLOCK) // 2), max(0, size - BLOCK)}):
        digest.update(read(start, BLOCK))
    return digest.digest(16)
