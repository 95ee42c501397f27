"""The rules to choose from, and what the one under the cursor would change: counts and examples, before it is used."""

from __future__ import annotations

import textwrap
import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from cullr.report import words
from cullr.rules import Rule, describe, shipped
from cullr.safe_text import visible
from cullr.session.desk import Desk
from cullr.session.rehearsal import Changed, Rehearsal
from cullr.tui.header import short
from cullr.tui.screens.marking import name
from cullr.tui.screens.page import Page
from cullr.tui.screens.pick_list import PickList
from cullr.tui.theme import FAINT

REST_SECONDS = 0.12
NEWS_SECONDS = 0.25
"""Between two looks at the counts while they grow."""


class RulesScreen(Page):
    """Leaves with whether another rule proposes now."""

    DEFAULT_CSS = """
    RulesScreen #rules { height: 6; width: 100%; }
    RulesScreen #detail { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; border-top: solid $primary 40%; }
    RulesScreen #detail:focus { border-top: solid $primary; }
    RulesScreen #sides { height: auto; }
    RulesScreen.-wide #sides { layout: horizontal; }
    RulesScreen #effect { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    RulesScreen #rule { height: auto; margin-top: 1; }
    RulesScreen.-wide #effect { width: 1fr; }
    RulesScreen.-wide #rule { width: 1fr; margin: 0 0 0 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use", "use this rule", id="rules.use"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rules: list[Rule] = []
        self.current: Rule | None = None
        self.found: dict[str, Rehearsal] = {}
        """What each rule would change, by its path: growing while it is counted."""
        self._rest: Timer | None = None
        self._insisted = ""
        self._shipped: list[Rule] = []

    def body(self) -> ComposeResult:
        yield PickList(self._line, id="rules")
        with VerticalScroll(id="detail"), Container(id="sides"):
            yield Static(id="effect")
            yield Static(id="rule")

    def on_mount(self) -> None:
        self.head("Rules", "which shot of a group to keep")
        self.say(f"{self.key_of('rules.use')} uses the rule from now on. Your own decisions stay, and nothing moves.")
        self.query_one(PickList).focus()
        self.in_background(lambda: (self.desk.rules(), self.desk.rule(), shipped()), self._show)

    def _show(self, found: tuple[list[Rule], Rule, list[Rule]]) -> None:
        self.rules, self.current, self._shipped = found
        self.query_one(PickList).styles.height = min(len(self.rules), max(8, self.size.height // 3))
        self.query_one(PickList).fill(len(self.rules), self.rules.index(self.current))

    @property
    def chosen(self) -> Rule | None:
        """The rule under the cursor."""
        number = self.query_one(PickList).cursor
        return self.rules[number] if number < len(self.rules) else None

    def _line(self, number: int, _width: int) -> Content:
        rule = self.rules[number]
        now = rule == self.current
        mark = ("● ", "$text-success") if now else "  "
        used = ("  used now", "$text-success") if now else ""
        return Content.assemble(mark, (f"{rule.name:<20}", "bold"), "  ", (rule.description, FAINT), used)

    # Counting

    def on_pick_list_moved(self) -> None:
        if self._rest:
            self._rest.stop()
        self._insisted = ""
        self._rest = self.set_timer(REST_SECONDS, self._count)
        self._detail()

    def _count(self) -> None:
        rule = self.chosen
        if rule is None or rule == self.current or self._counted(rule):
            return
        self.in_background(lambda: self._rehearse(rule), lambda _: None, only="count")

    def _counted(self, rule: Rule) -> bool:
        return str(rule.path) in self.found and self.found[str(rule.path)].complete

    def _rehearse(self, rule: Rule) -> None:
        """In the thread: every slice is handed to the screen, and the end of the screen ends it."""
        worker, told = get_current_worker(), 0.0
        for state in self.desk.rehearse(rule):
            if worker.is_cancelled:
                return
            now = time.monotonic()
            if state.complete or now - told > NEWS_SECONDS:
                self.call_later(self._grown, str(rule.path), state)
                told = now

    def _grown(self, path: str, state: Rehearsal) -> None:
        self.found[path] = state
        if self.is_mounted and self.chosen and str(self.chosen.path) == path:
            self._detail()

    # Showing

    def _detail(self) -> None:
        rule = None if self.gone else self.chosen
        if rule is None:
            return
        self.query_one("#effect", Static).update(Content("\n").join(self._effect(rule)))
        self.query_one("#rule", Static).update(Content.styled(self._ways(rule), FAINT))

    def _ways(self, rule: Rule) -> str:
        """What the rule prefers, folded so that its numbers stand free."""
        _, _, *wishes = describe(rule).split("\n")
        source = "It comes with cullr." if rule in self._shipped else f"It is yours: {short(rule.path)}"
        width = self.query_one("#rule").content_size.width or 60
        lines = [visible(line) for line in (source, *(wish[2:] for wish in wishes))]
        return "\n".join(each for line in lines for each in textwrap.wrap(line, width, subsequent_indent="    "))

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._detail)

    def _effect(self, rule: Rule) -> list[Content]:
        if rule == self.current:
            return [
                Content("This rule makes the proposals now."),
                Content.styled("Choose another to compare.", FAINT),
            ]
        state = self.found.get(str(rule.path))
        if state is None:
            return [Content.styled("counting what it would change …", FAINT)]
        of = f"{state.seen:,} of {state.groups:,} groups counted" if not state.complete else ""
        lines = [Content.assemble((summary(state), "bold"), (f"   {of}" if of else "", FAINT))]
        if state.seen:
            lines += _totals(state)
        for example in state.examples:
            lines += _example(example)
        if state.changed > len(state.examples):
            lines += [Content(), Content.styled(f"… and {state.changed - len(state.examples):,} more", FAINT)]
        return lines

    # Using

    def on_pick_list_chosen(self) -> None:
        self.action_use()

    def action_use(self) -> None:
        rule = self.chosen
        if rule is None:
            return
        if rule == self.current:
            self.say("This rule is in use already.")
        elif not self._counted(rule) and self._insisted != str(rule.path):
            self._insisted = str(rule.path)
            self.say(
                f"Still counting what it would change; {self.key_of('rules.use')} once more uses it anyway.", "care"
            )
        else:
            # The rule that was started with is the indexer's own: its proposals are in the index.
            self.desk.use_rule(None if rule == self.rules[0] else rule)
            self.changed = True
            self.dismiss(True)


def summary(state: Rehearsal) -> str:
    """`Keeps another shot in 12 of 87 groups.`"""
    if not state.groups:
        return "There are no groups yet to try it on."
    if not state.changed:
        return f"Decides all {state.seen:,} groups as now." if state.complete else "No difference so far."
    return f"Keeps another shot in {state.changed:,} of {words.count(state.groups, 'group')}."


def _totals(state: Rehearsal) -> list[Content]:
    then, now = state.then, state.now
    culls = f"Culls {words.count(then.shots, 'shot')} and frees {words.size(then.bytes)}"
    if (then.shots, then.bytes) == (now.shots, now.bytes):
        return [Content(f"{culls}, as now.")]
    return [Content(f"{culls};"), Content(f"now it is {words.count(now.shots, 'shot')} and {words.size(now.bytes)}.")]


def _example(changed: Changed) -> list[Content]:
    """A group whose keepers change: who stays now, who then, and why."""
    shots = changed.shots
    rest = f" and {words.count(len(shots) - 1, 'other')}"
    title = (visible(name(shots[0], shots)) + rest, "bold")
    lines = [Content(), Content.assemble(title, (f"  {changed.group.kind}", FAINT))]
    sides = (("now ", changed.now, changed.then, ""), ("then", changed.then, changed.now, "$text-success"))
    for when, side, other, tone in sides:
        for facts, said, against in zip(shots, side, other, strict=True):
            if said.keep and not against.keep:
                why = (f"  {words.reason(said).removeprefix('kept: ')}", FAINT)
                lines.append(Content.assemble(f"  {when} ✓ ", (visible(name(facts, shots)), tone), why))
    return lines
