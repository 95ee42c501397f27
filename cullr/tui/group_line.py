"""A group → the pieces of its line in the list, exactly as wide as asked, whatever its name holds."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells

from cullr.report import words
from cullr.safe_text import visible
from cullr.session.desk import GroupRow
from cullr.tui.kinds import SIGNS

STYLES = ("plain", "faint", "sign", "cull", "frees", "shield", "cursor")
COLUMNS = 22
"""Cells of what stands right of the title: shots, culls, bytes, a mark."""

Piece = tuple[str, str]


def pieces(
    row: GroupRow | None, width: int, *, told: tuple[int, int] | None = None, leaving: bool = False
) -> list[Piece]:
    """`(text, style name)` from left to right; `told` are culls and bytes by the person's word."""
    if row is None:
        return [(fit("   – gone: its photos were moved or changed", width), "faint")]
    culled, frees = told if told else (row.culled, row.frees)
    room = max(4, width - COLUMNS - 3)
    mark, mark_style = _mark(row, leaving=leaving)
    quiet = leaving or row.provisional
    found = [(f" {SIGNS[row.kind]} ", "faint" if quiet else "sign"), *title(row.title, room, faint=quiet)]
    found += [
        (f"{row.shots:>4,}", "faint"),
        (f"{f'✗{culled:,}' if culled else '·':>6}", "cull" if culled and not quiet else "faint"),
        (f"{words.size(frees) if culled else '':>10}", "faint" if quiet else "frees"),
        (mark, mark_style),
    ]
    return found


def _mark(row: GroupRow, *, leaving: bool) -> Piece:
    if leaving:
        return " →", "faint"
    if row.shielded:
        return " ◆", "shield"
    return (" …", "faint") if row.provisional else ("  ", "plain")


def title(path: str, room: int, *, faint: bool = False) -> list[Piece]:
    """The name, then its folder as far as there is room."""
    folder, _, name = visible(path).rpartition("/")
    rest = room - cell_len(name) - 2
    if not folder or rest < 4:
        return [(fit(name, room), "faint" if faint else "plain")]
    return [(f"{name}  ", "faint" if faint else "plain"), (fit(folder, rest), "faint")]


def fit(text: str, width: int) -> str:
    """Exactly `width` cells; what is too long loses its middle, for names differ at both ends."""
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    if width < 3:
        return _head(text, width)
    head = (width - 1) // 2
    cut = f"{_head(text, head).rstrip(' ') if head else ''}…{_tail(text, width - 1 - head)}"
    return cut + " " * (width - cell_len(cut))


def folded(text: str, width: int, most: int = 0) -> list[str]:
    """Words on lines of at most `width` cells; of `most` lines the last one holds the rest, however long."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if cell_len(joined) <= width or not lines[-1] or len(lines) == most:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _head(text: str, width: int) -> str:
    head = chop_cells(text, width)[0] if width > 0 else ""
    return head + " " * (width - cell_len(head)) if width > 0 else ""


def _tail(text: str, width: int) -> str:
    found = ""
    for char in reversed(text):
        if cell_len(char + found) > width:
            break
        found = char + found
    return found
