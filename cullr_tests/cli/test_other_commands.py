"""`index`, `verify`, `rules`, `demo`, and what starting costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cullr import rules
from cullr.cli.main import COMMANDS, main
from cullr_tests import pictures

Capture = pytest.CaptureFixture[str]


def test_starting_imports_nothing_heavy() -> None:
    heavy = {"numpy", "PIL", "textual", "torch", "faiss", "scipy", "imagehash", "open_clip", "rawpy", "sqlite3"}
    script = (
        "import sys\nfrom cullr.cli import main\n"
        "try:\n    main.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert heavy & set(done.stderr.split()) == set()
    assert "report" in done.stdout


def test_every_command_has_help(capsys: Capture) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert COMMANDS[name].capitalize()[:20] in capsys.readouterr().out


def test_index_reads_once_and_says_what_it_did(tmp_path: Path, capsys: Capture) -> None:
    root = tmp_path / "root"
    for seed in range(3):
        pictures.save(root / f"{seed}.jpg", pictures.scene(seed, 160, 120))
    assert main(["index", str(root)]) == 0
    assert "3 new or changed, 0 known already" in capsys.readouterr().out
    assert main(["index", str(root)]) == 0
    assert "0 new or changed, 3 known already" in capsys.readouterr().out


def test_index_makes_the_vectors_of_an_encoder_and_verify_says_how_many_it_made_anew(
    tmp_path: Path, capsys: Capture
) -> None:
    """They take longest, so they are what is worth a night; verify finds them by what cullr.toml says."""
    root = tmp_path / "root"
    for seed in range(3):
        pictures.save(root / f"{seed}.jpg", pictures.scene(seed, 160, 120))
    assert main(["index", str(root), "--encoder", "builtin"]) == 0
    assert "3 new or changed" in capsys.readouterr().out
    (root / "cullr.toml").write_text('encoder = "builtin"\n', "utf-8")
    assert main(["verify", str(root), "--sample", "2"]) == 0
    told = capsys.readouterr()
    assert "vectors of 3 of 3 photos; 2 of them were made anew" in told.err
    assert "0 findings" in told.out


def test_verify_finds_bytes_that_changed_behind_the_clock(tmp_path: Path, capsys: Capture) -> None:
    import os

    root = tmp_path / "root"
    paths = [pictures.save(root / f"{seed}.png", pictures.scene(seed, 160, 120)) for seed in range(3)]
    main(["index", str(root)])
    assert main(["verify", str(root)]) == 0
    assert "0 findings" in capsys.readouterr().out
    stat = paths[0].stat()
    data = bytearray(paths[0].read_bytes())
    data[len(data) // 2] ^= 0xFF
    paths[0].write_bytes(data)
    os.utime(paths[0], ns=(stat.st_atime_ns, stat.st_mtime_ns))
    paths[1].unlink()
    assert main(["verify", str(root)]) == 1
    shown = capsys.readouterr().out
    assert "0.png" in shown
    assert "orphan" in shown


def test_rules_are_listed_shown_and_checked(tmp_path: Path, capsys: Capture) -> None:
    assert main(["rules", "list"]) == 0
    listed = capsys.readouterr().out
    for rule in rules.shipped():
        assert rule.name in listed
        assert main(["rules", "show", rule.name]) == 0
        assert main(["rules", "check", rule.name]) == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\nkeeep = 1\n')
    assert main(["rules", "check", str(wrong)]) == 2
    assert f"{wrong}:2" in capsys.readouterr().err


def test_the_demo_gives_groups_of_its_kinds(tmp_path: Path, capsys: Capture) -> None:
    import json

    assert main(["demo", str(tmp_path / "demo")]) == 0
    assert "cullr report" in capsys.readouterr().out
    assert main(["report", "--format", "json", str(tmp_path / "demo")]) == 4  # one photo is broken on purpose
    plan = json.loads(capsys.readouterr().out)
    kinds = {group["kind"] for group in plan["groups"]}
    assert {"exact", "phash"} <= kinds
    assert {group["shielded"] for group in plan["groups"]} >= {"bracket", "stages"}
    assert len(plan["skipped"]) == 1
