"""Vectors are of length 1 or plainly none."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from cullr.embed import without_vector
from cullr.embed.encoder import check_pictures, trial_pictures, unit


@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 6), st.integers(2, 9)), elements=st.floats(width=32)))
def test_every_row_is_of_length_one_or_all_nan(rows: NDArray[np.float32]) -> None:
    found = unit(rows.copy())
    lost = without_vector(found)
    for number, (row, given_row) in enumerate(zip(found, rows, strict=True)):
        usable = bool(np.isfinite(given_row).all() and given_row.any())
        assert (number in lost) == (not usable)
        if usable:
            assert float(np.linalg.norm(row.astype(np.float64))) == pytest.approx(1, abs=1e-5)
        else:
            assert np.isnan(row).all()


def test_a_row_whose_squares_overflow_still_gets_its_direction() -> None:
    assert unit(np.array([[3e38, 0], [1e-40, 0]], np.float32))[:, 0].tolist() == [1, 1]


def test_one_bad_number_spoils_its_row_and_no_other() -> None:
    inf, nan = float("inf"), float("nan")
    found = unit(np.array([[inf, 1], [3, 4], [0, -inf], [nan, 1], [0, 0]], np.float32))
    assert without_vector(found) == [0, 2, 3, 4]
    assert np.isnan(found[[0, 2, 3, 4]]).all() and found[1].tolist() == pytest.approx([0.6, 0.8])


def test_pictures_of_another_size_or_kind_are_a_mistake_of_the_caller() -> None:
    for wrong in (np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 9, 3), np.uint8), np.zeros((8, 8, 3), np.uint8)):
        with pytest.raises(ValueError, match=r"uint8 \[n, 8, 8, 3\]"):
            check_pictures(wrong.view(), 8)  # type: ignore[arg-type]


def test_trial_pictures_are_the_same_every_time_and_unlike_each_other() -> None:
    first, again = trial_pictures(16, 3), trial_pictures(16, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])


def test_importing_the_room_loads_no_heavy_library() -> None:
    code = (
        "import sys, cullr.embed;"
        "print([name for name in ('torch', 'onnxruntime', 'open_clip', 'timm', 'PIL', 'huggingface_hub')"
        " if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
