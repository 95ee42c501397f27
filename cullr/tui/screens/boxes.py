"""Boxes in columns and rows, all of exactly one size: what is shown in step must show the same part."""

from __future__ import annotations

from textual.containers import Container


class Boxes(Container):
    """`spread` says how many; a left margin of `indent` columns stays free."""

    DEFAULT_CSS = "Boxes { layout: grid; grid-gutter: 0 1; height: 1fr; width: 100%; }"
    columns, rows, indent = 1, 1, 0

    def spread(self, columns: int, rows: int, indent: int = 0) -> None:
        self.columns, self.rows, self.indent = columns, rows, indent
        self._apply()

    def on_resize(self) -> None:
        self._apply()

    def _apply(self) -> None:
        width, height = self.size.width + self.styles.padding.width - self.indent, self.size.height
        self.styles.padding = (0, 0, 0, self.indent)
        self.styles.grid_size_columns, self.styles.grid_size_rows = self.columns, self.rows
        gutters = self.columns - 1
        self.styles.grid_columns = (max(1, (width - gutters) // self.columns),) * self.columns
        self.styles.grid_rows = (max(1, height // self.rows),) * self.rows
