"""The screen as Textual draws it → an SVG that is the same on every machine, compared with the one in `snapshots/`.

Accept what changed on purpose: `CULLR_ACCEPT_SNAPSHOTS=1 scripts/test cullr_tests/tui/test_snapshots.py`.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot

BASELINES = Path(__file__).parent / "snapshots"
ACCEPT = "CULLR_ACCEPT_SNAPSHOTS"
LOOK = 0.05
"""Seconds between two looks."""
QUIET = 100
"""Looks in a row that found the same wrong screen: nothing is on its way any more, however slow the machine."""
CELL = 12.2
"""Width of a column in Textual's SVG."""
VARIES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"terminal-\d+", "terminal"),
    (r"@font-face \{.*?\}\s*", ""),
    (r"20(?!23|24-05|25-01)\d\d-\d\d-\d\d((?: |&#160;|T)\d\d:\d\d(:\d\d)?)?", "2030-01-01\\1"),
    (r"(?<=2030-01-01)(( |&#160;|T)\d\d:\d\d)(:\d\d)?", lambda found: "&#160;12:00" + (":00" if found[3] else "")),
    (r"batch&#160;[\w.-]+", "batch&#160;1"),
    (r"\d\.\d&#160;%&#160;black,&#160;\d\.\d&#160;%&#160;white", "0.0&#160;%&#160;black,&#160;0.0&#160;%&#160;white"),
)
"""What differs from run to run: Textual's ids, the fonts it would load from the network, today, ids of batches,
and how much of a picture is clipped: a measure of its own tests."""
TEXT = re.compile(r'<text class="(\S+)" x="([\d.]+)"[^>]*clip-path="url\(#terminal-line-(\d+)\)">(.*?)</text>')
BOX = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)"[^>]*shape-rendering')
STYLE = re.compile(r"\.(terminal-r\d+) \{([^}]*)\}")


def same_everywhere(svg: str) -> str:
    """Without what differs from run to run."""
    for pattern, stands in VARIES:
        svg = re.sub(pattern, stands, svg, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


async def matches(name: str, pilot: Pilot[int], beside: Path) -> None:
    """Fail unless the screen comes to look like its baseline; the one seen is then `beside`/name.svg."""
    baseline = BASELINES / f"{name}.svg"
    accept = bool(os.environ.get(ACCEPT))
    wanted = baseline.read_text("utf-8") if baseline.is_file() and not accept else ""
    seen, same = "", 0
    while (now := _seen(pilot)) != wanted and same < (QUIET // 5 if accept else QUIET):
        seen, same = now, same + 1 if now == seen else 0
        await pilot.pause(LOOK)
    if accept:
        BASELINES.mkdir(exist_ok=True)
        baseline.write_text(now, "utf-8")
    elif now != wanted:
        new = beside / f"{name}.svg"
        new.write_text(now, "utf-8")
        how = f"{ACCEPT}=1 scripts/test cullr_tests/tui/test_snapshots.py"
        raise AssertionError(
            f"the screen {name} is not as in {baseline}\n{changes(wanted, now)}\nHow it looks: {new}\n"
            f"If that is right: {how}"
        )


def _seen(pilot: Pilot[int]) -> str:
    return same_everywhere(pilot.app.export_screenshot(title="cullr"))


def changes(old: str, new: str) -> str:
    """What reads or looks different, line by line."""
    if not old:
        return "there is no such picture yet; it would read:\n" + "\n".join(f"  {line}" for line in _lines(new))
    said = []
    rows = zip_longest(_lines(old), _lines(new), _looks(old), _looks(new), fillvalue="")
    for number, (was, now, before, after) in enumerate(rows, 1):
        if was != now:
            said += [f"line {number:>2} was  {was}", f"        now  {now}"]
        elif before != after:
            said.append(f"line {number:>2} reads the same in other colours: {now}")
    return "\n".join(said or ["the same words in the same colours; the drawing around them differs"])


def _lines(svg: str) -> list[str]:
    """The screen's rows as text."""
    rows: dict[int, str] = {}
    for _, at, number, text in TEXT.findall(svg):
        row = rows.get(int(number), "")
        row += " " * (round(float(at) / CELL) - cell_len(row))
        rows[int(number)] = row + html.unescape(text).replace("\xa0", " ")
    return [rows.get(number, "").rstrip() for number in range(max(rows, default=-1) + 1)]


def _looks(svg: str) -> list[list[tuple[str, str]]]:
    """By row: where each style begins, letters and grounds."""
    styles: Mapping[str, str] = dict(STYLE.findall(svg))
    rows: dict[int, list[tuple[str, str]]] = {}
    for style, at, number, _ in TEXT.findall(svg):
        rows.setdefault(int(number), []).append((at, styles.get(style, "")))
    for colour, at, down in BOX.findall(svg):
        rows.setdefault(int(float(down) // 24.4), []).append((at, colour))
    return [rows.get(number, []) for number in range(max(rows, default=-1) + 1)]
