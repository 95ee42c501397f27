"""A shot → its badges: what it is made of and what was said of it elsewhere."""

from __future__ import annotations

from textual.content import Content

from cullr.model import ShotFacts
from cullr.report import words
from cullr.safe_text import visible
from cullr.tui.theme import FAINT

LABELS = {"red": "$error", "yellow": "$warning", "green": "$success", "blue": "$primary", "purple": "$secondary"}


def badges(facts: ShotFacts) -> list[Content]:
    """`CR3+JPG`, `+2` companions, `cropped`, `★3`, `● red`, `picked`, `stage 1.5 face_swapped`."""
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
    found += [Content.styled(word, tone) for _, word, tone in _marks(facts)]
    if facts.marks.edited:
        found.append(Content.styled("edited", "$text-accent"))
    if facts.stage:
        found.append(Content.styled(f"stage {facts.stage.number:g} {visible(facts.stage.name)}", FAINT))
    return found


def marks(facts: ShotFacts, width: int) -> Content:
    """What was said of it elsewhere in at most `width` columns: `★3  ● red  picked`, else as signs `★3●⚑`."""
    said = _marks(facts)
    words_ = Content("  ").join([Content.styled(word, tone) for _, word, tone in said])
    if words_.cell_length <= width:
        return words_
    return Content("").join([Content.styled(sign, tone) for sign, _, tone in said]).truncate(max(0, width))


def _marks(facts: ShotFacts) -> list[tuple[str, str, str]]:
    """Sign, words and tone of stars, label and pick."""
    said, found = facts.marks, []
    if said.rating and said.rating > 0:
        found.append((f"★{said.rating}", f"★{said.rating}", "$text-warning"))
    if said.label:
        from cullr import sidecars

        colour = LABELS.get(sidecars.colour(said.label) or "", FAINT)
        found.append(("●", f"● {visible(said.label)}", colour))
    if -1 in (said.rating, said.pick):
        found.append(("⊘", "rejected", "$text-warning"))
    elif said.pick:
        found.append(("⚑", "picked", "$text-success"))
    return found


def line(facts: ShotFacts, width: int) -> Content:
    """As many as fit; a shot without any says how large it is."""
    size = f"{words.pixels(facts)}  {words.size(facts.shot.bytes)}"
    found = badges(facts) or [Content.styled(size if len(size) <= width else size.replace("  ", " "), FAINT)]
    return Content("  ").join(found).truncate(max(1, width), ellipsis=True)
