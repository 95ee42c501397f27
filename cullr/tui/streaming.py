"""What the index holds now → which groups the list shows, and the sentence that stands where there is none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cullr.model import Kind
from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import Desk, Glance, PassRow, Standing

CHECKED_AT_ONCE = 40
"""Groups looked at per turn for a `not alike` of an earlier day: 0.3 ms each."""
BRIEF = 200
"""Groups that are counted before anyone could read that they are."""
BREATH = 0.002
"""Seconds between two slices of a count."""
EMBEDDING = "embedding"
"""The indexer's name of the pass that can be paused."""


class Streaming:
    """`kind`, `text` and `by` choose and order; `trouble` is an error of the indexer, until it says that it is over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.kind: Kind | None = None
        self.text = ""
        self.by = "found"
        self.trouble = ""
        self._hidden: set[int] = set()
        self._checked: set[int] = set()
        self._stale = True
        self._unchecked = False
        self._next = 0.0
        self.totals = (0, 0, 0)
        self.counting: Standing | None = None
        """How far the count of what the review comes to is, while it is under way."""
        self._recount = False
        self._left = False
        self.kinds: Mapping[Kind, int] = {}

    def due(self, *, fresh: bool) -> bool:
        """Whether to follow the index now."""
        self._stale = self._stale or fresh
        return self._stale and time.monotonic() >= self._next

    @property
    def behind(self) -> bool:
        """Whether the index changed since it was followed."""
        return self._stale

    def took(self, seconds: float) -> None:
        """Following took this long: spend at most a quarter of the time on it, though it is a thread's."""
        self._stale = self._stale or self._unchecked
        self._next = time.monotonic() + min(2.0, 3 * seconds)

    async def glance(self) -> list[int] | None:
        """The keys to show now, read in a thread; None when there is no index, or the choice changed meanwhile."""
        choice = (self.kind, self.text, self.by)
        self._stale = False
        found = await asyncio.to_thread(self._desk.glance, kind=self.kind, text=self.text, by=self.by)
        if found is None:
            return None
        keys = self.take(found)
        if choice != (self.kind, self.text, self.by):
            self._stale = True
            return None
        return keys

    def begin(self, known: Glance) -> list[int]:
        """The keys to show of what was read before there was a screen."""
        self._stale = False
        return self.take(known)

    def take(self, found: Glance) -> list[int]:
        """The keys to show of what was read, its totals and kinds noted."""
        self.totals, self.kinds = found.totals, found.kinds
        return self._shown(found.keys)

    async def recount(self) -> bool:
        """Count anew what the review comes to, unless that is under way: then once more at its end. Whether it did."""
        self._recount = True
        if self.counting is not None:
            return False
        try:
            while self._recount and not self._left:
                self._recount = False
                self.counting, began = Standing(), time.monotonic()
                await asyncio.to_thread(self._count)
                if self._recount:  # at most a quarter of the time goes into it
                    await asyncio.sleep(min(5.0, 3 * (time.monotonic() - began)))
        finally:
            self.counting = None
        self.totals = self._desk.totals()
        return True

    def _count(self) -> None:
        """In the thread: it lets the screen's have its turn, and ends with the screen."""
        for state in self._desk.recount():
            self.counting = state
            if self._left:
                return
            time.sleep(BREATH)

    def leave(self) -> None:
        """The screen ends."""
        self._left = True

    def order(self) -> list[int]:
        """The keys to show, read at once: 10 ms at 20 000 groups, 40 when filtered or sorted."""
        return self._shown(self._desk.order(kind=self.kind, text=self.text, by=self.by))

    def _shown(self, keys: list[int]) -> list[int]:
        self._check(keys)
        return [key for key in keys if key not in self._hidden] if self._hidden else keys

    def hide(self, row: int) -> None:
        self._hidden.add(row)

    def unhide(self, row: int) -> None:
        self._hidden.discard(row)
        self._checked.add(row)

    def headline(self) -> tuple[tuple[int, int, int], Sequence[PassRow], str, str]:
        """What the header shows."""
        return self.totals, self._passes(), self._note(), self.trouble

    def notice(self, row: int | None, key_of: Callable[[str], str], *, gone: bool) -> str:
        """Why there is no group to see, and what to do next."""
        if gone and row is not None:
            gone_because = "This group is gone: its photos were moved, changed or told apart."
            return f"{gone_because}\n\n{key_of('group.next')} goes to the next one."
        if self.text:
            return f"No group has “{visible(self.text)}” in a name.\n\n{key_of('all')} shows all groups."
        if self.kind:
            next_kind, every = key_of("kind.next"), key_of("all")
            return f"No groups of this kind.\n\n{next_kind} goes to the next kind, {every} shows all groups."
        if self._desk.complete():
            return (
                "Nothing looks alike here.\n\nNew photos are noticed by themselves."
                "\nTo be less strict: cullr --distance 12, or another folder."
            )
        return (
            "Nothing looks alike yet.\n\nGroups appear here while the photos are read;"
            "\nyou can decide on the first ones long before the last is found."
        )

    def _passes(self) -> Sequence[PassRow]:
        """How far each pass is; while embedding pauses, only that."""
        passes = self._desk.passes()
        if not self._desk.paused or self._desk.complete():
            return passes
        before = [each for each in passes if each.name != EMBEDDING]
        if any(each.done < each.total for each in before):
            return passes
        row = next((each for each in passes if each.name == EMBEDDING), PassRow(EMBEDDING, 0, 0, 0.0))
        return [*before, replace(row, name=f"{EMBEDDING} paused")]

    def _note(self) -> str:
        if not self._desk.complete():
            return ""
        if self.counting is not None and self.counting.groups > BRIEF:
            return f"counting what goes: {self.counting.seen:,} of {self.counting.groups:,} groups"
        skipped = len(self._desk.skipped())
        unread = f"   {words.count(skipped, 'photo')} could not be read (K)" if skipped else ""
        aside = len(self._desk.left_out())
        alone = f"   {aside:,} not compared (K)" if aside else ""
        return f"complete   rule: {visible(self._desk.rule_name)}{unread}{alone}"

    def _check(self, keys: Sequence[int]) -> None:
        """Leave out what was told apart on an earlier day; a group that has grown since is a new question."""
        unseen = [key for key in keys if key not in self._checked][:CHECKED_AT_ONCE]
        self._checked.update(unseen)
        asked = [*unseen, *self._hidden]
        apart = self._desk.told_apart(asked)
        self._hidden = (self._hidden - set(asked)) | apart
        self._unchecked = len(unseen) == CHECKED_AT_ONCE and self._desk.any_told_apart()
