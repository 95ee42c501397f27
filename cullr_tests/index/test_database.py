"""The index file: corrupt, busy, foreign and full ones, on a real disk."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cullr.errors import Failed
from cullr.index import FILE, database, schema


def opened(folder: Path) -> tuple[database.Database, list[str]]:
    said: list[str] = []
    return database.open_for_writing(folder, said.append), said


def test_a_new_index_has_every_migration_and_no_remark(tmp_path: Path) -> None:
    index, said = opened(tmp_path / "new" / "folder")
    assert index.connection.execute("PRAGMA user_version").fetchone()[0] == schema.newest()
    assert index.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    index.close()
    assert said == []


def test_looks_that_come_out_otherwise_by_now_are_forgotten_and_no_others(tmp_path: Path) -> None:
    """Averaged: what is large after drafting. Turned first, before: what was decoded in full."""
    told = {
        "small": (255, 4000, 1, "full", True),
        "large": (256, 256, 1, "full", False),
        "turned": (200, 150, 6, "full", False),
        "drafted": (2000, 1999, 6, "draft", True),
        "drafted large": (3000, 2000, 1, "draft", False),
        "preview": (6000, 4000, 1, "preview", False),
    }
    db = sqlite3.connect(tmp_path / FILE)
    for number, script in enumerate(schema.MIGRATIONS[:14], 1):
        db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
    db.execute("INSERT INTO folder VALUES (1, ?)", (b"/photos",))
    db.executemany(
        "INSERT INTO photo (folder, name, size, mtime_ns, inode, format, width, height, orientation, rung, hash)"
        " VALUES (1, ?, 1, 1, 1, 'png', ?, ?, ?, ?, 5)",
        [(name.encode(), *rest[:4]) for name, rest in told.items()],
    )
    db.commit()
    db.close()
    index, _ = opened(tmp_path)
    found = index.connection.execute("SELECT name, rung IS NOT NULL AND hash IS NOT NULL FROM photo").fetchall()
    index.close()
    assert {name.decode(): bool(kept) for name, kept in found} == {name: rest[4] for name, rest in told.items()}


@pytest.mark.parametrize("damage", ["text", "torn", "table"])
def test_a_damaged_index_is_set_aside_and_rebuilt(tmp_path: Path, damage: str) -> None:
    index, _ = opened(tmp_path)
    index.connection.executemany("INSERT INTO folder (path) VALUES (?)", [(f"/{n}".encode(),) for n in range(5000)])
    index.close()
    path = tmp_path / FILE
    if damage == "text":
        path.write_text("this is not a database, whatever its name says" * 100)
    elif damage == "torn":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        db = sqlite3.connect(path)
        db.execute("DROP TABLE photo")
        db.commit()
        db.close()
    index, said = opened(tmp_path)
    assert index.connection.execute("SELECT count(*) FROM photo").fetchone() == (0,)
    index.close()
    assert len(said) == 1
    assert "set aside" in said[0]
    assert list(tmp_path.glob("index.sqlite3.broken-*"))


def test_an_index_in_use_is_left_alone_and_a_temporary_one_serves(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nfrom pathlib import Path\nfrom cullr.index import database\n"
            "index = database.open_for_writing(Path(sys.argv[1]), print)\nprint('open', flush=True)\ntime.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    index, said = opened(tmp_path)
    assert index.temporary is not None
    assert re.search(rf"process {holder.pid}\b", said[0])
    place = index.path
    index.close()
    assert not place.exists()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    index, said = opened(tmp_path)
    assert index.temporary is None
    assert said == []
    index.close()


def test_an_index_from_a_newer_cullr_is_not_touched(tmp_path: Path) -> None:
    index, _ = opened(tmp_path)
    index.connection.execute(f"PRAGMA user_version = {schema.newest() + 1}")
    index.close()
    with pytest.raises(Failed, match="newer cullr") as raised:
        opened(tmp_path)
    assert raised.value.remedy
    db = sqlite3.connect(tmp_path / FILE)
    assert db.execute("PRAGMA user_version").fetchone()[0] == schema.newest() + 1
    db.close()


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="cannot be used") as raised:
        opened(tmp_path / "file" / "cache")
    assert "CULLR_CACHE" in raised.value.remedy
