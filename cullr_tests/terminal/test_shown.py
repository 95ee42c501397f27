"""Whatever the frames, what is written leaves the same screen as they would; and it is little."""

from __future__ import annotations

import itertools
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cullr.tui.pictures.kitty import placeholders
from cullr.tui.terminal.overlays import BLANKS
from cullr.tui.terminal.shown import Shown
from cullr_tests.terminal.glass import Glass

SIZE = (24, 6)
CODES = (
    "",
    "1;38;2;1;2;3;48;2;9;9;9",
    "38;2;1;2;3;48;2;9;9;9",
    "48;2;9;9;9",
    "9;38;2;1;2;3;48;2;7;7;7",
    "7;31;104",
    "2;1;38;5;200",
    "2;38;5;200",
    "3;4;48;5;17",
    "90;40",
)
TEXTS = (
    "plain words",
    "plane words",
    "   ",
    " a b ",
    "✗ 4 ≈ …",
    "漢字.jpg",
    "e\u0301t",
    "👩\u200d💻",
    "אב",
    "\u2764\ufe0f",
    BLANKS[2] * 4,
    placeholders(3, 2)[0],
    placeholders(3, 2)[1],
)
Span = tuple[int, int, list[tuple[str, str]]]


@st.composite
def spans(draw: st.DrawFn) -> Span:
    row, column = draw(st.integers(0, SIZE[1] - 1)), draw(st.integers(0, SIZE[0] - 1))
    runs, room = [], SIZE[0] - column
    for code, text in draw(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(TEXTS)), max_size=4)):
        if cell_len(text) <= room:
            runs.append((code, text))
            room -= cell_len(text)
    return row, column, runs


def frame(parts: list[Span]) -> str:
    """As Textual writes it."""
    lines = [
        f"\x1b[{row + 1};{column + 1}H" + "".join(f"\x1b[{code}m{text}\x1b[0m" if code else text for code, text in runs)
        for row, column, runs in parts
    ]
    return "\n".join(lines) + "\x1b[1;3H"


frames = st.lists(st.lists(spans(), min_size=1, max_size=6), min_size=1, max_size=6)


def shy(sign: str) -> int:
    """A terminal that knows neither wide characters nor combining ones."""
    return 1 if sign in "漢字👩💻\ufe0f" else cell_len(sign)


def apart(part: Span) -> list[Span]:
    """Each run in its place, over blanks; those without a code are one, for nothing stands between them."""
    row, column, runs = part
    found: list[Span] = []
    for _, pieces in itertools.groupby(enumerate(runs), key=lambda run: run[1][0] and run[0] + 1):
        each = [run for _, run in pieces]
        code, text = each[0][0], "".join(text for _, text in each)
        found += [(row, column, [(code, " " * cell_len(text))]), (row, column, [(code, text.rstrip(" "))])]
        column += cell_len(text)
    return found


@pytest.mark.parametrize("width", [cell_len, shy])
@settings(max_examples=60)
@given(frames)
def test_the_screen_is_what_the_frames_say_whatever_the_terminal_thinks_of_widths(
    width: Callable[[str], int], written: list[list[Span]]
) -> None:
    shown, saved, whole = Shown(), Glass(width), Glass(width)
    for parts in written:
        each = frame(parts)
        changes = shown.changes(each, SIZE)
        saved.feed(changes)
        whole.feed(frame([run for part in parts for run in apart(part) or [part]]))
        assert saved.cells == whole.cells
        assert saved.pen == whole.pen, "the pen is laid down as Textual lays it down"
        assert saved.at == whole.at
        strange = sum(cell_len(text) + 20 for _, _, runs in parts for _, text in runs)
        strange *= not each.isascii()
        assert len(changes.encode()) <= len(each.encode()) + 8 + strange


def test_what_follows_characters_of_doubtful_width_stands_where_it_belongs() -> None:
    shown = Shown()
    changes = shown.changes(frame([(2, 4, [("", "a👩\u200d💻 "), (CODES[1], "│")])]), SIZE)
    assert changes.startswith(f"\x1b[3;5H{' ' * cell_len('a👩' + chr(0x200D) + '💻 ')}\x1b[3;5Ha👩\u200d💻\x1b[3;")
    for width in (cell_len, shy, lambda sign: 0 if sign == "\u200d" else cell_len(sign)):
        glass = Glass(width)
        glass.feed(changes)
        border = [place for place, cell in glass.cells.items() if cell[0] == "│"]
        assert border == [(2, 4 + cell_len("a👩\u200d💻 "))]


def test_a_frame_that_changes_nothing_writes_nothing() -> None:
    shown, one = Shown(), frame([(0, 0, [(CODES[1], "plain words")]), (3, 2, [(CODES[2], "✗ 4")])])
    assert shown.changes(one, SIZE)
    assert shown.changes(one, SIZE) == ""


def test_one_letter_costs_one_letter() -> None:
    shown = Shown()
    shown.changes(frame([(2, 0, [(CODES[1], "IMG_0001.JPG"), (CODES[2], "  33 MB")])]), SIZE)
    changes = shown.changes(frame([(2, 0, [(CODES[1], "IMG_0002.JPG"), (CODES[2], "  33 MB")])]), SIZE)
    assert changes == "\x1b[3;8H\x1b[1;38;2;1;2;3;48;2;9;9;9m2\x1b[m\x1b[1;3H"


def test_blanks_under_a_picture_are_written_once_and_again_when_another_picture_is_to_lie_there() -> None:
    """Each time they are written the picture is wiped and sent again."""
    shown, one = Shown(), frame([(1, 1, [(CODES[3], BLANKS[3] * 5)])])
    assert BLANKS[3] * 5 in shown.changes(one, SIZE)
    assert shown.changes(one, SIZE) == ""
    shown.forget(BLANKS[2])
    assert shown.changes(one, SIZE) == ""
    shown.forget(BLANKS[3])
    assert BLANKS[3] * 5 in shown.changes(one, SIZE)


def test_what_a_picture_spilled_over_is_written_again_as_it_was_and_nothing_else() -> None:
    shown, glass = Shown(), Glass()
    whole = frame([(row, 0, [(CODES[1], "abcdefgh"), (CODES[2 + row % 2], "ijklmno")]) for row in range(5)])
    glass.feed(shown.changes(whole, SIZE))
    again = Glass()
    again.feed(shown.around(2, 1, 4, 2).removeprefix("\x1b7").removesuffix("\x1b8"))
    right, below = [(1, 6), (2, 6)], [(3, column) for column in range(2, 7)]
    assert again.cells == {place: glass.cells[place] for place in right + below}
    assert shown.changes(whole, SIZE) == "", "it is known to be there"
    assert shown.around(20, 4, 4, 2) == "", "beyond the edges is nothing to write"
    shown.changes(frame([(2, 0, [("", "漢字")])]), SIZE)
    assert shown.around(2, 1, 4, 1).startswith("\x1b7\x1b[2;7H"), "where wide characters are, no place is known"


@pytest.mark.parametrize(
    "foreign",
    [
        "\x1b[2J",
        "\x1b[?1049h",
        "\x1b[3;3r",
        "\x1bc",
        "words without a place",
        "\x1b[9;9Hbelow\x1b[1;1H",
        "\x1b[2;0Hleft\x1b[1;1H",
        "\x1b[2;22Hright\x1b[1;1H",
    ],
)
def test_after_what_is_not_understood_the_next_frame_is_whole(foreign: str) -> None:
    shown, one = Shown(), frame([(0, 0, [("", "plain words")])])
    first = shown.changes(one, SIZE)
    assert shown.changes(foreign, SIZE) == foreign
    assert shown.changes(one, SIZE) == first


@pytest.mark.parametrize(
    "foreign", ["\x1b[?25l", "\x1b_Gi=3,q=2;AAAA\x1b\\", "\x1b]52;c;AAAA\x07", "\x1b[?2048$p", "\x07", ""]
)
def test_what_changes_no_cell_goes_through_and_nothing_is_forgotten(foreign: str) -> None:
    shown, one = Shown(), frame([(0, 0, [("", "plain words")])])
    shown.changes(one, SIZE)
    assert shown.changes(foreign, SIZE) == foreign
    assert shown.changes(one, SIZE) == ""


def test_a_terminal_of_another_size_is_painted_whole() -> None:
    shown, one = Shown(), frame([(0, 0, [("", "plain words")])])
    first = shown.changes(one, SIZE)
    assert shown.changes(one, (30, 6)) == first
    assert shown.changes(one, (0, 0)) == one, "an unknown size: as it comes"


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Callable[[str, list[str]], str]]:
    """Shows text in a real terminal; the screen with its codes."""

    def run(*words: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def show(name: str, pieces: list[str]) -> str:
        file = tmp_path / name
        file.write_text("\x1b[?7l\x1b[2J" + "".join(pieces), "utf-8")
        line = f"stty -echo; cat {shlex.quote(str(file))}; tmux -S {tmp_path}/tmux wait -S {name}; exec sleep 60"
        run("new-session", "-d", "-s", name, "-x", str(SIZE[0]), "-y", str(SIZE[1]), "-e", "LC_ALL=C.UTF-8", line)
        run("wait", name)
        time.sleep(0.1)
        return run("capture-pane", "-p", "-e", "-N", "-t", name)

    yield show
    run("kill-server")


def test_a_real_terminal_shows_the_same(tmux: Callable[[str, list[str]], str]) -> None:
    written = [
        frame(
            [
                (row, 0, [(CODES[(row + turn) % 10], TEXTS[(row * 3 + turn) % 10]), (CODES[1], " x ")])
                for row in range(6)
            ]
        )
        for turn in range(12)
    ]
    shown = Shown()
    screens = []
    for name, pieces in (("whole", written), ("saved", [shown.changes(each, SIZE) for each in written])):
        glass = Glass()
        for number, line in enumerate(tmux(name, pieces).split("\n")[: SIZE[1]]):
            glass.feed(f"\x1b[{number + 1}H{line}")  # tmux keeps the pen from line to line
        screens.append(glass.cells)
    assert screens[0] == screens[1]
    assert any(cell[0] == "✗" for cell in screens[0].values())
