"""Who takes part in a comparison: a name, how to start it on a folder, and how to read the groups it wrote."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benching.corpus import Corpus
from benching.measured import Run, run
from benching.peers import Installed

Groups = list[list[str]]


@dataclass(frozen=True, slots=True)
class Tool:
    """`start` gives the words and the environment of one run, from nothing: `home` is empty. `read` gives the groups,
    as paths below the corpus."""

    name: str
    start: Callable[[Corpus, Path, Path], tuple[list[str], dict[str, str]]]
    read: Callable[[Corpus, Path], Groups]
    ours: bool = False

    def run(self, corpus: Corpus, scratch: Path) -> tuple[Run, Groups]:
        """One run with an empty home; no groups when it failed."""
        home, out = scratch / "home", scratch / "out.json"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        out.unlink(missing_ok=True)
        words, env = self.start(corpus, home, out)
        done = run(words, env)
        return done, self.read(corpus, out) if out.exists() else []


@dataclass(frozen=True, slots=True)
class Flags:
    """cullr as its users start it, with these words besides."""

    words: tuple[str, ...] = ()
    kinds: frozenset[str] = field(default_factory=frozenset)

    def start(self, corpus: Corpus, home: Path, out: Path) -> tuple[list[str], dict[str, str]]:
        words = [sys.executable, "-m", "cullr", "report", "--quiet", "--format", "json", "-o", str(out), *self.words]
        return [*words, str(corpus.folder)], os.environ | {"CULLR_CACHE": str(home), "XDG_CONFIG_HOME": str(home)}

    def read(self, _corpus: Corpus, out: Path) -> Groups:
        found = json.loads(out.read_text())["groups"]
        return [
            [shot["path"] for shot in group["shots"]]
            for group in found
            if not self.kinds or group["kind"] in self.kinds
        ]


def cullr(name: str, *words: str) -> Tool:
    flags = Flags(words)
    return Tool(name, flags.start, flags.read, ours=True)


def peer(installed: Installed) -> Tool:
    def start(corpus: Corpus, home: Path, out: Path) -> tuple[list[str], dict[str, str]]:
        return installed.argv(corpus.folder, out), installed.env(home)

    def read(corpus: Corpus, out: Path) -> Groups:
        return [[os.path.relpath(path, corpus.folder) for path in group] for group in json.loads(out.read_text())]

    return Tool(installed.peer.name, start, read)


def every_byte() -> Tool:
    """Reading the files and nothing else: what no tool that opens them all can beat."""

    def start(corpus: Corpus, _home: Path, _out: Path) -> tuple[list[str], dict[str, str]]:
        return ["sh", "-c", 'find "$0" -type f -exec cat {} + >/dev/null', str(corpus.folder)], dict(os.environ)

    return Tool("reading every byte", start, lambda _corpus, _out: [])
