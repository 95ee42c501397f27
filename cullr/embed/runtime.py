"""An ONNX file → an Encoder run by ONNX Runtime; its input contract is read from the graph.

The contract of `onnx:FILE`: one input, RGB pictures, [n, side, side, 3] or [n, 3, side, side], uint8 as they are or
float32/float16 scaled to 0 … 1; the first output is [n, dimension]. Metadata entries of the file may add `side` (where
the graph leaves it open; else 224), `mean` and `std` (three numbers each, for float inputs), `fit` (`squash` or `crop`)
and `threshold`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cullr import machine
from cullr.embed import extras
from cullr.embed.encoder import Fit, check_pictures, trial_pictures, unit
from cullr.errors import UsageError

_BATCH = 8
"""Pictures a call: small enough for the cache (the built-in encoder makes 230 a second at 8, 175 to 200 at 32)."""
HANDED_OVER = 32
"""Pictures between two looks at whether the person wants a pause: more gains nothing."""

_KINDS: dict[str, type[np.generic]] = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
}
_REMEDY = "The pictures must be uint8 or float, [n, side, side, 3] or [n, 3, side, side], the first output [n, d]."


@dataclass(frozen=True, slots=True)
class Contract:
    """How a graph wants its pictures."""

    side: int
    kind: type[np.generic]
    channels_first: bool
    batch: int
    fixed: bool
    fit: Fit
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    threshold: float | None = None

    def feed(self, pictures: NDArray[np.uint8]) -> NDArray[Any]:
        """The pictures as the graph takes them; a graph of a fixed batch gets black ones to fill it up."""
        if self.fixed and len(pictures) < self.batch:
            pictures = np.concatenate([pictures, np.zeros((self.batch - len(pictures), *pictures.shape[1:]), np.uint8)])
        given: NDArray[Any] = pictures
        if self.kind is not np.uint8:
            scaled = (pictures / np.float32(255) - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
            given = scaled.astype(self.kind)
        return np.ascontiguousarray(given.transpose(0, 3, 1, 2)) if self.channels_first else given


class RuntimeEncoder:
    """`source` is a file or the bytes of one. Raises UsageError when the graph is no picture encoder."""

    def __init__(self, source: str | bytes, title: str, device: str = "auto", threshold: float = 0.95) -> None:
        self._session = _session(source, title, device)
        self._contract = contract = read_contract(self._session, title)
        self._input, self._output = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        self.name, self.side, self.fit, self.batch = title, contract.side, contract.fit, HANDED_OVER
        self.threshold = threshold if contract.threshold is None else contract.threshold
        self.dimension = self._try_out()

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_pictures(pictures, self.side)
        rows = np.empty((len(pictures), self.dimension), np.float32)
        for start in range(0, len(pictures), self._contract.batch):
            part = pictures[start : start + self._contract.batch]
            rows[start : start + len(part)] = self._run(part)[: len(part)]
        return unit(rows)

    def text(self, phrases: Sequence[str]) -> NDArray[np.float32] | None:  # noqa: ARG002 - the protocol names it
        return None  # one graph, one input: pictures

    def _run(self, pictures: NDArray[np.uint8]) -> NDArray[Any]:
        found: NDArray[Any] = self._session.run([self._output], {self._input: self._contract.feed(pictures)})[0]
        return found

    def _try_out(self) -> int:
        """The dimension, from a batch that is really run: graphs state shapes they do not keep."""
        count = self._contract.batch if self._contract.fixed else 2
        try:
            found = self._run(trial_pictures(self.side, count))
        except _failures() as error:
            raise UsageError(f"{self.name} fails on a first picture: {extras.first_line(error)}", _REMEDY) from error
        if not isinstance(found, np.ndarray) or found.ndim != 2 or found.shape[0] != count or found.shape[1] < 2:
            raise UsageError(f"{self.name} gives {getattr(found, 'shape', found)} for {count} pictures", _REMEDY)
        if found.dtype.kind != "f" or not np.isfinite(unit(found)).all():
            raise UsageError(f"{self.name} gives no usable vectors", "Check the file; its weights may be damaged.")
        return int(found.shape[1])


def read_contract(session: Any, title: str) -> Contract:
    """What the graph and the file's metadata say. Raises UsageError."""
    inputs, notes = session.get_inputs(), session.get_modelmeta().custom_metadata_map
    if len(inputs) != 1 or inputs[0].type not in _KINDS or len(inputs[0].shape) != 4:
        seen = ", ".join(f"{one.name}: {one.type} {one.shape}" for one in inputs)
        raise UsageError(f"{title} takes ({seen}), not pictures", _REMEDY)
    count, *rest = inputs[0].shape
    fixed = isinstance(count, int)
    channels_first = rest[0] == 3 and rest[2] != 3
    height, width = rest[1:] if channels_first else rest[:2]
    if not channels_first and rest[2] != 3:
        raise UsageError(f"{title} takes pictures of shape {inputs[0].shape}: no side of it is RGB", _REMEDY)
    try:
        side = height if isinstance(height, int) else int(notes.get("side", 224))
        contract = Contract(
            side, _KINDS[inputs[0].type], channels_first, count if fixed else _BATCH, fixed,
            "crop" if notes.get("fit") == "crop" else "squash",
            _numbers(notes, "mean", 0.0), _numbers(notes, "std", 1.0),
            float(notes["threshold"]) if "threshold" in notes else None,
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(f"{title}: its metadata cannot be read: {error}", _REMEDY) from error
    if (isinstance(width, int) and width != side) or not 8 <= side <= 4096 or contract.batch < 1:
        raise UsageError(f"{title} takes pictures of {height}×{width}, which are no squares to work with", _REMEDY)
    return contract


def _numbers(notes: Mapping[str, str], key: str, default: float) -> tuple[float, ...]:
    values = tuple(float(text) for text in notes.get(key, str(default)).split(","))
    if len(values) not in (1, 3) or not all(map(math.isfinite, values)) or (key == "std" and 0.0 in values):
        raise ValueError(f"{key} must be three numbers")
    return values


def _session(source: str | bytes, title: str, device: str) -> Any:
    runtime = extras.require("onnxruntime")
    providers = ["CPUExecutionProvider"]
    if device in ("auto", "cuda") and "CUDAExecutionProvider" in runtime.get_available_providers():
        providers.insert(0, "CUDAExecutionProvider")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = machine.cores()
    options.log_severity_level = 4  # what matters comes as an exception
    try:
        return runtime.InferenceSession(source, options, providers=providers)
    except _failures() as error:
        raise UsageError(f"{title} cannot be loaded: {extras.first_line(error)}", "Is it an ONNX file?") from error


def _failures() -> tuple[type[Exception], ...]:
    """Everything ONNX Runtime raises for a bad graph; its own exceptions have no common base but Exception."""
    state = extras.require("onnxruntime.capi.onnxruntime_pybind11_state")
    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*own, RuntimeError, ValueError)
