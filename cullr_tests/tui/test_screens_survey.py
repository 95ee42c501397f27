"""All shots of a group at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from cullr.model import Kind
from cullr.session.desk import Desk, Verdict
from cullr.tui.pictures.photo import Photo
from cullr.tui.screens.compare import CompareScreen
from cullr.tui.screens.pane import Pane
from cullr.tui.screens.survey import LEAST, MOST, SurveyScreen, layout
from cullr_tests import pictures
from cullr_tests.tui.screen_stage import EVIL, Stage, desk_over, group, news, painted, perform, shoot, text, until

VERSIONS = 19


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(shoot(tmp_path / "shoot"), tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("crowd")
    for number in range(VERSIONS):
        pictures.save(root / f"v{number:02}.jpg", pictures.scene(7, 320, 240), quality=60 + 2 * number)
    with desk_over(root, tmp_path_factory.mktemp("home")) as found:
        yield found


@given(st.integers(1, 60), st.integers(10, 300), st.integers(5, 100))
def test_boxes_are_never_too_small_and_hold_all_shots_where_that_is_possible(
    count: int, width: int, height: int
) -> None:
    columns, rows = layout(count, width, height)
    fits = (width // LEAST[0]) * (height // LEAST[1])
    assert columns * rows >= min(count, MOST, max(1, fits))
    assert columns * rows - columns < min(count, MOST), "no row may be empty"
    if fits:
        assert width // columns >= LEAST[0]
        assert height // rows >= LEAST[1]


def test_two_stand_side_by_side_on_a_wide_screen_and_one_above_the_other_on_a_tall_one() -> None:
    assert layout(2, 120, 30) == (2, 1)
    assert layout(2, 40, 60) == (1, 2)


def test_portraits_stand_side_by_side_where_landscapes_take_two_rows() -> None:
    assert layout(3, 120, 33, shape=2 * 3 / 2) == (2, 2)
    assert layout(3, 120, 33, shape=2 * 2 / 3) == (3, 1)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_every_shot_is_there_with_its_picture_and_its_mark(desk: Desk, size: tuple[int, int]) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: all(photo.rendered for photo in app.screen.query(Photo)))
        seen = painted(app)
        assert [seen.count(f"a{number}.jpg") >= 1 for number in range(3)] == [True] * 3
        assert seen.count("✗") >= 2, "two of three are proposed to go"
        assert "Esc back" in seen
        await pilot.press("escape")

    app = perform(desk, lambda app: SurveyScreen(desk, opened, app.loader, app.terminal, app.shelf), play, size)
    assert app.left is False


def test_names_of_one_row_stand_on_one_line_however_long_the_reasons_are(desk: Desk) -> None:
    opened = group(desk, Kind.PHASH)
    long, *others = opened.proposals
    opened = replace(opened, proposals=(replace(long, reason="kept: " + "for many a reason " * 8), *others))

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: all(photo.rendered for photo in app.screen.query(Photo)))
        one, two, below = (pane.query_one(".caption").region for pane in app.screen.query(Pane))
        assert (one.y, one.height) == (two.y, two.height)
        assert one.height > below.height, "which has a row of its own"
        await pilot.press("escape")

    perform(desk, lambda app: SurveyScreen(desk, opened, app.loader, app.terminal, app.shelf), play, (200, 60))


def test_a_name_cannot_command_the_terminal(desk: Desk) -> None:
    opened = group(desk, Kind.EXACT)
    assert EVIL in [each.shot.path for each in opened.shots]

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await until(pilot, lambda: all(photo.rendered for photo in app.screen.query(Photo)))
        assert r"evil\x1b]0;owned\x07\nname.jpg" in painted(app)
        assert "\x1b" not in painted(app)
        await pilot.press("end", "x", "y")
        await until(pilot, lambda: news(app).startswith("Copied"))
        assert "\x1b" not in app.clipboard or EVIL in app.clipboard

    perform(desk, lambda app: SurveyScreen(desk, opened, app.loader, app.terminal, app.shelf), play, (120, 30))


def test_marks_are_in_the_journal_and_the_screen_leaves_with_the_news(desk: Desk) -> None:
    opened = group(desk, Kind.PHASH)
    culled = [each.shot for each in opened.proposals if not each.keep]

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.press("end", "space")
        await until(pilot, lambda: "is kept" in news(app))
        assert group(desk, Kind.PHASH).verdicts == {opened.shots[2].id: Verdict.KEEP}
        assert "✓ 2  ✗ 1" in text(app, "#title")
        await pilot.press("enter")

    app = perform(desk, lambda app: SurveyScreen(desk, opened, app.loader, app.terminal, app.shelf), play)
    assert opened.shots[2].id in culled
    assert app.left is True


def test_many_shots_are_paged_and_the_arrows_cross_the_pages(crowd: Desk) -> None:
    opened = group(crowd, Kind.PHASH)
    assert len(opened.shots) == VERSIONS

    async def play(pilot: Pilot[None], app: Stage) -> None:
        screen = app.screen
        assert isinstance(screen, SurveyScreen)
        await until(pilot, lambda: screen.capacity > 1)
        capacity = screen.capacity
        assert capacity < VERSIONS
        assert len([pane for pane in screen.query(Pane) if pane.display]) == capacity
        await pilot.press(*["right"] * capacity)
        assert (screen.at, screen.first) == (capacity, capacity)
        assert "page 2 of" in text(app, "#title")
        await pilot.press("end")
        assert screen.current().shot.path == f"v{VERSIONS - 1:02}.jpg"
        shown = [pane.facts.id for pane in screen.query(Pane) if pane.display and pane.facts]
        assert shown == [each.id for each in opened.shots[screen.first :]]
        await pilot.press("pageup", "home")
        assert screen.at == 0

    perform(crowd, lambda app: SurveyScreen(crowd, opened, app.loader, app.terminal, app.shelf), play)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_every_shot_has_its_box_on_one_of_the_pages(crowd: Desk, size: tuple[int, int]) -> None:
    opened = group(crowd, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        screen = app.screen
        assert isinstance(screen, SurveyScreen)
        await until(pilot, lambda: screen.capacity > 1)
        seen: list[str] = []
        for _ in range(-(-VERSIONS // screen.capacity)):
            await pilot.pause()
            panes = [pane for pane in screen.query(Pane) if pane.display and pane.facts]
            assert len(panes) <= 16, "a kitty terminal holds sixteen pictures of ours"
            seen += [pane.facts.shot.path for pane in panes if pane.facts]
            await pilot.press("pagedown")
        assert seen == [each.shot.path for each in opened.shots]

    perform(crowd, lambda app: SurveyScreen(crowd, opened, app.loader, app.terminal, app.shelf), play, size)


def test_down_into_a_row_that_is_not_full_goes_to_its_last_shot(crowd: Desk) -> None:
    opened = group(crowd, Kind.PHASH)
    shots = opened.shots[:5]
    part = type(opened)(opened.row, opened.group, shots, opened.proposals[:5], {}, provisional=False)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        screen = app.screen
        assert isinstance(screen, SurveyScreen)
        await until(pilot, lambda: screen.capacity == 6)
        await pilot.press("right", "right", "down")
        assert screen.at == 4
        await pilot.press("down")
        assert screen.at == 4

    perform(crowd, lambda app: SurveyScreen(crowd, part, app.loader, app.terminal, app.shelf), play)


def test_a_word_said_while_comparing_shows_in_the_survey(desk: Desk) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.press("right", "c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        assert "a1.jpg" in painted(app)
        await pilot.press("p")
        await until(pilot, lambda: "is kept" in news(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SurveyScreen))
        assert "✓ 2  ✗ 1" in text(app, "#title")
        await pilot.press("escape")

    app = perform(desk, lambda app: SurveyScreen(desk, opened, app.loader, app.terminal, app.shelf), play)
    assert app.left is True
