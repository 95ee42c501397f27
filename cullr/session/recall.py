"""Everything an answer depends on → one key; and the answer that was given for it, if it was.

The folders as they are stat'ed, the settings, the rule, the journals, the program: where none of them changed, the
same command prints the same, and nothing but the folders need be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from blake3 import blake3

from cullr import journal
from cullr.index import answers
from cullr.index.answers import Answer, Packing
from cullr.indexer import state
from cullr.settings import Settings


@dataclass(slots=True)
class Recall:
    """One question about some roots. `question` names it: command, format and all that shapes the output."""

    roots: Sequence[Path]
    settings: Settings
    cache: Path
    question: str
    _key: bytes = field(init=False, default=b"")
    _said: Packing = field(init=False, default_factory=Packing)

    def answer(self) -> Answer | None:
        """What was said before, None where anything may have changed since. Raises ConfigError."""
        if not state.lasts(self.settings):
            return None
        self._key = _everything(self.roots, self.settings)
        return answers.recall(self.cache, self._name(), self._key)

    def note(self, text: str) -> None:
        """What is being printed, piece by piece."""
        self._said.add(text)

    def keep(self, code: int) -> None:
        """Remember what was noted for the next time, unless something changed while it was worked out."""
        answer = self._said.answer(code)
        if answer and self._key and self._key == _everything(self.roots, self.settings):
            answers.keep(self.cache, self._name(), self._key, answer)

    def _name(self) -> str:
        """A new answer takes the place of the old one to the same question."""
        named = (self.question, [str(root) for root in self.roots], asdict(self.settings))
        return blake3(repr(named).encode("utf-8", "surrogateescape")).hexdigest(16)


def _everything(roots: Sequence[Path], settings: Settings) -> bytes:
    """The indexer's key, and what the person said."""
    digest = blake3(state.key(roots, settings))
    for root in roots:
        digest.update(journal.fingerprint(root))
    return digest.digest()
