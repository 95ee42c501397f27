"""A small believable shoot, drawn by the program, for someone without photos at hand."""

from cullr.demo.shoot import DemoSummary, make

__all__ = ["DemoSummary", "make"]
