"""Files moved by the journal's word: staged, brought back, emptied, verified. Nothing is replaced, lost or split.

Every function opens the root's journal itself; `opened` + `stage_open` / `undo_open` serve who keeps it open.
"""

from cullr.moves.empty import EmptyResult, empty
from cullr.moves.history import BatchInfo, BatchState, history
from cullr.moves.opening import opened
from cullr.moves.recover import recover
from cullr.moves.request import BatchResult, CompanionsNow, ShotMove, requests
from cullr.moves.rewrite import RewriteResult, rewrite
from cullr.moves.staging import new_batch, stage, stage_open
from cullr.moves.stays import Refusal
from cullr.moves.undo import UndoResult, preview, undo, undo_open
from cullr.moves.verify import Finding, verify

__all__ = [
    "BatchInfo",
    "BatchResult",
    "BatchState",
    "CompanionsNow",
    "EmptyResult",
    "Finding",
    "Refusal",
    "RewriteResult",
    "ShotMove",
    "UndoResult",
    "empty",
    "history",
    "new_batch",
    "opened",
    "preview",
    "recover",
    "requests",
    "rewrite",
    "stage",
    "stage_open",
    "undo",
    "undo_open",
    "verify",
]
