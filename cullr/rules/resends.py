"""Shots' names and heads → which a messenger or a social network sent, for it strips and shrinks what it sends.

A name tells by itself. Stripped and shrunk is only what lies beside another that is not: the frames of a film and the
pictures of a site are all so, and one of them compressed a little more was sent by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cullr.model import ShotFacts

NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sender, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for sender, pattern in (
        ("WhatsApp", r"IMG-\d{8}-WA\d{4}|WhatsApp Image \d{4}-\d\d-\d\d"),
        ("Telegram", r"photo_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d|telegram-cloud-photo"),
        ("Signal", r"signal-\d{4}-\d\d-\d\d"),
        ("Facebook", r"FB_IMG_\d{10,}|received_\d{10,}|\d{6,}_\d{10,}_\d{10,}_[no]\."),
        ("Viber", r"viber_image_|IMG-[0-9a-f]{32}-V"),
        ("LINE", r"LINE_ALBUM_|line_\d{10,}"),
        ("WeChat", r"mmexport\d{10,}|wx_camera_\d{10,}|microMsg\."),
    )
)
"""The names under which they save, at the beginning of a file name."""
LONG_SIDES = frozenset({960, 1080, 1280, 1440, 1600, 2048, 2560, 4096})
"""Pixels, to which they shrink what is larger."""
FEW_TAGS = 6
"""What they leave of the camera's tags; a camera writes thirty and more."""
COARSE = 88
"""JPEG quality up to which they compress."""


def resent(shots: Sequence[ShotFacts]) -> list[bool]:
    """Which of the shots of one contest were."""
    stripped = [_is_stripped(shot) for shot in shots]
    return [
        _sender(shot) is not None or (bare and not all(stripped) and _is_shrunk(shot))
        for shot, bare in zip(shots, stripped, strict=True)
    ]


def signs(shot: ShotFacts) -> str:
    """What gives one of them away, in words."""
    sender = _sender(shot)
    return f"from {sender}" if sender else "stripped and shrunk"


def _sender(shot: ShotFacts) -> str | None:
    return next((sender for sender, name in NAMES if name.match(shot.shot.face.name)), None)


def _is_stripped(shot: ShotFacts) -> bool:
    return shot.metadata.tags <= FEW_TAGS and shot.metadata.camera is None


def _is_shrunk(shot: ShotFacts) -> bool:
    head = shot.metadata
    return head.compression is not None and head.compression <= COARSE and max(head.width, head.height) in LONG_SIDES
