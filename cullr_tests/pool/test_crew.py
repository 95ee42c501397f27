"""The crew with real worker processes: crashes, hangs and full memory cost one task each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from cullr.embed import Fit
from cullr.pool import Job, Measured
from cullr.pool.crew import Crew, fitting
from cullr.pool.jobs import Square, Task, Wanted
from cullr.settings import Limits
from cullr_tests import pictures


def photos(folder: Path, count: int) -> list[Task]:
    tasks = []
    for number in range(count):
        path = pictures.save(folder / f"{number}.jpg", pictures.scene(number, 160, 120))
        tasks.append(Task(number, str(path)))
    return tasks


def fifo(folder: Path) -> str:
    """Opening it waits for a writer that never comes: a hang below Python, as a dead file server would be."""
    os.mkfifo(folder / "hang.jpg")
    return str(folder / "hang.jpg")


def test_every_task_is_answered_once(tmp_path: Path) -> None:
    tasks = photos(tmp_path, 40)
    with Crew(Limits(workers=2)) as crew:
        found = list(crew.run(Job.PICTURE, tasks))
        again = list(crew.run(Job.MEASURE, [replace(task, wanted=Wanted(preview=True)) for task in tasks[:3]]))
    assert sorted(outcome.key for outcome in found) == list(range(40))
    assert all(outcome.why is None for outcome in found)
    previews = [outcome.value.preview for outcome in again if isinstance(outcome.value, Measured)]
    assert [(preview or b"")[:2] for preview in previews] == [b"\xff\xd8"] * 3


@pytest.mark.parametrize("size", [(1, 65_000), (65_000, 1), (3, 65_000), (1, 1), (640, 480)])
def test_a_strip_of_any_length_becomes_a_square_of_its_middle(tmp_path: Path, size: tuple[int, int]) -> None:
    """Scaled as a whole, the first would take 10 GB."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 4, size[1] // 4, size[0] - size[0] // 4, size[1] - size[1] // 4))
    path = pictures.save(tmp_path / "strip.png", picture)
    tasks = [Task(number, str(path), square=Square(32, fit)) for number, fit in enumerate(get_args(Fit))]
    with Crew(Limits(workers=1)) as crew:
        found = {outcome.key: outcome.value for outcome in crew.run(Job.SQUARE, tasks)}
    for number, fit in enumerate(get_args(Fit)):
        pixels = found[number]
        assert isinstance(pixels, bytes) and len(pixels) == 32 * 32 * 3
        middle = pixels[3 * (16 * 32 + 16) :][:3]
        assert middle == b"\0\0\xff", fit


def test_a_hanging_decoder_costs_one_photo(tmp_path: Path) -> None:
    tasks = [*photos(tmp_path, 20), Task(99, fifo(tmp_path))]
    tasks.insert(3, tasks.pop())
    with Crew(Limits(workers=2, seconds=1.0)) as crew:
        found = {outcome.key: outcome for outcome in crew.run(Job.PICTURE, tasks)}
    assert len(found) == 21
    assert found.pop(99).why == "took longer than 1 s to decode (limits.seconds)"
    assert all(outcome.why is None for outcome in found.values())


def test_a_killed_worker_costs_one_photo_and_the_rest_is_redone(tmp_path: Path) -> None:
    tasks = photos(tmp_path, 30)
    tasks.insert(2, Task(99, fifo(tmp_path)))
    with Crew(Limits(workers=1, seconds=60.0)) as crew:
        running = crew.run(Job.PICTURE, tasks)
        found = {outcome.key: outcome for outcome in (next(running), next(running))}
        pids = [worker.pid for worker in crew._workers]
        for pid in pids:
            threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV)).start()
        found |= {outcome.key: outcome for outcome in running}
    assert len(found) == 31
    assert found.pop(99).why == "crashed its decoder (SIGSEGV)"
    assert all(outcome.why is None for outcome in found.values())


def test_leaving_half_way_leaves_no_worker_behind(tmp_path: Path) -> None:
    tasks = photos(tmp_path, 60)
    with Crew(Limits(workers=2)) as crew:
        for _outcome in crew.run(Job.PICTURE, tasks):
            break
        rest = list(crew.run(Job.PICTURE, tasks))
    assert sorted(outcome.key for outcome in rest) == list(range(60))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    photos(tmp_path, 4)
    script = (
        "import sys, time\n"
        "from cullr.pool.crew import Crew\nfrom cullr.pool.jobs import Job, Task\nfrom cullr.settings import Limits\n"
        "crew = Crew(Limits(workers=2))\n"
        f"list(crew.run(Job.PICTURE, [Task(n, {str(tmp_path)!r} + f'/{{n}}.jpg') for n in range(4)]))\n"
        "print(crew._workers[0].pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the worker outlived its parent"
        time.sleep(0.05)


def test_libraries_chatter_does_not_reach_the_terminal(shared_photos: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noisy = sorted((shared_photos / "corrupt").glob("crash-*.tif"))
    with Crew(Limits(workers=1)) as crew:
        found = list(crew.run(Job.PICTURE, [Task(n, str(path)) for n, path in enumerate(noisy)]))
    assert all(outcome.why for outcome in found)
    assert capfd.readouterr() == ("", "")


def test_a_machine_of_many_cores_and_little_memory_gets_the_workers_that_fit() -> None:
    assert fitting(2, 24 << 30) == 2
    assert fitting(64, 4 << 30) == 12
    assert fitting(64, 0) == 1
