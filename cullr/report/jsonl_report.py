"""A review → JSON lines: one object a line, each saying its own type (`review`, `group`, `skipped`, `left_out`).

The first line is the review without its rows, so a reader knows the totals and whether it is complete at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from cullr.model import Review
from cullr.report.json_report import dumps, group_to_dict, header, left_out_to_dict, skipped_to_dict


def pieces(review: Review) -> Iterator[str]:
    yield dumps({"type": "review"} | header(review)) + "\n"
    for reviewed in review.groups:
        yield dumps({"type": "group"} | group_to_dict(reviewed)) + "\n"
    for skipped in review.skipped:
        yield dumps({"type": "skipped", "root": skipped.root} | skipped_to_dict(skipped)) + "\n"
    for each in review.left_out:
        yield dumps({"type": "left_out"} | left_out_to_dict(each)) + "\n"
