"""Rebinding: every mistake is told with its line and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from cullr import settings
from cullr.errors import ConfigError
from cullr.tui.keymap import actions, keymap
from cullr.tui.keys import EVERYWHERE, MAIN, SHORT


def test_the_keys_are_those_photographers_know() -> None:
    keys = {binding.id: set(binding.key.split(",")) for binding in (*MAIN, *EVERYWHERE)}
    assert keys["keep"] == {"p"}
    assert keys["cull"] == {"x"}
    assert keys["undecided"] == {"u"}
    assert "P" in keys["keep_only"]
    assert keys["approve"] == {"enter"}
    assert keys["shot.before"] == {"left", "h"}
    assert keys["shot.next"] == {"right", "l"}
    assert keys["group.before"] == {"up", "k", "["}
    assert keys["group.next"] == {"down", "j", "]"}
    assert keys["help"] == {"?", "f1"}
    assert keys["undo"] == {"ctrl+z"}
    assert [keys[f"stars.{number}"] for number in range(6)] == [{str(number)} for number in range(6)]
    assert [keys[f"label.{name}"] for name in ("red", "yellow", "green", "blue")] == [{"6"}, {"7"}, {"8"}, {"9"}]


def test_no_key_does_two_things_and_every_action_has_a_name_and_words() -> None:
    every: list[Binding] = [*MAIN, *EVERYWHERE]
    pressed = [key for binding in every for key in binding.key.split(",")]
    assert len(pressed) == len(set(pressed))
    assert len(actions()) == len(every)
    assert all(binding.description and binding.group for binding in every)
    assert set(SHORT) <= set(actions())


def test_an_action_takes_other_keys() -> None:
    assert keymap({"keep": "k", "group.before": "up"}) == {"keep": "k", "group.before": "up"}
    assert keymap({"cull": "x, delete,f5,ctrl+d"}) == {"cull": "x,delete,f5,ctrl+d"}
    assert keymap({"compare.facts": "f2"}) == {"compare.facts": "f2"}
    assert keymap({"filter": ","}) == {"filter": "comma"}


@pytest.mark.parametrize(
    ("table", "message", "remedy"),
    [
        ('[keys]\nkepe = "p"\n', ":2: unknown action 'kepe'", "Did you mean 'keep'?"),
        ('[keys]\n\nkeep = "hyper+p"\n', ":3: keep: unknown key 'hyper+p'", "Examples"),
        ('[keys]\nkeep = "x"\n', ":2: the key 'x' is given to both", "another key"),
        ("[keys]\nkeep = 3\n", ":2: keep must be a text", "Example"),
        ("keys = 3\n", ":1: 'keys' is a table", "[keys]"),
        ('[tui]\ntheme = "pink"\n', ":2: theme 'pink' is unknown", ""),
        ('[tui]\ntheem = "dark"\n', ":2: unknown key 'theem' in [tui]", "Did you mean 'theme'?"),
        ('[tui]\npictures = "ascii"\n', ":2: pictures 'ascii' is unknown", ""),
    ],
)
def test_a_mistake_names_the_file_the_line_and_what_was_meant(
    tmp_path: Path, table: str, message: str, remedy: str
) -> None:
    (tmp_path / "cullr.toml").write_text(table)
    with pytest.raises(ConfigError) as caught:
        settings.load([tmp_path])
        look = settings.screen([tmp_path])
        keymap(look.keys, look.keys_from)
    assert message in caught.value.message
    assert remedy in caught.value.remedy


def test_the_look_comes_from_the_file_and_a_typed_flag_wins(tmp_path: Path) -> None:
    (tmp_path / "cullr.toml").write_text(
        'rule = "raw_first"\n[tui]\ntheme = "light"\npictures = "cells"\n[keys]\ncull = "b"\n'
    )
    look = settings.screen([tmp_path], {"theme": None, "pictures": "none"})
    assert (look.theme, look.pictures, dict(look.keys)) == ("light", "none", {"cull": "b"})
    assert look.keys_from == tmp_path / "cullr.toml"
    assert settings.load([tmp_path]).rule == "raw_first"


def test_the_look_is_no_part_of_what_groups_depend_on(tmp_path: Path) -> None:
    """A review is known by its settings: another theme must not begin another review."""
    before = settings.load([tmp_path])
    (tmp_path / "cullr.toml").write_text('[tui]\ntheme = "light"\n[keys]\ncull = "b"\n')
    assert settings.load([tmp_path]) == before
