"""Weights from the hub or the web → one file in cullr's cache, whole and checked, or an error after about a second.

The hub's own client retries for 46 s without a network. Here the answer must begin within `patience` seconds, and the
file appears under its name only when all of it is there. One that would take longer than `patience` has is given up.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import math
import os
import queue
import re
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cullr.embed.extras import first_line
from cullr.errors import Failed

Progress = Callable[[int, int], None]
"""Told bytes so far and bytes in all (0 when the server does not say)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds the answer may take to begin, and all of it to come."""

    answer: float
    whole: float = math.inf


_STALL = 10.0
_TRIED = 5.0
"""Seconds from which the rate so far tells how long the rest will take."""
_SPARE = 64 << 20
_ELSEWHERE = "Point CULLR_CACHE at a disk with room, or choose the encoder `builtin`."
_BY_HAND = "Try again with a network, give a local file (MODEL::/path/to/weights), or choose the encoder `builtin`."


def offline() -> bool:
    """Whether the person has said that the hub is not to be asked."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def fetch(
    url: str, target: Path, *, patience: Patience, sha256: str | None = None, progress: Progress | None = None
) -> None:
    """Download to `target`. Raises Failed: no network, no space, an answer that is not the file."""
    reply, checksum = _open(url, patience.answer)
    try:
        size = int(reply.headers.get("Content-Length") or 0)
        _make_room(target.parent, size)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                digest = _copy(reply, stream, size, patience.whole, progress)
            if (sha256 or checksum or digest) != digest:
                raise Failed(f"{url} arrived damaged: its checksum is another", "Try again.")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Failed(f"no space left in {target.parent}", _ELSEWHERE) from error
        raise Failed(f"{url} broke off: {first_line(error)}", _BY_HAND) from error
    finally:
        reply.close()


def probe(url: str, patience: Patience) -> None:
    """Raise Failed unless the file's server begins to send it in time."""
    _open(url, patience.answer)[0].close()


def _open(url: str, patience: float) -> tuple[Any, str | None]:
    """The open answer and the checksum the hub announced. In a thread, since looking up a name knows no time limit."""
    if offline():
        raise Failed("HF_HUB_OFFLINE is set, so no weights are fetched", _BY_HAND)
    asked = _Asked()
    opener = urllib.request.build_opener(asked)
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(opener.open(urllib.request.Request(url, headers={"User-Agent": "cullr"}), timeout=_STALL))
        except (OSError, http.client.HTTPException, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="cullr-fetch").start()
    host = url.partition("://")[2].partition("/")[0]
    try:
        answer = answers.get(timeout=patience)
    except queue.Empty:
        raise Failed(f"{host} did not answer within {patience:g} s", _BY_HAND) from None
    if isinstance(answer, urllib.error.HTTPError):
        answer.close()
        raise Failed(f"{host} answered {answer.code} {answer.reason} for {url}", _BY_HAND) from answer
    if isinstance(answer, Exception):
        raise Failed(f"{host} cannot be reached: {_reason(answer)}", _BY_HAND) from answer
    return answer, asked.checksum


def _reason(error: Exception) -> str:
    """Without urllib's wrapping: `Name or service not known`."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    said = inner.strerror if isinstance(inner, OSError) else ""
    return said or (first_line(inner) if isinstance(inner, BaseException) else str(inner))


class _Asked(urllib.request.HTTPRedirectHandler):
    """Follows redirects; the hub names the file's SHA-256 only on the first one."""

    checksum: str | None = None

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        found = re.fullmatch(r'"?([0-9a-f]{64})"?', headers.get("X-Linked-ETag", ""))
        self.checksum = found[1] if found else self.checksum
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _make_room(folder: Path, size: int) -> None:
    """The folder, without what earlier downloads left behind. Raises Failed when the file cannot fit."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob("*.part"):
        with contextlib.suppress(OSError):  # another cullr may be tidying too
            if time.time() - part.stat().st_mtime > 86_400:
                part.unlink()
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise Failed(f"{folder} has {free >> 20} MB free; the weights need {size >> 20} MB", _ELSEWHERE)


def _copy(
    reply: http.client.HTTPResponse, stream: IO[bytes], size: int, whole: float, progress: Progress | None
) -> str:
    digest, done, begun = hashlib.sha256(), 0, time.monotonic()
    while piece := reply.read1(1 << 20):  # what is there by now: `read` would wait for all of a MiB
        stream.write(piece)
        digest.update(piece)
        done += len(piece)
        if progress is not None:
            progress(done, size)
        spent = time.monotonic() - begun
        if spent > _TRIED and spent * max(size, done) / done > whole:
            raise Failed(f"{done / spent / 1024:,.0f} KB/s: the weights would take too long to come", _BY_HAND)
    if size and done != size:
        raise ValueError(f"{done} of {size} bytes came")
    stream.flush()
    os.fsync(stream.fileno())
    return digest.hexdigest()
