"""Plans from files nobody vouches for: what is not a plan is refused with the reason, what is one is read unchanged."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.errors import UsageError
from cullr.model import Kind
from cullr.session import Session
from cullr.session.plan import Plan, PlannedGroup, PlannedShot, from_review, read
from cullr_tests import pictures

Table = dict[str, Any]


def shot(path: str, proposal: str = "keep", root: int = 0, *more: str) -> Table:
    return {"root": root, "path": path, "files": [path, *more], "proposal": proposal, "size_mtime": [1, 2]}


def table(*groups: list[Table]) -> Table:
    made = [{"id": f"exact-{number}", "kind": "exact", "shots": shots} for number, shots in enumerate(groups)]
    return {"cullr": 1, "roots": ["/one"], "rule": "r", "complete": True, "groups": made}


def two() -> Table:
    return table([shot("a.jpg"), shot("b.jpg", "cull", 0, "b.xmp")])


def read_back(folder: Path, value: object) -> Plan:
    file = folder / "plan.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return read(file)


def test_a_plan_is_read_as_written(tmp_path: Path) -> None:
    [group] = read_back(tmp_path, two()).groups
    kept = PlannedShot(0, "a.jpg", frozenset({"a.jpg"}), 1, 2)
    culled = PlannedShot(0, "b.jpg", frozenset({"b.jpg", "b.xmp"}), 1, 2)
    assert group == PlannedGroup("exact-0", Kind.EXACT, (kept,), (culled,))


def test_what_a_review_proposes_is_the_same_through_a_file_or_without(tmp_path: Path) -> None:
    from cullr import report

    root = tmp_path / "root"
    name = os.fsdecode(b"caf\xe9\n")
    pictures.save(root / f"{name}.jpg", pictures.scene(1, 160, 120))
    pictures.save(root / f"{name} small.jpg", pictures.scene(1, 160, 120), quality=50)
    (root / f"{name}.xmp").write_text("<x/>")
    review, _ = Session.open([root]).review()
    with (tmp_path / "plan.json").open("w") as stream:
        report.write(review, "json", stream)
    assert read(tmp_path / "plan.json") == from_review(review)
    assert len(from_review(review).culled()) == 1


def spoilt(change: Callable[[Table], object]) -> Table:
    value = two()
    change(value)
    return value


def first(value: Table) -> Table:
    found = value["groups"][0]["shots"][0]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (json.dumps(two())[:-9], "not JSON"),
        ('{"cullr": 1' + "0" * 5000 + "}", "not JSON"),
        ("\N{REPLACEMENT CHARACTER}", "not JSON"),
        ("null", "does not begin"),
        ("[]", "does not begin"),
        (spoilt(lambda it: it.pop("cullr")), "does not begin"),
        (spoilt(lambda it: it.update(cullr=2)), "does not begin"),
        (spoilt(lambda it: it.update(complete=False)), "before every photo was read"),
        (spoilt(lambda it: it.pop("complete")), "before every photo was read"),
        (spoilt(lambda it: it.update(roots=[])), "no roots"),
        (spoilt(lambda it: it.update(roots="/one")), "roots are not a list"),
        (spoilt(lambda it: it.update(roots=[1])), "roots are not a list"),
        (spoilt(lambda it: it.update(roots=["one"])), "absolute"),
        (spoilt(lambda it: it.update(roots=["/one\0"])), "absolute"),
        (spoilt(lambda it: it.update(roots=["/\ud800"])), "absolute"),
        (spoilt(lambda it: it.pop("groups")), "no groups"),
        (spoilt(lambda it: it.update(groups={})), "no groups"),
        (spoilt(lambda it: it.update(groups=[1])), "group 1 is no table"),
        (spoilt(lambda it: it["groups"][0].update(kind="exakt")), "group 1 is of no known kind"),
        (spoilt(lambda it: it["groups"][0].update(kind=["exact"])), "group 1 is of no known kind"),
        (spoilt(lambda it: it["groups"][0].update(shots=[])), "group 1 has no shots"),
        (spoilt(lambda it: it["groups"][0].update(shots={"a": 1})), "group 1 has no shots"),
        (spoilt(lambda it: it["groups"][0].update(shots=["a.jpg"])), "group 1, shot 1 is no table"),
        (spoilt(lambda it: first(it).update(proposal="delete")), "neither keep nor cull"),
        (spoilt(lambda it: first(it).update(proposal=[])), "neither keep nor cull"),
        (spoilt(lambda it: first(it).update(proposal={})), "neither keep nor cull"),
        (spoilt(lambda it: first(it).update(root=1)), "no such root"),
        (spoilt(lambda it: first(it).update(root=-1)), "no such root"),
        (spoilt(lambda it: first(it).update(root=True)), "no such root"),
        (spoilt(lambda it: first(it).update(root=10**400)), "no such root"),
        (spoilt(lambda it: first(it).update(size_mtime=[1])), "size_mtime"),
        (spoilt(lambda it: first(it).update(size_mtime=[1, 2.0])), "size_mtime"),
        (spoilt(lambda it: first(it).update(size_mtime=None)), "size_mtime"),
        (spoilt(lambda it: first(it).update(path=None)), "not among its files"),
        (spoilt(lambda it: first(it).update(path="c.jpg")), "not among its files"),
        (spoilt(lambda it: first(it).update(files="a.jpg")), "files are not a list"),
        (spoilt(lambda it: first(it).update(files=["a.jpg", 1])), "files are not a list"),
        *(
            (spoilt(lambda it, bad=bad: first(it)["files"].append(bad)), "outside its root")  # type: ignore[misc]
            for bad in ("../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a/", "a\0b", "\ud800.xmp")
        ),
    ],
    ids=lambda each: each if isinstance(each, str) and each.isprintable() and len(each) < 30 else "plan",
)
def test_what_is_no_plan_is_refused_with_the_reason(tmp_path: Path, value: object, why: str) -> None:
    with pytest.raises(UsageError, match=r"plan\.json is no plan") as refused:
        read_back(tmp_path, value)
    assert why in refused.value.message
    assert refused.value.exit_code == 2
    assert "report --format json" in refused.value.remedy


def test_a_plan_that_is_missing_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(UsageError, match="cannot be read") as refused:
            read(path)
        assert str(path) in refused.value.message


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        # The keeper is the RAW of the very shot that another group culls by its JPEG: both would go.
        (
            [
                [shot("k.cr2", "keep", 0, "k.jpg"), shot("b.jpg", "cull")],
                [shot("c.jpg"), shot("k.jpg", "cull", 0, "k.cr2")],
            ],
            "a shot of its own and a file of",
        ),
        ([[shot("a.jpg"), shot("b.jpg", "cull", 0, "a.jpg")]], "a shot of its own and a file of"),
        ([[shot("a.jpg"), shot("a.jpg", "cull")]], "group 1 names a shot twice"),
        ([[shot("a.jpg"), shot("b.jpg", "cull"), shot("b.jpg", "cull")]], "group 1 names a shot twice"),
        (
            [[shot("a.jpg"), shot("b.jpg", "cull")], [shot("c.jpg"), shot("b.jpg", "cull", 0, "b.xmp")]],
            "group 2 describes b.jpg otherwise",
        ),
        (
            [
                [shot("a.jpg"), shot("b.jpg", "cull")],
                [shot("c.jpg"), shot("a.jpg", "cull") | {"size_mtime": [1, 3]}],
            ],
            "group 2 describes a.jpg otherwise",
        ),
    ],
)
def test_a_file_has_one_fate(tmp_path: Path, groups: list[list[Table]], why: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_back(tmp_path, table(*groups))
    assert why in refused.value.message


def test_shots_may_share_a_companion_and_be_in_several_groups(tmp_path: Path) -> None:
    shared = [shot("a.jpg", "keep", 0, "x.yaml"), shot("b.jpg", "cull", 0, "x.yaml")]
    again = [shot("c.jpg"), shot("a.jpg", "cull", 0, "x.yaml")]
    found = read_back(tmp_path, table(shared, again))
    assert set(found.culled()) == {(0, "a.jpg"), (0, "b.jpg")}
    assert [kept.path for kept in found.keepers()[0, "b.jpg"]] == ["c.jpg"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [(["one"], "for 2 folders, not 1"), (["two", "one"], "another order"), (["two", "three"], "another order")],
)
def test_a_plan_goes_with_its_folders_in_their_order(tmp_path: Path, typed: list[str], words: str) -> None:
    for name in ("one", "two", "three", "four"):
        (tmp_path / name).mkdir()
    made = Plan((str(tmp_path / "one"), str(tmp_path / "two")), "r", ())
    with pytest.raises(UsageError, match=words) as refused:
        Session.open([tmp_path / name for name in typed]).planned(made)
    assert str(tmp_path / "one") in refused.value.remedy
    # Mounted elsewhere, in the same order.
    assert Session.open([tmp_path / "three", tmp_path / "four"]).planned(made) is made
    assert Session.open([tmp_path / "one", tmp_path / "four"]).planned(made) is made


@given(
    st.lists(st.dictionaries(st.sampled_from("abcdefg"), st.booleans(), min_size=1, max_size=5), min_size=1, max_size=6)
)
def test_a_final_keeper_is_never_culled_and_hangs_together_with_the_shot(groups: list[dict[str, bool]]) -> None:
    def planned(name: str) -> PlannedShot:
        return PlannedShot(0, name, frozenset({name}), 1, 1)

    def side(group: dict[str, bool], keep: bool) -> tuple[PlannedShot, ...]:
        return tuple(planned(name) for name, kept in group.items() if kept is keep)

    plan = Plan(
        ("/r",),
        "",
        tuple(PlannedGroup(str(n), Kind.PHASH, side(each, True), side(each, False)) for n, each in enumerate(groups)),
    )
    culled = plan.culled()
    assert {path for _, path in culled} == {name for each in groups for name, kept in each.items() if not kept}
    for place, keepers in plan.keepers().items():
        assert not {each.place for each in keepers} & culled.keys()
        steps = {place}
        for _ in groups:
            steps |= {each.place for step in steps & culled.keys() for each in culled[step][1].keep}
        assert {each.place for each in keepers} == steps - culled.keys()


@given(st.data())
def test_no_change_to_a_plan_is_answered_with_anything_but_a_plan_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    value: Any = copy.deepcopy(two())
    at: Any = value
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    at[key] = data.draw(st.recursive(leaf, lambda inner: st.lists(inner, max_size=2)))
    folder = tmp_path_factory.getbasetemp()
    try:
        assert isinstance(read_back(folder, value), Plan)
    except UsageError as error:
        assert "is no plan" in error.message
