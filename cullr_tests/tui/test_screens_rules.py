"""Choosing a rule: what it would change stands on the screen before it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cullr.model import Kind
from cullr.session.desk import Desk
from cullr.session.rehearsal import Rehearsal
from cullr.tui.screens.pick_list import PickList
from cullr.tui.screens.rules import RulesScreen, summary
from cullr_tests.tui.screen_stage import Stage, desk_over, group, news, painted, perform, shoot, text, until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(shoot(tmp_path / "shoot"), tmp_path) as found:
        yield found


def kept(desk: Desk, kind: Kind) -> list[str]:
    opened = group(desk, kind)
    return [each.shot.path for each, said in zip(opened.shots, opened.proposals, strict=True) if said.keep]


async def choose(pilot: Pilot[None], app: Stage, name: str) -> None:
    """Put the cursor on this rule."""
    screen = app.screen
    assert isinstance(screen, RulesScreen)
    await until(pilot, lambda: screen.rules)
    names = [rule.name for rule in screen.rules]
    await pilot.press("home", *["down"] * names.index(name))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_what_a_rule_would_change_is_counted_and_shown_before_it_is_used(desk: Desk, size: tuple[int, int]) -> None:
    assert kept(desk, Kind.PHASH) == ["a0.jpg"]

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await choose(pilot, app, "newest_edit")
        await until(pilot, lambda: "Keeps another shot in 1 of 2 groups." in text(app, "#effect"))
        effect = text(app, "#effect")
        assert "Culls 3 shots" in effect
        assert "now  ✓ a0.jpg" in effect
        assert "then ✓ a2.jpg" in effect
        assert kept(desk, Kind.PHASH) == ["a0.jpg"], "looking changes nothing"
        await pilot.press("enter")
        await until(pilot, lambda: app.left is not None)

    assert perform(desk, lambda app: RulesScreen(app.desk), play, size).left is True
    assert kept(desk, Kind.PHASH) == ["a2.jpg"]
    assert desk.rule().name == "newest_edit"


def test_the_rule_in_use_is_marked_and_going_back_to_the_first_one_works(desk: Desk) -> None:
    [newest] = [rule for rule in desk.rules() if rule.name == "newest_edit"]
    desk.use_rule(newest)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: "makes the proposals now" in text(app, "#effect"))
        [line] = [line for line in painted(app).splitlines() if "●" in line]
        assert "newest_edit" in line
        await pilot.press("enter")
        assert "in use already" in news(app)
        await choose(pilot, app, "largest_original")
        await until(pilot, lambda: "Keeps another shot in 1 of 2 groups." in text(app, "#effect"))
        await pilot.press("enter")
        await until(pilot, lambda: app.left is not None)

    assert perform(desk, lambda app: RulesScreen(app.desk), play).left is True
    assert desk.rule().name == "largest_original"
    assert kept(desk, Kind.PHASH) == ["a0.jpg"]


def test_leaving_uses_nothing(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Stage) -> None:
        await choose(pilot, app, "newest_edit")
        await pilot.press("escape")

    assert perform(desk, lambda app: RulesScreen(app.desk), play).left is False
    assert desk.rule().name == "largest_original"


def test_enter_before_the_counting_is_done_asks_to_be_pressed_again(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Stage) -> None:
        screen = app.screen
        assert isinstance(screen, RulesScreen)
        await choose(pilot, app, "newest_edit")
        # As if the review had more groups than were counted: the last word of the counting has not come.
        await until(pilot, lambda: "1 of 2 groups" in text(app, "#effect"))
        assert screen.chosen is not None
        path = str(screen.chosen.path)
        screen.found[path] = replace(screen.found[path], groups=900)
        await pilot.press("enter")
        assert "Still counting" in news(app)
        assert app.left is None
        await pilot.press("enter")
        await until(pilot, lambda: app.left is not None)

    assert perform(desk, lambda app: RulesScreen(app.desk), play).left is True


def test_a_rule_file_that_went_bad_becomes_a_message(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('name = "mine"\n[[prefer]]\nby = "rating"\n')
    root = shoot(tmp_path / "shoot")
    (root / "cullr.toml").write_text(f'rule = "{own}"\n')
    with desk_over(root, tmp_path) as desk:
        assert desk.rules()[0].name == "mine"
        own.write_text('[[prefer]]\nby = "rateing"\n')

        async def play(pilot: Pilot[None], app: Stage) -> None:
            await until(pilot, lambda: "rateing" in news(app))
            await pilot.press("enter", "escape")

        assert perform(desk, lambda app: RulesScreen(app.desk), play).left is False


def test_the_summary_speaks_plainly() -> None:
    assert summary(Rehearsal(0)) == "There are no groups yet to try it on."
    assert summary(Rehearsal(groups=87, seen=40, changed=12)) == "Keeps another shot in 12 of 87 groups."
    assert summary(Rehearsal(groups=87, seen=40)) == "No difference so far."
    assert summary(Rehearsal(groups=87, seen=87)) == "Decides all 87 groups as now."


def test_a_list_of_a_hundred_thousand_lines_paints_only_those_on_the_screen(desk: Desk) -> None:
    painted_lines: list[int] = []

    async def play(pilot: Pilot[None], app: Stage) -> None:
        picks = app.screen.query_one(PickList)
        plain = picks._line

        def line(number: int, width: int):  # type: ignore[no-untyped-def]
            painted_lines.append(number)
            return plain(0, width)

        await until(pilot, lambda: picks.count)
        picks._line = line
        picks.fill(100_000)
        await pilot.pause()
        await pilot.press("end")
        assert picks.cursor == 99_999
        await pilot.press("up", "pageup", "home")
        assert picks.cursor == 0

    perform(desk, lambda app: RulesScreen(app.desk), play)
    assert {0, 99_999} <= set(painted_lines)
    assert len(painted_lines) < 500
