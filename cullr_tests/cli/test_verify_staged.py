"""`verify` after `stage`: a staged file whose bytes changed behind the clock is found, an untouched one is not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cullr.cli.main import main
from cullr_tests import pictures


@pytest.mark.parametrize("where", [0.02, 0.5, 0.98])
def test_a_staged_file_altered_with_size_and_time_kept_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: float
) -> None:
    root = tmp_path / "shoot"
    pictures.save(root / "a.png", pictures.scene(1, 900, 700))
    shutil.copy2(root / "a.png", root / "b.png")
    (root / "b.xmp").write_text("<x/>")
    assert main(["stage", "--yes", str(root)]) == 0
    assert main(["verify", str(root)]) == 0
    staged = next((root / "_review_dupes").glob("*.png"))
    stat = staged.stat()
    data = bytearray(staged.read_bytes())
    data[int(len(data) * where)] ^= 1
    staged.write_bytes(data)
    os.utime(staged, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    capsys.readouterr()
    assert main(["verify", str(root)]) == 1
    shown = capsys.readouterr().out
    assert f"_review_dupes/{staged.name}: its bytes are not those that were staged" in shown
    assert "1 finding" in shown
