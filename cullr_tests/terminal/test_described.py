"""What real terminals answer, and what we make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from cullr.errors import UsageError
from cullr.tui.terminal import Terminal, choose, colour_settings
from cullr.tui.terminal.probe import KITTY, described, question
from cullr.tui.terminal.replies import Sieve
from cullr.tui.terminal.tmux import Client, past, read

OK = b"\x1b_Gi=31;OK\x1b\\"


@dataclass(frozen=True)
class Case:
    """A terminal's replies in the order it sends them, and what must come out."""

    name: str
    replies: bytes
    pictures: str
    truecolor: bool
    env: dict[str, str] = field(default_factory=dict)
    cell: tuple[int, int] = (8, 16)
    client: Client | None = None


CASES = [
    Case(
        "kitty",
        b"\x1bP>|kitty(0.35.2)\x1b\\" + OK + b"\x1b[6;18;9t\x1b[>1;4000;35c\x1b[?62;c",
        "kitty",
        True,
        {"TERM": "xterm-kitty"},
        (9, 18),
    ),
    Case(
        "a kitty from before its placeholders, which says OK all the same",
        b"\x1bP>|kitty(0.26.5)\x1b\\" + OK + b"\x1b[6;18;9t\x1b[>1;4000;26c\x1b[?62;c",
        "cells",
        True,
        {"TERM": "xterm-kitty"},
        (9, 18),
    ),
    Case(
        "ghostty, whose 62;22 is no sixel",
        b"\x1bP>|ghostty 1.1.2\x1b\\" + OK + b"\x1b[6;34;16t\x1b[>1;10;0c\x1b[?62;22c".replace(b"1;10;0", b"1;10;1"),
        "kitty",
        True,
        {"TERM": "xterm-ghostty"},
        (16, 34),
    ),
    Case("a stranger with 62;22", b"\x1b[?62;22c", "cells", False),
    Case("a stranger with 64;14;44", b"\x1b[?64;14;44c", "cells", False),
    Case("a VT100 whose 4 is no attribute", b"\x1b[?4;6c", "cells", False),
    Case(
        "xterm without sixel",
        b"\x1bP>|XTerm(390)\x1b\\\x1b[>41;390;0c\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
        "cells",
        True,
    ),
    Case(
        "xterm -ti 340",
        b"\x1bP>|XTerm(390)\x1b\\\x1b[6;13;6t\x1b[>19;390;0c\x1b[?63;1;2;3;4;6;9;15;16;22;28c",
        "sixel",
        True,
        cell=(6, 13),
    ),
    Case(
        "wezterm, which says OK to kitty's query",
        b"\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\" + OK + b"\x1b[6;20;10t\x1b[>1;277;0c\x1b[?65;4;6;18;22c",
        "iterm",
        True,
        cell=(10, 20),
    ),
    Case(
        "iTerm2",
        b"\x1bP>|iTerm2 3.5.4\x1b\\\x1b[6;16;7t\x1b[>64;2500;0c\x1b[?64;1;2;4;6;17;18;21;22c",
        "iterm",
        True,
        cell=(7, 16),
    ),
    Case("iTerm2, known by what OpenSSH forwards", b"\x1b[?62;4c", "iterm", True, {"LC_TERMINAL": "iTerm2"}),
    Case(
        "foot",
        b"\x1bP>|foot(1.18.1)\x1b\\\x1b[6;19;9t\x1b[>1;011801;0c\x1b[?62;4;22;28;29c",
        "sixel",
        True,
        cell=(9, 19),
    ),
    Case(
        "Windows Terminal 1.22",
        b"\x1b[6;20;10t\x1b[>0;10;1c\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c",
        "sixel",
        True,
        {"WT_SESSION": "x"},
        (10, 20),
    ),
    Case("Windows Terminal 1.18", b"\x1b[>0;10;1c\x1b[?61;6;7;22;23;24;28;32;42c", "cells", True, {"WT_SESSION": "x"}),
    Case(
        "Konsole, which says OK but knows no placeholders",
        b"\x1bP>|Konsole 24.02.1\x1b\\" + OK + b"\x1b[6;20;10t\x1b[>1;115;0c\x1b[?62;1;4c",
        "sixel",
        True,
        cell=(10, 20),
    ),
    Case("an old Konsole", b"\x1bP>|Konsole 21.12\x1b\\" + OK + b"\x1b[?62;22c", "cells", True),
    Case(
        "Apple Terminal, which claims truecolor",
        b"\x1b[?1;2c",
        "cells",
        False,
        {"TERM_PROGRAM": "Apple_Terminal", "COLORTERM": "truecolor"},
    ),
    Case(
        "mlterm, whose table of colours runs over",
        b"\x1b[6;16;8t\x1b[>24;279;0c\x1b[?63;1;2;3;4;6;7;15;18;22;29c",
        "sixel",
        False,
        {"TERM": "mlterm"},
    ),
    Case("GNOME Terminal", b"\x1bP>|VTE(7600)\x1b\\\x1b[>65;7600;1c\x1b[?65;1;9c", "cells", True),
    Case("mosh", b"\x1b[>1;10;0c\x1b[?62c", "cells", False),
    Case("mosh from iTerm2", b"\x1b[>1;10;0c\x1b[?62c", "cells", False, {"LC_TERMINAL": "iTerm2"}),
    Case("kitty that did not answer", b"", "kitty", True, {"TERM": "xterm-kitty"}),
    Case("kitty that answers but shows no pictures", b"\x1bP>|kitty(0.35.2)\x1b\\\x1b[?62;c", "cells", True),
    Case("foot that did not answer", b"", "cells", True, {"TERM": "foot"}),
    Case("nobody answers", b"", "cells", False),
    Case("NO_COLOR in kitty", b"\x1bP>|kitty(0.35.2)\x1b\\" + OK + b"\x1b[?62;c", "cells", True, {"NO_COLOR": "1"}),
    Case("the Linux console", b"", "cells", False, {"TERM": "linux"}),
    Case("screen in kitty", b"\x1b[?1;2c", "cells", False, {"TERM": "screen.xterm-kitty", "KITTY_WINDOW_ID": "1"}),
    Case(
        "a tmux on the near side of ssh",
        b"\x1bP>|tmux 3.4\x1b\\\x1b[>84;0;0c\x1b[?1;2c",
        "cells",
        False,
        {"TERM": "tmux-256color"},
    ),
    Case(
        "tmux in kitty",
        b"\x1bP>|tmux 3.4\x1b\\\x1b[6;18;9t\x1b[>84;0;0c\x1b[?1;2;4c",
        "kitty",
        True,
        {"TMUX": "/tmp/x,1,0", "TERM": "screen-256color"},
        (9, 18),
        Client("kitty(0.35.2)", "xterm-kitty", frozenset({"256", "RGB"}), True),
    ),
    Case(
        "tmux in kitty that lets nothing through",
        b"\x1bP>|tmux 3.4\x1b\\\x1b[?1;2c",
        "cells",
        True,
        {"TMUX": "/tmp/x,1,0"},
        client=Client("kitty(0.35.2)", "xterm-kitty", frozenset({"RGB"}), False),
    ),
    Case(
        "tmux in a kitty from before its placeholders",
        b"\x1bP>|tmux 3.4\x1b\\\x1b[?1;2c",
        "cells",
        True,
        {"TMUX": "/tmp/x,1,0"},
        client=Client("kitty(0.27.1)", "xterm-kitty", frozenset({"RGB"}), True),
    ),
    Case(
        "tmux with sixels in iTerm2, without RGB",
        b"\x1bP>|tmux 3.4\x1b\\\x1b[?61;4;6c",
        "sixel",
        False,
        {"TMUX": "/tmp/x,1,0", "COLORTERM": "truecolor", "TERM_PROGRAM": "tmux"},
        client=Client("iTerm2 3.5.4", "xterm-256color", frozenset({"sixel"}), True),
    ),
    Case(
        "tmux in iTerm2",
        b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c",
        "cells",
        False,
        {"TMUX": "/tmp/x,1,0", "LC_TERMINAL": "iTerm2"},
        client=Client("iTerm2 3.5.4", "xterm-256color", frozenset(), True),
    ),
    Case("tmux that cannot be asked", b"\x1b[?1;2c", "cells", False, {"TMUX": "/tmp/x,1,0"}, client=Client()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_terminal_shows_pictures_its_own_way(case: Case) -> None:
    sieve = Sieve()
    assert sieve.feed(case.replies) == b""
    terminal = described(sieve.replies, {"TERM": "xterm-256color", **case.env}, case.client)
    assert (terminal.pictures, terminal.truecolor, terminal.cell_pixels) == (case.pictures, case.truecolor, case.cell)
    assert terminal.tmux is (case.client is not None)
    assert terminal.why.startswith(f"{case.pictures}: ")


def test_sextants_are_used_where_the_terminal_draws_them_itself_but_not_through_tmux() -> None:
    def blocks(name: str) -> str:
        case = next(case for case in CASES if case.name == name)
        sieve = Sieve()
        sieve.feed(case.replies)
        return described(sieve.replies, {"TERM": "xterm-256color", **case.env}, case.client).blocks

    assert blocks("GNOME Terminal") == "sextants"
    assert blocks("a kitty from before its placeholders, which says OK all the same") == "sextants"
    assert blocks("tmux in kitty that lets nothing through") == "quadrants"
    assert blocks("xterm without sixel") == blocks("nobody answers") == blocks("mosh") == "quadrants"
    assert blocks("the Linux console") == "halves"


def test_only_konsole_wipes_what_is_beside_a_picture() -> None:
    spilling = []
    for case in CASES:
        sieve = Sieve()
        sieve.feed(case.replies)
        if described(sieve.replies, {"TERM": "xterm-256color", **case.env}, case.client).spills:
            spilling.append(case.name)
    assert spilling == ["Konsole, which says OK but knows no placeholders", "an old Konsole"]


def test_why_names_the_command_that_lets_tmux_pass_pictures() -> None:
    kitty = Client("kitty(0.35.2)", "xterm-kitty", frozenset({"RGB"}), False)
    terminal = described(Sieve().replies, {"TMUX": "x", "TERM": "screen"}, kitty)
    assert "`tmux set -g allow-passthrough on`" in terminal.why


def test_kittys_question_is_asked_only_where_it_cannot_become_a_title_or_text() -> None:
    assert KITTY in question({"TERM": "xterm-256color"})
    silent = (
        {"TERM": "screen"},
        {"TERM": "tmux-256color"},
        {"TMUX": "x"},
        {"STY": "x"},
        {"TERM_PROGRAM": "Apple_Terminal"},
    )
    for env in silent:
        assert KITTY not in question(env)
        assert question(env).index("\x1b[c") > question(env).index("\x1b[>c")


def test_tmux_describes_its_client_in_four_lines() -> None:
    assert read("kitty(0.35)\nxterm-kitty\n256,RGB,title\non\n") == Client(
        "kitty(0.35)", "xterm-kitty", frozenset({"256", "RGB", "title"}), True
    )
    assert read("\nxterm-256color\n256\noff\n").passes is False
    assert read("foot\nfoot\nRGB\n\n").passes is True, "before 3.3 there was no such option: always on"
    assert read("").passes is False


def test_past_tmux_every_escape_is_doubled() -> None:
    assert past("\x1b_Ga=d\x1b\\") == "\x1bPtmux;\x1b\x1b_Ga=d\x1b\x1b\\\x1b\\"


def test_a_person_can_choose_another_way_and_a_wrong_word_is_an_error() -> None:
    terminal = Terminal("foot", "sixel", "sixel: the terminal says so")
    assert choose(terminal, "auto") is terminal
    assert choose(terminal, "cells").pictures == "cells"
    assert choose(terminal, "cells").why == "cells: as you asked"
    assert choose(terminal, "none").pictures == "none"
    with pytest.raises(UsageError, match="'halfcell' is unknown"):
        choose(terminal, "halfcell")


def test_no_choice_brings_pictures_to_what_is_no_terminal() -> None:
    pipe = Terminal("no terminal", "none", "none: this is not a terminal")
    assert choose(pipe, "kitty").pictures == "none"


def test_truecolor_that_ssh_dropped_is_set_again_and_a_false_claim_is_taken_back() -> None:
    kitty = Terminal("kitty", "kitty", "", truecolor=True)
    apple = Terminal("Apple Terminal", "cells", "")
    in_tmux = Terminal("tmux in xterm", "cells", "", tmux=True)
    assert colour_settings(kitty, {"TERM": "xterm-kitty"})["COLORTERM"] == "truecolor"
    assert colour_settings(apple, {"TERM": "xterm-256color", "COLORTERM": "truecolor"})["COLORTERM"] == ""
    assert colour_settings(in_tmux, {"TERM": "screen"})["TEXTUAL_COLOR_SYSTEM"] == "256"
    mlterm = Terminal("mlterm", "sixel", "")
    assert colour_settings(mlterm, {"TERM": "mlterm"})["TEXTUAL_COLOR_SYSTEM"] == "256"
    assert "TEXTUAL_COLOR_SYSTEM" not in colour_settings(Terminal("vt220", "cells", ""), {"TERM": "vt220"})
