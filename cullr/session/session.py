"""Some roots and what can be asked of them: index, review, stage, undo, verify."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cullr import machine
from cullr import settings as configuration
from cullr.errors import NothingFound, UsageError
from cullr.model import Counts, Group, Kind, Review, ReviewedGroup, ShotFacts, ShotId
from cullr.roots import check as check_roots
from cullr.settings import Settings

if TYPE_CHECKING:
    from cullr.indexer.measuring import Wants
    from cullr.indexer.run import Indexed
    from cullr.indexer.verify import Verified
    from cullr.moves import EmptyResult
    from cullr.rules import Demand, Rule
    from cullr.rules.learning import Choice
    from cullr.session.decided import Judge
    from cullr.session.past import PastBatch, Undone
    from cullr.session.plan import Plan
    from cullr.session.recall import Recall
    from cullr.session.staging import Staged

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]


def _silent(_name: str, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Session:
    """Some roots, the settings that hold for them, and someone to talk to.

    `say` is told whole sentences that a person should read, `progress` (pass, done, total); total 0 is unknown.
    """

    roots: tuple[Path, ...]
    settings: Settings
    cache: Path
    say: Say
    progress: Progress

    @classmethod
    def open(
        cls,
        roots: Sequence[Path],
        flags: dict[str, object] | None = None,
        *,
        say: Say = lambda _sentence: None,
        progress: Progress = _silent,
    ) -> Session:
        """Raises RootError for roots that cannot be used, ConfigError for settings that are wrong."""
        checked = check_roots(roots or [Path()])
        settings = configuration.load(checked, flags)
        return cls(tuple(checked), settings, machine.cache_folder(), say, progress)

    def index(self) -> Indexed:
        """Bring the index up to date without looking for groups. Raises NothingFound, Failed."""
        return self._run(kinds=())

    def review(self, kinds: Iterable[Kind] | None = None, *, previews: bool = False) -> tuple[Review, Indexed]:
        """Groups with proposals for every shot, all passes complete; `kinds` limits them, None is all.

        Raises NothingFound when there is no photo below the roots, ConfigError for a rule that is wrong.
        """
        from cullr import rules

        judge = self._judge(rules.load(self.settings.rule))
        found = self._run(kinds=frozenset(kinds if kinds is not None else Kind), wants=judge.ask, previews=previews)
        return self._reviewed(judge, found.groups, found), found

    def compared(self, rule: str, kinds: Iterable[Kind] | None = None) -> tuple[Review, Review]:
        """The review by the rule in force, and by another. Raises NothingFound, ConfigError for a wrong rule."""
        from cullr import rules

        now, then = (self._judge(rules.load(name)) for name in (self.settings.rule, rule))

        def wants(groups: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
            now.ask(groups, facts, demand)
            then.ask(groups, facts, demand)

        found = self._run(kinds=frozenset(kinds if kinds is not None else Kind), wants=wants)
        return self._reviewed(now, found.groups, found), self._reviewed(then, found.groups, found)

    def choices(self) -> list[Choice]:
        """What the person kept and culled so far, group by group. Raises Failed."""
        from cullr.session.choices import choices

        return choices(self.roots, self.settings, self.cache, self.progress, self.say)

    def question(self, words: str) -> Recall:
        """A question about these roots: it may have been answered before. `words` name all that shapes the answer."""
        from cullr.session.recall import Recall

        return Recall(self.roots, self.settings, self.cache, words)

    def imported(self, file: Path) -> tuple[Review, Indexed]:
        """Another tool's groups of these photos, with our proposals. Raises UsageError for a file of no known shape."""
        from cullr import rules
        from cullr.session.imports import groups, read

        judge = self._judge(rules.load(self.settings.rule))
        named = read(file)

        def theirs(facts: Iterable[ShotFacts], say: Say) -> list[Group]:
            return groups(named, self.roots, tuple(facts), say)

        def wants(_own: Sequence[Group], facts: Mapping[ShotId, ShotFacts], demand: Demand) -> None:
            judge.ask(theirs(facts.values(), lambda _sentence: None), facts, demand)

        found = self._run(wants=wants)
        return self._reviewed(judge, theirs(found.facts, self.say), found), found

    def planned(self, plan: Plan) -> Plan:
        """The plan, if its folders can be these. Raises UsageError."""
        made_for = f"It was made for: {', '.join(plan.roots)}"
        if len(plan.roots) != len(self.roots):
            raise UsageError(f"this is a plan for {len(plan.roots)} folders, not {len(self.roots)}", made_for)
        # Folders move and are mounted elsewhere, but one the plan knows by another number was typed at the wrong place.
        if any(
            str(root) in plan.roots and str(root) != name for root, name in zip(self.roots, plan.roots, strict=True)
        ):
            raise UsageError("the plan's folders come in another order", made_for)
        return plan

    def stage(self, chosen: Plan | Review) -> Staged:
        """Move what is to be culled, as one batch. Raises Failed, RootError; refusals are in the result."""
        from cullr.session import plan, staging

        wanted = plan.from_review(chosen) if isinstance(chosen, Review) else chosen
        return staging.apply(wanted, self.roots, self.settings.ignore, self.progress)

    def settle(self) -> list[str]:
        """Finish or take back what an interrupted run left behind; says what was done. Raises Failed."""
        from cullr.session import settling

        return settling.settle(self.roots)

    def interrupted(self) -> list[str]:
        """What `settle` would have to do, a sentence each. Writes nothing. Raises Failed."""
        from cullr.session import settling

        return settling.interrupted(self.roots)

    def history(self) -> list[PastBatch]:
        """Every batch below the roots, oldest first. Raises Failed for a journal that cannot be believed."""
        from cullr.session import past

        return past.history(self.roots)

    def undo(self, batches: Sequence[PastBatch], *, dry_run: bool = False) -> Undone:
        """Put the batches back. Raises Failed; refusals are in the result."""
        from cullr.session import past

        return past.undo(self.roots, batches, dry_run=dry_run)

    def empty(self, *, forever: bool = False) -> list[EmptyResult]:
        """Send what is staged to the trash, root by root, or delete it. Raises Failed where there is no trash."""
        from cullr import moves

        return [moves.empty(root, forever=forever) for root in self.roots]

    def verify_journals(self) -> list[str]:
        """What the disk holds otherwise than the journals say, a sentence each."""
        from cullr import moves

        return [f"{root / finding.path}: {finding.why}" for root in self.roots for finding in moves.verify(root)]

    def _judge(self, rule: Rule) -> Judge:
        from cullr.session.decided import Decided, Judge

        return Judge(rule, Decided.read(self.roots), across_stages=self.settings.across_stages)

    def _reviewed(self, judge: Judge, found_groups: Sequence[Group], found: Indexed) -> Review:
        facts = {each.id: each for each in found.facts}
        groups = judge.decided.without_told_apart(found_groups, facts)
        proposals = judge.propose(groups, facts)
        reviewed = tuple(
            ReviewedGroup(group, tuple(facts[shot] for shot in group.shots), proposals[group.id]) for group in groups
        )
        culled = {each.shot for said in proposals.values() for each in said if not each.keep}
        counts = _counts(found, reviewed, [facts[shot] for shot in sorted(culled)])
        return Review(
            tuple(str(root) for root in self.roots),
            judge.rule.name,
            True,
            counts,
            found.skipped,
            reviewed,
            found.left_out,
        )

    def verify(self, sample: int) -> Verified:
        """Check the index: integrity, rows without a file, `sample` photos read and hashed again. Changes nothing."""
        from cullr import journal
        from cullr.indexer.verify import verify

        away = set()
        for root in self.roots:
            state = journal.read(root).state
            emptied = [shot for batch in state.batches.values() if batch.emptied for shot in batch.shots]
            gone = (file.source for shot in emptied for file in shot.files)
            away |= {os.fsencode(root / home) for home in (*state.homes, *gone)}
        return verify(self.roots, self.settings, self.cache, sample, away=away, progress=self.progress, say=self.say)

    def _run(
        self, *, kinds: Collection[Kind] = tuple(Kind), wants: Wants | None = None, previews: bool = False
    ) -> Indexed:
        """Without kinds the index is brought up to date and nothing more."""
        from cullr.index import FILE
        from cullr.pool.crew import Crew

        with Crew(self.settings.limits, self.settings.match.hash) as crew:
            if not (self.cache / FILE).exists():
                crew.begin()  # there will be much to read, and a worker takes as long to import as we do
            from cullr.indexer.run import run

            found = run(
                self.roots,
                self.settings,
                self.cache,
                progress=self.progress,
                say=self.say,
                kinds=kinds,
                wants=wants,
                previews=previews,
                crew=crew,
            )
        if found.photos == 0:
            where = ", ".join(str(root) for root in self.roots)
            raise NothingFound(
                f"no photos below {where}", "Is it the right folder? Hidden and ignored folders are left out."
            )
        return found


def _counts(found: Indexed, reviewed: Sequence[ReviewedGroup], culled: Sequence[ShotFacts]) -> Counts:
    return Counts(
        photos=found.photos,
        shots=found.shots,
        groups=len(reviewed),
        culled=len(culled),
        bytes_culled=sum(each.shot.bytes for each in culled),
        skipped=len(found.skipped),
    )
