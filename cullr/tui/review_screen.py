"""What the main screen shows: the list of groups, the open one, how far the indexer is. It follows the index by itself.

What the keys do is said elsewhere: `say`, `settled`, `reopen`, `hide`, `show_again` and `choose` are for them.
"""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from cullr.model import Kind
from cullr.session.desk import Desk, Glance, OpenGroup
from cullr.tui import keys, layout
from cullr.tui.filter_line import FilterLine
from cullr.tui.footer import KeyLine, MessageLine
from cullr.tui.group_list import GroupList
from cullr.tui.header import Header
from cullr.tui.kind_tabs import KindTabs
from cullr.tui.messages import Landed
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


class ReviewScreen(Screen[None]):
    """`known` is what was read of the index before there was a screen, `size` what it will have."""

    AUTO_FOCUS = "GroupList"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = list(layout.WIDTHS)  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = list(layout.HEIGHTS)  # type: ignore[misc]
    DEFAULT_CSS: ClassVar[str] = layout.REVIEW

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
        super().__init__(classes=" ".join(layout.classes(size)))
        self._room = layout.room(size)
        self._known = known
        self._whole = False
        self.desk = desk
        self.terminal = self.probed = terminal
        self.loader = loader
        self.shelf = shelf
        loader.hold(on=True)
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
        self.pane = OpenPane(self._picture, remote=self.terminal.remote, columns=self._room)
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
        yield KeyLine(keys.SHORT)
        yield Static("", id="small", markup=False)

    def _picture(self) -> ShotPicture:
        return ShotPicture(self.desk, self.loader, self.terminal, self.shelf)

    def on_mount(self) -> None:
        self.set_interval(POLL, self.poll)
        self._waiting = self.set_interval(FIRST_POLL, self._await_first)
        if self._first:
            self.say(
                f"{self.key_of('approve')} moves ✗ to _review_dupes/, {self.key_of('undo')} takes it back,"
                f" {self.key_of('help')} shows all keys."
            )
        if self._known is not None:
            self._follow(self.streaming.begin(self._known))
        self.poll()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = self._whole  # all was styled when it was mounted
        self.call_later(self._draw)

    def _draw(self) -> None:
        first, self._whole = not self._whole, True
        self._compositor_refresh()
        if first:
            self.loader.hold(on=False)
            self._recount()

    def _compositor_refresh(self) -> None:
        """Nothing is drawn before all is in its place: Textual else paints the first frame three times, 60 ms."""
        if self._whole:
            super()._compositor_refresh()

    def _await_first(self) -> None:
        if self.groups.keys or self.desk.complete():
            self._waiting.stop()
        else:
            self.poll()

    def poll(self) -> None:
        """Follow the index: four times a second, less often where that takes more than a tenth of the time."""
        news = self.desk.heard()
        for message in news:
            if error := message.get("error"):
                self.streaming.trouble = f"{error}. {message.get('remedy', '')}".strip()
            elif "error" in message:
                self.streaming.trouble = ""  # it is over
            elif "say" in message:
                self.say(message["say"], "care")
        fresh = self.desk.changed()
        if fresh or news or self.streaming.trouble or self.streaming.counting:
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
        # The first group does not wait for what it took to see that there is none yet.
        self.streaming.took(time.monotonic() - began if self.groups.keys else 0.0)

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
        if self.pane.group is not None and self._wanted is None:
            self.desk.remember(self.pane.group.group.id)

    def _tell_tabs(self) -> None:
        self.tabs.tell(self.streaming.kinds, self.streaming.kind, self.streaming.by, self.streaming.text)

    def _resume(self) -> None:
        """Go back to where the person left, as soon as that group is there; a key pressed before wins."""
        row = self.desk.row_of(self._wanted or "")
        if row is not None and self.groups.go_to(row):
            self._wanted = None
            self.say(f"Back where you left. {self.key_of('help')} shows all keys.")

    def on_landed(self, event: Landed) -> None:
        event.stop()
        if self._opening is not None:
            self._opening.stop()
        self._opening = self.set_timer(OPEN_REST, lambda: self._show(quiet=True))

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
        self.loader.prefetch(self.pane.expected(group))
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
        return keys.key_of(self, name)

    def choose(self, *, kind: Kind | None) -> None:
        """Show another choice or order of groups; the cursor stays on its group if that is among them."""
        here = self.groups.row
        self.streaming.kind = kind
        self.groups.fill(self.streaming.order())
        if here is not None:
            self.groups.go_to(here)
        self._tell_tabs()

    def on_key(self) -> None:
        self._wanted = None

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(layout.is_small(event.size), "small")
        (wide, high), has = layout.SMALLEST, event.size
        self.query_one("#small", Static).update(
            f"cullr needs {wide}×{high} cells;\nthis window has {has.width}×{has.height}."
            "\nMake it larger, or the font smaller."
        )
