"""Folders beside photos in which programs keep what belongs to these, each file by its photo's name.

Settings, masks and the originals of edited photos: they go where their photo goes. Caches are none, for they are made
anew from the photo: Capture One's `CaptureOne/Cache`, Synology's `@eaDir`.
"""

from __future__ import annotations

import re

_INNER = {
    "captureone": re.compile(r"settings\d*"),  # Capture One's sessions: one for each version of its engine
    "exposure software": re.compile(r"exposure ?x?\d*"),
    "nksc_param": None,  # Nikon's NX Studio and Capture NX-D
    "silkypix_ds": None,
    "[originals]": None,  # ACDSee, for what it edited
}
"""By the outer folder's name in lower case: the folders inside it that are meant, None where it is meant itself."""

CACHES = frozenset({"@eaDir"})
"""Folders of thumbnails that look like photos and are none."""


def leads_to(name: str) -> bool:
    """Whether a folder of this name beside photos is an annex, or may hold some."""
    return name.lower() in _INNER


def inside(name: str) -> re.Pattern[str] | None:
    """What the annexes within this folder are called, in lower case; None where it is one itself."""
    return _INNER[name.lower()]
