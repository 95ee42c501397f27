"""The current shot in words: what holds and why, then what is known; what differs within the group stands out."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from cullr.model import ShotFacts
from cullr.report import words
from cullr.session.desk import OpenGroup
from cullr.tui.facts import compared
from cullr.tui.theme import FAINT

NAME = 10


class FactsPanel(Static):
    DEFAULT_CSS: ClassVar[str] = "FactsPanel { width: 36; height: 1fr; padding: 0 1; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, group: OpenGroup | None, facts: ShotFacts | None) -> None:
        self.update(Content("\n").join(lines(group, facts)) if group and facts else "")


def lines(group: OpenGroup, facts: ShotFacts) -> list[Content]:
    """The verdict and its reason first: in a low window the rest is what is cut off."""
    proposal = next(each for each in group.proposals if each.shot == facts.id)
    verdict, reason = ("✓ keep", "$text-success") if proposal.keep else ("✗ cull", "$text-error")
    said = words.reason(proposal)
    said = said.removeprefix("kept: ").removeprefix("culled: ")
    found = [
        Content.assemble((verdict, f"bold {reason}"), "  ", said),
        Content.styled(words.path(facts), "bold"),
    ]
    found += _recipe(group, facts)
    place = group.shots.index(facts)
    for fact in compared(group.shots, group.proposals):
        if fact.name in {"why", "folder"}:
            continue
        name = fact.name + " " * max(1, NAME - cell_len(fact.name))
        found.append(Content.assemble((name, FAINT), (fact.values[place], "bold" if fact.differs else "")))
    return found


def _recipe(group: OpenGroup, facts: ShotFacts) -> list[Content]:
    """What the recipe of this stage says otherwise than that of the first set, before all that is merely known."""
    told = group.group.recipe
    if told is None:
        return []
    own = [words.difference(each) for each in told if each.shot == facts.id]
    if own:
        return [Content.styled(f"recipe differs in {line}", "$text-warning") for line in own]
    said = "the same" if not told else "differs in other stages or sets"
    return [Content.assemble((f"{'recipe':<{NAME}}", FAINT), said)]
