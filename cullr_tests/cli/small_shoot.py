"""A shoot with something to cull, and ways to run the commands that move: with and without a terminal."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from cullr.cli.main import main
from cullr_tests import pictures
from cullr_tests.session.small_plans import names


def draw(root: Path) -> Path:
    """A shoot of an exact copy with a sidecar, a smaller resend, and a burst of two that hash apart."""
    pictures.save(root / "day/IMG_1.jpg", pictures.scene(1, 320, 240))
    pictures.save(root / "day/IMG_1 small.jpg", pictures.scene(1, 160, 120))
    pictures.save(root / "day/IMG_2.jpg", pictures.scene(2, 320, 240))
    (root / "old").mkdir()
    shutil.copy2(root / "day/IMG_2.jpg", root / "old/IMG_2.jpg")
    (root / "old/IMG_2.xmp").write_text("<x/>")
    wide = pictures.scene(3, 480, 240)
    for number, left in ((3, 0), (4, 40)):
        tags = pictures.exif("2024:05:01 10:00:00", str(number))
        pictures.save(root / f"burst/IMG_{number}.jpg", wide.crop((left, 0, left + 320, 240)), tags=tags)
    return root


CULLED = ["_review_dupes/day/IMG_1 small.jpg", "_review_dupes/day/IMG_2.jpg"]


def staged(root: Path) -> list[str]:
    return [path for path in names(root) if path.startswith(("_review_dupes/", "delete_review/"))]


def run_on_terminal(words: list[str], answers: list[str]) -> tuple[int, str, str]:
    """Exit code, stdout and what the terminal showed of a run whose questions are answered one by one."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cullr", *words]
    child = subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True)
    os.close(theirs)
    shown = ""
    while True:
        try:
            shown += os.read(ours, 4096).decode()
        except OSError:  # the child was the last to hold the other end
            break
        if shown.endswith("] ") and answers:
            os.write(ours, f"{answers.pop(0)}\n".encode())
            shown += "\0"
    out, _ = child.communicate(timeout=60)
    os.close(ours)
    assert answers == []
    return child.returncode, out, shown


def planned(shoot: Path, file: Path, *more: str) -> dict[str, Any]:
    assert main(["report", "--format", "json", "-o", str(file), "--kind", "exact,phash,set", *more, str(shoot)]) == 0
    found: dict[str, Any] = json.loads(file.read_text())
    return found
