"""What holds of every staging, whatever is planned, however the disk changed, and however many shots there are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr import scan
from cullr.model import Kind, Shot
from cullr.session import past
from cullr.session.plan import Place, Plan
from cullr_tests.session.small_plans import grow, plan, stage, touch, tree, write


def test_two_thousand_shots_of_one_folder_cost_no_more_looks_than_five_hundred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    real = scan.folder

    def counted(root: Path, relative: str, ignore: Sequence[str] = ()) -> tuple[Shot, ...]:
        looks.append(relative)
        return real(root, relative, ignore)

    monkeypatch.setattr(scan, "folder", counted)
    for count in (500, 2000):
        root = tmp_path / str(count)
        culled = [f"day/{number:04}.jpg" for number in range(count)]
        write(root, "day/keep.jpg", *culled, *(f"day/NKSC_PARAM/{Path(each).name}.nksc" for each in culled))
        looks.clear()
        assert stage(plan([root], (Kind.EXACT, ["day/keep.jpg"], culled)), root).shots == count
        assert len(looks) <= 2


SPOIL: tuple[Callable[[Path], None], ...] = (grow, touch, Path.unlink)


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_planned_and_spoilt_something_stays_for_each_shot_that_went(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        roots = [Path(folder) / "one", Path(folder) / "two"]
        places: list[Place] = [(number % 2, f"{number}.jpg") for number in range(6)]
        for number, path in places:
            write(roots[number], path)
        sides = st.lists(st.sampled_from(places), min_size=2, max_size=4, unique=True).flatmap(
            lambda members: st.integers(0, len(members) - 1).map(lambda cut: (members[:cut], members[cut:]))
        )
        groups = data.draw(st.lists(st.tuples(st.sampled_from(Kind), sides), min_size=1, max_size=3))
        chosen = plan(roots, *((kind, keep, cull) for kind, (keep, cull) in groups))
        for number, path in data.draw(st.sets(st.sampled_from(places), max_size=4)):
            data.draw(st.sampled_from(SPOIL))(roots[number] / path)
        before = tree(*roots)
        done = stage(chosen, *roots)
        gone = {(n, path) for n, path in places if str(roots[n] / path) in before.keys() - tree(*roots).keys()}
        _nothing_went_for_nothing(chosen, gone, roots)
        stuck = {(each.root, each.path) for each in done.left}
        assert gone | stuck >= set(chosen.culled())
        assert stage(chosen, *roots).batch is None
        past.undo(roots, past.choose(past.history(roots)))
        assert tree(*roots) == before


def _nothing_went_for_nothing(chosen: Plan, gone: set[Place], roots: list[Path]) -> None:
    """From each shot that went, going from keeper to keeper ends at one that is there as it was planned."""
    culled = chosen.culled()
    for start in gone & set(culled):
        seen, pending, there = set[Place](), [start], False
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            if place in culled:
                pending += [each.place for each in culled[place][1].keep]
        shots = {shot.place: shot for group in chosen.groups for shot in (*group.keep, *group.cull)}
        for place in seen - set(culled):
            file = roots[place[0]] / place[1]
            stat = file.stat() if file.exists() else None
            there |= bool(stat and (stat.st_size, stat.st_mtime_ns) == (shots[place].size, shots[place].mtime_ns))
        assert there, start
