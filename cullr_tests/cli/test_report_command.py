"""`cullr report` as a person or a script runs it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cullr.cli.interrupted import INTERRUPTED, STOPPED
from cullr.cli.main import main
from cullr.index import FILE
from cullr_tests import pictures

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A RAW-like pair with a sidecar, its smaller resend, an exact copy, a single."""
    root = tmp_path / "shoot"
    tags = pictures.exif("2024:05:01 10:00:00", model="Test 1")
    pictures.save(root / "day1/IMG_1.jpg", pictures.scene(1), tags=tags)
    (root / "day1/IMG_1.xmp").write_text("<x/>")
    pictures.save(root / "sent/IMG-20240501-WA0001.jpg", pictures.scene(1).resize((320, 240)), quality=60)
    pictures.save(root / "day2/IMG_2.jpg", pictures.scene(2))
    (root / "backup").mkdir()
    shutil.copy2(root / "day2/IMG_2.jpg", root / "backup/IMG_2.jpg")
    pictures.save(root / "day2/IMG_3.jpg", pictures.scene(3))
    return root


def snapshot(root: Path) -> dict[str, tuple[int, ...]]:
    """Every entry below the root with everything that a write would change."""
    return {
        str(path): (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_mode)
        for path in (root, *root.rglob("*"))
        for stat in [path.lstat()]
    }


def test_what_is_named_to_be_typed_next_stages_what_was_shown(shoot: Path, capsys: Capture) -> None:
    """Under other options other groups would be found, and by another rule other shots go."""
    given = ["--ignore", "*.gif", "--kind", "exact,phash", "--distance", "6", "--any-orientation", "--rules", "renders"]
    assert main(["report", str(shoot), "--quiet", *given]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"Next: cullr stage {shlex.join(given)} {shoot}"
    assert main(["report", str(shoot), "--quiet", *given, "--format", "json"]) == 0
    shots = [shot for group in json.loads(capsys.readouterr().out)["groups"] for shot in group["shots"]]
    assert main([*shlex.split(last)[2:], "--yes", "--quiet"]) == 0
    dupes = shoot / "_review_dupes"
    gone = {str(path.relative_to(dupes)) for path in dupes.rglob("*.jpg")}
    assert gone == {shot["path"] for shot in shots if shot["proposal"] == "cull"} != set()


def test_the_plan_has_the_promised_shape(shoot: Path, capsys: Capture) -> None:
    assert main(["report", "--dry-run", "--format", "json", str(shoot)]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["cullr"] == 1
    assert plan["roots"] == [str(shoot)]
    assert plan["complete"] is True
    assert plan["counts"]["photos"] == 5
    assert plan["counts"]["culled"] == 2
    kinds = {group["kind"]: group for group in plan["groups"]}
    assert set(kinds) == {"exact", "phash"}
    [kept, culled] = sorted(kinds["phash"]["shots"], key=lambda shot: shot["proposal"], reverse=True)
    assert kept["files"] == ["day1/IMG_1.jpg", "day1/IMG_1.xmp"]
    assert culled["path"] == "sent/IMG-20240501-WA0001.jpg"
    assert all(shot["reason"] for group in plan["groups"] for shot in group["shots"])
    assert kept["taken"] == "2024-05-01T10:00:00"
    assert kept["size_mtime"] == [(shoot / kept["path"]).stat().st_size, (shoot / kept["path"]).stat().st_mtime_ns]


def test_the_same_folder_gives_the_same_plan_every_time(shoot: Path, capsys: Capture) -> None:
    main(["report", "--format", "json", str(shoot)])
    cold = capsys.readouterr().out
    main(["report", "--format", "json", str(shoot)])
    assert capsys.readouterr().out == cold


def test_a_dry_run_leaves_no_trace_below_the_root(shoot: Path, capsys: Capture) -> None:
    before = snapshot(shoot)
    assert main(["report", "--dry-run", str(shoot)]) == 0
    assert snapshot(shoot) == before


def test_a_dry_run_works_on_a_folder_nobody_may_write_to(shoot: Path, tmp_path: Path) -> None:
    for path in (*shoot.rglob("*"), shoot):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-m", "cullr", "report", "--dry-run", str(shoot)]
    user: dict[str, int] = {}
    environment = dict(os.environ)
    if os.geteuid() == 0:  # root may write anywhere: become nobody, with a cache that nobody owns
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)
        cache = tmp_path / "nobodys"
        cache.mkdir()
        os.chown(cache, 65534, 65534)
        environment |= {"CULLR_CACHE": str(cache), "XDG_CONFIG_HOME": str(cache), "HOME": str(cache)}
        assert os.access(sys.executable, os.X_OK)
        user = {"user": 65534, "group": 65534}
        if not _nobody_can_run():
            user = {}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **user)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    assert "IMG_2.jpg" in done.stdout
    for path in (shoot, *shoot.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


def _nobody_can_run() -> bool:
    """Whether nobody can reach this checkout's interpreter (it may lie below /root)."""
    try:
        done = subprocess.run([sys.executable, "-c", "import cullr"], capture_output=True, check=False, user=65534)
    except PermissionError:
        return False
    return done.returncode == 0


def test_a_dry_run_refuses_to_write_its_output_below_a_root(shoot: Path, capsys: Capture) -> None:
    assert main(["report", "--dry-run", "-o", str(shoot / "day1" / "out.csv"), "--format", "csv", str(shoot)]) == 2
    assert "elsewhere" in capsys.readouterr().err
    assert not (shoot / "day1" / "out.csv").exists()


@pytest.mark.parametrize("kind", ["table", "csv", "json", "jsonl", "md", "html"])
def test_every_format_goes_into_a_file_that_appears_whole(
    shoot: Path, tmp_path: Path, capsys: Capture, kind: str
) -> None:
    output = tmp_path / f"out.{kind}"
    assert main(["report", "--format", kind, "-o", str(output), str(shoot)]) == 0
    assert "IMG_2.jpg" in output.read_text("utf-8").replace("\\_", "_")
    assert capsys.readouterr().out == ""
    assert list(tmp_path.glob(".out*")) == []
    if kind == "html":
        assert output.read_text("utf-8").count("data:image/jpeg;base64,") >= 4
    if kind == "csv":
        assert len(list(csv.DictReader(io.StringIO(output.read_text("utf-8"))))) == 4


def test_an_output_folder_that_is_missing_is_named(shoot: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["report", "-o", str(tmp_path / "no" / "out.txt"), str(shoot)]) == 1
    assert "out.txt" in capsys.readouterr().err


def test_broken_photos_are_listed_and_the_exit_code_says_so(shoot: Path, capsys: Capture) -> None:
    (shoot / "day1/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    assert main(["report", "--format", "json", str(shoot)]) == 4
    plan = json.loads(capsys.readouterr().out)
    assert [each["path"] for each in plan["skipped"]] == ["day1/broken.jpg"]
    assert plan["counts"]["skipped"] == 1


def test_only_the_kinds_asked_for_are_reported(shoot: Path, capsys: Capture) -> None:
    main(["report", "--kind", "exact", "--format", "json", str(shoot)])
    assert {group["kind"] for group in json.loads(capsys.readouterr().out)["groups"]} == {"exact"}


def test_several_roots_are_one_review(shoot: Path, capsys: Capture) -> None:
    main(["report", "--format", "json", str(shoot / "day2"), str(shoot / "backup")])
    plan = json.loads(capsys.readouterr().out)
    [group] = plan["groups"]
    assert [(shot["root"], shot["path"]) for shot in group["shots"]] == [(0, "IMG_2.jpg"), (1, "IMG_2.jpg")]


def test_odd_names_survive_from_disk_to_plan(shared_photos: Path, tmp_path: Path, capsys: Capture) -> None:
    names = [bytes.fromhex(each["hex"]) for each in json.loads((shared_photos / "odd_names.json").read_text())["names"]]
    photo = pictures.save(tmp_path / "x.jpg", pictures.scene(1, 64, 48)).read_bytes()
    root = tmp_path / "odd"
    root.mkdir()
    for name in names:
        path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
        path.parent.mkdir(exist_ok=True)  # one "name" holds a slash: `[bold red]x[/].jpg`
        path.write_bytes(photo)
    assert main(["report", "--format", "json", str(root)]) == 0
    plan = json.loads(capsys.readouterr().out)
    found = {os.fsencode(file) for group in plan["groups"] for shot in group["shots"] for file in shot["files"]}
    assert found == set(names)
    assert main(["report", str(root)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda _root: None, 2, "does not exist"),
        (lambda root: root.write_text("x"), 2, "not a folder"),
        (lambda root: root.mkdir(), 3, "no photos"),
        (lambda root: (root / "sub").mkdir(parents=True) or (root / "sub/a.txt").write_text("x"), 3, "no photos"),
    ],
)
def test_a_root_that_cannot_serve_is_an_error_with_a_remedy(
    tmp_path: Path, capsys: Capture, make: object, code: int, words: str
) -> None:
    make(tmp_path / "root")  # type: ignore[operator]
    assert main(["report", str(tmp_path / "root")]) == code
    error = capsys.readouterr().err
    assert words in error.lower()
    assert str(tmp_path / "root") in error
    assert len(error.strip().splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["reprot"], "'report'"),
        (["report", "--kind", "exakt"], "'exact'"),
        (["report", "--formt", "json"], "--help"),
        (["report", "--rules", "largest"], "largest_original"),
        (["report", "--distance", "many"], "--distance"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest_known_one(
    shoot: Path, capsys: Capture, words: list[str], hint: str
) -> None:
    assert main([*words, str(shoot)]) == 2
    assert hint in capsys.readouterr().err


def test_an_unknown_key_in_cullr_toml_names_file_line_and_nearest_key(shoot: Path, capsys: Capture) -> None:
    (shoot / "cullr.toml").write_text('ignore = ["backup/"]\n[match]\ndistanze = 4\n')
    assert main(["report", str(shoot)]) == 2
    error = capsys.readouterr().err
    assert f"{shoot / 'cullr.toml'}:3" in error
    assert "'distance'" in error


def test_settings_in_the_root_hold_and_typed_flags_win(shoot: Path, capsys: Capture) -> None:
    (shoot / "cullr.toml").write_text('ignore = ["backup/"]\n[match]\ndistance = 0\ncorrelation = 1.0\n')
    main(["report", "--format", "json", str(shoot)])
    assert json.loads(capsys.readouterr().out)["groups"] == []
    main(["report", "--format", "json", "--ignore", "nothing", str(shoot)])
    assert {group["kind"] for group in json.loads(capsys.readouterr().out)["groups"]} == {"exact"}


def test_ctrl_c_ends_with_130_and_one_line(tmp_path: Path, own_folders: Path) -> None:
    """While it imports, once the index is open, and while pictures are read. Before that it is Python's affair."""
    root = tmp_path / "many"
    first = pictures.save(root / "0.png", pictures.scene(1, 1500, 1000))
    for number in range(1, 60):
        os.link(first, root / f"{number}.png")

    def reading() -> bool:
        with contextlib.suppress(OSError, sqlite3.Error):
            index = own_folders / "cache" / FILE
            with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as opened:
                return bool(opened.execute("SELECT count(*) FROM photo WHERE format IS NOT NULL").fetchone()[0])
        return False

    def imported(module: str) -> Callable[[], bool]:
        return lambda: bool(re.search(rf"\| +{re.escape(module)}$", said.read_text(), re.MULTILINE))

    said = tmp_path / "stderr"
    for under_way in (imported("argparse"), imported("numpy"), reading):
        with said.open("w") as stream:
            command = [sys.executable, "-X", "importtime", "-m", "cullr", "report", str(root)]
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stream)
        while not under_way():
            assert child.poll() is None, said.read_text()
            time.sleep(0.002)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == INTERRUPTED, said.read_text()
        lines = [line for line in said.read_text().splitlines() if not line.startswith("import time:")]
        assert lines == [STOPPED]
    for path in root.glob("[1-9]*.png"):
        path.unlink()
    assert main(["report", str(root)]) == 0


def test_ctrl_c_in_code_made_from_a_string_ends_with_130_too(tmp_path: Path) -> None:
    (tmp_path / "pressed.py").write_text(
        "from cullr.cli import main, start\n"
        "code = 'import os, signal; os.kill(os.getpid(), signal.SIGINT); exec(\\'while True: pass\\')'\n"
        "main.main = lambda argv: exec(code)\n"
        "start.entry()\n"
    )
    where = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"}
    done = subprocess.run(
        [sys.executable, "-m", "pressed"], env=where, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (INTERRUPTED, STOPPED + "\n")


def test_a_reader_that_closes_early_is_no_error(shoot: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m cullr report --format json {shoot} | head -c 1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
