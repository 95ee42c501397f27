"""What the person kept and culled so far → choices to learn from.

A group is looked at as it was: what was staged lies elsewhere now, but counts under the path it had, together with what
stayed. Only approvals on the screen and words of the person count; what `cullr stage` moved, a rule decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import journal
from cullr.indexer.passes import Progress
from cullr.indexer.run import Say, run
from cullr.journal import STAGED_FOLDERS, State, Verdict
from cullr.model import File, Group, Measure, ShotFacts, ShotId
from cullr.rules import Demand
from cullr.rules.learning import Choice
from cullr.session.decided import Decided
from cullr.session.past import APPROVED
from cullr.settings import Settings


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that is looked through: a root, or a staged folder of it."""

    root: int
    folder: str
    path: Path


def choices(roots: Sequence[Path], settings: Settings, cache: Path, progress: Progress, say: Say) -> list[Choice]:
    """Every group of which a person kept some and culled some, by its content in a fixed order. Raises Failed."""
    states = [journal.read(root).state for root in roots]
    places = [_Place(number, "", root) for number, root in enumerate(roots)]
    places += [
        _Place(number, folder, root / folder)
        for number, root in enumerate(roots)
        for folder in STAGED_FOLDERS
        if states[number].staged and (root / folder).is_dir()
    ]
    found = run([each.path for each in places], settings, cache, progress=progress, say=say, wants=_everything)
    culled: set[ShotId] = set()
    facts: dict[ShotId, ShotFacts] = {}
    for each in found.facts:
        place = places[each.shot.root]
        if not place.folder:
            facts[each.id] = each
        elif home := _home(each, place, states[place.root]):
            facts[each.id] = home
            culled.add(each.id)
    decided = Decided.read(roots)
    known = (_choice(group, facts, culled, decided) for group in found.groups if not group.shielded)
    # Neighbours in time were decided alike: in the order of content they fall into different folds.
    return sorted(
        (each for each in known if each), key=lambda each: min(shot.fingerprint or b"" for shot in each.shots)
    )


def _everything(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
    for group in groups:
        for measure in Measure:
            demand.ask(measure, [facts[shot] for shot in group.shots if shot in facts])


def _home(facts: ShotFacts, place: _Place, state: State) -> ShotFacts | None:
    """The shot under the paths it had; None for what a person did not approve, or cullr did not put there."""
    homes: dict[File, File] = {}
    for file in facts.shot.files:
        held = state.staged.get(f"{place.folder}/{file.path}")
        if held is None or not APPROVED.fullmatch(state.batches[held.batch].what):
            return None
        homes[file] = replace(file, root=place.root, path=held.file.source)
    shot = facts.shot
    moved = replace(
        shot,
        face=homes[shot.face],
        photos=tuple(homes[file] for file in shot.photos),
        companions=tuple(homes[file] for file in shot.companions),
        shared=tuple(homes[file] for file in shot.shared),
    )
    return replace(facts, shot=moved)


def _choice(group: Group, facts: Mapping[ShotId, ShotFacts], culled: set[ShotId], decided: Decided) -> Choice | None:
    """Who stayed and who went; in a group that was approved, silence means that the shot was to stay."""
    members = [facts[shot] for shot in group.shots if shot in facts]
    approved = any(each.id in culled for each in members)
    said: dict[ShotId, bool] = {}
    for each in members:
        word = decided.verdict(each, members)
        if each.id in culled or word is Verdict.CULL:
            said[each.id] = False
        elif approved or word is Verdict.KEEP:
            said[each.id] = True
    shots = sorted((each for each in members if each.id in said), key=lambda each: (each.shot.root, each.shot.path))
    kept = frozenset(shot for shot, keep in said.items() if keep)
    return Choice(tuple(shots), kept, group.kind) if kept and len(kept) < len(shots) else None
