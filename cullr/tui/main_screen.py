"""The review: groups at the left, the open one at the right. Groups arrive while one decides, and nothing jumps."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from cullr.model import Kind, ShotFacts
from cullr.report import words
from cullr.session.desk import Desk, OpenGroup, Verdict
from cullr.tui import keys, layout, looking
from cullr.tui.decisions import Decisions
from cullr.tui.filter_line import FilterLine
from cullr.tui.footer import KeyLine, MessageLine
from cullr.tui.group_list import GroupList
from cullr.tui.header import Header
from cullr.tui.kind_tabs import KindTabs
from cullr.tui.kinds import ORDER_NAMES, ORDERS
from cullr.tui.messages import Filtered, KindPicked, Landed, Picked
from cullr.tui.open_pane import OpenPane
from cullr.tui.pictures.loader import PictureLoader
from cullr.tui.pictures.shelf import Shelf
from cullr.tui.shot_picture import ShotPicture
from cullr.tui.streaming import Streaming
from cullr.tui.terminal import Terminal

POLL, FIRST_POLL = 0.25, 0.05
"""Seconds between two looks at the index: four a second, twenty while the very first group is awaited."""
OPEN_REST = 0.05
"""Seconds the cursor rests before its group is opened: a held key moves the list only, 0.4 KB a press."""
REMEMBER_REST = 1.0
EXPECT_REST = 0.3
SMALLEST = (60, 16)


class MainScreen(Screen[None]):
    """`say`, `reopen`, `hide` and `show_again` are what the decisions tell it."""

    BINDINGS: ClassVar[list[BindingType]] = list(keys.MAIN)
    AUTO_FOCUS = "GroupList"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-narrow"),
        (100, "-wide"),
        (150, "-vast"),
    ]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (30, "-high")]  # type: ignore[misc]
    DEFAULT_CSS: ClassVar[str] = layout.MAIN

    def __init__(self, desk: Desk, terminal: Terminal, loader: PictureLoader, shelf: Shelf) -> None:
        super().__init__()
        self.desk = desk
        self.terminal = self.probed = terminal
        self.loader = loader
        self.shelf = shelf
        self.decisions = Decisions(desk, self)
        self.streaming = Streaming(desk)
        self._opening: Timer | None = None
        self._remembering: Timer | None = None
        self._expecting: Timer | None = None
        self.glancing = False
        self._wanted = desk.remembered()
        self._first = self._wanted is None

    def compose(self) -> ComposeResult:
        self.header = Header(self.desk.roots)
        self.tabs, self.filter, self.groups = KindTabs(), FilterLine(), GroupList(self.desk)
        self.pane = OpenPane(self._picture, remote=self.terminal.remote)
        self.pane.set_class(self.terminal.pictures == "none", "plain")
        self.message = MessageLine()
        yield self.header
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.tabs
                yield self.filter
                yield self.groups
            yield self.pane
        yield self.message
        yield KeyLine()
        yield Static("", id="small", markup=False)

    def _picture(self) -> ShotPicture:
        return ShotPicture(self.desk, self.loader, self.terminal, self.shelf)

    def on_mount(self) -> None:
        self.run_worker(self.decisions.clerk.work(), name="clerk")
        self.set_interval(POLL, self.poll)
        self._waiting = self.set_interval(FIRST_POLL, self._await_first)
        if self._first:
            self.say(
                f"{self.key_of('approve')} moves ✗ to _review_dupes/, {self.key_of('undo')} takes it back,"
                f" {self.key_of('help')} shows all keys."
            )
        self.poll()

    def _await_first(self) -> None:
        if self.groups.keys or self.desk.complete():
            self._waiting.stop()
        else:
            self.poll()

    def poll(self) -> None:
        """Follow the index: four times a second, less often where that takes more than a tenth of the time."""
        for message in self.desk.heard():
            if "error" in message:
                self.streaming.trouble = f"{message['error']}. {message.get('remedy', '')}".strip()
            elif "say" in message:
                self.say(message["say"], "care")
        fresh = self.desk.changed()
        if fresh or self.streaming.trouble or self.streaming.counting:
            self.header.tell(*self.streaming.headline())
        if self.streaming.due(fresh=fresh) and not self.glancing:
            self.glancing = True
            self.run_worker(self._glance(), group="glance")

    async def _glance(self) -> None:
        """Follow the index without waiting for it."""
        began = time.monotonic()
        try:
            found = await self.streaming.glance()
        finally:
            self.glancing = False
        if found is not None:
            self._follow(found)
            self._recount()
        self.streaming.took(time.monotonic() - began)

    def _follow(self, found: list[int]) -> None:
        self.groups.follow(found, sorted_by_key=self.streaming.by == "found")
        self._tell_tabs()
        self.header.tell(*self.streaming.headline())
        if self._wanted is not None:
            self._resume()
        if self._opening is None:
            self._show(quiet=True)

    def _recount(self) -> None:
        """The header follows the rule and the person's word, beside the loop."""
        if self.desk.counts or self.streaming.totals != self.desk.totals():
            self.run_worker(self._counted(), group="count")

    async def _counted(self) -> None:
        if await self.streaming.recount():
            self.groups.reread()
            self.header.tell(*self.streaming.headline())

    def on_unmount(self) -> None:
        self.streaming.leave()

    def _tell_tabs(self) -> None:
        self.tabs.tell(self.streaming.kinds, self.streaming.kind, self.streaming.by, self.streaming.text)

    def _resume(self) -> None:
        """Go back to where the person left, as soon as that group is there; a key pressed before wins."""
        row = self.streaming.find(self._wanted or "", self.groups.keys)
        if row is not None:
            self._wanted = None
            self.groups.go_to(row)
            self.say(f"Back where you left. {self.key_of('help')} shows all keys.")

    def on_landed(self, event: Landed) -> None:
        event.stop()
        if self._opening is not None:
            self._opening.stop()
        self._opening = self.set_timer(OPEN_REST, self._show)

    def settled(self) -> OpenGroup | None:
        """The group under the cursor, opened now if it was not yet."""
        if self._opening is not None or self.pane.group is None or self.pane.group.row != self.groups.row:
            self._show()
        group = self.pane.group
        return group if group is not None and group.row == self.groups.row else None

    def _show(self, *, quiet: bool = False) -> None:
        """Open what the cursor stands on; `quiet` repaints only if it reads differently now."""
        if self._opening is not None:
            self._opening.stop()
            self._opening = None
        row = self.groups.row
        group = self.desk.open(row) if row is not None else None
        if group is None:
            self.pane.show(None, self.streaming.notice(row, self.key_of, gone=row is not None))
            return
        if quiet and group == self.pane.group:
            return
        self.pane.show(group)
        culled = {each.shot for each in group.proposals if not each.keep}
        frees = sum(each.shot.bytes for each in group.shots if each.id in culled)
        self.groups.tell(group.row, len(culled), frees)
        self._remember_soon(group.group.id)
        if self._expecting is not None:
            self._expecting.stop()
        self._expecting = self.set_timer(EXPECT_REST, self._expect_next)

    def _expect_next(self) -> None:
        """Have the next group's pictures made while the person looks at this one."""
        place = self.groups.cursor + 1
        group = self.desk.open(self.groups.keys[place]) if place < len(self.groups.keys) else None
        if group is not None:
            self.loader.prefetch(self.pane.expected(group))

    def reopen(self, row: int) -> None:
        """This group reads differently now."""
        if row == self.groups.row:
            self._show(quiet=True)
        self._recount()

    def hide(self, row: int) -> None:
        """Take the group out of the list."""
        self.streaming.hide(row)
        self.groups.drop(row)
        self._recount()

    def show_again(self, row: int) -> None:
        """Put the group back and go there."""
        self.streaming.unhide(row)
        self._follow(self.streaming.order())
        self.groups.go_to(row)
        self._show()
        self._recount()

    def refresh_group(self, changed: bool | None) -> None:
        """What to do when a screen over this one was left."""
        if changed:
            self._follow(self.streaming.order())
            self._show()
            self._recount()

    def _remember_soon(self, group: str) -> None:
        if self._remembering is not None:
            self._remembering.stop()

        def remember() -> None:
            self.run_worker(asyncio.to_thread(self.desk.remember, group), group="remember", exit_on_error=False)

        self._remembering = self.set_timer(REMEMBER_REST, remember)

    def say(self, sentence: str, tone: str = "") -> None:
        self.message.say(sentence, tone)

    def under_way(self, what: str) -> None:
        if self.is_mounted:
            self.message.under_way(what)

    def key_of(self, name: str) -> str:
        """The key that does this, as the person would call it."""
        return looking.key_of(self, name)

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

    def on_key(self) -> None:
        self._wanted = None

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
            looking.compare(self)

    def on_entered(self) -> None:
        looking.compare(self)

    def action_kind(self, by: int) -> None:
        have = [None, *(kind for kind in Kind if kind in self.streaming.kinds)]
        at = have.index(self.streaming.kind) if self.streaming.kind in have else 0
        self._arrange(kind=have[(at + by) % len(have)])

    def on_kind_picked(self, event: KindPicked) -> None:
        self._arrange(kind=Kind(event.kind) if event.kind else None)

    def action_sort(self) -> None:
        self.streaming.by = ORDERS[(ORDERS.index(self.streaming.by) + 1) % len(ORDERS)]
        self._arrange(kind=self.streaming.kind)
        self.say(f"Order: {ORDER_NAMES[self.streaming.by]}. Groups that arrive now go to the end.")

    def action_filter(self) -> None:
        self.filter.open()

    def on_filtered(self, event: Filtered) -> None:
        if event.done:
            self.groups.focus()
        if event.text != self.streaming.text:
            self.streaming.text = event.text
            self._arrange(kind=self.streaming.kind)

    def action_all(self) -> None:
        if self.streaming.text or self.streaming.kind:
            self.filter.value = self.streaming.text = ""
            self._arrange(kind=None)

    def _arrange(self, *, kind: Kind | None) -> None:
        """Show another choice or order of groups; the cursor stays on its group if that is among them."""
        here = self.groups.row
        self.streaming.kind = kind
        self.groups.fill(self.streaming.order())
        if here is not None:
            self.groups.go_to(here)
        self._tell_tabs()

    def action_look(self, name: str) -> None:
        looking.WAYS[name](self)

    async def action_quit(self) -> None:
        await self.app.action_quit()

    def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        self.set_class(small, "small")
        self.query_one("#small", Static).update(
            f"cullr needs {SMALLEST[0]}×{SMALLEST[1]} cells;\nthis window has {event.size.width}×{event.size.height}."
            "\nMake it larger, or the font smaller."
        )
