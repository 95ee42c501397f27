"""Other tools, each in a folder of packages of its own, and how to ask them: one file of theirs per tool in `ask/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ASK = Path(__file__).parent / "ask"


@dataclass(frozen=True, slots=True)
class Peer:
    """`packages` as pip takes them; `ask` the script that writes groups as JSON, `words` what it is told besides."""

    name: str
    packages: tuple[str, ...]
    ask: str
    words: tuple[str, ...] = ()
    python: tuple[int, int] = (3, 11)


PEERS = (
    Peer("czkawka", ("czkawka==0.1.2",), "similar_czkawka.py", ("10",)),
    Peer("imagehash loop", ("imagehash==4.3.2",), "similar_imagehash.py", ("8",)),
    Peer("imagededup PHash", ("imagededup==0.3.3.post2", "torch>=2.4,<2.14"), "similar_imagededup.py", ("8",)),
    Peer("immaculate pHash", ("immaculate==0.3.0",), "similar_immaculate.py", ("phash",), (3, 12)),
    Peer("immaculate PDQ", ("immaculate==0.3.0",), "similar_immaculate.py", ("pdq",), (3, 12)),
)


class Missing(Exception):
    """This peer cannot be had here; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A peer ready to run."""

    peer: Peer
    python: str
    packages: Path

    def argv(self, folder: Path, out: Path) -> list[str]:
        return [self.python, str(ASK / self.peer.ask), str(folder), str(out), *self.peer.words]

    def env(self, home: Path) -> dict[str, str]:
        """An environment without our packages, and a home without what an earlier run has cached."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        mine = {"PYTHONPATH": str(self.packages), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
        return kept | mine | {"XDG_CONFIG_HOME": str(home / "config"), "PYTHONNOUSERSITE": "1"}


def install(peer: Peer, work: Path) -> Installed:
    """The peer's packages below `work`, fetched unless they are there. Raises Missing."""
    python = _python(peer.python)
    where = work / "peers" / f"{peer.packages[0].replace('==', '-')}-py{'.'.join(map(str, _version(python)))}"
    done = where / ".complete"
    if not done.exists():
        shutil.rmtree(where, ignore_errors=True)
        print(f"installing {' '.join(peer.packages)} …", flush=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(where),
        ]
        # Our pip fetches for the other interpreter, which need not have one; pip still asks what runs itself.
        command += ["--python-version", ".".join(map(str, _version(python))), "--ignore-requires-python"]
        command += ["--only-binary", ":all:", *peer.packages]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode:
            raise Missing(f"pip could not install it: {found.stderr.strip().splitlines()[-1:] or 'no reason given'}")
        done.touch()
    return Installed(peer, python, where)


def _python(least: tuple[int, int]) -> str:
    """An interpreter of at least this version: `CULLR_BENCH_PYTHON`, ours, or one in PATH. Raises Missing."""
    ours = str(Path(sys.base_prefix) / "bin" / "python3")
    named = [f"python3.{minor}" for minor in range(least[1], least[1] + 4)]
    for candidate in (ours, *named, os.environ.get("CULLR_BENCH_PYTHON", "")):
        if candidate and shutil.which(candidate) and _version(candidate) >= least:
            return candidate
    wanted = ".".join(map(str, least))
    raise Missing(f"it needs Python {wanted} or newer; there is none in PATH and CULLR_BENCH_PYTHON names none")


def _version(python: str) -> tuple[int, ...]:
    command: Sequence[str] = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return tuple(map(int, found.stdout.split())) if found.returncode == 0 else (0, 0)
