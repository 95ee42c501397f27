"""Two to four shots side by side, on real pictures in a real app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cullr.journal import Journal
from cullr.model import Kind
from cullr.pool.jobs import Rendered
from cullr.session.desk import Desk, OpenGroup, Verdict
from cullr.tui.pictures.photo import Photo
from cullr.tui.screens.compare import CompareScreen
from cullr.tui.screens.pane import Pane
from cullr_tests import pictures
from cullr_tests.tui.screen_stage import Stage, desk_over, group, news, painted, perform, shoot, text, until


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


@pytest.fixture
def desk(root: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_over(root, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """For those that only look."""
    with desk_over(shoot(tmp_path_factory.mktemp("still")), tmp_path_factory.mktemp("home")) as found:
        yield found


def screen(app: Stage, opened: OpenGroup, *numbers: int) -> CompareScreen:
    shots = [opened.shots[number].id for number in numbers]
    return CompareScreen(app.desk, opened, shots, app.loader, app.terminal, app.shelf)


def shown(app: Stage) -> list[Rendered]:
    """The pictures on the screen, from left to right."""
    photos = [pane.query_one(Photo) for pane in app.screen.query(Pane) if pane.display]
    return [photo.rendered for photo in photos if photo.rendered]


def colours(rendered: Rendered) -> list[tuple[int, int, int]]:
    """Of all its cells: foreground and background after the glyph's byte."""
    cells = [rendered.data[at : at + 7] for at in range(0, len(rendered.data), 7)]
    return [(cell[at], cell[at + 1], cell[at + 2]) for cell in cells for at in (1, 4)]


async def pictures_there(pilot: Pilot[None], app: Stage, count: int = 2) -> list[Rendered]:
    """Wait until the pictures asked for are shown and no more are on their way."""
    await until(pilot, lambda: len(shown(app)) == count)
    last: list[Rendered] = []
    while last != (last := shown(app)):
        await pilot.pause(0.3)
    return last


def marked(app: Stage) -> dict[str, bool]:
    """The facts' names, and whether they are said to differ."""
    found = {}
    for line in text(app, "#facts").splitlines():
        if called := line[3:13].strip():  # the line of letters has no name
            found[called] = line.startswith(" ≠")
    return found


def test_what_differs_is_marked_and_what_does_not_appears_on_request(still: Desk) -> None:
    opened = group(still, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.pause(0.1)
        differing = marked(app)
        assert all(differing.values())
        assert {"bytes", "taken", "camera"} <= set(differing)
        assert "Camera Two" in text(app, "#facts")
        assert "pixels" not in differing
        await pilot.press("i")
        assert marked(app)["pixels"] is False
        assert marked(app)["camera"] is True
        await pilot.press("escape")

    app = perform(still, lambda app: screen(app, opened, 0, 2), play)
    assert app.left is False, "looking changes nothing"


def test_a_large_screen_shows_every_fact_at_once(still: Desk) -> None:
    opened = group(still, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.pause(0.1)
        assert marked(app)["pixels"] is False
        assert len(await pictures_there(pilot, app)) == 2
        assert max(len(line) for line in painted(app).splitlines()) <= 200

    perform(still, lambda app: screen(app, opened, 0, 2), play, (200, 60))


def test_zooming_and_panning_move_both_pictures_in_step(still: Desk) -> None:
    copies = group(still, Kind.EXACT)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        whole, beside = await pictures_there(pilot, app)
        assert whole == beside
        await pilot.press("z")
        near, beside = await pictures_there(pilot, app)
        assert near == beside
        assert near != whole
        assert "100 %" in text(app, "#title")
        await pilot.press("right", "j")
        moved, beside = await pictures_there(pilot, app)
        assert moved == beside
        assert moved != near
        await pilot.press("z")
        assert (await pictures_there(pilot, app))[0] == whole

    perform(still, lambda app: screen(app, copies, 0, 1), play)


def test_at_full_size_the_part_in_the_middle_is_shown(still: Desk) -> None:
    opened = group(still, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pictures_there(pilot, app)
        await pilot.press("z")
        near = (await pictures_there(pilot, app))[0]
        found = app.screen.query(Pane).first()
        columns, rows = found.query_one(Photo).box
        width, height = columns * 8 / 640, rows * 16 / 480
        part = pictures.scene(1).crop(
            (
                round(320 * (1 - width)),
                round(240 * (1 - height)),
                round(320 * (1 + width)),
                round(240 * (1 + height)),
            )
        )
        means = [sum(values) / len(values) for values in zip(*colours(near), strict=True)]
        wanted = part.resize((1, 1), 4).getpixel((0, 0))
        assert isinstance(wanted, tuple)
        assert means == pytest.approx(wanted, abs=12)

    perform(still, lambda app: screen(app, opened, 0, 1), play)


def test_the_difference_of_copies_is_grey_and_that_of_others_red(still: Desk) -> None:
    copies, versions = group(still, Kind.EXACT), group(still, Kind.PHASH)

    def difference(opened: OpenGroup) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []

        async def play(pilot: Pilot[None], app: Stage) -> None:
            await pictures_there(pilot, app)
            await pilot.press("d")
            [only] = await pictures_there(pilot, app, 1)
            found.extend(colours(only))
            assert "Difference" in text(app, "#title")
            await pilot.press("d")
            assert len(await pictures_there(pilot, app)) == 2

        perform(still, lambda app: screen(app, opened, 0, 1), play)
        return found

    assert all(red == green == blue for red, green, blue in difference(copies))
    assert any(red > green + 8 for red, green, _ in difference(versions)), "another JPEG quality leaves its traces"


def test_a_word_is_in_the_journal_before_the_screen_shows_it(desk: Desk) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.press("right", "p")
        await until(pilot, lambda: "is kept" in news(app))
        assert group(desk, Kind.PHASH).verdicts == {opened.shots[1].id: Verdict.KEEP}
        assert "B ✓ a1.jpg" in painted(app)
        await pilot.press("u")
        await until(pilot, lambda: "undecided" in news(app))
        assert group(desk, Kind.PHASH).verdicts == {}
        assert "B ✗ a1.jpg" in painted(app)
        await pilot.press("enter")

    assert perform(desk, lambda app: screen(app, opened, 0, 1), play).left is True


def test_keys_faster_than_the_disk_are_written_in_their_order_before_the_screen_leaves(desk: Desk) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        page = app.screen
        assert isinstance(page, CompareScreen)
        for word in ("cull", "keep", "none", "keep", "cull"):
            page.action_mark(word)
        page.action_leave()
        await until(pilot, lambda: app.left is not None)
        assert group(desk, Kind.PHASH).verdicts == {opened.shots[2].id: Verdict.CULL}

    assert perform(desk, lambda app: screen(app, opened, 2, 1), play).left is True


def test_when_all_are_culled_by_hand_one_stays_and_the_screen_says_so(desk: Desk) -> None:
    opened = group(desk, Kind.EXACT)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.press("x", "tab", "x", "tab", "x")
        await until(pilot, lambda: "b0.jpg stays all the same" in news(app))

    perform(desk, lambda app: screen(app, opened, 0, 1), play)


def test_a_journal_that_someone_else_holds_becomes_a_message(desk: Desk, root: Path) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        with Journal(root):
            await pilot.press("p")
            await until(pilot, lambda: "process" in news(app))
        assert group(desk, Kind.PHASH).verdicts == {}
        await pilot.press("p")
        await until(pilot, lambda: "is kept" in news(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.left is not None)

    assert perform(desk, lambda app: screen(app, opened, 1, 0), play).left is True


def test_a_photo_deleted_while_shown_is_named_not_fatal(desk: Desk, root: Path) -> None:
    opened = group(desk, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pictures_there(pilot, app)
        (root / "a0.jpg").unlink()
        await pilot.press("plus")
        first = app.screen.query(Pane).first()
        await until(pilot, lambda: "cannot be shown" in first.picture.notice)
        assert "cannot be shown" in painted(app)

    perform(desk, lambda app: screen(app, opened, 0, 1), play)


def test_two_become_three_and_another_shot_takes_the_place_of_the_current(still: Desk) -> None:
    opened = group(still, Kind.PHASH)

    def names(app: Stage) -> list[str]:
        assert isinstance(app.screen, CompareScreen)
        return [each.shot.path for each in app.screen.shots]

    async def play(pilot: Pilot[None], app: Stage) -> None:
        await pilot.press("right", "]")
        assert names(app) == ["a0.jpg", "a2.jpg"]
        await pilot.press("[")
        assert names(app) == ["a0.jpg", "a1.jpg"]
        await pilot.press("c")
        assert names(app) == ["a0.jpg", "a1.jpg", "a2.jpg"]
        assert len(await pictures_there(pilot, app, 3)) == 3
        assert all(f"{letter} " in painted(app) and f"a{n}.jpg" in painted(app) for n, letter in enumerate("ABC"))
        await pilot.press("tab", "c")
        assert names(app) == ["a1.jpg", "a2.jpg"]

    perform(still, lambda app: screen(app, opened, 0, 1), play)


def test_four_stand_two_by_two_with_all_their_names(tmp_path: Path) -> None:
    for number in range(5):
        pictures.save(tmp_path / "four" / f"v{number}.jpg", pictures.scene(4), quality=60 + 7 * number)
    with desk_over(tmp_path / "four", tmp_path) as desk:
        opened = group(desk, Kind.PHASH)

        async def play(pilot: Pilot[None], app: Stage) -> None:
            await pilot.press("c")
            await pictures_there(pilot, app, 4)
            lines = painted(app).splitlines()
            assert any("A " in line and "B " in line and "v0.jpg" in line and "v1.jpg" in line for line in lines)
            assert any("C " in line and "D " in line and "v2.jpg" in line and "v3.jpg" in line for line in lines)
            await pilot.press("down", "right", "p")
            await until(pilot, lambda: news(app).startswith("v3.jpg is kept"))

        perform(desk, lambda app: screen(app, opened, 0, 1), play, (120, 36))


def test_a_click_on_a_key_does_what_the_key_does(still: Desk) -> None:
    opened = group(still, Kind.PHASH)

    async def play(pilot: Pilot[None], app: Stage) -> None:
        line = painted(app).splitlines()[-1]
        await pilot.click("KeyLine", offset=(line.index("difference"), 0))
        assert "Difference" in text(app, "#title")
        await pilot.click("KeyLine", offset=(line.index("back"), 0))
        await until(pilot, lambda: app.left is not None)

    assert perform(still, lambda app: screen(app, opened, 0, 1), play).left is False
