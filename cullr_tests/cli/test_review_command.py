"""`cullr [ROOT…]` before the screen: what is refused, and what is not even imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cullr.cli.main import main


def test_without_a_terminal_it_says_to_use_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "the review needs a terminal" in said
    assert "cullr report" in said


def test_a_misspelt_command_is_not_taken_for_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reprot"]) == 2
    said = capsys.readouterr().err
    assert "neither a command nor a folder" in said
    assert "Did you mean 'report'?" in said


def test_an_unknown_way_of_showing_pictures_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pictures", "ascii", str(tmp_path)]) == 2
    assert "kitty" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["report", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from cullr.cli.main import main\n"
        f"try: main({words!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'textual', 'rich', 'torch', 'faiss', 'numpy', 'PIL'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


def test_the_screen_imports_no_pixels(tmp_path: Path) -> None:
    code = (
        "import sys; import cullr.tui.start, cullr.tui.app, cullr.session.desk\n"
        "import cullr.tui.screens.compare, cullr.tui.screens.history, cullr.tui.screens.rules\n"
        "print('HEAVY', sorted({'torch', 'faiss', 'numpy', 'PIL', 'imagehash'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


FIRST_FRAME = """
import asyncio, sys
from pathlib import Path
from cullr.session import Session
from cullr.session.desk import Desk
from cullr.tui.app import CullrApp
from cullr.tui.terminal import Terminal

async def show(desk):
    async with CullrApp(desk, Terminal("a test", "cells", "because")).run_test():
        print("LOADED", *sys.modules)

desk = Desk(Session.open([Path(sys.argv[1])]))
desk.start()
asyncio.run(show(desk))
desk.stop()
desk.preload()
print("LATER", *sys.modules)
"""


def test_what_only_decisions_need_comes_after_the_first_frame(tmp_path: Path) -> None:
    later = {
        "cullr.moves", "cullr.rules", "cullr.scan", "cullr.sidecars", "cullr.session.past", "cullr.session.plan",
        "cullr.session.rehearsal", "cullr.session.staging", "cullr.session.stars",
    }  # fmt: skip
    never = {"cullr.indexer", "cullr.pool.crew", "cullr.tui.screens.compare", "tomllib", "urllib.request"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(tmp_path)], capture_output=True, text=True, check=True
    )
    loaded = {line.split()[0]: set(line.split()[1:]) for line in done.stdout.splitlines()}
    assert "cullr.tui.main_screen" in loaded["LOADED"]
    assert sorted(loaded["LOADED"] & (later | never)) == []
    assert later <= loaded["LATER"]
