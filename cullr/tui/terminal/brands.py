"""A terminal's name → the ways to show pictures that work there, best first.

The table follows yazi's. Konsole and WezTerm answer kitty's query but know no placeholders, so the name must decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cullr.pool.jobs import Blocks
from cullr.tui.terminal.terminal import Pictures


@dataclass(frozen=True, slots=True)
class Brand:
    """`mark` is what its answer to XTVERSION contains, in lower case; `since` the first version that has these ways;
    `spills`: a sixel picture wipes cells to its right and below. Sextants only where they are drawn without a font,
    which rarely has them."""

    name: str
    mark: str
    ways: tuple[Pictures, ...] = ()
    truecolor: bool = True
    since: tuple[int, int] = (0, 0)
    spills: bool = False
    blocks: Blocks = "quadrants"


UNKNOWN = Brand("an unknown terminal", "", ("sixel",), truecolor=False)
MOSH = Brand("mosh", "", truecolor=False)
LINUX = Brand("the Linux console", "", truecolor=False, blocks="halves")
APPLE = Brand("Apple Terminal", "", truecolor=False)
TMUX = Brand("tmux", "tmux ", ("sixel",), truecolor=False)

BRANDS = (
    # Before its placeholders kitty shows an empty box for each cell of a picture; Debian 12 has 0.26.
    Brand("kitty", "kitty", ("kitty",), since=(0, 28), blocks="sextants"),
    Brand("Ghostty", "ghostty", ("kitty",), blocks="sextants"),
    Brand("Rio", "rio ", ("kitty", "sixel")),
    Brand("iTerm2", "iterm2", ("iterm", "sixel")),
    Brand("WezTerm", "wezterm", ("iterm", "sixel"), blocks="sextants"),
    Brand("foot", "foot", ("sixel",), blocks="sextants"),
    Brand("Konsole", "konsole", ("sixel",), spills=True),
    Brand("Windows Terminal", "windows terminal", ("sixel",)),
    Brand("Visual Studio Code", "xterm.js", ("sixel",)),
    Brand("Warp", "warp", ("iterm",)),
    Brand("mintty", "mintty", ("iterm", "sixel")),
    Brand("Contour", "contour", ("sixel",)),
    # It takes truecolor, but has a table of colours that runs over: whole lines turn white.
    Brand("mlterm", "mlterm", ("sixel",), truecolor=False),
    Brand("Bobcat", "bobcat", ("iterm", "sixel")),
    Brand("VTE", "vte(", ("sixel",), blocks="sextants"),
    Brand("libvterm", "libvterm"),
    Brand("Alacritty", "alacritty"),
    Brand("XTerm", "xterm(", ("sixel",)),
    TMUX,
)
_NUMBER = re.compile(r"(\d{1,9})\.(\d{1,9})")
_BY_NAME = {brand.name: brand for brand in BRANDS}
_TERMS = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "Ghostty",
    "rio": "Rio",
    "foot": "foot",
    "foot-extra": "foot",
    "wezterm": "WezTerm",
    "alacritty": "Alacritty",
    "contour": "Contour",
    "mlterm": "mlterm",
}
_PROGRAMS = {
    "iTerm.app": "iTerm2",
    "iTerm2": "iTerm2",
    "WezTerm": "WezTerm",
    "ghostty": "Ghostty",
    "WarpTerminal": "Warp",
    "rio": "Rio",
    "vscode": "Visual Studio Code",
    "mintty": "mintty",
}


def named(version: str) -> Brand | None:
    """By the answer to XTVERSION."""
    lower = version.lower()
    brand = next((brand for brand in BRANDS if brand.mark and brand.mark in lower), None)
    if brand is None or (number := _NUMBER.search(lower)) is None:
        return brand
    since = brand.since
    old = (int(number[1]), int(number[2])) < since
    return replace(brand, name=f"{brand.name} before {since[0]}.{since[1]}", ways=()) if old else brand


def from_environment(env: Mapping[str, str]) -> Brand | None:
    """By TERM and what the terminal puts beside it; LC_TERMINAL is the one that OpenSSH forwards."""
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if term == "linux":
        return LINUX
    if term.startswith("tmux"):
        return TMUX
    # Inside another multiplexer these names belong to the terminal that started it.
    if term.startswith("screen") or "STY" in env or "ZELLIJ" in env or "TMUX" in env:
        return None
    if program == "Apple_Terminal":
        return APPLE
    known = _TERMS.get(term) or _PROGRAMS.get(program) or _PROGRAMS.get(env.get("LC_TERMINAL", ""))
    if known is None and "WT_SESSION" in env:
        known = "Windows Terminal"
    return _BY_NAME.get(known) if known else None
