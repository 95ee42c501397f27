"""The list, the help, the palette and the window: everything that moves no photo."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Offset

from cullr import demo
from cullr.errors import Failed
from cullr.model import Kind
from cullr.session.desk import Desk, OpenGroup
from cullr.tui.card import Card
from cullr.tui.footer import KeyLine
from cullr.tui.group_list import GroupList
from cullr.tui.help import HelpScreen
from cullr_tests import pictures
from cullr_tests.tui.reviewing import CELLS, Review, play, shoot

PARTS = ("Header", "KindTabs", "GroupList", "OpenPane", "FilmStrip", "FactsPanel", "MessageLine", "KeyLine")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


def test_tab_goes_through_the_kinds_and_escape_shows_all(root: Path) -> None:
    async def script(review: Review) -> None:
        seen = []
        for _ in range(3):
            await review.press("tab")
            seen.append((review.screen.streaming.kind, list(review.titles)))
        await review.press("tab", "escape")
        assert seen == [
            (Kind.EXACT, ["b0.jpg"]),
            (Kind.PHASH, ["a0.jpg", "d0.jpg"]),
            (None, review.titles),
        ]
        assert len(review.titles) == 3

    play(root, script)


def test_the_filter_follows_every_letter_enter_keeps_it_and_escape_drops_it(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.press("slash", "d", "1")
        assert review.titles == ["d0.jpg"]
        assert review.said == "Enter keeps this choice, Esc shows all groups again."
        footer = review.screen.query_one(KeyLine)
        await review.until(lambda: "Ctrl+Z undo" in str(footer.render()))
        assert not {"only this", "filter", "approve"} & set(str(footer.render()).split("  "))
        assert "⇧P" not in str(footer.render()), "a letter is a letter here"
        await review.press("enter")
        await review.until(lambda: review.open == "d0.jpg")
        await review.press("x")
        await review.until(lambda: "d0.jpg" in review.said)
        await review.press("escape")
        assert len(review.titles) == 3
        await review.press("slash", "q", "u", "x")
        await review.until(lambda: review.titles == [] and review.open == "")
        await review.press("escape")
        assert len(review.titles) == 3
        assert review.app.is_running

    play(root, script)


def test_the_order_changes_only_when_asked_and_the_cursor_stays_on_its_group(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("o")
        assert review.said.startswith("Order: most bytes first")
        assert review.titles == [_title(review, key) for key in review.desk.order(by="size")]
        assert _title(review, review.screen.groups.row) == "a0.jpg"
        order = review.titles
        pictures.save(root / "_new.jpg", pictures.scene(3, 1600, 1200), quality=100)
        await review.until(lambda: len(review.titles) == 4)
        assert review.titles[:3] == order

    play(root, script)


def _title(review: Review, key: int | None) -> str:
    assert key is not None
    return review.desk.rows([key])[key].title


def test_help_lists_every_action_with_the_keys_that_do_it_now(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.press("question_mark")
        help_screen = review.app.screen
        assert isinstance(help_screen, HelpScreen)
        entries = {words: keys for group in help_screen._groups.values() for keys, words in group}
        assert entries["cull this shot"] == ["b", "Space"]
        assert entries["keep this shot"] == ["p"]
        assert entries["keep only this one, next group"] == ["⇧P"]
        await review.press("escape")
        await review.at("a0.jpg")
        await review.press("x")
        assert "to be culled" not in review.said
        await review.press("space")
        await review.until(lambda: "to be culled" in review.said or "always stays" in review.said)

    play(root, script, keys={"cull": "b,space"})


def test_the_palette_runs_an_action_by_its_words(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.press("ctrl+p")
        await review.pilot.pause()
        await review.press(*"another order")
        await review.pilot.pause(0.5)
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Order: most bytes first"))

    play(root, script)


def test_y_copies_the_path_to_the_clipboard(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("right", "y")
        assert review.app.clipboard == str(root / "a1.jpg")
        assert review.said.startswith("Copied the path of a1.jpg")

    play(root, script)


def test_the_mouse_chooses_groups_and_shots_and_the_footer_takes_clicks(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.pilot.click(GroupList, offset=Offset(5, 2))
        assert review.screen.groups.cursor == 2
        await review.until(lambda: review.open == review.titles[2])
        await review.pilot.pause(0.2)
        second = review.screen.query(Card).results(Card)
        await review.pilot.click(list(second)[1])
        await review.until(lambda: review.screen.pane.at == 1)
        await review.pilot.click("KeyLine", offset=Offset(20, 0))
        await review.until(lambda: review.said != "" and "jpg" in review.said)

    play(root, script)


def test_pictures_appear_and_v_turns_them_off_and_on(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")

        def shown() -> int:
            return sum(picture.rendered is not None for picture in review.screen.pane.pictures())

        await review.until(lambda: shown() == 3)
        await review.press("v")
        assert review.said.startswith("Pictures are off")
        assert shown() == 0

    play(root, script, terminal=CELLS)


def test_a_set_is_looked_at_stage_by_stage_in_two_columns(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    demo.make(root)

    async def script(review: Review) -> None:
        for key in list(review.screen.groups.keys):
            review.screen.groups.go_to(key)
            group = review.screen.settled()
            if group is not None and group.group.kind is Kind.SET:
                break
        assert group is not None
        assert group.group.kind is Kind.SET
        pane = review.screen.pane
        assert pane.has_class("staged")
        await review.until(lambda: review.screen.query_one("StageTable").region.height == 4)
        first = [each.shot.path for each in pane.shots[:2]]
        assert [name.partition("_stage")[2] for name in first] == ["1_generated.png", "1_generated.png"]
        assert first[0] != first[1]
        await review.press("right", "right")
        current = pane.current
        assert current is not None
        assert "_stage1.5_" in current.shot.path

    play(root, script)


def test_a_picture_that_cannot_be_read_any_more_is_a_notice(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        picture = review.screen.pane.pictures()[0]
        facts = review.screen.pane.current
        assert facts is not None
        await review.until(lambda: picture.rendered is not None)
        # The preview in the index would hide it: a box larger than a preview asks for the file itself. So would a
        # picture that was made of the file before its preview was there.
        (root / "a0.jpg").write_bytes(b"no picture")

        def told() -> bool:
            """Asked again and again: a sharper look that was on its way may come in between."""
            review.app.loader._kept.clear()
            picture._request(picture._order(facts, None, first=False))
            return picture.notice.startswith("cannot be shown: ")

        await review.until(told)
        assert review.app.is_running

    play(root, script, terminal=CELLS)


def test_a_window_too_small_says_so_and_recovers(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.pilot.resize_terminal(50, 12)
        small = review.screen.query_one("#small")
        await review.until(lambda: small.display and small.region.area > 0)
        assert "60×16" in str(small.render())
        await review.pilot.resize_terminal(80, 24)
        await review.until(lambda: small.region.area == 0)
        assert review.screen.groups.region.height >= 4
        assert review.screen.pane.region.height >= 8

    play(root, script)


def test_every_part_has_room_at_every_size(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        for width, height in ((60, 16), (80, 24), (120, 36), (200, 60)):
            await review.pilot.resize_terminal(width, height)
            await review.until(lambda wide=width: review.screen.query_one("Header").region.width == wide)  # type: ignore[misc]
            await review.pilot.pause(0.1)
            for selector in PARTS:
                region = review.screen.query_one(selector).region
                assert region.area > 0, (selector, width)
                assert review.screen.region.contains_region(region), (selector, width)

    play(root, script)


def test_a_folder_where_nothing_looks_alike_says_what_to_do(tmp_path: Path) -> None:
    pictures.save(tmp_path / "one" / "a.jpg", pictures.scene(1))

    async def script(review: Review) -> None:
        notice = review.screen.query_one("#notice")
        await review.until(lambda: "Nothing looks alike here" in str(notice.render()))
        await review.press("enter", "x", "s", "c", "n", "d", "y", "right", "down", "P", "H", "escape")
        assert review.app.is_running

    play(tmp_path / "one", script)


def test_names_that_would_move_the_cursor_are_shown_escaped(tmp_path: Path) -> None:
    root = tmp_path / "odd"
    for name in ("a\x1b[31m\n[bold]ב.jpg", "a\x1b[31m\n[bold]\udcff日本.jpg"):
        pictures.save(root / "x.jpg", pictures.scene(1))
        (root / "x.jpg").rename(root / name)

    async def script(review: Review) -> None:
        await review.until(lambda: len(review.titles) == 1 and review.open)
        await review.press("x")
        await review.until(lambda: "[bold]" in review.said)
        await review.press("y")
        text = "".join(segment.text for line in review.screen._compositor.render_strips() for segment in line)
        assert "\x1b" not in text
        assert "\n" not in text
        assert r"\x1b[31m\n[bold]" in text

    play(root, script)


def test_the_wheel_turns_the_strip_of_a_long_group(tmp_path: Path) -> None:
    root = tmp_path / "long"
    for number in range(12):
        pictures.save(root / f"{number:02}.jpg", pictures.scene(1), quality=60 + number)

    async def script(review: Review) -> None:
        await review.until(lambda: review.open == "00.jpg")
        strip = review.screen.query_one("FilmStrip")

        def seen() -> list[str]:
            return [card.facts.shot.path for card in strip.query(Card) if card.facts]

        await review.until(lambda: seen() == ["00.jpg", "01.jpg", "02.jpg"])
        strip.post_message(events.MouseScrollDown(strip, 1, 1, 0, 1, 0, False, False, False))
        await review.until(lambda: seen() == ["01.jpg", "02.jpg", "03.jpg"])
        assert review.screen.pane.at == 0
        await review.press(*["right"] * 11)
        await review.until(lambda: seen() == ["09.jpg", "10.jpg", "11.jpg"])

    play(root, script)


def test_an_error_nobody_expected_ends_with_a_sentence_and_a_log(root: Path, own_folders: Path) -> None:
    class Broken(Desk):
        def open(self, row: int) -> OpenGroup | None:
            if self.rows([row])[row].title == "d0.jpg":
                raise ZeroDivisionError("of course")
            return super().open(row)

    from cullr.session import Session
    from cullr.tui.app import CullrApp
    from cullr_tests.tui.reviewing import NONE

    desk = Broken(Session.open([root]))
    desk.start()
    app = CullrApp(desk, NONE)

    async def run() -> None:
        async with app.run_test() as pilot:
            review = Review(app, pilot)
            for _ in range(400):
                await pilot.pause(0.02)
                if app.failure is not None:
                    break
                if "d0.jpg" in review.titles:
                    await pilot.press("end")
                    await pilot.press("up")
                    await pilot.press("home")

    import asyncio

    try:
        with pytest.raises(ZeroDivisionError):
            asyncio.run(run())
    finally:
        desk.stop()
    assert app.return_code == 1
    assert app.failure is not None
    failed = Failed(*app.failure)
    assert "ZeroDivisionError" in failed.message
    assert "of course" in (own_folders / "cache" / "cullr-error.log").read_text()


def test_the_header_and_the_list_follow_another_rule_and_the_persons_word(root: Path) -> None:
    async def script(review: Review) -> None:
        def header() -> str:
            return review.screen.header.render().plain

        await review.until(lambda: "✗ 3 to cull" in header())
        newest = next(rule for rule in review.desk.rules() if "newest" in rule.name)
        review.desk.use_rule(newest)
        review.screen.refresh_group(changed=True)
        await review.until(lambda: f"rule: {newest.name}" in header() and review.level())
        await review.at("a0.jpg")
        await review.press("x", "right", "p")
        await review.until(lambda: review.screen.pane.group and len(review.screen.pane.group.verdicts) == 2)
        await review.press("s")
        await review.until(lambda: "✗ 2 to cull" in header() and "2 groups" in header())
        assert review.desk.counts

    play(root, script)


def test_garbage_is_looked_for_again_once_the_screen_stands(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.until(gc.isenabled)
        assert gc.get_freeze_count() > 10_000, "but not among what stays"

    gc.disable()
    try:
        play(root, script, whole=False)
    finally:
        gc.enable()
        gc.unfreeze()
