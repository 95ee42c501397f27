"""A shot in the film strip: its picture, what holds for it, its name, its badges."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from cullr.model import Proposal, ShotFacts
from cullr.safe_text import visible
from cullr.session.desk import Verdict
from cullr.tui import badges
from cullr.tui.group_line import fit
from cullr.tui.messages import Picked
from cullr.tui.pictures.photo import SMALL_BYTES
from cullr.tui.shot_picture import ShotPicture
from cullr.tui.theme import FAINT

WIDTH = 20


class Card(Vertical):
    """Shows one shot after another: cards are few and stay, however many shots a group has.

    Nothing here may colour the picture's cells: a kitty placeholder's colour is the number of its picture, and a sixel
    or iTerm2 picture is sent again when its blanks take another ground.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Card { width: 20; height: 100%; border: round $boost; background: $surface; }
    Card.culled { border: round $error 50%; }
    Card.current { border: heavy $primary; }
    Card.current.culled { border: heavy $error; }
    Card .caption { height: 2; text-wrap: nowrap; }
    Card.current .caption { background: $panel; }
    Card ShotPicture { height: 1fr; }
    Card.low ShotPicture { display: none; }
    """

    def __init__(self, picture: ShotPicture) -> None:
        super().__init__()
        self.picture = picture
        picture.rank, picture.first_bytes = 1, SMALL_BYTES
        self.facts: ShotFacts | None = None
        self._said: tuple[ShotFacts, Proposal, Verdict | None, str | None] | None = None
        self._caption = Static(classes="caption", markup=False)

    def compose(self) -> ComposeResult:
        yield self.picture
        yield self._caption

    def show(self, facts: ShotFacts, proposal: Proposal, verdict: Verdict | None, shielded: str | None) -> None:
        """Everything but the picture, which costs more and may wait. Nothing at all where nothing changed."""
        said = (facts, proposal, verdict, shielded)
        if said == self._said:
            return
        self._said = said
        self.facts = facts
        self.set_class(not proposal.keep, "culled")
        sign = mark(proposal, verdict, shielded)
        name = fit(visible(facts.shot.face.name), WIDTH - 4).rstrip()
        tone = f"{FAINT} strike" if not proposal.keep else ""
        self._caption.update(
            Content("\n").join([Content.assemble(sign, " ", (name, tone)), badges.line(facts, WIDTH - 2)])
        )

    def on_click(self, event: events.Click) -> None:
        if self.facts is not None:
            event.stop()
            self.post_message(Picked(self.facts.id, twice=event.chain == 2))


def mark(proposal: Proposal, verdict: Verdict | None, shielded: str | None) -> Content:
    """✓ keep, ✗ cull, ◆ shielded; the person's own word stands out from a mere proposal."""
    if shielded and verdict is None:
        return Content.styled("◆", "$text-warning")
    sign, tone = ("✓", "$text-success") if proposal.keep else ("✗", "$text-error")
    return Content.styled(sign, f"bold reverse {tone}" if verdict else f"bold {tone}")
