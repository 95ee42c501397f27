"""The truth below a root: an append-only log of decisions and moves in `.cullr/`, one writer at a time.

`Journal(root)` writes, `read(root)` only looks, `decide` and `verdicts` are a person's word by content.
"""

from cullr.journal.decisions import decide, said
from cullr.journal.entry import (
    JOURNAL_FOLDER,
    STAGED_FOLDERS,
    BatchId,
    Decision,
    Done,
    Entry,
    Intent,
    MovedFile,
    MovedShot,
    Rewrite,
    Rewriting,
    Verb,
    Verdict,
)
from cullr.journal.log import Log, fingerprint, read
from cullr.journal.state import Batch, Held, State
from cullr.journal.writer import Journal

__all__ = [
    "JOURNAL_FOLDER",
    "STAGED_FOLDERS",
    "Batch",
    "BatchId",
    "Decision",
    "Done",
    "Entry",
    "Held",
    "Intent",
    "Journal",
    "Log",
    "MovedFile",
    "MovedShot",
    "Rewrite",
    "Rewriting",
    "State",
    "Verb",
    "Verdict",
    "decide",
    "fingerprint",
    "read",
    "said",
]
