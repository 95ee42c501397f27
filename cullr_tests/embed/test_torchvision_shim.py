"""torchvision is helped only where its own import fails for the operators it lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(code: str, *, path: Path | None = None) -> str:
    ahead = f"import sys; sys.path.insert(0, {str(path)!r});" if path else ""
    found = subprocess.run([sys.executable, "-c", ahead + code], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def package(folder: Path, text: str) -> Path:
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(text)
    return folder


HEALTHY = "from cullr.embed import torchvision_shim; print(torchvision_shim.load(), 'torch' in sys.modules)"


def test_a_torchvision_that_imports_is_left_alone(tmp_path: Path) -> None:
    assert run(HEALTHY, path=package(tmp_path, "")) == "False False"


def test_a_torchvision_without_its_operators_is_imported_afresh_with_them(tmp_path: Path) -> None:
    text = (
        "from torchvision import _pieces\n"
        "if not _pieces.whole:\n"
        "    raise RuntimeError('operator torchvision::nms does not exist')\n"
    )
    operators = "import torch\nwhole = all(hasattr(torch.ops.torchvision, name) for name in ('nms', 'qnms'))\n"
    (package(tmp_path, text) / "torchvision" / "_pieces.py").write_text(operators)
    assert run(HEALTHY, path=tmp_path) == "True True"


def test_any_other_failure_is_told_as_it_is(tmp_path: Path) -> None:
    code = (
        "from cullr.embed import extras\n"
        "from cullr.errors import UsageError\n"
        "try:\n    extras.require('timm')\n"
        "except UsageError as error:\n    print(error.message, '|', error.remedy)"
    )
    told = run("\n" + code, path=package(tmp_path, "print('tried'); raise RuntimeError('no luck')"))
    assert told == "tried\ntimm cannot be imported: no luck | Install it with: pip install 'cullr[all]'"
