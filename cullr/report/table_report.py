"""A review → tables for a terminal, or for a pipe, where nothing is cut, folded or coloured.

Every line a terminal gets fits its width; below 140 columns the details go under the path.
"""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cullr.model import Kind, Proposal, Review, ReviewedGroup, ShotFacts, Skipped
from cullr.report import words
from cullr.safe_text import visible

_WIDE = 140
# A path may have 4,096 bytes, each shown in up to four characters, and a reason beside it.
_UNLIMITED = 100_000


@dataclass(frozen=True, slots=True)
class _Row:
    """One shot in words."""

    keep: bool
    path: str
    size: str
    pixels: str
    taken: str
    reason: str

    @property
    def mark(self) -> Text:
        return Text("keep", style="bold green") if self.keep else Text("cull", style="bold red")


def pieces(review: Review, *, terminal: bool, width: int | None = None, asked: Sequence[str] = ()) -> Iterator[str]:
    """`width` overrides the terminal's own; it means nothing for a pipe. `asked` goes into the command named last."""
    paper = _Paper(terminal, width)
    several_roots = len(review.roots) > 1
    for place, reviewed in enumerate(review.groups, 1):
        recipe = (Text(f"  {line}", style="dim") for line in words.recipe(reviewed))
        yield paper.print(_heading(place, reviewed), _shots(reviewed, paper, several_roots), *recipe, "")
    if review.skipped:
        yield paper.print(*_skipped(review, several_roots), "")
    for kind in Kind:
        if lines := list(_left_out(review, kind, several_roots)):
            yield paper.print(*lines, "")
    yield paper.print(*_totals(review, asked))


class _Paper:
    """Turns what rich lays out into text for one terminal, or for none."""

    def __init__(self, terminal: bool, width: int | None) -> None:
        self.terminal = terminal
        self._console = Console(
            file=io.StringIO(),
            force_terminal=terminal,
            color_system="auto" if terminal else None,
            width=width if terminal else _UNLIMITED,
        )

    @property
    def wide(self) -> bool:
        return self._console.width >= _WIDE

    def print(self, *things: RenderableType) -> str:
        with self._console.capture() as captured:
            for thing in things:
                self._console.print(thing)
        return captured.get()


def _heading(place: int, reviewed: ReviewedGroup) -> Text:
    group = reviewed.group
    heading = Text()
    heading.append(f"{place}  {group.kind.value}", style="bold cyan")
    heading.append(f"  {words.count(len(group.shots), 'shot')}, {words.weakest(group)}; ", style="")
    heading.append(words.verdict(reviewed), style="yellow" if group.shielded else "bold")
    return heading


def _shots(reviewed: ReviewedGroup, paper: _Paper, several_roots: bool) -> RenderableType:
    pairs = zip(reviewed.shots, reviewed.proposals, strict=True)
    rows = [_cells(facts, proposal, f"{facts.shot.root}: " if several_roots else "") for facts, proposal in pairs]
    if not paper.terminal:
        return Text("\n".join(_plain_lines(rows)))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        grid.add_row(*(_one_line(row) if paper.wide else _two_lines(row)))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _cells(facts: ShotFacts, proposal: Proposal, root: str) -> _Row:
    return _Row(
        keep=proposal.keep,
        path=root + words.path(facts),
        size=words.size(facts.shot.bytes).rjust(8),
        pixels=words.pixels(facts).rjust(9),
        taken=words.clock_time(facts.taken),
        reason=words.reason(proposal),
    )


def _one_line(row: _Row) -> tuple[Text, ...]:
    shade = "" if row.keep else "dim"
    texts = (row.path, row.size, row.pixels, row.taken, row.reason)
    return (row.mark, *(Text(text, style=shade, overflow="fold") for text in texts))


def _two_lines(row: _Row) -> tuple[Text, ...]:
    details = f"\n{row.pixels.strip()}  {row.taken}  {row.reason}"
    path = Text.assemble((row.path, "" if row.keep else "dim"), (details, "dim"), overflow="fold")
    return row.mark, Text(row.size, style="" if row.keep else "dim"), path


def _plain_lines(rows: Sequence[_Row]) -> Iterator[str]:
    """Aligned like the terminal's, but a path over 60 columns pushes only its own line."""
    path = min(60, max(cell_len(row.path) for row in rows))
    taken = max(len(row.taken) for row in rows)
    for row in rows:
        padding = " " * (path - cell_len(row.path))
        mark = row.mark.plain
        yield f"  {mark}  {row.path}{padding}  {row.size}  {row.pixels}  {row.taken.ljust(taken)}  {row.reason}"


def _skipped(review: Review, several_roots: bool) -> Iterator[RenderableType]:
    yield Text(f"{len(review.skipped):,} skipped", style="bold yellow")
    for skipped in review.skipped:
        yield Text("  ").append(_skipped_line(skipped, several_roots))


def _left_out(review: Review, kind: Kind, several_roots: bool) -> Iterator[RenderableType]:
    rows = [each for each in review.left_out if each.kind is kind]
    if rows:
        yield Text(words.left_out(kind, len(rows)), style="bold yellow")
    for each in rows:
        root = f"{each.root}: " if several_roots else ""
        yield Text(f"  {root}{', '.join(visible(path) for path in each.paths)}: {visible(each.why)}")


def _skipped_line(skipped: Skipped, several_roots: bool) -> str:
    root = f"{skipped.root}: " if several_roots else ""
    return f"{root}{visible(skipped.path)}: {visible(skipped.why)}"


def _totals(review: Review, asked: Sequence[str]) -> Iterator[RenderableType]:
    if len(review.roots) > 1:
        for index, root in enumerate(review.roots):
            yield Text(f"root {index}: {visible(root)}", style="dim")
    yield Text(f"{words.totals(review.counts)}.", style="bold")
    if not review.complete:
        yield Text(words.unfinished(review), style="yellow")
    if review.counts.culled:
        yield Text(_next_command(review, asked))


def _next_command(review: Review, asked: Sequence[str]) -> str:
    """What to type next, to stage what was shown. `stage` takes bursts and look-alikes only when they are named."""
    culling = {reviewed.group.kind for reviewed in review.groups if any(not p.keep for p in reviewed.proposals)}
    named = [kind for kind in (Kind.BURST, Kind.CLIP) if kind in culling]
    roots = " ".join((*map(shlex.quote, asked), *map(_argument, review.roots)))
    if "--kind" in asked or not named:
        return f"Next: cullr stage {roots}"
    lines = []
    if culling - set(named):
        lines.append(f"Next: cullr stage {roots}")
    flags = " ".join(f"--kind {kind.value}" for kind in named)
    lines.append(f"{'And' if lines else 'Next:'} cullr stage {flags} {roots}")
    return "\n".join(lines)


def _argument(root: str) -> str:
    """A root as it can be pasted into a shell; one that cannot be typed is left to the reader."""
    return shlex.quote(root) if visible(root) == root else "ROOT"
