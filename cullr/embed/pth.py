"""A PyTorch checkpoint of the old kind (before 1.6) → its tensors as numpy arrays, without torch.

Only tensors come out: the unpickler knows four names and refuses every other, so no file can run code.
"""

from __future__ import annotations

import math
import pickle
import struct
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
_MOST = 1 << 26
"""Numbers in one storage. The largest here has 409 600; a damaged count must not ask for all memory there is."""

_DAMAGED = (
    pickle.UnpicklingError, EOFError, struct.error, LookupError, TypeError, ValueError, AttributeError, ArithmeticError,
    MemoryError,
)  # fmt: skip
Tensors = dict[str, NDArray[Any]]


class NotACheckpoint(ValueError):
    """The bytes are no checkpoint of this kind, or a damaged one."""


def read(stream: BinaryIO) -> Tensors:
    """Tensors by name, in the file's order. Raises NotACheckpoint."""
    reader = _Reader(stream)
    try:
        if reader.load() != MAGIC:
            raise NotACheckpoint("no PyTorch checkpoint")
        _Reader(stream).load()  # protocol version
        _Reader(stream).load()  # the writer's endianness; torch only ever wrote little-endian files
        layout = _Reader(stream)
        tensors = layout.load()
        for key in _Reader(stream).load():
            _fill(stream, layout.storages[key])
        return {str(name): view.array() for name, view in tensors.items()}
    except _DAMAGED as error:
        raise NotACheckpoint(f"damaged: {error}") from error


class _Storage:
    def __init__(self, kind: str, count: int) -> None:
        self.values: NDArray[Any] = np.empty(count, dtype=kind)


class _View:
    """A tensor as pickled: a window on a storage that is read later."""

    def __init__(
        self, storage: _Storage, offset: int, shape: Sequence[int], strides: Sequence[int], *_: object
    ) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, tuple(shape), tuple(strides)

    def array(self) -> NDArray[Any]:
        values = self._storage.values[self._offset :]
        reach = sum((size - 1) * stride for size, stride in zip(self._shape, self._strides, strict=True))
        outside = reach >= values.size or math.prod(self._shape) > values.size
        if outside or min((self._offset, *self._shape, *self._strides)) < 0:
            raise NotACheckpoint("a tensor reaches beyond its storage")
        steps = [stride * values.itemsize for stride in self._strides]
        return np.lib.stride_tricks.as_strided(values, self._shape, steps).copy(order="C")


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _View,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class _Reader(pickle.Unpickler):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KNOWN:
            raise NotACheckpoint(f"it holds {module}.{name}, which is no tensor")
        return _KNOWN[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, count, _ = pid
        if not 0 <= count <= _MOST:
            raise NotACheckpoint(f"a storage of {count} numbers")
        return self.storages.setdefault(key, _Storage(kind, count))


def _fill(stream: BinaryIO, storage: _Storage) -> None:
    (count,) = struct.unpack("<q", stream.read(8))
    data = stream.read(storage.values.nbytes)
    if count != storage.values.size or len(data) != storage.values.nbytes:
        raise NotACheckpoint("it is cut short")
    storage.values[:] = np.frombuffer(data, storage.values.dtype)
