"""Journal entries ↔ lines of JSON, checked so that a path in an accepted entry can only mean a place below the root.

A line is self-contained: format version, sequence number, the checksum of the line before, time, kind, what the kind
holds, and last its own checksum. Invariant: `decode(encode(x)) == x`, and any other bytes raise ValueError.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NewType

FORMAT = 2
"""What this cullr reads. Entries say 1, which all versions know, but for rewritten sidecars."""
JOURNAL_FOLDER = ".cullr"
STAGED_FOLDERS = ("_review_dupes", "delete_review")

BatchId = NewType("BatchId", str)
_BATCH = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){1,64}")
_SUM = re.compile(rb',"sum":"([0-9a-f]{32})"\}')
_SUM_LENGTH = len(b',"sum":""}') + 32


class Verb(StrEnum):
    STAGE = "stage"
    UNDO = "undo"
    EMPTY = "empty"


class Verdict(StrEnum):
    """What a person said. `none` takes an earlier word back."""

    KEEP = "keep"
    CULL = "cull"
    NOT_ALIKE = "not alike"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MovedFile:
    """One file's way. `target` is "" for the trash; `digest` is BLAKE3 in hex where the caller knew it."""

    source: str
    target: str
    size: int
    mtime_ns: int
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class MovedShot:
    """The files of one shot that move, and the shared companions it needs whether they move with it or not.

    Or of a whole set, which goes as one shot does: `also` are the faces of its other shots.
    """

    face: str
    files: tuple[MovedFile, ...]
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def faces(self) -> tuple[str, ...]:
        return self.face, *self.also


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be moved. `folders` are made for it; `homes` maps folders left to (mode, mtime in ns)."""

    verb: Verb
    batch: BatchId
    shots: tuple[MovedShot, ...]
    what: str = ""
    folders: tuple[str, ...] = ()
    homes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The intent `of` is over; `left` names the (shot, file) positions that did not move."""

    of: int
    left: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on pictures, by content: digests in hex, in a fixed order."""

    verdict: Verdict
    content: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    items: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A sidecar's bytes before and after: `old` becomes `new` at an offset, everything else stays.

    `before` and `after` are BLAKE3 digests in hex of the whole file, "" where there is none.
    """

    path: str
    before: str
    after: str
    offset: int
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What is about to be written into sidecars, or (`undo`) taken out of them again."""

    batch: BatchId
    files: tuple[Rewrite, ...]
    what: str = ""
    undo: bool = False


Body = Intent | Done | Decisions | Rewriting


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    at: str
    body: Body


class NewerFormat(ValueError):
    """The line was written by a version of cullr that knows more than this one."""


def encode(entry: Entry, previous: str) -> tuple[bytes, str]:
    """The line with its newline, and its checksum. `previous` is the checksum of the line before, "" for the first."""
    version = FORMAT if isinstance(entry.body, Rewriting) else 1
    head = {"v": version, "seq": entry.seq, "prev": previous, "at": entry.at}
    # ensure_ascii carries names that are not UTF-8 as \udcXX escapes, which json.loads gives back unchanged.
    text = json.dumps(head | _fields(entry.body), ensure_ascii=True, separators=(",", ":"))
    body = text[:-1].encode("ascii")
    checksum = _checksum(body)
    return body + f',"sum":"{checksum}"}}\n'.encode(), checksum


def decode(line: bytes) -> tuple[Entry, str, str]:
    """Entry, checksum of the line before, own checksum. Raises ValueError with the reason, NewerFormat among them."""
    try:
        table = json.loads(line.decode("ascii"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(table, dict):
        raise ValueError("not an entry")
    version = table.get("v")
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormat(f"format {version}, this cullr knows {FORMAT}")
    found = _SUM.fullmatch(line[-_SUM_LENGTH:])
    if not found or _checksum(line[:-_SUM_LENGTH]) != found[1].decode():
        raise ValueError("the checksum does not fit: the line was changed")
    entry = Entry(_count(table["seq"]), _text(table["at"]), _body(table))
    return entry, _text(table["prev"]), found[1].decode()


def whole(line: bytes) -> bool:
    """Whether a line is intact by its own checksum, whatever stands around it."""
    found = _SUM.fullmatch(line[-_SUM_LENGTH:])
    return bool(found and _checksum(line[:-_SUM_LENGTH]) == found[1].decode())


def _checksum(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def _fields(body: Body) -> dict[str, Any]:
    if isinstance(body, Done):
        return {"kind": "done", "of": body.of, "left": sorted(list(pair) for pair in body.left)}
    if isinstance(body, Decisions):
        return {"kind": "decisions", "items": [[item.verdict.value, *item.content] for item in body.items]}
    if isinstance(body, Rewriting):
        files = [_rewrite_fields(file) for file in body.files]
        return {"kind": "rewrite", "batch": body.batch, "what": body.what, "undo": body.undo, "files": files}
    shots = [
        {"face": shot.face, "files": [_file_fields(file) for file in shot.files]}
        | ({"needs": list(shot.needs)} if shot.needs else {})
        | ({"also": list(shot.also)} if shot.also else {})
        for shot in body.shots
    ]
    extra = {"folders": list(body.folders), "homes": {name: list(pair) for name, pair in body.homes.items()}}
    return {"kind": body.verb.value, "batch": body.batch, "what": body.what, **extra, "shots": shots}


def _file_fields(file: MovedFile) -> dict[str, Any]:
    fields = {"from": file.source, "to": file.target, "size": file.size, "mtime_ns": file.mtime_ns}
    return fields | ({"digest": file.digest} if file.digest else {})


def _rewrite_fields(file: Rewrite) -> dict[str, Any]:
    old, new = (base64.b64encode(data).decode("ascii") for data in (file.old, file.new))
    return {"path": file.path, "before": file.before, "after": file.after, "at": file.offset, "old": old, "new": new}


def _body(table: Mapping[str, Any]) -> Body:
    kind = table["kind"]
    if kind == "done":
        return Done(_count(table["of"]), frozenset((_count(i), _count(j)) for i, j in table["left"]))
    if kind == "decisions":
        return Decisions(tuple(_decision(item) for item in _list(table["items"])))
    if kind == "rewrite":
        files = tuple(_rewrite(file) for file in _list(table["files"]))
        return Rewriting(batch_id(_text(table["batch"])), files, _text(table["what"]), table["undo"] is True)
    verb = Verb(_text(kind))
    return Intent(
        verb,
        batch_id(_text(table["batch"])),
        tuple(_shot(verb, shot) for shot in _list(table["shots"])),
        _text(table["what"]),
        tuple(relative(folder) for folder in _list(table["folders"])),
        {(relative(name) if name else ""): (_count(m) & 0o7777, int(t)) for name, (m, t) in table["homes"].items()},
    )


def _decision(item: Any) -> Decision:
    verdict, *content = _list(item)
    if not content or not all(isinstance(digest, str) and _HEX.fullmatch(digest) for digest in content):
        raise ValueError("a decision without content")
    return Decision(Verdict(verdict), tuple(content))


def _shot(verb: Verb, table: Mapping[str, Any]) -> MovedShot:
    files = tuple(_file(verb, file) for file in _list(table["files"]))
    needs, also = (tuple(relative(path) for path in table.get(key, ())) for key in ("needs", "also"))
    return MovedShot(relative(table["face"]), files, needs, also)


def _file(verb: Verb, table: Mapping[str, Any]) -> MovedFile:
    source, target = relative(table["from"]), table["to"]
    if verb is not Verb.EMPTY:
        target = relative(target)
    elif target != "":
        raise ValueError("an emptied file with a target")
    staged_side, home_side = (target, source) if verb is Verb.STAGE else (source, target)
    if not is_staged(staged_side) or is_staged(home_side) or f"{home_side}/".startswith(f"{JOURNAL_FOLDER}/"):
        raise ValueError("a move that is neither to nor from a staged folder")
    digest = table.get("digest")
    if digest is not None and not (isinstance(digest, str) and _HEX.fullmatch(digest)):
        raise ValueError("a digest that is not hexadecimal")
    return MovedFile(source, target, _count(table["size"]), _whole_number(table["mtime_ns"]), digest)


def _rewrite(table: Mapping[str, Any]) -> Rewrite:
    path, before, after = relative(table["path"]), _text(table["before"]), _text(table["after"])
    if not path.lower().endswith(".xmp") or is_staged(path) or path.startswith(f"{JOURNAL_FOLDER}/"):
        raise ValueError("rewrites something that is no sidecar beside a photo")
    if before == after or any(digest and not _HEX.fullmatch(digest) for digest in (before, after)):
        raise ValueError("a sidecar's digest that is not hexadecimal")
    try:
        old, new = (base64.b64decode(_text(table[key]), validate=True) for key in ("old", "new"))
    except binascii.Error as error:
        raise ValueError("a sidecar's bytes that are not base64") from error
    return Rewrite(path, before, after, _count(table["at"]), old, new)


def is_staged(path: str) -> bool:
    """Whether a path lies in a staged folder."""
    return path.partition("/")[0] in STAGED_FOLDERS


def relative(path: Any) -> str:
    """The path, if it can only mean a place below the root. Raises ValueError otherwise."""
    if not isinstance(path, str) or "\0" in path or any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"a path that leads outside the root: {path!r}")
    return path


def batch_id(text: str) -> BatchId:
    """Raises ValueError for anything but letters, digits, dots, dashes and underscores."""
    if not _BATCH.fullmatch(text):
        raise ValueError(f"not a batch id: {text!r}")
    return BatchId(text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is missing")
    return value


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")
    return value


def _whole_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a number is missing")
    return value


def _count(value: Any) -> int:
    if _whole_number(value) < 0:
        raise ValueError("a number below zero")
    return int(value)
