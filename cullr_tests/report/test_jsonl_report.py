"""JSON lines: every line is a whole object that says what it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cullr.model import Skipped
from cullr.report.json_report import review_to_dict
from cullr_tests.report.reviews import facts, group, odd_names, of_names, review, written


def test_the_lines_together_are_the_plan() -> None:
    made = review(
        group([facts(1, "a.jpg"), facts(2, "b.jpg")]),
        group([facts(3, "c.jpg"), facts(4, "d.jpg")]),
        skipped=[Skipped(1, "bad.jpg", "truncated")],
        roots=["/one", "/two"],
    )
    header, *rows = (json.loads(line) for line in written(made, "jsonl").splitlines())
    plan = review_to_dict(made)
    assert header == {"type": "review"} | {
        key: plan[key] for key in plan if key not in {"groups", "skipped", "left_out"}
    }
    assert rows[:2] == [{"type": "group"} | row for row in plan["groups"]]
    assert rows[2:] == [{"type": "skipped", "root": 1, "path": "bad.jpg", "why": "truncated"}]


def test_no_name_can_break_a_line(shared_photos: Path) -> None:
    found = odd_names(shared_photos)
    lines = written(of_names(found), "jsonl").split("\n")
    assert lines.pop() == ""
    rows = [json.loads(line) for line in lines]
    types = ["review"] + ["group"] * (len(found) + 1) + ["skipped"] * len(found) + ["left_out"] * 2 * len(found)
    assert [row["type"] for row in rows] == types
    assert [os.fsencode(row["path"]) for row in rows if row["type"] == "skipped"] == [os.fsencode(n) for n in found]
