"""`python -m cullr.indexer`: the child process of a screen. Its orders are one line of JSON on stdin, and later lines
tell which group the person looks at, and whether embedding pauses. It answers with lines of JSON on stdout (where the
index is, sentences for the person, an error) and ends when stdin closes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cullr.errors import CullrError, RootError
from cullr.index import FILE, database
from cullr.pool.crew import Crew
from cullr.pool.nursery import Nursery
from cullr.settings import Limits, Matching, Settings


def main() -> int:
    """Serve until the parent goes; 0 then, 1 after an error that was told."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the terminal's Ctrl+C is the parent's affair
    gc.set_threshold(100_000, 20, 20)  # as cullr.cli.start does, and why
    line = sys.stdin.readline()
    if not line:
        return 0  # nothing to do after all
    orders = json.loads(line)
    os.nice(5)
    nursery = _forked(orders)
    parent = Parent(paused=bool(orders.get("paused")))
    threading.Thread(target=_until_parent_goes, args=(parent,), daemon=True).start()
    try:
        _serve(orders, parent, nursery)
    except KeyboardInterrupt:
        return 0
    except CullrError as error:
        _tell(error=error.message, remedy=error.remedy)
        return 1
    return 0


@dataclass(slots=True)
class Parent:
    """What the screen said last: the id of the group that the person looks at, empty before the first, and whether
    embedding pauses. `wake` ends the wait for changes."""

    at: str = ""
    paused: bool = False
    wake: Callable[[], object] = lambda: None

    def heed(self, said: dict[str, Any]) -> None:
        if "looking at" in said:
            self.at = str(said["looking at"])
        if "pause" in said:
            self.paused = bool(said["pause"])
            if not self.paused:
                self.wake()


def _forked(orders: dict[str, Any]) -> Nursery:
    """The workers' nursery, made of this process where nothing is known yet and all of it will be needed at once: it
    and we have most imports in common. Before anything is opened and any thread started."""
    nursery = Nursery()
    if not (Path(orders["cache"]) / FILE).exists() and orders["settings"]["encoder"] == "none":
        os.environ["OPENBLAS_NUM_THREADS"] = "1"  # its threads would not live through the fork
        importlib.import_module("cullr.pool.worker")
        nursery.fork()
    return nursery


def _serve(orders: dict[str, Any], parent: Parent, nursery: Nursery) -> None:
    roots = [Path(root) for root in orders["roots"]]
    settings = read_settings(orders["settings"])
    folder = Path(orders["cache"])
    for last in (False, True):
        opened = database.open_for_writing(folder, lambda sentence: _tell(say=sentence))
        _tell(index=str(opened.path))
        try:
            crew = Crew(settings.limits, settings.match.hash, nursery)
            from cullr.indexer.live import Live
            from cullr.watch import Watch

            with crew, Watch(roots) as watch:
                parent.wake = watch.wake
                live = Live(
                    roots,
                    settings,
                    opened,
                    lambda sentence: _tell(say=sentence),
                    lambda: parent.at,
                    lambda: parent.paused,
                    crew,
                )
                live.serve(watch.wait, _tell_away)
        except sqlite3.DatabaseError as error:
            database.not_to_blame(error, opened.path)
            if last or opened.temporary:
                raise
            opened.connection.close()
            _tell(say=database.set_aside(opened.path, str(error)))
        finally:
            opened.close()


def read_settings(data: dict[str, Any]) -> Settings:
    """Settings as `dataclasses.asdict` gave them, through JSON."""
    match = {**data["match"], "recipe": tuple(data["match"]["recipe"])}
    tables: dict[str, Any] = {"match": Matching(**match), "limits": Limits(**data["limits"])}
    return Settings(**{**data, **tables, "ignore": tuple(data["ignore"])})


def _tell(**words: str) -> None:
    try:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise KeyboardInterrupt from None


def _tell_away(error: RootError | None) -> None:
    """An error of no words takes the one before back."""
    if error:
        _tell(error=error.message, remedy="Is the disk mounted? The review goes on when it is back.")
    else:
        _tell(error="")


def _until_parent_goes(parent: Parent) -> None:
    while line := sys.stdin.readline():
        with contextlib.suppress(ValueError, TypeError):
            parent.heed(json.loads(line))
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
