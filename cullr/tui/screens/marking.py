"""Keep, cull, stars, a label or no word on the shot under the eye: on the disk first, then on the screen.

Words are written one after the other in a thread, however fast the keys come; the screen waits for the last to leave.
Stars go through the main screen's one queue, where they can be taken back, and are finished also after this one left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType

from cullr.model import Proposal, ShotFacts, ShotId
from cullr.report import words
from cullr.session.desk import Desk, OpenGroup, Verdict
from cullr.tui.keys import RATE
from cullr.tui.screens.page import Page

SAID = {
    Verdict.KEEP: "{} is kept. {} takes that back.",
    Verdict.CULL: "{} is culled, nothing has moved yet. {} takes that back.",
    Verdict.NONE: "{} is undecided again: the rule proposes.",
}
LEFT = "no longer in this group"


class Rater(Protocol):
    """Gives stars or a label to a shot behind the screen; `told` hears what became of it, and its tone."""

    def __call__(
        self,
        group: OpenGroup,
        shot: ShotFacts,
        told: Callable[[str, str], None],
        *,
        rating: int | None = None,
        label: str | None = None,
    ) -> None: ...


class MarkingPage(Page):
    """A page over one group with a current shot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "mark('keep')", "keep", id="keep"),
        Binding("x", "mark('cull')", "cull", id="cull"),
        Binding("u", "mark('none')", "unmark", id="undecided"),
        Binding("enter", "leave", "done", show=False, id="done"),
        Binding("y", "copy", "copy path", show=False, id="copy"),
        *RATE,
    ]

    def __init__(self, desk: Desk, group: OpenGroup, rate: Rater | None) -> None:
        super().__init__(desk)
        self.group = group
        self.rate = rate
        self._to_write: deque[tuple[ShotId, Verdict]] = deque()
        self._writing = False
        self._leaving = False

    def current(self) -> ShotFacts:
        """The shot under the eye."""
        raise NotImplementedError

    def show_marks(self) -> None:
        """What holds has changed: show it."""
        raise NotImplementedError

    def proposals(self, shots: Sequence[ShotFacts]) -> list[Proposal]:
        """What holds for these shots."""
        known = {proposal.shot: proposal for proposal in self.group.proposals}
        return [known.get(each.id) or Proposal(each.id, keep=True, reason=LEFT) for each in shots]

    def action_mark(self, word: str) -> None:
        self._to_write.append((self.current().id, Verdict(word)))
        if not self._writing:
            self._write()

    def action_stars(self, count: int) -> None:
        if self.rate:
            self.rate(self.group, self.current(), self._rated, rating=count)

    def action_label(self, colour: str) -> None:
        if self.rate:
            self.rate(self.group, self.current(), self._rated, label=colour)

    def _rated(self, said: str, tone: str) -> None:
        if not self.is_attached:
            return  # left meanwhile: the main screen says it
        self.changed = True
        self.group = self.desk.open(self.group.row) or self.group
        self.show_marks()
        self.say(said, tone)

    def action_copy(self) -> None:
        self.copy(self.desk.path(self.current()))

    def _write(self) -> None:
        shot, verdict = self._to_write.popleft()
        self._writing = True
        self.in_background(
            lambda: self.desk.decide(self.group, dict.fromkeys(self.group.fellows(shot), verdict)),
            lambda _: self._written(shot, verdict),
        )

    def _written(self, shot: ShotId, verdict: Verdict) -> None:
        self._writing = False
        self.changed = True
        self.group = self.desk.open(self.group.row) or self.group
        self.show_marks()
        self._tell(shot, verdict)
        if self._to_write:
            self._write()
        elif self._leaving:
            self.dismiss(self.changed)

    def _tell(self, shot: ShotId, verdict: Verdict) -> None:
        facts = next((each for each in self.group.shots if each.id == shot), None)
        if facts is None:
            self.say("The group has changed meanwhile; your word on the shot is remembered.", "care")
            return
        [proposal] = self.proposals([facts])
        name = words.path(facts)
        if self.group.verdicts.get(shot, Verdict.NONE) is not verdict:
            self.say(f"{name} is still being read: try again in a moment.", "care")
        elif verdict is Verdict.CULL and proposal.keep:
            self.say(f"{name} stays all the same: {words.reason(proposal).removeprefix('kept: ')}.", "care")
        else:
            self.say(SAID[verdict].format(name, self.key_of("undecided")))

    def failed(self, error: BaseException | None) -> None:
        """The word is not in the journal, so it does not hold: nor do those that waited behind it."""
        self._writing = self._leaving = False
        self._to_write.clear()
        super().failed(error)

    def action_leave(self) -> None:
        self._leaving = self._writing
        if not self._writing:
            self.dismiss(self.changed)


def name(shot: ShotFacts, group: Sequence[ShotFacts]) -> str:
    """The file's name, with its folder where another shot of the group has the same one."""
    same = sum(each.shot.face.name == shot.shot.face.name for each in group)
    return shot.shot.path if same > 1 else shot.shot.face.name


def pixels(shot: ShotFacts) -> tuple[int, int]:
    """Its width and height, as shown."""
    return shot.metadata.width, shot.metadata.height
