"""tmux between us and the terminal: what it knows about the terminal, and how to reach past it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

ASKED = "#{client_termtype}\n#{client_termname}\n#{client_termfeatures}\n#{allow-passthrough}"
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Client:
    """The terminal that shows this tmux: what it called itself, its TERM, what tmux may use of it."""

    version: str = ""
    term: str = ""
    features: frozenset[str] = frozenset()
    passes: bool = False


def client(env: Mapping[str, str]) -> Client:
    """Ask tmux; it runs on this machine, so that takes a few ms. An empty answer when it cannot be asked."""
    command = ["tmux", "display-message", "-p", *(["-t", env["TMUX_PANE"]] if "TMUX_PANE" in env else []), ASKED]
    try:
        done = subprocess.run(
            command, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Client()
    return read(done.stdout.decode("utf-8", "replace"))


def read(answer: str) -> Client:
    """tmux before 3.3 has no `allow-passthrough` and always lets it through."""
    version, term, features, passes = (*answer.split("\n"), "", "", "", "")[:4]
    return Client(version, term, frozenset(features.split(",")), bool(term) and passes not in {"off", "0"})


def past(sequence: str) -> str:
    """The sequence as one that tmux hands to the terminal unread."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
