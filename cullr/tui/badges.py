"""A shot → its badges: what it is made of and what was said of it elsewhere."""

from __future__ import annotations

from textual.content import Content

from cullr.model import ShotFacts
from cullr.report import words
from cullr.safe_text import visible
from cullr.tui.theme import FAINT

LABELS = {"red": "$error", "yellow": "$warning", "green": "$success", "blue": "$primary", "purple": "$secondary"}


def badges(facts: ShotFacts) -> list[Content]:
    """`CR3+JPG`, `+2` companions, `★3`, `● red`, `cropped`, `stage 1.5 face_swapped`."""
    shot, found = facts.shot, []
    endings = [visible(photo.name.rpartition(".")[2]).upper() for photo in shot.photos]
    if len(endings) > 1:
        found.append(Content.styled("+".join(endings), "$text-primary"))
    cropped = any(file.name.lower().endswith(".cropped") for file in shot.companions)
    others = len(shot.companions) - cropped
    if others:
        found.append(Content.styled(f"+{others}", FAINT))
    if cropped:
        found.append(Content.styled("cropped", "$text-accent"))
    rating = facts.marks.rating or 0
    if rating:
        found.append(Content.styled(f"★{rating}" if rating > 0 else "rejected", "$text-warning"))
    if facts.marks.label:
        from cullr import sidecars

        colour = LABELS.get(sidecars.colour(facts.marks.label) or "", FAINT)
        found.append(Content.styled(f"● {visible(facts.marks.label)}", colour))
    if facts.marks.edited:
        found.append(Content.styled("edited", "$text-accent"))
    if facts.stage:
        found.append(Content.styled(f"stage {facts.stage.number:g} {visible(facts.stage.name)}", FAINT))
    return found


def line(facts: ShotFacts, width: int) -> Content:
    """As many as fit; a shot without any says how large it is."""
    size = f"{words.pixels(facts)}  {words.size(facts.shot.bytes)}"
    found = badges(facts) or [Content.styled(size if len(size) <= width else size.replace("  ", " "), FAINT)]
    return Content("  ").join(found).truncate(max(1, width), ellipsis=True)
