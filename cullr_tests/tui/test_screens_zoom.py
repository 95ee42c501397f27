"""What part of a picture a view shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.tui.screens.zoom import WHOLE, View, full_size

SIDES = st.integers(1, 20_000)
SIZES = st.tuples(SIDES, SIDES)
BOXES = st.tuples(st.integers(8, 2000), st.integers(8, 2000))
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("nearer"), st.integers(-3, 3), st.just(0)),
        st.tuples(st.just("moved"), st.integers(-2, 2), st.integers(-2, 2)),
    ),
    max_size=12,
)


@given(SIZES, BOXES, MOVES)
def test_whatever_is_pressed_the_part_shown_lies_within_the_picture(
    size: tuple[int, int], box: tuple[int, int], moves: list[tuple[str, int, int]]
) -> None:
    view = View()
    for what, one, other in moves:
        view = view.nearer(one, size, box) if what == "nearer" else view.moved(one, other, size, box)
    left, top, right, bottom = view.part(size, box)
    assert -1e-9 <= left < right <= 1 + 1e-9
    assert -1e-9 <= top < bottom <= 1 + 1e-9


@given(SIZES, BOXES, st.integers(1, 5))
def test_zooming_in_and_out_again_ends_at_the_whole(size: tuple[int, int], box: tuple[int, int], steps: int) -> None:
    view = View()
    for _ in range(steps):
        view = view.nearer(1, size, box)
    for _ in range(steps):
        view = view.nearer(-1, size, box)
    assert view.part(size, box) == WHOLE


def test_at_full_size_a_box_shows_as_many_pixels_as_it_has() -> None:
    view = View().at_full_size((6000, 4000), (600, 300))
    left, top, right, bottom = view.part((6000, 4000), (600, 300))
    assert (right - left) * 6000 == pytest.approx(600)
    assert (bottom - top) * 4000 == pytest.approx(300)
    assert view.percent((6000, 4000), (600, 300)) == pytest.approx(100)


def test_a_picture_smaller_than_its_box_is_shown_whole_at_full_size() -> None:
    assert View().at_full_size((100, 50), (600, 300)) == View()


def test_two_sizes_of_one_picture_show_the_same_part_of_it() -> None:
    view = View().nearer(3, (6000, 4000), (600, 300)).moved(1, -1, (6000, 4000), (600, 300))
    assert view.part((6000, 4000), (600, 300)) == pytest.approx(view.part((1500, 1000), (600, 300)))


def test_a_step_to_the_side_moves_by_a_quarter_of_what_is_visible_and_stops_at_the_edge() -> None:
    size, box = (1000, 1000), (100, 100)
    view = View().at_full_size(size, box)
    assert view.moved(1, 0, size, box).part(size, box) == pytest.approx((0.475, 0.45, 0.575, 0.55))
    for _ in range(100):
        view = view.moved(0, -1, size, box)
    assert view.part(size, box)[1] == pytest.approx(0)
    back = view.moved(0, 1, size, box)
    assert back.part(size, box)[1] == pytest.approx(0.025), "one step back must be enough to leave the edge"


def test_stepping_back_from_a_corner_stays_in_the_picture_and_the_next_step_leaves_the_corner() -> None:
    size, box = (1000, 1000), (100, 100)
    view = View().at_full_size(size, box)
    for _ in range(100):
        view = view.moved(-1, -1, size, box)
    wider = view.nearer(-4, size, box)
    left, top, right, _ = wider.part(size, box)
    assert (left, top) == pytest.approx((0, 0))
    assert right > 0.4
    assert wider.moved(1, 0, size, box).part(size, box)[0] == pytest.approx(0.25 * right)


def test_a_picture_of_unknown_size_is_shown_whole() -> None:
    assert View(zoom=4).part((0, 0), (100, 100)) == WHOLE
    assert full_size((0, 0), (100, 100)) == 1.0
