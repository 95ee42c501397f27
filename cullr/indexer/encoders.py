"""Encoders by their word, each loaded and told of once, however often a screen's indexer runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cullr.index.database import Say
from cullr.indexer.passes import Progress

if TYPE_CHECKING:
    from cullr.embed import Encoder

FETCHING = "fetching weights, MB"


class Encoders:
    """Every approval moves files and so begins another run, which would load CLIP anew: 2 to 6 seconds of CPU."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._loaded: dict[str, Encoder] = {}

    def get(self, spec: str, progress: Progress) -> Encoder:
        """Raises UsageError for an encoder that is not known or not installed, Failed for one that cannot be had."""
        if spec not in self._loaded:
            from cullr import embed  # numpy and more, which a run without an encoder does not pay for

            self._loaded[spec], which = embed.load(
                spec, progress=lambda done, size: progress(FETCHING, done >> 20, size >> 20)
            )
            self._say(which)
        return self._loaded[spec]
