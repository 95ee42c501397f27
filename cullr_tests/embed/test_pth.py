"""A checkpoint gives tensors or is refused; it never runs."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cullr.embed import pth


def saved(value: object) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()


WHOLE = {"a": torch.arange(24.0).reshape(2, 3, 4), "b": torch.tensor(7), "c": torch.arange(6.0).reshape(2, 3).T}


def test_tensors_come_out_with_their_shapes_even_transposed_ones() -> None:
    found = pth.read(io.BytesIO(saved(WHOLE)))
    assert {name: values.tolist() for name, values in found.items()} == {k: v.tolist() for k, v in WHOLE.items()}


class Harm:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def test_a_checkpoint_that_would_run_code_is_refused_and_does_not(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for data in (saved({"a": Harm(f"touch {mark}")}), pickle.dumps(Harm(f"touch {mark}"))):
        with pytest.raises(pth.NotACheckpoint):
            pth.read(io.BytesIO(data))
    assert not mark.exists()


SMALL = saved({"a": torch.arange(24.0), "b": torch.arange(3)})  # once: it holds addresses, which change


@given(st.data())
def test_a_damaged_checkpoint_is_refused_or_gives_arrays_of_the_same_kind(data: st.DataObject) -> None:
    whole = bytearray(SMALL)
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = pth.read(io.BytesIO(bytes(whole)))
    except pth.NotACheckpoint:
        return
    assert all(isinstance(values, np.ndarray) for values in found.values())
