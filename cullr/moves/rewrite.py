"""Stars and labels → sidecars below a root, as one batch that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cullr.journal import BatchId
from cullr.moves import rewriting, sidecar
from cullr.moves.opening import opened
from cullr.moves.staging import new_batch
from cullr.moves.stays import Refusal


@dataclass(frozen=True, slots=True)
class RewriteResult:
    """`batch` is None when nothing was written; `recovered` says what an earlier run had left."""

    batch: BatchId | None = None
    written: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    recovered: tuple[str, ...] = ()


def rewrite(root: Path, files: Mapping[str, tuple[bytes | None, bytes]], *, what: str = "") -> RewriteResult:
    """Write sidecars, each named with the bytes it was seen with (None: it is new) and those it is to have.

    A sidecar that is not as it was seen is refused. Raises Failed, RootError.
    """
    with opened(root) as (journal, recovered):
        changes = [sidecar.cut(path, before, after) for path, (before, after) in files.items() if before != after]
        batch = new_batch()
        written, refused = rewriting.carry_out(journal, batch, changes, what)
    return RewriteResult(batch if written else None, tuple(written), tuple(refused), recovered)
