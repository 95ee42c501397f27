"""Random lives of a shoot: stage, undo, kills, two processes at once, and a person who edits, deletes and adds files.

The law: every content that nobody but the person removed exists exactly once, wherever it is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cullr.errors import CullrError
from cullr.journal import read
from cullr.moves import stage, undo, verify
from cullr_tests.crash.injection import BUG, Fault, in_child
from cullr_tests.crash.ordeal import WAYS, settle
from cullr_tests.crash.shoot import SHOTS, STRANGERS, batch, build, companions_now, snapshot

FACES = st.lists(st.sampled_from(sorted(SHOTS)), min_size=1, unique=True)
WHICH = st.integers(0, 1000)
KILL_AT = st.integers(1, 250)
KILLS = st.sampled_from(["kill", "kill, unsynced torn"])
WAY = st.sampled_from(sorted(WAYS))
HOMES = sorted({*(path for files in SHOTS.values() for path in files)})
MEMORY = Path("/dev/shm")


class Life(RuleBasedStateMachine):
    finished = 0

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.made = 0

    @initialize()
    def shoot(self) -> None:
        build(self.root)
        self.alive = sorted(self._contents())

    def teardown(self) -> None:
        try:
            if hasattr(self, "alive"):
                self._end()
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def _end(self) -> None:
        """At the end of every life all that still can come home does, and the rest is named."""
        undo(self.root)
        self.nothing_is_lost_or_doubled()
        left = read(self.root).state.staged
        for held in left.values():
            places = (*(file.source for file in held.shot.files), *held.shot.needs)
            barred = any(os.path.lexists(self.root / place) for place in places)
            gone = not os.path.lexists(self.root / held.file.target)
            assert barred or gone, f"{held.file} could have come home"
        type(self).finished += 1

    @rule(faces=FACES)
    def stage_some(self, faces: list[str]) -> None:
        result = stage(self.root, batch(self.root, self._whole(faces)), companions_now)
        assert not result.recovered

    @rule(which=WHICH)
    def undo_one(self, which: int) -> None:
        batches = list(read(self.root).state.batches)
        if batches:
            undo(self.root, [batches[which % len(batches)]])

    @rule()
    def undo_all(self) -> None:
        undo(self.root)

    @rule(
        faces=FACES,
        k=KILL_AT,
        way=WAY,
        kill=KILLS,
    )
    def killed_stage(self, faces: list[str], k: int, way: str, kill: str) -> None:
        shots = batch(self.root, self._whole(faces))
        in_child(lambda: stage(self.root, shots, companions_now), self.root, Fault(k, kill=kill), WAYS[way])
        settle(self.root)

    @rule(k=KILL_AT, way=WAY)
    def killed_undo(self, k: int, way: str) -> None:
        in_child(lambda: undo(self.root), self.root, Fault(k, kill="kill"), WAYS[way])

    @rule(k=KILL_AT, way=WAY, name=st.sampled_from(HOMES))
    def killed_undo_then_newcomer(self, k: int, way: str, name: str) -> None:
        in_child(lambda: undo(self.root), self.root, Fault(k, kill="kill"), WAYS[way])
        if not os.path.lexists(self.root / name):
            self.newcomer(name)
        settle(self.root)

    @rule(faces=FACES)
    def two_processes(self, faces: list[str]) -> None:
        shots = batch(self.root, self._whole(faces))
        pids = [_forked(lambda: stage(self.root, shots, companions_now)), _forked(lambda: undo(self.root))]
        for pid in pids:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != BUG

    @rule(name=st.sampled_from([*HOMES, "_review_dupes/render.png", "_review_dupes/day1/IMG_1 (2).JPG"]))
    def newcomer(self, name: str) -> None:
        path = self.root / name
        if not os.path.lexists(path) and path.parent.is_dir():
            self.made += 1
            path.write_bytes(b"newcomer %d" % self.made)
            self.alive = sorted([*self.alive, path.read_bytes()])

    @rule(which=WHICH)
    def edited(self, which: int) -> None:
        path = self._some_file(which)
        self.alive.remove(path.read_bytes())
        self.made += 1
        path.write_bytes(b"edit %d" % self.made)
        self.alive = sorted([*self.alive, path.read_bytes()])

    @rule(which=WHICH)
    def deleted(self, which: int) -> None:
        if len(self.alive) > 3:
            path = self._some_file(which)
            self.alive.remove(path.read_bytes())
            path.unlink()

    @rule(folder=st.sampled_from(["day1/deep", "day1"]))
    def emptied_folder_removed(self, folder: str) -> None:
        path = self.root / folder
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if read(self.root).state.unfinished:
            settle(self.root)
        assert sorted(self._contents()) == self.alive

    @invariant()
    def the_journal_matches_the_disk_but_for_what_the_person_did(self) -> None:
        for finding in verify(self.root):
            expected = ("missing", "bytes, it had", "changed")
            persons = finding.why == "cullr did not put it here" and self._is_persons(finding.path)
            assert persons or any(word in finding.why for word in expected), finding

    def _is_persons(self, path: str) -> bool:
        return path in STRANGERS or (self.root / path).read_bytes().startswith((b"newcomer", b"edit"))

    def _whole(self, faces: list[str]) -> tuple[str, ...]:
        """The shots that are all there: the others nobody would ask for."""
        return tuple(face for face in faces if all(os.path.lexists(self.root / path) for path in SHOTS[face]))

    def _some_file(self, which: int) -> Path:
        files = sorted(path for path, seen in snapshot(self.root).items() if seen.data is not None)
        return self.root / files[which % len(files)]

    def _contents(self) -> list[bytes]:
        return [seen.data for seen in snapshot(self.root).values() if seen.data is not None]


def _forked(run: object) -> int:
    pid = os.fork()
    if pid == 0:
        status = BUG
        try:
            assert callable(run)
            run()
            status = 0
        except CullrError:
            status = 1
        finally:
            os._exit(status)
    return pid
