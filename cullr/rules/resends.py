"""A shot's name and head → whether a messenger or a social network sent it, which strips and shrinks what it sends."""

from __future__ import annotations

import re

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


def is_resent(shot: ShotFacts) -> bool:
    return bool(signs(shot))


def signs(shot: ShotFacts) -> str:
    """What gives a resend away, in words; empty for anything else."""
    sender = next((sender for sender, name in NAMES if name.match(shot.shot.face.name)), None)
    if sender:
        return f"resent by {sender}"
    head = shot.metadata
    stripped = head.tags <= FEW_TAGS and head.camera is None
    coarse = head.compression is not None and head.compression <= COARSE
    return "stripped and shrunk" if stripped and coarse and max(head.width, head.height) in LONG_SIDES else ""
