"""Changes of sidecars, carried out and taken back on an open journal: written down, written, written down as done.

Invariant: no sidecar changes before the entry that holds its old bytes is on the disk.
"""

from __future__ import annotations

from collections.abc import Mapping

from cullr.journal import BatchId, Done, Entry, Journal, Rewrite, Rewriting
from cullr.journal.tree import Tree
from cullr.moves import sidecar
from cullr.moves.stays import Refusal, Stays, Unfinished


def take_back(journal: Journal, batch: BatchId) -> tuple[list[str], list[Refusal]]:
    """The batch's sidecars as they were before it; one that was written to since is refused."""
    held = journal.state.batches[batch]
    changes = [sidecar.reverse(held.rewrites[path]) for path in sorted(held.standing)]
    return carry_out(journal, batch, changes, "", undo=True)


def would_take_back(tree: Tree, rewrites: Mapping[str, Rewrite], standing: set[str]) -> tuple[list[str], list[Refusal]]:
    """What `take_back` would do. Writes nothing."""
    ready, refused = _ready(tree, [sidecar.reverse(rewrites[path]) for path in sorted(standing)])
    return [file.path for file, _ in ready], refused


def carry_out(
    journal: Journal, batch: BatchId, changes: list[Rewrite], what: str, *, undo: bool = False
) -> tuple[list[str], list[Refusal]]:
    """Write what can be written, as one batch. Raises Failed, after which the next run settles what was begun."""
    tree = journal.tree
    tree.forget()
    ready, refused = _ready(tree, changes)
    if not ready:
        return [], refused
    body = Rewriting(batch, tuple(file for file, _ in ready), what, undo)
    entry = journal.append(body)
    left = set()
    for number, (_, data) in enumerate(ready):
        try:
            sidecar.put(tree, body, number, data)
        except Stays as stays:
            left.add((0, number))
            refused.append(stays.refusal)
    _finish(journal, entry, left)
    return [file.path for number, (file, _) in enumerate(ready) if (0, number) not in left], refused


def settle(journal: Journal, entry: Entry, body: Rewriting) -> list[str]:
    """Finish an interrupted rewriting; says what was done. Raises OSError, Failed."""
    said: list[str] = []
    left = set()
    for number, file in enumerate(body.files):
        try:
            if not sidecar.settle(journal.tree, body, number, said):
                left.add((0, number))
        except Stays as stays:
            raise Unfinished(file.path, stays.refusal.why) from stays
    _finish(journal, entry, left)
    done = len(body.files) - len(left)
    what = "as they were before" if body.undo else "written"
    said.append(
        f"stars or labels of batch {body.batch} were interrupted; of {len(body.files)} sidecars {done} are {what}, "
        f"{len(left)} are untouched"
    )
    return said


def _ready(tree: Tree, changes: list[Rewrite]) -> tuple[list[tuple[Rewrite, bytes | None]], list[Refusal]]:
    ready: list[tuple[Rewrite, bytes | None]] = []
    refused: list[Refusal] = []
    for file in changes:
        try:
            found = tree.lstat(file.path)
            if found is not None and found.st_nlink > 1:
                raise Stays(file.path, "it has other hard links, which a new version would be cut off from")
            if found is not None and not found.st_mode & 0o222:
                raise Stays(file.path, "it is write-protected")
            ready.append((file, sidecar.applied(file, sidecar.content(tree, file.path))))
        except Stays as stays:
            refused.append(stays.refusal)
        except OSError as error:
            refused.append(Stays(file.path, error).refusal)
    return ready, refused


def _finish(journal: Journal, entry: Entry, left: set[tuple[int, int]]) -> None:
    assert isinstance(entry.body, Rewriting)
    for folder in sorted({file.path.rpartition("/")[0] for file in entry.body.files}):
        try:
            journal.tree.sync(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Unfinished(folder or "the root", error) from error
    journal.append(Done(entry.seq, frozenset(left)))
