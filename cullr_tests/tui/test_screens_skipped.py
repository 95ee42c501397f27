"""Photos that could not be read, on the screen."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from cullr.tui.screens.skipped import SkippedScreen
from cullr_tests import pictures
from cullr_tests.tui.screen_stage import Stage, desk_over, news, painted, perform, text, until

BROKEN = b"\xff\xd8\xff\xe0 this is no picture"


def test_every_unreadable_photo_is_named_with_its_reason(tmp_path: Path) -> None:
    root = tmp_path / "shoot"
    pictures.save(root / "good.jpg", pictures.scene(1))
    (root / "evil\x1b[2J\n.jpg").write_bytes(BROKEN)
    (root / ("long" * 50 + ".jpg")).write_bytes(BROKEN)
    with desk_over(root, tmp_path) as desk:
        [first, second] = desk.skipped()

        async def play(pilot: Pilot[None], app: Stage) -> None:
            await until(pilot, lambda: "2 photos" in text(app, "#title"))
            lines = painted(app)
            assert r"evil\x1b[2J\n.jpg" in lines
            assert "\x1b" not in lines
            assert first.why[:20] in lines
            assert "longlong.jpg" in lines, "the end of a long name tells more than its beginning"
            assert "good.jpg" not in lines
            await pilot.press("down")
            assert "long" * 50 in text(app, "#why").replace("\n", "")
            assert second.why in text(app, "#why")
            await pilot.press("y")
            assert news(app).startswith("Copied /")
            assert app.clipboard == str(root / second.path)
            await pilot.press("escape")

        assert perform(desk, lambda app: SkippedScreen(app.desk), play).left is False


def test_when_all_could_be_read_the_screen_says_so(tmp_path: Path) -> None:
    pictures.save(tmp_path / "shoot" / "good.jpg", pictures.scene(1))
    with desk_over(tmp_path / "shoot", tmp_path) as desk:

        async def play(pilot: Pilot[None], app: Stage) -> None:
            await until(pilot, lambda: "could be read" in text(app, "#why"))
            await pilot.press("y", "down", "end", "escape")

        assert perform(desk, lambda app: SkippedScreen(app.desk), play, (200, 60)).left is False
