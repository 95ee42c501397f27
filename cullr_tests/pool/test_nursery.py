"""Workers are forked by a nursery: whatever becomes of it, every task is answered, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cullr.errors import Failed
from cullr.pool import Job
from cullr.pool.crew import Crew
from cullr.pool.jobs import Task
from cullr.pool.nursery import Nursery
from cullr.settings import Limits
from cullr_tests import pictures


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    saved = [pictures.save(tmp_path / f"{number}.jpg", pictures.scene(number, 320, 240)) for number in range(40)]
    return [Task(number, str(path)) for number, path in enumerate(saved)]


def children(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (thread / "children").read_text().split())


def gone(pid: int) -> bool:
    """Ended, be its parent told of it or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def soon(*pids: int) -> bool:
    deadline = time.monotonic() + 20
    while not all(map(gone, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_all_workers_come_from_one_nursery_and_end_with_the_crew(tasks: list[Task]) -> None:
    before = set(children(os.getpid()))
    with Crew(Limits(workers=3)) as crew:
        assert len(list(crew.run(Job.PICTURE, tasks))) == 40
        workers = {worker.pid for worker in crew._workers}
        [nursery] = set(children(os.getpid())) - before
        assert set(children(nursery)) == workers and len(workers) == 3
    assert all(map(gone, workers)) and gone(nursery)


def test_a_killed_nursery_costs_no_photo(tasks: list[Task]) -> None:
    before = set(children(os.getpid()))
    with Crew(Limits(workers=2)) as crew:
        running = crew.run(Job.PICTURE, tasks)
        found = [next(running)]
        [nursery] = set(children(os.getpid())) - before
        os.kill(nursery, signal.SIGKILL)
        victim = crew._workers[0].pid
        os.kill(victim, signal.SIGSEGV)  # so that another is needed, which only a new nursery can make
        found += running
        assert victim not in {worker.pid for worker in crew._workers}
        workers = {worker.pid for worker in crew._workers}
    assert sorted(each.key for each in found) == list(range(40))
    assert sum(each.why is not None for each in found) <= 1
    assert soon(*workers, nursery)


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(tasks: list[Task]) -> None:
    nursery = Nursery()
    with Crew(Limits(workers=1), nursery=nursery) as crew:
        nursery.begin()
        ours, theirs = socket.socketpair()
        assert nursery._control is not None
        nursery._asked += 1  # Ctrl+C came between question and answer
        socket.send_fds(nursery._control, [nursery_question(nursery._asked)], [theirs.fileno(), theirs.fileno()])
        ours.close()
        theirs.close()
        assert len(list(crew.run(Job.PICTURE, tasks))) == 40
        [worker] = crew._workers
        assert not gone(worker.pid)  # the other one had nobody to answer to


def nursery_question(number: int) -> bytes:
    from cullr.pool.nursery import _ASKED

    return _ASKED.pack(number, 0, 0.0)


def test_where_no_process_can_be_started_the_error_says_so(monkeypatch: pytest.MonkeyPatch, tasks: list[Task]) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with Crew(Limits(workers=1)) as crew, pytest.raises(Failed, match="cannot start a worker process"):
        list(crew.run(Job.PICTURE, tasks))


def test_a_nursery_that_cannot_import_is_an_error_and_no_endless_loop(
    monkeypatch: pytest.MonkeyPatch, tasks: list[Task], tmp_path: Path
) -> None:
    (tmp_path / "blake3.py").write_text("raise ImportError('broken')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    with Crew(Limits(workers=1)) as crew, pytest.raises(Failed, match=r"cannot start a worker process: status 1"):
        list(crew.run(Job.PICTURE, tasks))


def test_a_nursery_forked_from_its_parent_keeps_nothing_of_it_open_and_ends_with_it(
    tmp_path: Path, tasks: list[Task]
) -> None:
    script = f"""
import os, sys, time
from pathlib import Path
held = open({str(tmp_path / "held")!r}, "w")
import cullr.pool.worker
from cullr.pool.crew import Crew
from cullr.pool.jobs import Job, Task
from cullr.pool.nursery import Nursery
from cullr.settings import Limits
nursery = Nursery()
nursery.fork()
crew = Crew(Limits(workers=2), nursery=nursery)
found = list(crew.run(Job.PICTURE, [Task(n, {str(tmp_path)!r} + f"/{{n}}.jpg") for n in range(40)]))
assert len(found) == 40 and not any(each.why for each in found)
print(nursery._pid, *(worker.pid for worker in crew._workers), flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert parent.stdout is not None and parent.stdin is not None
    nursery, *workers = map(int, parent.stdout.readline().split())
    for pid in (nursery, *workers):
        opened = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
        assert not any("held" in each or each.startswith("pipe:") for each in opened), opened
        assert sum(each.startswith("socket:") for each in opened) == 1
    assert os.getsid(nursery) != os.getsid(parent.pid)  # the terminal's Ctrl+C is not for it
    parent.kill()
    parent.wait()
    parent.stdout.close()
    parent.stdin.close()
    assert soon(nursery, *workers)


def test_the_end_does_not_wait_for_a_nursery_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a dead file server, an import takes for ever."""
    (tmp_path / "blake3.py").write_text("import time\ntime.sleep(100_000)")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    before = set(children(os.getpid()))
    with Crew(Limits(workers=1)) as crew:
        crew.begin()
        [nursery] = set(children(os.getpid())) - before
    assert gone(nursery)


def test_a_fault_of_our_own_in_a_worker_is_told_as_one(tasks: list[Task]) -> None:
    with Crew(Limits(workers=1)) as crew:
        list(crew.run(Job.PICTURE, tasks[:1]))
        crew._workers[0].pipe.send("no job at all")
        found = list(crew.run(Job.PICTURE, tasks))
    assert sorted(each.key for each in found) == list(range(40))
    assert [each.why for each in found if each.why] == ["its decoder ended unexpectedly (status 1)"]
