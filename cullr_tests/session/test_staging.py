"""Plans applied to real folders: what changed stays, what goes has something in its stead, and no group is emptied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cullr import journal, moves
from cullr.errors import Failed
from cullr.model import Kind
from cullr.session import past
from cullr.session.plan import Plan, PlannedGroup, PlannedShot
from cullr.session.staging import apply
from cullr_tests.session.small_plans import grow, killed, names, plan, stage, touch, tree, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two groups of two, each culled shot with a RAW and a sidecar."""
    found = tmp_path / "root"
    write(found, "day/a.jpg", "day/b.jpg", "day/b.cr2", "day/b.xmp", "day/c.jpg", "day/d.jpg", "day/d.xmp")
    return found


def two_groups(root: Path) -> Plan:
    return plan([root], (Kind.EXACT, ["day/a.jpg"], ["day/b.jpg"]), (Kind.PHASH, ["day/c.jpg"], ["day/d.jpg"]))


def test_a_shot_moves_with_raw_and_sidecar_and_undo_brings_all_back(root: Path) -> None:
    before = tree(root)
    done = stage(two_groups(root), root)
    assert (done.shots, done.files, done.left) == (2, 5, [])
    assert names(root) == [
        "_review_dupes/day/b.cr2", "_review_dupes/day/b.jpg", "_review_dupes/day/b.xmp", "_review_dupes/day/d.jpg",
        "_review_dupes/day/d.xmp", "day/a.jpg", "day/c.jpg",
    ]  # fmt: skip
    past.undo([root], past.history([root]))
    assert tree(root) == before


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda root: grow(root / "day/b.jpg"), "changed"),
        (lambda root: touch(root / "day/b.jpg"), "changed"),
        (lambda root: (root / "day/b.jpg").unlink(), "vanished"),
        (lambda root: [(root / f"day/b.{end}").unlink() for end in ("jpg", "cr2")], "vanished"),
        (lambda root: (root / "day/b.cr2").unlink(), "vanished"),
        (lambda root: (root / "day/b.xmp").unlink(), "vanished"),
        (lambda root: write(root, "day/b.jpg.dop"), "new companion"),
        (lambda root: write(root, "day/b.heic"), "new companion"),
        (lambda root: (root / "day/a.jpg").unlink(), "nothing kept in its stead"),
        (lambda root: (root / "day/a.jpg").rename(root / "day/z.jpg"), "nothing kept in its stead"),
        (lambda root: grow(root / "day/a.jpg"), "nothing kept in its stead"),
        (lambda root: touch(root / "day/a.jpg"), "nothing kept in its stead"),
    ],
)
def test_what_is_no_longer_as_planned_is_refused_by_name_and_the_rest_goes_on(
    root: Path, spoil: Callable[[Path], object], why: str
) -> None:
    chosen = two_groups(root)
    spoil(root)
    before = {path for path in names(root) if path.startswith("day/b.")}
    done = stage(chosen, root)
    [refused] = done.left
    assert refused.path in {"day/b.jpg", "day/b.cr2", "day/b.xmp"}
    assert why in refused.why
    assert {path for path in names(root) if path.startswith("day/b.")} == before
    assert done.shots == 1
    assert (root / "_review_dupes/day/d.jpg").is_file()


def test_a_keeper_that_went_from_another_root_holds_the_shot_back(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, "a.jpg", "b.jpg")
    write(there, "a.jpg", "b.jpg")
    chosen = plan([here, there], (Kind.EXACT, [(1, "a.jpg")], ["a.jpg"]), (Kind.EXACT, [(1, "b.jpg")], ["b.jpg"]))
    (there / "a.jpg").unlink()
    done = stage(chosen, here, there)
    assert [(each.root, each.path) for each in done.left] == [(0, "a.jpg")]
    assert names(here) == ["_review_dupes/b.jpg", "a.jpg"]


@pytest.mark.parametrize(("lost", "moved"), [([0], 1), ([1], 1), ([0, 1], 0)])
def test_one_of_two_keepers_in_two_roots_is_enough(tmp_path: Path, lost: list[int], moved: int) -> None:
    roots = [tmp_path / "here", tmp_path / "there"]
    write(roots[0], "a.jpg", "b.jpg")
    write(roots[1], "a.jpg")
    chosen = plan(roots, (Kind.EXACT, ["a.jpg", (1, "a.jpg")], ["b.jpg"]))
    for number in lost:
        (roots[number] / "a.jpg").unlink()
    assert stage(chosen, *roots).shots == moved


def test_the_keeper_of_a_keeper_stands_in_for_both(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    chain = plan([tmp_path], (Kind.EXACT, ["b.jpg"], ["a.jpg"]), (Kind.PHASH, ["c.jpg"], ["b.jpg"]))
    (tmp_path / "c.jpg").unlink()
    assert {each.path for each in stage(chain, tmp_path).left} == {"a.jpg", "b.jpg"}
    write(tmp_path, "c.jpg")
    assert stage(chain, tmp_path).shots == 2
    assert (tmp_path / "c.jpg").is_file()


def test_a_group_culled_whole_and_groups_that_cull_each_other_stay(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    before = tree(tmp_path)
    chosen = plan(
        [tmp_path],
        (Kind.EXACT, [], ["a.jpg", "b.jpg"]),
        (Kind.PHASH, ["c.jpg"], ["d.jpg"]),
        (Kind.PHASH, ["d.jpg"], ["c.jpg"]),
    )
    done = stage(chosen, tmp_path)
    assert {each.path for each in done.left} == {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}
    assert {each.why for each in done.left} == {"the plan keeps nothing in its stead"}
    assert tree(tmp_path) == before
    assert not (tmp_path / ".cullr").exists()


def test_a_plan_applied_twice_moves_nothing_more(root: Path) -> None:
    chosen = two_groups(root)
    stage(chosen, root)
    after = tree(root)
    done = stage(chosen, root)
    assert done.batch is None
    assert {each.path for each in done.left} == {"day/b.jpg", "day/d.jpg"}
    assert tree(root) == after


def test_two_plans_made_at_once_that_keep_what_the_other_culls_leave_one(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    one = plan([tmp_path], (Kind.EXACT, ["a.jpg"], ["b.jpg"]))
    other = plan([tmp_path], (Kind.EXACT, ["b.jpg"], ["a.jpg"]))
    assert stage(one, tmp_path).shots == 1
    assert stage(other, tmp_path).shots == 0
    assert names(tmp_path) == ["_review_dupes/b.jpg", "a.jpg"]


def test_a_set_goes_to_its_own_folder_and_only_while_the_kept_one_is_whole(tmp_path: Path) -> None:
    kept, culled = ([f"2025010{day}_120000_stage{stage_}_x.png" for stage_ in ("1", "1.5", "2")] for day in (1, 2))
    write(tmp_path, *kept, *culled)
    chosen = plan([tmp_path], (Kind.SET, kept, culled))
    (tmp_path / kept[1]).rename(tmp_path / "elsewhere.png")
    done = stage(chosen, tmp_path)
    assert {each.path for each in done.left} == set(culled)
    assert "whole" in done.left[0].why
    (tmp_path / "elsewhere.png").rename(tmp_path / kept[1])
    assert stage(chosen, tmp_path).shots == 3
    assert [path for path in names(tmp_path) if path.startswith("delete_review/")] == [
        f"delete_review/{path}" for path in sorted(culled)
    ]


def test_a_companion_shared_across_both_staged_folders_goes_with_the_last_and_comes_back(tmp_path: Path) -> None:
    first, second = "20250101_120000_stage1_a.png", "20250101_120000_stage2_b.png"
    write(tmp_path, first, second, "20250101_120000.yaml", "k.png", "l.png")
    before = tree(tmp_path)
    chosen = plan([tmp_path], (Kind.SET, ["k.png"], [first]), (Kind.PHASH, ["l.png"], [second]))
    (tmp_path / "l.png").rename(tmp_path / "m.png")
    assert stage(chosen, tmp_path).shots == 1
    assert (tmp_path / "20250101_120000.yaml").is_file()
    (tmp_path / "m.png").rename(tmp_path / "l.png")
    assert stage(chosen, tmp_path).shots == 1
    assert not (tmp_path / "20250101_120000.yaml").exists()
    past.undo([tmp_path], past.choose(past.history([tmp_path])))
    assert tree(tmp_path) == before
    done = stage(chosen, tmp_path)
    assert (done.shots, done.files, done.left) == (2, 3, [])
    past.undo([tmp_path], past.choose(past.history([tmp_path])))
    assert tree(tmp_path) == before


def test_several_roots_are_one_batch_and_undone_as_one(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "one" / "inside"]
    for each in roots:
        write(each, "a.jpg", "b.jpg", "b.xmp")
    before = tree(*roots)
    chosen = plan(roots, *((Kind.EXACT, [(number, "a.jpg")], [(number, "b.jpg")]) for number in range(3)))
    done = stage(chosen, *roots)
    assert (done.shots, done.left) == (3, [])
    assert {tuple(journal.read(each).state.batches) for each in roots} == {(done.batch,)}
    assert (roots[2] / "_review_dupes/b.jpg").is_file()
    [batch] = past.history(roots)
    assert (batch.shots, batch.files, batch.undoable) == (3, 6, 6)
    assert past.undo(roots, [batch]).files == 6
    assert tree(*roots) == before


def test_a_root_whose_journal_cannot_be_opened_stops_all_before_anything_moves(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    for each in roots:
        write(each, "a.jpg", "b.jpg")
    chosen = plan(roots, *((Kind.EXACT, [(number, "a.jpg")], [(number, "b.jpg")]) for number in range(2)))
    (roots[1] / ".cullr").write_text("in the way")
    before = tree(*roots)
    with pytest.raises(Failed):
        stage(chosen, *roots)
    assert tree(*roots) == before


def test_a_shot_of_an_inner_root_is_not_to_be_had_through_the_outer_one(tmp_path: Path) -> None:
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "inner"
    write(inner, "a.jpg", "b.jpg")
    before = tree(outer)
    chosen = plan([outer], (Kind.EXACT, ["inner/a.jpg"], ["inner/b.jpg"]))
    assert len(stage(chosen, outer, inner).left) == 1
    assert tree(outer) == before


def test_no_link_hidden_or_staged_folder_lends_a_keeper_or_loses_a_shot(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("day", ".hidden", "_review_dupes", "day/delete_review", "out"):
        write(root, f"{folder}/a.jpg", f"{folder}/b.jpg")
    write(root, "day/real/c.jpg")
    write(tmp_path, "outside/a.jpg", "outside/b.jpg")
    (root / "link").symlink_to("day")
    (root / "away").symlink_to(tmp_path / "outside")
    before = tree(tmp_path)
    like = plan([root], (Kind.EXACT, ["day/a.jpg"], ["day/b.jpg"])).groups[0]
    folders = ("link", "away", ".hidden", "_review_dupes", "day/delete_review", "out", "link/real")
    for folder in folders:
        found = (root / folder / "b.jpg").stat() if (root / folder / "b.jpg").exists() else (root / "day").stat()
        path = f"{folder}/b.jpg"
        alias = PlannedShot(0, path, frozenset({path}), found.st_size, found.st_mtime_ns)
        for keep, cull in (((alias,), like.cull), (like.keep, (alias,))):
            group = PlannedGroup("x", Kind.EXACT, keep, cull)
            done = stage(Plan((str(root),), "", (group,)), root, ignore=["out/"])
            assert (done.shots, len(done.left)) == (0, 1), (folder, keep)
    assert tree(tmp_path) == before


def test_a_link_in_another_root_back_to_the_shot_itself_is_no_keeper(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    write(roots[0], "day/a.jpg", "day/b.jpg")
    write(roots[1], "c.jpg")
    (roots[1] / "link").symlink_to(roots[0] / "day")
    [group] = plan(roots, (Kind.EXACT, ["day/a.jpg"], ["day/b.jpg"])).groups
    [culled] = group.cull
    alias = PlannedShot(1, "link/b.jpg", frozenset({"link/b.jpg"}), culled.size, culled.mtime_ns)
    chosen = Plan(tuple(map(str, roots)), "", (PlannedGroup("x", Kind.EXACT, (alias,), group.cull),))
    assert stage(chosen, *roots).shots == 0


def test_a_raw_that_got_its_jpeg_since_is_refused_as_grown_and_still_serves_as_keeper(tmp_path: Path) -> None:
    write(tmp_path, "a.cr2", "b.cr2", "c.cr2")
    chosen = plan([tmp_path], (Kind.PHASH, ["a.cr2"], ["b.cr2", "c.cr2"]))
    write(tmp_path, "a.jpg", "b.jpg")
    done = stage(chosen, tmp_path)
    assert [(each.path, "new companion" in each.why) for each in done.left] == [("b.cr2", True)]
    assert names(tmp_path) == ["_review_dupes/c.cr2", "a.cr2", "a.jpg", "b.cr2", "b.jpg"]


def test_what_an_interrupted_run_left_is_settled_before_the_disk_is_looked_at(root: Path) -> None:
    chosen = two_groups(root)
    killed(root, "day/b.jpg", "day/b.cr2", "day/b.xmp")
    done = stage(chosen, root)
    assert "interrupted" in " ".join(done.recovered)
    assert (done.shots, done.files, done.left) == (2, 5, [])


def test_a_companion_that_comes_while_the_batch_is_under_way_holds_its_shot_back(tmp_path: Path) -> None:
    culled = [f"{number:04}.jpg" for number in range(300)]
    write(tmp_path, "keep.jpg", *culled)
    chosen = plan([tmp_path], (Kind.EXACT, ["keep.jpg"], culled))

    def progress(_name: str, done: int, total: int) -> None:
        assert total == 300
        if done < total:  # between two chunks
            write(tmp_path, "0299.xmp")

    done = apply(chosen, [tmp_path], (), progress)
    assert [(each.path, "new companion" in each.why) for each in done.left] == [("0299.jpg", True)]
    assert [path for path in names(tmp_path) if "/" not in path] == ["0299.jpg", "0299.xmp", "keep.jpg"]


def test_every_shot_that_was_asked_for_is_moved_or_named(root: Path) -> None:
    assert {batch.id for batch in moves.history(root)} == set()
    done = stage(two_groups(root), root)
    assert done.shots + len(done.left) == 2
    assert [batch.id for batch in moves.history(root)] == [done.batch]
