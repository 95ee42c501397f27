"""Nodes and weights → the bytes of an ONNX file, written field by field.

The `onnx` package would do the same for 18 MB more; a file of convolutions needs a dozen protobuf fields. Field numbers
are those of onnx.proto (IR version 8); the same graph gives the same bytes, so a file can be checked by digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IR_VERSION, OPSET = 8, 17
FLOAT32, UINT8 = 1, 2
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_TEXT, _ATTRIBUTE_INTS = 1, 2, 3, 7

Attribute = int | float | str | Sequence[int]


@dataclass(slots=True)
class Graph:
    """A graph under construction: `node` and `weight` return the name of what they add."""

    _nodes: list[bytes] = field(default_factory=list)
    _weights: list[bytes] = field(default_factory=list)

    def weight(self, values: NDArray[np.float32]) -> str:
        name = f"w{len(self._weights)}"
        dims = b"".join(_number(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values, dtype="<f4").tobytes()
        self._weights.append(dims + _number(2, FLOAT32) + _text(8, name) + _bytes(9, raw))
        return name

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Attribute) -> str:
        name = name or f"n{len(self._nodes)}"
        parts = b"".join(_text(1, given) for given in inputs) + _text(2, name) + _text(3, name) + _text(4, kind)
        parts += b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        self._nodes.append(parts)
        return name

    def model(
        self, picture: tuple[str, Sequence[int | str]], vector: tuple[str, Sequence[int | str]], kind: int = UINT8
    ) -> bytes:
        """The file: an input of `kind` and a float32 output, each a name and a shape (a text is a free dimension)."""
        graph = b"".join(_bytes(1, node) for node in self._nodes) + _text(2, "cullr")
        graph += b"".join(_bytes(5, weight) for weight in self._weights)
        graph += _bytes(11, _value(*picture, kind)) + _bytes(12, _value(*vector, FLOAT32))
        opset = _text(1, "") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _text(2, "cullr") + _bytes(7, graph) + _bytes(8, opset)


def _attribute(key: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        body = _tag(2, 5) + np.float32(value).tobytes() + _number(20, _ATTRIBUTE_FLOAT)
    elif isinstance(value, int):
        body = _number(3, value) + _number(20, _ATTRIBUTE_INT)
    elif isinstance(value, str):
        body = _text(4, value) + _number(20, _ATTRIBUTE_TEXT)
    else:
        body = b"".join(_number(8, item) for item in value) + _number(20, _ATTRIBUTE_INTS)
    return _text(1, key) + body


def _value(name: str, shape: Sequence[int | str], kind: int) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    dims = b"".join(_bytes(1, size) for size in sizes)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _tag(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _number(number: int, value: int) -> bytes:
    return _tag(number, 0) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _tag(number, 2) + _varint(len(value)) + value


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
