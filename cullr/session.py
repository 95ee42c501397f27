"""THE core API: everything a shell may ask for. Shells parse and print; what happens, happens below here.

Importing it is cheap: numpy, Pillow and the rest load when a run needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cullr import settings as configuration
from cullr.errors import NothingFound
from cullr.model import Counts, Kind, Review, ReviewedGroup, ShotFacts
from cullr.settings import Settings

if TYPE_CHECKING:
    from cullr.indexer.run import Indexed
    from cullr.indexer.verify import Verified

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
        from cullr import scan

        checked = scan.check_roots(roots or [Path()])
        settings = configuration.load(checked, flags)
        return cls(tuple(checked), settings, configuration.cache_folder(), say, progress)

    def index(self) -> Indexed:
        """Bring the index up to date without looking for groups. Raises NothingFound, Failed."""
        return self._run(group=False)

    def review(self, kinds: Iterable[Kind] | None = None, *, previews: bool = False) -> tuple[Review, Indexed]:
        """Groups with proposals for every shot, all passes complete; `kinds` limits them, None is all.

        Raises NothingFound when there is no photo below the roots, ConfigError for a rule that is wrong.
        """
        from cullr import rules

        rule = rules.load(self.settings.rule)
        found = self._run(previews=previews)
        wanted = set(kinds) if kinds is not None else set(Kind)
        facts = {each.id: each for each in found.facts}
        groups = [group for group in found.groups if group.kind in wanted]
        proposals = rules.propose_all(rule, groups, facts, across_stages=self.settings.across_stages)
        reviewed = [
            ReviewedGroup(group, tuple(facts[shot] for shot in group.shots), proposals[group.id]) for group in groups
        ]
        culled = {each.shot for said in proposals.values() for each in said if not each.keep}
        counts = _counts(found, reviewed, [facts[shot] for shot in sorted(culled)])
        roots = tuple(str(root) for root in self.roots)
        return Review(roots, rule.name, True, counts, found.skipped, tuple(reviewed)), found

    def verify(self, sample: int) -> Verified:
        """Check the index: integrity, rows without a file, `sample` photos read and hashed again. Changes nothing."""
        from cullr.indexer.verify import verify

        return verify(self.roots, self.settings, self.cache, sample, self.progress, self.say)

    def _run(self, *, group: bool = True, previews: bool = False) -> Indexed:
        from cullr.indexer.run import run

        found = run(
            self.roots,
            self.settings,
            self.cache,
            progress=self.progress,
            say=self.say,
            group=group,
            previews=previews,
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
