"""kitty's commands taken apart again as a terminal would, its placeholders, and the shelf of sent pictures."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorSystem

from cullr.pool import Rendered
from cullr.tui.pictures import kitty
from cullr.tui.pictures.diacritics import DIACRITICS
from cullr.tui.pictures.shelf import NARROW, SIZE, Shelf, colour

COMMAND = re.compile(r"\x1b_G([^;\x1b]*)(?:;([A-Za-z0-9+/=]*))?\x1b\\")
PASSED = re.compile(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")


def picture(number: int, size: int = 300) -> Rendered:
    return Rendered("kitty", 10, 5, 80, 80, b"PNG%d" % number + bytes(size))


def commands(text: str) -> list[tuple[dict[str, str], str]]:
    """All of the text must be commands, none longer than a terminal takes."""
    assert COMMAND.sub("", text) == ""
    found = []
    for match in COMMAND.finditer(text):
        assert len(match[2] or "") <= 4096
        found.append((dict(key.split("=") for key in match[1].split(",")), match[2] or ""))
    return found


@given(st.integers(1, 20_000), st.booleans())
def test_chunks_put_together_are_the_picture_again(size: int, tmux: bool) -> None:
    text = kitty.transmit(0x123456, picture(1, size), tmux=tmux)
    if tmux:
        assert PASSED.sub("", text) == "", "every chunk is wrapped by itself"
        text = "".join(match[1].replace("\x1b\x1b", "\x1b") for match in PASSED.finditer(text))
    found = commands(text)
    assert b64decode("".join(data for _, data in found)) == picture(1, size).data
    first = found[0][0]
    assert {key: first[key] for key in "aUifcr"} == {
        "a": "T",
        "U": "1",
        "i": str(0x123456),
        "f": "100",
        "c": "10",
        "r": "5",
    }
    assert [keys["m"] for keys, _ in found] == ["1"] * (len(found) - 1) + ["0"]
    assert all(keys["q"] == "2" for keys, _ in found), "an answer would be read as keys"
    assert all(len(data) % 4 == 0 for _, data in found[:-1])


def test_deleting_names_its_picture_and_no_other() -> None:
    assert commands(kitty.delete(77)) == [({"a": "d", "d": "I", "i": "77", "q": "2"}, "")]


def test_diacritics_are_those_of_kittys_table() -> None:
    """Landmarks of its file: the first, the last of a block, the 256th, the last; and the rule it was made by."""
    assert len(DIACRITICS) == 297 == len(set(DIACRITICS))
    landmarks = {0: 0x305, 5: 0x33D, 31: 0x484, 255: 0xA8E5, 282: 0xFE26, 296: 0x1D244}
    assert {index: ord(DIACRITICS[index]) for index in landmarks} == landmarks
    for mark in DIACRITICS:
        assert unicodedata.combining(mark) == 230 and not unicodedata.decomposition(mark)
    assert list(DIACRITICS) == sorted(DIACRITICS)


def test_every_placeholder_says_which_row_and_column_it_is() -> None:
    rows = kitty.placeholders(200, 60)
    assert len(rows) == 60
    for y, row in enumerate(rows):
        cells = [row[at : at + 3] for at in range(0, len(row), 3)]
        assert [(c[0], DIACRITICS.index(c[1]), DIACRITICS.index(c[2])) for c in cells] == [
            ("\U0010eeee", y, x) for x in range(200)
        ]
        assert cell_len(row) == 200


def test_a_revisit_sends_no_payload() -> None:
    shelf = Shelf()
    first, payload = shelf.place(picture(1), "left")
    assert commands(payload)[0][0]["i"] == str(first)
    assert shelf.place(picture(2), "left")[1] != ""
    assert shelf.place(picture(1), "right") == (first, "")


def test_the_seventeenth_picture_takes_the_place_of_the_one_longest_unseen() -> None:
    shelf = Shelf()
    ids = [shelf.place(picture(number), "one")[0] for number in range(SIZE)]
    assert len(set(ids)) == SIZE
    shelf.place(picture(0), "one")
    reused, payload = shelf.place(picture(99), "one")
    assert reused == ids[1]
    assert commands(payload)[0][0] == {"a": "d", "d": "I", "i": str(ids[1]), "q": "2"}
    assert shelf.place(picture(0), "one")[1] == ""
    assert shelf.place(picture(1), "one")[1] != ""


def test_a_picture_on_the_screen_is_never_given_away() -> None:
    shelf = Shelf()
    ids = [shelf.place(picture(number), number)[0] for number in range(SIZE + 9)]
    assert len(set(ids)) == SIZE + 9
    shelf.release(3)
    assert shelf.place(picture(99), "new")[0] == ids[3]


@pytest.mark.parametrize("tmux", [False, True])
def test_at_the_end_every_picture_is_taken_from_the_terminal(tmux: bool) -> None:
    shelf = Shelf(tmux=tmux)
    ids = [shelf.place(picture(number), number)[0] for number in range(3)]
    gone = shelf.clear().replace("\x1b\x1b", "\x1b") if tmux else shelf.clear()
    assert [int(found) for found in re.findall(r"a=d,d=I,i=(\d+)", gone)] == ids
    assert shelf.clear() == ""


def test_what_the_terminal_lost_is_sent_again() -> None:
    shelf = Shelf()
    shelf.place(picture(1), "one")
    shelf.forget()
    assert shelf.place(picture(1), "one")[1] != ""


def test_ids_of_24_bits_are_their_colour_and_differ_between_runs() -> None:
    firsts = set()
    for _ in range(50):
        number, _ = Shelf().place(picture(1), "one")
        red, green, blue = colour(number)
        assert number == red << 16 | green << 8 | blue and red > 0
        firsts.add(number)
    assert len(firsts) > 40


def test_ids_of_8_bits_survive_the_way_to_256_colours() -> None:
    shelf = Shelf(truecolor=False)
    ids = [shelf.place(picture(number), "one")[0] for number in range(SIZE)]
    assert set(ids) <= set(NARROW)
    for number in NARROW:
        assert Color.from_rgb(*colour(number)).downgrade(ColorSystem.EIGHT_BIT).number == number


def test_more_pictures_on_the_screen_than_8_bits_can_name_take_each_others_place() -> None:
    shelf = Shelf(truecolor=False)
    for number in range(len(NARROW) + 5):
        assert shelf.place(picture(number), number)[0] in NARROW
