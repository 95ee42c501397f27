"""Batches over several roots, listed, chosen and taken back as one; and what an interrupted run left, settled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cullr import journal
from cullr.errors import UsageError
from cullr.journal import Journal
from cullr.model import Kind
from cullr.moves import BatchState
from cullr.session import past, settling
from cullr.session.past import PastBatch
from cullr_tests.session.small_plans import killed, names, plan, stage, tree, write


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "one", tmp_path / "two"]
    for root in found:
        write(root, "a.jpg", "b.jpg", "b.xmp", "c.jpg")
    return found


def cull(roots: list[Path], *culled: tuple[int, str]) -> PastBatch:
    done = stage(plan(roots, *((Kind.EXACT, [(root, "a.jpg")], [(root, path)]) for root, path in culled)), *roots)
    assert done.left == []
    return past.choose(past.history(roots), name=str(done.batch))[0]


def test_history_is_one_row_for_each_approval_oldest_first(roots: list[Path]) -> None:
    assert past.history(roots) == []
    first, second = cull(roots, (0, "b.jpg"), (1, "b.jpg")), cull(roots, (1, "c.jpg"))
    rows = past.history(roots)
    assert {row.id for row in rows} == {first.id, second.id}
    both = next(row for row in rows if row.id == first.id)
    assert (both.shots, both.files, both.staged, both.undoable, both.state) == (2, 4, 4, 4, BatchState.STAGED)
    assert both.bytes == sum(path.stat().st_size for root in roots for path in root.glob("_review_dupes/b.*"))
    assert [number for number, _ in both.parts] == [0, 1]
    assert "largest_original" in both.what


def test_a_batch_is_undone_in_all_roots_and_only_it(roots: list[Path]) -> None:
    first, second = cull(roots, (0, "b.jpg"), (1, "b.jpg")), cull(roots, (1, "c.jpg"))
    done = past.undo(roots, [first])
    assert (done.batches, done.files, done.left) == ([first.id], 4, [])
    assert sorted(done.back) == [(0, "b.jpg"), (0, "b.xmp"), (1, "b.jpg"), (1, "b.xmp")]
    assert names(roots[0]) == ["a.jpg", "b.jpg", "b.xmp", "c.jpg"]
    assert names(roots[1]) == ["_review_dupes/c.jpg", "a.jpg", "b.jpg", "b.xmp"]
    states = {row.id: row.state for row in past.history(roots)}
    assert states == {first.id: BatchState.UNDONE, second.id: BatchState.STAGED}


def test_batches_undone_together_are_one_reading_of_each_journal(
    roots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(*roots)
    batches = [cull(roots, (0, "b.jpg"), (1, "b.jpg")), cull(roots, (0, "c.jpg")), cull(roots, (1, "c.jpg"))]
    opened: list[Path] = []
    real = Journal.__init__

    def counted(self: Journal, root: Path) -> None:
        opened.append(root)
        real(self, root)

    monkeypatch.setattr(Journal, "__init__", counted)
    assert past.undo(roots, batches).files == 6
    assert opened == roots
    assert tree(*roots) == before


def test_a_dry_run_says_the_same_and_moves_nothing(roots: list[Path]) -> None:
    batch = cull(roots, (0, "b.jpg"), (1, "b.jpg"))
    write(roots[1], "b.jpg")
    before = tree(*roots)
    would = past.undo(roots, [batch], dry_run=True)
    assert tree(*roots) == before
    assert past.history(roots)[0].undoable == 3
    did = past.undo(roots, [batch])
    assert (would.files, would.left, would.back) == (did.files, did.left, did.back)


def test_what_stands_in_the_way_is_named_and_both_stay(roots: list[Path]) -> None:
    batch = cull(roots, (0, "b.jpg"), (1, "b.jpg"))
    (roots[1] / "b.jpg").write_bytes(b"newcomer")
    done = past.undo(roots, [batch])
    assert done.files == 2
    [(root, path, why)] = done.left
    assert (root, path) == (1, "b.jpg")
    assert "_review_dupes/b.jpg" in why
    assert (roots[1] / "b.jpg").read_bytes() == b"newcomer"
    assert names(roots[1])[:2] == ["_review_dupes/b.jpg", "_review_dupes/b.xmp"]
    assert past.history(roots)[0].state is BatchState.PARTLY
    (roots[1] / "b.jpg").unlink()
    assert past.undo(roots, past.choose(past.history(roots))).left == []


def test_the_last_n_are_those_that_still_hold_something_latest_first(roots: list[Path]) -> None:
    write(roots[0], *(f"{number}.jpg" for number in range(6)))
    made = [cull(roots, (0, f"{number}.jpg")).id for number in range(6)]  # all within a second
    assert [batch.id for batch in past.history(roots)] == made
    assert [batch.id for batch in past.choose(past.history(roots))] == made[::-1]
    assert [batch.id for batch in past.choose(past.history(roots), last=2)] == made[:-3:-1]
    past.undo(roots, past.choose(past.history(roots), last=1))
    assert [batch.id for batch in past.choose(past.history(roots), last=1)] == [made[4]]


def test_batches_of_two_roots_are_in_order_of_time(roots: list[Path]) -> None:
    made: list[str] = []
    for root, path in ((1, "b.jpg"), (0, "b.jpg"), (1, "c.jpg")):
        time.sleep(1.05 * bool(made))
        made.append(cull(roots, (root, path)).id)
    assert [batch.id for batch in past.history(roots)] == made


@pytest.mark.parametrize("last", [0, -1])
def test_less_than_one_batch_is_no_request(roots: list[Path], last: int) -> None:
    cull(roots, (0, "b.jpg"))
    with pytest.raises(UsageError):
        past.choose(past.history(roots), last=last)


def test_a_batch_that_never_was_is_an_error_with_a_remedy(roots: list[Path]) -> None:
    with pytest.raises(UsageError, match=r"no batch gone\\x1b") as refused:
        past.choose(past.history(roots), name="gone\x1b")
    assert "history" in refused.value.remedy


def test_an_interrupted_batch_is_told_of_settled_and_can_be_taken_back(roots: list[Path]) -> None:
    before = tree(*roots)
    killed(roots[1], "b.jpg", "b.xmp")
    assert past.history(roots) == []
    [told] = settling.interrupted(roots)
    assert str(roots[1]) in told
    assert not (roots[1] / "b.jpg").exists()
    assert "interrupted" in " ".join(settling.settle(roots))
    assert settling.interrupted(roots) == []
    assert tree(*roots) == before
    assert not (roots[0] / ".cullr").exists(), "a root that needs nothing is left alone"


def test_settling_sets_a_torn_line_aside_and_says_so(roots: list[Path]) -> None:
    cull(roots, (0, "b.jpg"))
    with (roots[0] / ".cullr/journal.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"se')
    assert "set aside" in " ".join(settling.settle(roots))
    assert journal.read(roots[0]).torn == b""
