"""Whatever is asked for and taken back: the line is never promised more than one picture ahead, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from cullr.tui.terminal.overlays import BLANKS, REST, Overlays
from cullr.tui.terminal.turns import Turns
from cullr_tests.terminal.clock import Clock

PACE = 1000.0
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 5), st.integers(0, 3), st.integers(0, 900)),
        st.tuples(st.just("drop"), st.integers(0, 5), st.just(0), st.just(0)),
        st.tuples(st.just("go"), st.integers(0, 700), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_picture_starts_only_when_those_before_are_through_the_best_rank_first_and_none_is_lost(
    steps: list[tuple[str, int, int, int]],
) -> None:
    clock = Clock()
    turns = Turns(PACE, clock, clock.later)
    wanted: dict[tuple[int, int], int] = {}
    free = 0.0

    def sent(owner: int, rank: int, size: int) -> Callable[[], int]:
        def go() -> int:
            nonlocal free
            assert clock.now >= free - 1e-9, "the one before is still on its way"
            assert rank == min(each for _, each in wanted)
            assert wanted.pop((owner, rank)) == size
            free = clock.now + size / PACE
            return size

        return go

    for what, number, rank, size in steps:
        if what == "ask":
            wanted[number, rank] = size
            turns.ask(number, rank, sent(number, rank, size))
        elif what == "drop":
            for key in [key for key in wanted if key[0] == number]:
                del wanted[key]
            turns.drop(number)
        else:
            clock.go(number / 1000)
    clock.go(60)
    assert not wanted


def test_on_a_near_terminal_nobody_waits() -> None:
    turns = Turns(None)
    seen: list[int] = []

    def sent(number: int) -> Callable[[], int]:
        def go() -> int:
            seen.append(number)
            return 1 << 20

        return go

    for number in range(3):
        turns.ask("one", 5 - number, sent(number))
    assert seen == [0, 1, 2]


class Desk:
    """Overlays on a line of 1 000 bytes a second."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.written: list[str] = []
        self.overlays = Overlays(Turns(PACE, self.clock, self.clock.later), self.clock.later, self.written.append)

    def took(self, seconds: float) -> list[str]:
        self.clock.go(seconds)
        found, self.written[:] = self.written[:], []
        return found


def test_an_overlay_is_drawn_once_after_its_cells_rest_and_not_when_others_were_painted() -> None:
    desk = Desk()
    first, other = (lambda: "<first>"), (lambda: "<other>")
    blank, unlike = desk.overlays.add(first), desk.overlays.add(other)
    assert blank != unlike and {blank, unlike} <= set(BLANKS)
    desk.overlays.written("a list moves its cursor")
    assert desk.took(1) == []
    desk.overlays.written(f"frame {blank * 4}")
    assert desk.took(0) == ["<first>"], "new and under the eye: at once"
    desk.overlays.written(f"a dialog closes {blank}")
    assert desk.took(REST / 2) == []
    desk.overlays.written(f"and again {blank}")
    assert desk.took(REST * 0.9) == [], "the cells have not rested yet"
    assert desk.took(1) == ["<first>"]
    desk.overlays.written(blank + unlike)
    desk.overlays.remove(first)
    assert desk.took(1) == ["<other>"]
    desk.overlays.written(blank)
    assert desk.took(1) == []


def test_the_picture_under_the_eye_is_drawn_first_and_a_sharper_one_over_it_needs_no_wiping() -> None:
    desk = Desk()
    small, large = (lambda: "small" * 100), (lambda: "large" * 100)
    blanks = desk.overlays.add(small, 1) + desk.overlays.add(large, 0)
    desk.overlays.written("x" + desk.overlays.add(lambda: "now" * 100, 3))
    desk.clock.go(REST)
    desk.overlays.written(blanks)
    assert [each[:5] for each in desk.took(2)] == ["nowno", "large", "small"]
    desk.overlays.again(large, 10)
    assert [each[:5] for each in desk.took(2)] == ["large"]


def test_a_picture_wiped_while_it_waits_for_its_turn_is_drawn_once() -> None:
    desk = Desk()
    one, two = (lambda: "1" * 1000), (lambda: "2")
    blanks = desk.overlays.add(one, 0), desk.overlays.add(two, 1)
    desk.overlays.written("".join(blanks))
    desk.clock.go(2 * REST)
    desk.overlays.written(blanks[1])
    assert [each[0] for each in desk.took(3)] == ["1", "2"]


def test_a_new_picture_in_the_same_place_has_another_blank_so_that_the_old_one_is_wiped() -> None:
    desk = Desk()
    paint = lambda: "x"  # noqa: E731
    for _ in range(30):
        assert desk.overlays.add(paint) != desk.overlays.add(paint)
