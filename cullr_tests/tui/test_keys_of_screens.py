"""Keys given in `[keys]` work on every screen, stand in its help and its line of keys, and free the old ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr.errors import ConfigError
from cullr.tui.footer import MessageLine
from cullr.tui.help import HelpScreen
from cullr.tui.keymap import elsewhere, keymap
from cullr_tests.tui.reviewing import NONE, Review, play, shoot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shoot(tmp_path / "shoot")


KEYS = "abdefghijklmnoprstuvwxyz0123456789"
"""Without C and Q, which end programs."""
OPENED_BY = {"compare": "c", "survey": "n", "history": "H", "rules": "R", "skipped": "K"}


@pytest.mark.parametrize("name", OPENED_BY)
def test_each_key_of_a_screen_can_be_given_elsewhere_and_its_help_says_so(root: Path, name: str) -> None:
    theirs = {binding.id or "": binding.description for binding in elsewhere()[name]}
    given = {action: f"ctrl+alt+{letter}" for action, letter in zip(sorted(theirs), KEYS, strict=False)}
    opened_by = "alt+0" if name in given else OPENED_BY[name]
    wanted = {**given, **({name: f"{given[name]},alt+0"} if name in given else {})}

    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press(opened_by)
        await review.until(lambda: review.app.screen is not review.screen)
        page = review.app.screen
        await review.press("question_mark")
        await review.until(lambda: isinstance(review.app.screen, HelpScreen))
        help_screen = review.app.screen
        assert isinstance(help_screen, HelpScreen)
        shown = {key for group in help_screen._groups.values() for keys, _ in group for key in keys}
        displayed = {f"Ctrl+Alt+{key[-1].upper()}" for key in given.values()}
        assert displayed <= shown
        await review.press("escape")
        await review.press("escape", "q")
        await review.pilot.pause(0.1)
        assert review.app.screen is page, "the old key to leave still works"
        await review.press(given["leave"])
        await review.until(lambda: review.app.screen is review.screen)

    play(root, script, keys=wanted, terminal=NONE)


def test_what_a_screen_says_names_the_keys_as_they_are(root: Path) -> None:
    async def script(review: Review) -> None:
        await review.at("a0.jpg")
        await review.press("n")
        await review.until(lambda: review.app.screen is not review.screen)
        said = review.app.screen.query_one(MessageLine)
        await review.until(lambda: "F5 turns keep into cull" in said.sentence)
        await review.press("f5")
        await review.until(lambda: "F6 takes that back" in said.sentence)

    play(root, script, keys={"survey.other": "f5", "undecided": "f6"}, terminal=NONE)


def test_a_key_given_twice_on_one_screen_is_a_mistake_and_given_once_it_wins() -> None:
    with pytest.raises(ConfigError, match="given to both"):
        keymap({"compare.facts": "f5", "difference": "f5"})
    with pytest.raises(ConfigError, match="given to both"):
        keymap({"help": "i"})  # compare's facts would take it
    assert keymap({"keep": "p,space"}) == {"keep": "p,space"}
