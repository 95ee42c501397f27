"""An intent without its `done` → the disk looked at, each shot made whole on one side, and the `done` written.

A shot caught on its way to staging goes back, one on its way home goes on; if that way is barred, the other. A file
that stands at both ends is reduced to one only if nothing can be lost by it. Running it again changes nothing.
"""

from __future__ import annotations

import os
from enum import Enum, auto

from cullr.errors import Failed
from cullr.journal import Entry, Intent, Journal, MovedFile, MovedShot, Rewriting, Verb, disk
from cullr.journal.tree import Tree
from cullr.moves import copy, rename, rewriting
from cullr.moves.perform import finish, put_back, stale, sweep
from cullr.moves.stays import Stays, Unfinished, in_words
from cullr.safe_text import visible


class Place(Enum):
    SOURCE = auto()
    TARGET = auto()
    NOWHERE = auto()


def recover(journal: Journal) -> list[str]:
    """Settle what an interrupted run left; returns what was done, in words. Raises Failed when the disk forbids it."""
    said = []
    if journal.set_aside:
        said.append(f"the last line of the journal was not whole; it was set aside as {journal.set_aside}")
    for entry in list(journal.state.unfinished.values()):
        body = entry.body
        assert isinstance(body, Intent | Rewriting)
        try:
            if isinstance(body, Rewriting):
                said += rewriting.settle(journal, entry, body)
            else:
                said += _settle(journal, entry, body)
        except OSError as error:
            raise Failed(
                f"the interrupted batch {body.batch} below {visible(str(journal.root))} cannot be settled: "
                f"{visible(str(error.filename or ''))} {in_words(error)}",
                "Mend that, then run the command again. Nothing is lost meanwhile.",
            ) from error
    return said


def _settle(journal: Journal, entry: Entry, intent: Intent) -> list[str]:
    said: list[str] = []
    left: set[tuple[int, int]] = set()
    needed: set[str] = set()
    settled: set[str] = set()
    for i, shot in enumerate(intent.shots):
        places = _make_whole(journal.tree, intent.verb, shot, needed | settled, said)
        stayed = {j for j, place in enumerate(places) if place is not Place.TARGET}
        left |= {(i, j) for j in stayed}
        settled.update(file.source for j, file in enumerate(shot.files) if j not in stayed)
        if any(shot.files[j].source not in needed for j in stayed):
            needed.update(shot.needs)
    finish(journal, entry.seq, intent, left)
    sweep(journal)
    total = sum(len(shot.files) for shot in intent.shots)
    verb = {Verb.STAGE: "staged", Verb.UNDO: "brought back", Verb.EMPTY: "emptied"}[intent.verb]
    said.append(
        f"batch {intent.batch} was interrupted; of the {total} files under way {total - len(left)} are {verb}, "
        f"{len(left)} are where they were"
    )
    return said


def _make_whole(tree: Tree, verb: Verb, shot: MovedShot, fixed: set[str], said: list[str]) -> list[Place]:
    """Where each file is once the shot stands on one side.

    `fixed` are shared companions that stay where they are: behind with a shot that needs them, or home with it.
    """
    places = [_place(tree, verb, file, said) for file in shot.files]
    own = [j for j, file in enumerate(shot.files) if file.source not in fixed]
    sides = {places[j] for j in own} - {Place.NOWHERE}
    if verb is Verb.EMPTY or len(sides) < 2:
        return places
    ways = (Place.SOURCE, Place.TARGET) if verb is Verb.STAGE else (Place.TARGET, Place.SOURCE)
    failed: Stays | None = None
    for way in ways:
        try:
            if _bring(tree, shot, own, places, way):
                return places
        except Stays as stays:
            failed = stays
    if failed is not None:
        raise Unfinished(failed.refusal.path, failed.refusal.why) from failed
    said.append(f"{visible(shot.face)}: its files are in two places, because newcomers bar both ways; none was touched")
    return places


def _bring(tree: Tree, shot: MovedShot, own: list[int], places: list[Place], way: Place) -> bool:
    """Move the files that are on the other side over: all, or none because of a newcomer there. Raises Stays."""
    moves = []
    for j in own:
        file = shot.files[j]
        if places[j] not in (way, Place.NOWHERE):
            moves.append((j, *((file.source, file.target) if way is Place.TARGET else (file.target, file.source))))
    if any(tree.lstat(end) is not None for _, _, end in moves):
        return False
    done: list[tuple[int, str, str]] = []
    for j, start, end in moves:
        try:
            rename.move(tree, start, end)
        except Stays:
            for _, begun, ended in reversed(done):
                put_back(tree, begun, ended)
            raise
        done.append((j, start, end))
    for j, _, _ in done:
        places[j] = way
    return True


def _place(tree: Tree, verb: Verb, file: MovedFile, said: list[str]) -> Place:
    here = tree.lstat(file.source)
    if verb is Verb.EMPTY:
        return Place.TARGET if here is None else Place.SOURCE
    there = tree.lstat(file.target)
    if here is not None and there is not None:
        return _untangle(tree, file, here, there, said)
    if here is None:
        return Place.NOWHERE if there is None else Place.TARGET
    return Place.SOURCE


def _untangle(tree: Tree, file: MovedFile, here: os.stat_result, there: os.stat_result, said: list[str]) -> Place:
    """Both names exist: half a link + unlink, half a copy in either direction, or a newcomer at one of them."""
    if rename.same(there, here):
        _remove(tree, file.target)
        return Place.SOURCE
    if not stale(here, file) and copy.begun(tree, file.target, file.source):
        _remove(tree, file.target)
        return Place.SOURCE
    if not stale(there, file) and copy.begun(tree, file.source, file.target):
        _remove(tree, file.source)
        return Place.TARGET
    place = Place.TARGET if stale(here, file) else Place.SOURCE
    newcomer = file.target if place is Place.SOURCE else file.source
    said.append(f"{visible(newcomer)}: something else stands here by now; it was left alone")
    return place


def _remove(tree: Tree, path: str) -> None:
    at, name = tree.parent(path)
    disk.unlink(name, at)
