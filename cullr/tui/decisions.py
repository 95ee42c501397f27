"""Keys that decide → the journal, then the screen: marks, approvals, not alike, and all of these taken back.

What is approved is what was on the screen when the key was pressed, with the marks typed before it; if the group has
become another one meanwhile, nothing moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cullr.model import ShotFacts, ShotId
from cullr.report import words
from cullr.session.desk import Desk, OpenGroup, Verdict
from cullr.tui import doings
from cullr.tui.clerk import Clerk, Errand
from cullr.tui.doings import Apart, Doing, Marked, Moved, Rated
from cullr.tui.review_screen import ReviewScreen

if TYPE_CHECKING:
    from cullr.session.past import Undone
    from cullr.session.staging import Staged
    from cullr.session.stars import Starred


class Decisions:
    """One per screen. Every method returns at once; the clerk does the rest."""

    def __init__(self, desk: Desk, screen: ReviewScreen) -> None:
        self._desk = desk
        self._screen = screen
        self.clerk = Clerk(self._changed)
        self._done: list[Doing] = []
        self._waiting: dict[int, dict[ShotId, Verdict]] = defaultdict(dict)

    def mark(self, group: OpenGroup, verdicts: Mapping[ShotId, Verdict], said: str) -> None:
        """Write the person's word on these shots."""
        before = {shot: group.verdicts.get(shot, Verdict.NONE) for shot in verdicts}
        self._waiting[group.row] |= verdicts

        def done(_: None) -> None:
            self._written(group, verdicts)
            self._done.append(Marked(group, before))
            self._screen.reopen(group.row)
            self._screen.say(*self._heeded(group, verdicts, said))

        def failed(why: str) -> None:
            self._written(group, verdicts)
            self._failed(why)

        self.clerk.give(Errand("writing", lambda: lambda: self._desk.decide(group, verdicts), done, failed))

    def approve(self, group: OpenGroup) -> bool:
        """Move what is culled, in the background; whether that was begun."""
        typed = dict(self._waiting.get(group.row, {}))
        refusal = self._refusal(group, typed)
        if refusal:
            self._screen.say(refusal, "care")
            return False
        self._screen.groups.leaving(group.row, leaves=True)

        def ready() -> Callable[[], Staged] | None:
            agreed = self._agreed(group, typed) if typed else group
            if agreed is None:
                failed("the group changed while you approved it: look again")
                return None
            keep = [each.shot for each in agreed.proposals if each.keep]
            return lambda: self._desk.approve(agreed, keep)

        def done(staged: Staged) -> None:
            if staged.batch is not None:
                self._done.append(Moved(staged.batch))
            if not staged.shots:
                self._screen.groups.leaving(group.row, leaves=False)
            self._screen.say(*doings.moved(staged, self._screen.key_of("undo")))

        def failed(why: str) -> None:
            self._screen.groups.leaving(group.row, leaves=False)
            self._failed(why)

        self.clerk.give(Errand("moving", ready, done, failed))
        return True

    def rate(
        self,
        group: OpenGroup,
        shot: ShotFacts,
        told: Callable[[str, str], None] = lambda *_: None,
        *,
        rating: int | None = None,
        label: str | None = None,
    ) -> None:
        """Write stars or a label into the shot's sidecars; a label that it has already comes off.

        `told` hears what is said of it, for a page that lies over the screen.
        """
        from cullr import sidecars

        def ready() -> Callable[[], Starred]:
            now = self._desk.open(group.row)
            facts = next((each for each in now.shots if each.id == shot.id), shot) if now else shot
            same = label is not None and sidecars.colour(facts.marks.label) == label.lower()
            return lambda: self._desk.give_stars(facts, rating=rating, label="" if same else label)

        def done(starred: Starred) -> None:
            if starred.batch is not None:
                self._done.append(Rated(group.row, starred.batch))
            self._screen.reopen(group.row)
            said = doings.rated(shot, starred, self._screen.key_of("undo"))
            self._screen.say(said, "good")
            told(said, "good")

        def failed(why: str) -> None:
            self._failed(why)
            told(why[:1].upper() + why[1:], "bad")

        self.clerk.give(Errand("writing", ready, done, failed))

    def not_alike(self, group: OpenGroup) -> None:
        """Dissolve the group and remember that."""

        def done(_: None) -> None:
            self._done.append(Apart(group))
            self._screen.hide(group.row)
            self._screen.say(
                f"Not alike: these {len(group.shots)} are never offered together again. "
                f"{self._screen.key_of('undo')} takes it back.",
                "good",
            )

        self.clerk.give(Errand("writing", lambda: lambda: self._desk.tell_apart(group), done, self._failed))

    def undo(self) -> None:
        """Take back the last thing done here; when there is none, the last approval of any time."""
        latest: list[Doing] = []

        def ready() -> Callable[[], Undone | None]:
            latest[:] = [self._done.pop()] if self._done else []
            doing = latest[0] if latest else None
            match doing:
                case Marked(group, before):
                    return lambda: self._desk.decide(group, before)
                case Apart(group):
                    return lambda: self._desk.tell_apart(group, back=True)
                case Moved(batch) | Rated(_, batch):
                    return lambda: self._desk.take_back(batch)
                case _:
                    return lambda: _last_of_all(self._desk)

        def failed(why: str) -> None:
            self._done += latest
            self._failed(why)

        self.clerk.give(Errand("taking back", ready, lambda result: self._taken_back(latest, result), failed))

    def _taken_back(self, latest: list[Doing], result: Undone | None) -> None:
        match latest[0] if latest else None:
            case Marked(group, before):
                self._screen.show_again(group.row)
                names = words.count(len(before), "mark")
                self._screen.say(f"Took back {names}: as it was before.", "good")
            case Apart(group):
                self._screen.show_again(group.row)
                self._screen.say("These are alike again.", "good")
            case _:
                if latest and isinstance(latest[0], Rated):
                    self._screen.reopen(latest[0].row)
                if result is None:
                    self._screen.say("There is nothing to take back.", "care")
                else:
                    self._screen.say(*doings.undone(result))

    def _refusal(self, group: OpenGroup, typed: Mapping[ShotId, Verdict]) -> str:
        """Why this group cannot be approved now, or nothing."""
        if self._screen.groups.leaves(group.row):
            return "Its photos are being moved already."
        if group.provisional:
            return "cullr is still reading its pictures: what it says of them may change. Approve it in a moment."
        if all(each.keep for each in group.proposals) and Verdict.CULL not in typed.values():
            why = f" ({words.shield(group.group)})" if group.group.shielded else ""
            return f"Nothing to move: every shot stays{why}. {self._screen.key_of('cull')} marks one to cull."
        return ""

    def _agreed(self, group: OpenGroup, typed: Mapping[ShotId, Verdict]) -> OpenGroup | None:
        """The group as it reads with the typed marks written, None when anything else about it changed. What was only
        measured meanwhile, for the screen, changes nothing."""
        now = self._desk.open(group.row)
        if now is None or _files(now) != _files(group) or now.provisional:
            return None
        before = {each.shot: each.keep for each in group.proposals}
        same = all(each.keep == before[each.shot] for each in now.proposals if each.shot not in typed)
        return now if same else None

    def _heeded(self, group: OpenGroup, verdicts: Mapping[ShotId, Verdict], said: str) -> tuple[str, str]:
        """What to say of marks that were written: a word that could not be kept, or does not hold, is told."""
        now = self._desk.open(group.row)
        if now is None:
            return said, ""
        if any(now.verdicts.get(shot, Verdict.NONE) is not verdict for shot, verdict in verdicts.items()):
            return "cullr is still reading it: say it again in a moment.", "care"
        stays = [each for each in now.proposals if each.keep and verdicts.get(each.shot) is Verdict.CULL]
        if stays:
            return "One shot of a group always stays: mark another to keep, and this one goes.", "care"
        return said, ""

    def _written(self, group: OpenGroup, verdicts: Mapping[ShotId, Verdict]) -> None:
        waiting = self._waiting[group.row]
        for shot, verdict in verdicts.items():
            if waiting.get(shot) is verdict:
                del waiting[shot]
        if not waiting:
            del self._waiting[group.row]

    def _failed(self, why: str) -> None:
        self._screen.say(why[:1].upper() + why[1:], "bad")

    def _changed(self) -> None:
        waiting = self.clerk.waiting
        more = f", {waiting - 1} more to do" if waiting > 1 else ""
        self._screen.under_way(f"{self.clerk.doing or 'waiting'}{more}" if waiting else "")


def _files(group: OpenGroup) -> list[tuple[ShotId, list[tuple[str, int, int]]]]:
    """What would move: each shot's files as they were when they were read."""
    return [(each.id, [(file.path, file.size, file.mtime_ns) for file in each.shot.files]) for each in group.shots]


def _last_of_all(desk: Desk) -> Undone | None:
    """Undo the last batch of any time that still holds anything; None when there is none."""
    past = next((each for each in reversed(desk.history()) if each.staged), None)
    return desk.undo([past]) if past else None
