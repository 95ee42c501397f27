"""Stars and labels by keys: into the sidecar, onto the card, into the rule, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr import sidecars
from cullr.model import Marks
from cullr.tui.badges import badges
from cullr.tui.badges import marks as badge_line
from cullr.tui.footer import MessageLine
from cullr_tests.rules import known_shots
from cullr_tests.sidecars import written
from cullr_tests.tui.reviewing import Review, play, shoot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


def marks(root: Path, name: str) -> Marks:
    return sidecars.read(name, (root / name).read_bytes())


def shown(review: Review) -> str:
    """The badges of the shot under the cursor."""
    current = review.screen.pane.current
    assert current is not None
    return " ".join(badge.plain for badge in badges(current))


def test_digits_give_stars_and_labels_that_the_card_and_the_rule_show_at_once(root: Path) -> None:
    (root / "a1.xmp").write_bytes(written.DIGIKAM)

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("right", "5")
        await review.until(lambda: review.said.startswith("a1.jpg: ★5"))
        assert review.said == "a1.jpg: ★5, Green, written to a1.xmp. Ctrl+Z takes it back."
        assert marks(root, "a1.xmp").rating == 5
        assert "★5" in shown(review)
        group = review.screen.pane.group
        assert group is not None
        assert [said.keep for said in group.proposals] == [False, True]
        await review.press("6")
        await review.until(lambda: "● Red" in shown(review))
        await review.press("6")
        await review.until(lambda: "● Red" not in shown(review))
        assert marks(root, "a1.xmp").label == ""
        await review.press("0")
        await review.until(lambda: "★" not in shown(review))
        await review.press("0")
        await review.until(lambda: review.said == "a1.jpg: no stars, as before.")
        for said in ("★5", "● Red", "★5"):
            await review.press("ctrl+z")
            await review.until(lambda said=said: said in shown(review))  # type: ignore[misc]
        await review.press("ctrl+z")
        await review.until(lambda: (root / "a1.xmp").read_bytes() == written.DIGIKAM)
        assert review.said == "Took back 1 file."

    play(root, script)


def test_a_sidecar_that_cannot_be_written_is_named_and_nothing_changes(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("b0.jpg")
        await review.press("3")
        await review.until(lambda: "b0.xmp" in review.said)
        assert review.said == "No stars: b0.xmp: it is no XMP: it describes nothing. Nothing was written."
        assert (root / "b0.xmp").read_text() == "<x/>"

    play(root, script)


def test_stars_stand_in_the_history_and_come_off_there(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("4")
        await review.until(lambda: review.said.startswith("a0.jpg: ★4"))
        assert [path.name for path in root.glob("a*.xmp")] == ["a0.xmp"]
        await review.press("H")
        await review.until(lambda: "★4: a0.jpg" in _painted(review))
        await review.until(lambda: "Enter puts back 1 file" in _painted(review))
        await review.press("enter")
        await review.until(lambda: not list(root.glob("a*.xmp")))

    play(root, script)


@pytest.mark.parametrize(("key", "page"), [("c", "CompareScreen"), ("n", "SurveyScreen")])
def test_stars_are_given_in_compare_and_survey_in_the_order_of_the_keys_and_taken_back_after(
    root: Path, key: str, page: str
) -> None:
    """Keys come faster than the disk: one queue writes them, so the last one holds; it is done also when left."""

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press(key)
        await review.until(lambda: type(review.app.screen).__name__ == page)
        await review.press("1", "2", "3", "6")
        await review.until(lambda: "★3, Red" in review.app.screen.query_one(MessageLine).sentence)
        await review.until(lambda: "a0.jpg  ★3  ● Red" in _painted(review))
        await review.press("4", "escape")
        await review.until(lambda: review.app.screen is review.screen)
        await review.until(lambda: review.said.startswith("a"))
        [written_to] = list(root.glob("a*.xmp"))
        await review.until(lambda: marks(root, written_to.name) == Marks(4, "Red"))
        for stars in (3, 3, 2, 1):
            await review.press("ctrl+z")
            await review.until(lambda stars=stars: marks(root, written_to.name).rating == stars)  # type: ignore[misc]
        await review.press("ctrl+z")
        await review.until(lambda: not written_to.exists())

    play(root, script)


def test_a_narrow_box_has_signs_for_words_and_the_name_keeps_its_part() -> None:
    shot = known_shots.shot(1, rating=3, label="Red", pick=1)
    assert [badge_line(shot, width).plain for width in (18, 17, 4, 2, 0)] == [
        "★3  ● Red  picked",
        "★3  ● Red  picked",
        "★3●⚑",
        "★3",
        "",
    ]
    assert badge_line(known_shots.shot(1, rating=-1, pick=-1), 20).plain == "rejected"
    assert badge_line(known_shots.shot(1, rating=0, label="", pick=0), 20).plain == ""


def test_a_failure_is_told_where_the_eye_is(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("b0.jpg")
        await review.press("n")
        await review.until(lambda: review.app.screen is not review.screen)
        await review.press("3")
        await review.until(lambda: "no XMP" in review.app.screen.query_one(MessageLine).sentence)

    play(root, script)


def test_the_keys_can_be_given_to_others(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("f5")
        await review.until(lambda: review.said.startswith("a0.jpg: ★5"))

    play(root, script, keys={"stars.5": "f5"})


def _painted(review: Review) -> str:
    lines = review.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)
