"""Packed cells as strips of block characters."""

from __future__ import annotations

import io

from PIL import Image
from rich.cells import cell_len
from rich.color import ColorSystem

from cullr.pool import Rendered, RenderOrder
from cullr.pool.jobs import WIRE_BYTES
from cullr.pool.render import render
from cullr.settings import Limits
from cullr.tui.pictures import cells
from cullr_tests import pictures

RED, BLUE, GREEN = b"\xff\0\0", b"\0\0\xff", b"\0\xff\0"


def test_each_glyph_fills_the_quarters_of_its_bits() -> None:
    """Unicode's names say which quarters; they are the independent witness."""
    import unicodedata

    quarters = {1: "UPPER LEFT", 2: "UPPER RIGHT", 4: "LOWER LEFT", 8: "LOWER RIGHT"}
    halves = {3: "UPPER HALF", 12: "LOWER HALF", 5: "LEFT HALF", 10: "RIGHT HALF", 15: "FULL", 0: "SPACE"}
    for number, glyph in enumerate(cells.GLYPHS):
        name = unicodedata.name(glyph)
        if number in halves:
            assert halves[number] in name
        else:
            named = {bit for bit, quarter in quarters.items() if quarter in name}
            assert sum(named) == number, name


def test_each_sextant_fills_the_sixths_of_its_bits() -> None:
    import unicodedata

    whole = {0: "SPACE", 21: "LEFT HALF BLOCK", 42: "RIGHT HALF BLOCK", 63: "FULL BLOCK"}
    for number, glyph in enumerate(cells.SEXTANTS):
        name = unicodedata.name(glyph)
        if number in whole:
            assert name == whole[number]
        else:
            named = name.removeprefix("BLOCK SEXTANT-")
            assert sum(1 << int(sixth) - 1 for sixth in named) == number, name
        assert cell_len(glyph) == 1


def test_sextants_are_shown_where_a_cell_has_three_rows_of_points() -> None:
    (strip,) = cells.strips(Rendered("cells", 2, 1, 4, 3, bytes([1]) + RED + BLUE + bytes([62]) + GREEN + RED))
    assert strip.text == "\U0001fb00\U0001fb3b"


def test_strips_show_every_cell_in_its_colours() -> None:
    data = bytes([3]) + RED + BLUE + bytes([9]) + GREEN + RED
    (strip,) = cells.strips(Rendered("cells", 2, 1, 4, 2, data))
    assert strip.cell_length == 2 and strip.text == "▀▚"
    style = next(iter(strip)).style
    assert style and style.color and style.bgcolor
    assert (tuple(style.color.triplet or ()), tuple(style.bgcolor.triplet or ())) == ((255, 0, 0), (0, 0, 255))


def test_equal_neighbours_and_blanks_share_one_escape() -> None:
    blank = bytes([0]) + GREEN + BLUE
    data = bytes([3]) + RED + BLUE + blank + bytes([12]) + RED + BLUE + bytes([0]) + BLUE + GREEN
    (strip,) = cells.strips(Rendered("cells", 4, 1, 8, 2, data))
    assert [segment.text for segment in strip] == ["▀ ▄", " "]


def test_256_colours_are_sent_as_such() -> None:
    (strip,) = cells.strips(Rendered("cells", 1, 1, 2, 2, bytes([3, 196, 21]), truecolor=False))
    style = next(iter(strip)).style
    assert style and style.render("x", color_system=ColorSystem.EIGHT_BIT).startswith("\x1b[38;5;196;48;5;21m")


def test_what_reaches_the_terminal_keeps_to_the_budget() -> None:
    """The worker's estimate against the very bytes that Textual writes."""
    stream = io.BytesIO()
    pictures.scene(3, 800, 600).effect_spread(9).save(stream, "JPEG")
    for truecolor, system in ((True, ColorSystem.TRUECOLOR), (False, ColorSystem.EIGHT_BIT)):
        rendered = render(RenderOrder(stream.getvalue(), "cells", 100, 50, truecolor=truecolor), Limits())
        written = "".join(
            segment.style.render(segment.text, color_system=system)
            for strip in cells.strips(rendered)
            for segment in strip
            if segment.style
        )
        assert len(written.encode()) <= WIRE_BYTES
        assert rendered.columns > 40


def test_every_row_is_as_wide_as_it_says() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (50, 30), "white").save(stream, "JPEG")
    rendered = render(RenderOrder(stream.getvalue(), "cells", 33, 17), Limits())
    strips = cells.strips(rendered)
    assert len(strips) == rendered.rows
    assert all(len(strip.text) == strip.cell_length == rendered.columns for strip in strips)
