"""What the keys of the main screen do: decide, move about, choose and order, look closer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size

from cullr.model import Kind, ShotFacts
from cullr.report import words
from cullr.session.desk import Desk, Glance, OpenGroup, Verdict
from cullr.tui import keys, looking
from cullr.tui.decisions import Decisions
from cullr.tui.kinds import ORDER_NAMES, ORDERS
from cullr.tui.messages import Filtered, KindPicked, Picked
from cullr.tui.pictures.loader import PictureLoader
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.review_screen import ReviewScreen
from cullr.tui.terminal import Terminal


class MainScreen(ReviewScreen):
    BINDINGS: ClassVar[list[BindingType]] = list(keys.MAIN)

    def __init__(
        self,
        desk: Desk,
        terminal: Terminal,
        loader: PictureLoader,
        shelf: Shelf,
        *,
        size: Size,
        known: Glance | None = None,
    ) -> None:
        super().__init__(desk, terminal, loader, shelf, size=size, known=known)
        self.decisions = Decisions(desk, self)

    def on_mount(self) -> None:
        self.run_worker(self.decisions.clerk.work(), name="clerk")

    @staticmethod
    def _named(group: OpenGroup, shot: ShotFacts) -> str:
        """The shot, or the set that shares its fate."""
        name = words.path(shot).rpartition("/")[2]
        return f"The set of {name}" if len(group.fellows(shot.id)) > 1 else name

    def action_mark(self, word: str) -> None:
        group, shot = self.settled(), self.pane.current
        if group is None or shot is None:
            self._nothing_open()
            return
        name, verdict = self._named(group, shot), Verdict(word)
        said = {
            Verdict.KEEP: f"{name} is kept.",
            Verdict.CULL: f"{name} is to be culled. {self.key_of('approve')} moves it.",
            Verdict.NONE: f"{name}: the rule decides again.",
        }[verdict]
        self.decisions.mark(group, dict.fromkeys(group.fellows(shot.id), verdict), said)

    def action_stars(self, count: int) -> None:
        self._rate(rating=count)

    def action_label(self, colour: str) -> None:
        self._rate(label=colour)

    def _rate(self, *, rating: int | None = None, label: str | None = None) -> None:
        group, shot = self.settled(), self.pane.current
        if group is None or shot is None:
            self._nothing_open()
        else:
            self.decisions.rate(group, shot, rating=rating, label=label)

    def action_keep_only(self) -> None:
        group, shot = self.settled(), self.pane.current
        if group is None or shot is None:
            self._nothing_open()
            return
        kept = group.fellows(shot.id)
        said = {each.id: Verdict.KEEP if each.id in kept else Verdict.CULL for each in group.shots}
        name, others = self._named(group, shot), len(said) - len(kept)
        alone = f"{name} alone" if len(kept) > 1 else f"Only {name}"
        self.decisions.mark(group, said, f"{alone} is kept, {others} to be culled; not moved yet.")
        self.groups.go(self.groups.cursor + 1)

    def action_approve(self) -> None:
        group = self.settled()
        if group is None:
            self._nothing_open()
        elif self.decisions.approve(group):
            self.groups.go(self.groups.cursor + 1)

    def action_not_alike(self) -> None:
        group = self.settled()
        if group is None:
            self._nothing_open()
        else:
            self.decisions.not_alike(group)

    def action_undo(self) -> None:
        self.decisions.undo()

    def _nothing_open(self) -> None:
        self.say("There is no group here." if self.groups.row is None else "This group is gone.", "care")

    def action_shot(self, by: int) -> None:
        if self.settled() is not None:
            self.pane.step(by)

    def action_group(self, by: int) -> None:
        self.groups.go(self.groups.cursor + by)

    def action_page(self, by: int) -> None:
        self.groups.go(self.groups.cursor + by * max(1, self.groups.size.height - 1))

    def action_end(self, last: int) -> None:
        self.groups.go(len(self.groups.keys) - 1 if last else 0)

    def on_picked(self, event: Picked) -> None:
        self.pane.point(event.shot)
        if event.twice:
            self.action_look("compare")

    def on_entered(self) -> None:
        self.action_look("compare")

    def action_kind(self, by: int) -> None:
        have = [None, *(kind for kind in Kind if kind in self.streaming.kinds)]
        at = have.index(self.streaming.kind) if self.streaming.kind in have else 0
        self.choose(kind=have[(at + by) % len(have)])

    def on_kind_picked(self, event: KindPicked) -> None:
        self.choose(kind=Kind(event.kind) if event.kind else None)

    def action_sort(self) -> None:
        self.streaming.by = ORDERS[(ORDERS.index(self.streaming.by) + 1) % len(ORDERS)]
        self.choose(kind=self.streaming.kind)
        self.say(f"Order: {ORDER_NAMES[self.streaming.by]}. Groups that arrive now go to the end.")

    def action_filter(self) -> None:
        self.filter.open()
        self.say("Enter keeps this choice, Esc shows all groups again.")

    def on_filtered(self, event: Filtered) -> None:
        if event.done:
            self.groups.focus()
        if event.text != self.streaming.text:
            self.streaming.text = event.text
            self.choose(kind=self.streaming.kind)

    def action_all(self) -> None:
        if self.streaming.text or self.streaming.kind:
            self.filter.value = self.streaming.text = ""
            self.choose(kind=None)

    def action_look(self, name: str) -> None:
        if name in looking.CLOSER:
            looking.CLOSER[name](self, self.decisions.rate)
        else:
            looking.WAYS[name](self)

    async def action_quit(self) -> None:
        await self.app.action_quit()
