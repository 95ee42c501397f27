"""What a worker can be asked to do with one file, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cullr.model import Quality


class Job(StrEnum):
    """HEAD and PICTURE give `decode.Head` and `decode.Picture`, MEASURE a `Measured`, DIGEST 32 bytes."""

    HEAD = "head"
    PICTURE = "picture"
    MEASURE = "measure"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Task:
    """`key` is the caller's, given back with the outcome."""

    key: int
    path: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`value` as the job promises, or `why` it could not be done, in words; `lasting` when another try is in vain."""

    key: int
    value: object = None
    why: str | None = None
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A group member's quality and its preview: JPEG, sRGB, long side at most 320 pixels."""

    quality: Quality
    preview: bytes
