"""The two lines on top: where we are, what there is to gain, and how far each pass is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.widget import Widget

from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import PassRow
from cullr.tui.theme import FAINT

ELLIPSIS = "…"
THEN = {"groups complete": "choosing keepers", "fetching weights, MB": "loading the encoder"}
"""What the indexer is at after a pass, by the name that it gives that."""


class Header(Widget):
    """`tell` it what changed; it repaints only when the text differs."""

    DEFAULT_CSS = """
    Header { height: 2; background: $panel; padding: 0 1; }
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        super().__init__()
        self._roots = [visible(short(root)) for root in roots]
        self._totals: tuple[int, int, int] = (0, 0, 0)
        self._passes: tuple[PassRow, ...] = ()
        self._note = ""
        self._trouble = ""

    def tell(self, totals: tuple[int, int, int], passes: Sequence[PassRow], note: str, trouble: str = "") -> None:
        """`note` stands in for the passes when all is done; `trouble` outlasts both."""
        said = (totals, tuple(passes), note, trouble)
        if said != (self._totals, self._passes, self._note, self._trouble):
            self._totals, self._passes, self._note, self._trouble = said
            self.refresh()

    def render(self) -> Content:
        width = self.size.width
        return Content("\n").join([self._first(width), self._second(width)])

    def _first(self, width: int) -> Content:
        groups, culled, frees = self._totals
        right = Content.assemble(
            (f"{groups:,}", "bold"),
            " groups   " if groups != 1 else " group   ",
            (f"✗ {culled:,}", "bold $text-error"),
            " to cull   frees ",
            (words.size(frees), "bold $text-accent"),
        )
        name = Content.styled("cullr", "bold $text-primary")
        left = Content.assemble(name, "  ", (", ".join(self._roots), FAINT))
        left = left.truncate(max(5, width - right.cell_length - 2), ellipsis=True)
        return Content.assemble(left, " " * max(2, width - left.cell_length - right.cell_length), right)

    def _second(self, width: int) -> Content:
        if self._trouble:
            return Content.styled(f"✗ {visible(self._trouble)}", "$text-error").truncate(width, ellipsis=True)
        if self._note:
            return Content.assemble(("✓ ", "$text-success"), (self._note, FAINT)).truncate(width, ellipsis=True)
        rows = self._passes or (PassRow("looking for photos", 0, 0, 0.0),)
        current = rows[-1]
        if not finished(current):
            line = Content.styled(progress(current), "$text-accent")
        else:
            then = THEN.get(current.name, "grouping")
            line = Content.styled(f"✓ {current.name}  {then} …", FAINT)
        for name in before(rows):
            line = Content.assemble(line, (f"   ✓ {name}", FAINT))
        return line.truncate(width, ellipsis=True)


def before(rows: Sequence[PassRow]) -> list[str]:
    """The passes before the last one, that nearest to it first. Once groups are complete, it is no news that they were
    complete by previews."""
    names = [row.name for row in rows]
    return [name for name in reversed(names[:-1]) if not any(name.startswith(f"{other} ") for other in names)]


def finished(row: PassRow) -> bool:
    return bool(row.total) and row.done >= row.total


def progress(row: PassRow) -> str:
    """`reading pictures ▕████▌     ▏ 120 of 600  48/s  0:10 left`."""
    if not row.total:
        return f"{row.name} …" if not row.done else f"{row.name}  {row.done:,}"
    parts = [f"{row.name} ▕{bar(row.done / row.total)}▏ {row.done:,} of {row.total:,}"]
    if row.seconds > 0.2 and row.done:
        rate = row.done / row.seconds
        parts += [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s", f"{clock((row.total - row.done) / rate)} left"]
    return "  ".join(parts)


def bar(part: float, cells: int = 12) -> str:
    """A bar in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, part)) * cells * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(cells)


def clock(seconds: float) -> str:
    """65 → `1:05`, 3 700 → `1:01:40`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short(path: Path) -> str:
    """Home is `~`, as in a shell."""
    try:
        inside = path.relative_to(Path.home())
    except (ValueError, RuntimeError):
        return str(path)
    return f"~/{inside}" if inside.parts else "~"
