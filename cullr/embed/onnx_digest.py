"""An ONNX file → a digest of all that decides its vectors: the graph, and the files in which it keeps its weights.

Large models, and those exported by a recent torch, hold no weights but name a file beside them. Left out of the digest,
other weights would give other vectors under the same name.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path

from blake3 import blake3

from cullr.embed.extras import first_line
from cullr.errors import Failed

_ELSEWHERE = re.compile(rb"\n\x08location\x12([\x01-\x7f])", re.DOTALL)
"""Of a tensor, wherever in the graph: its numbers lie in the file of this name, of so many bytes. 0.1 s for 300 MB."""


def of(path: Path) -> str:
    """12 hex digits. Raises Failed for a file that cannot be read."""
    try:
        digest = blake3(max_threads=blake3.AUTO)
        for file in (path, *_beside(path)):
            digest.update_mmap(file)
        return digest.hexdigest()[:12]
    except OSError as error:
        raise Failed(f"{path} cannot be read: {first_line(error)}", "Check the file.") from error


def _beside(path: Path) -> Iterator[Path]:
    """Each file of weights once. One that is not there is ONNX Runtime's to miss."""
    if not path.stat().st_size:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as graph:
        names = {graph[found.end() : found.end() + found[1][0]] for found in _ELSEWHERE.finditer(graph)}
    for name in sorted(names):
        file = path.parent / os.fsdecode(name)
        if b"\0" not in name and file.is_file():
            yield file
