"""Any ONNX file whose input is pictures serves; any other says why it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cullr import embed
from cullr.embed import onnx_graph, without_vector
from cullr.embed.onnx_graph import FLOAT32, UINT8, Graph
from cullr.errors import UsageError

Shape = Sequence[int | str]


def write(
    path: Path,
    shape: Shape,
    *,
    kind: int = UINT8,
    axes: tuple[int, ...] = (1, 2),
    notes: Mapping[str, str] | None = None,
) -> str:
    """An encoder whose vector is the picture's mean colour, so that every expected value is plain."""
    graph = Graph()
    graph.node("ReduceMean", graph.node("Cast", "image", to=1), name="mean", axes=axes, keepdims=0)
    data = graph.model(("image", shape), ("mean", ("n", 3)), kind)
    for key, value in (notes or {}).items():  # protobuf messages may simply be continued
        data += onnx_graph._bytes(14, onnx_graph._text(1, key) + onnx_graph._text(2, value))
    path.write_bytes(data)
    return f"onnx:{path}"


def colours(side: int) -> NDArray[np.uint8]:
    made = np.zeros((3, side, side, 3), np.uint8)
    made[0, ..., 0], made[1, ..., 1:] = 200, 100
    made[2, : side // 2] = (30, 40, 0)
    return made


HALF = 0.5**0.5
WANTED = [[1, 0, 0], [0, HALF, HALF], [0.6, 0.8, 0]]


@pytest.mark.parametrize(
    ("shape", "kind", "axes"),
    [
        (("n", 16, 16, 3), UINT8, (1, 2)),
        (("n", 3, 16, 16), UINT8, (2, 3)),
        (("n", 16, 16, 3), FLOAT32, (1, 2)),
        (("n", 3, 16, 16), FLOAT32, (2, 3)),
        (("n", 3, 16, 16), 10, (2, 3)),
        ((1, 16, 16, 3), UINT8, (1, 2)),
        ((2, 16, 16, 3), UINT8, (1, 2)),
    ],
    ids=["bytes last", "bytes first", "floats last", "floats first", "halves first", "one at a time", "two at a time"],
)
def test_the_contract_is_read_from_the_graph(tmp_path: Path, shape: Shape, kind: int, axes: tuple[int, ...]) -> None:
    encoder, why = embed.load(write(tmp_path / "mean.onnx", shape, kind=kind, axes=axes))
    assert (encoder.side, encoder.dimension, encoder.fit, encoder.threshold) == (16, 3, "squash", 0.95)
    assert encoder.encode(colours(16)) == pytest.approx(np.array(WANTED), abs=1e-3)
    assert "16×16 in, 3 numbers out" in why and encoder.name in why


def test_the_file_may_say_side_normalisation_fit_and_threshold(tmp_path: Path) -> None:
    notes = {"side": "20", "mean": "1,0,0", "std": "0.5,1,1", "fit": "crop", "threshold": "0.7"}
    spec = write(tmp_path / "mean.onnx", ("n", "h", "w", 3), kind=FLOAT32, notes=notes)
    encoder = embed.load(spec)[0]
    assert (encoder.side, encoder.fit, encoder.threshold) == (20, "crop", 0.7)
    white = np.full((1, 20, 20, 3), 255, np.uint8)
    assert encoder.encode(white) == pytest.approx(np.array([[0, HALF, HALF]]), abs=1e-6)


def test_an_open_side_without_a_word_is_224(tmp_path: Path) -> None:
    assert embed.load(write(tmp_path / "mean.onnx", ("n", "h", "w", 3)))[0].side == 224


def test_a_picture_without_a_vector_is_named_and_leaves_the_others_alone(tmp_path: Path) -> None:
    encoder = embed.load(write(tmp_path / "mean.onnx", ("n", 16, 16, 3)))[0]
    pictures = colours(16)
    pictures[1] = 0
    found = encoder.encode(pictures)
    assert without_vector(found) == [1]
    assert found[[0, 2]] == pytest.approx(np.array(WANTED)[[0, 2]], abs=1e-6)


def test_the_name_follows_the_content_not_the_file_name(tmp_path: Path) -> None:
    one = embed.load(write(tmp_path / "a.onnx", ("n", 16, 16, 3)))[0]
    same = embed.load(write(tmp_path / "b\n.onnx", ("n", 16, 16, 3)))[0]
    other = embed.load(write(tmp_path / "a.onnx", ("n", 24, 24, 3)))[0]
    assert one.name == same.name != other.name


def test_weights_that_lie_beside_the_graph_belong_to_the_name(tmp_path: Path) -> None:
    """As a recent torch exports them: the same graph with other weights is another encoder."""
    field, text, number = onnx_graph._bytes, onnx_graph._text, onnx_graph._number
    graph = Graph()
    told = text(1, "location") + text(2, "tints.data")
    graph._weights.append(number(1, 3) + number(2, FLOAT32) + text(8, "tint") + field(13, told) + number(14, 1))
    mean = graph.node("ReduceMean", graph.node("Cast", "image", to=1), axes=(1, 2), keepdims=0)
    graph.node("Mul", mean, "tint", name="tinted")
    (tmp_path / "tinted.onnx").write_bytes(graph.model(("image", ("n", 16, 16, 3)), ("tinted", ("n", 3))))
    found = []
    for tint in ((1, 1, 1), (1, 0, 0)):
        (tmp_path / "tints.data").write_bytes(np.array(tint, "<f4").tobytes())
        found.append(embed.load(f"onnx:{tmp_path / 'tinted.onnx'}")[0])
    assert found[0].name != found[1].name
    assert found[1].encode(colours(16)[2:]) == pytest.approx(np.array([[1, 0, 0]]), abs=1e-6)
    (tmp_path / "tints.data").unlink()
    with pytest.raises(UsageError, match="cannot be loaded"):
        embed.load(f"onnx:{tmp_path / 'tinted.onnx'}")


@pytest.mark.parametrize(
    ("shape", "axes", "notes", "message"),
    [
        (("n", 16, 16, 4), (1, 2), {}, "no side of it is RGB"),
        (("n", 16, 24, 3), (1, 2), {}, "no squares"),
        (("n", 16, 3), (1,), {}, "not pictures"),
        (("n", "h", "w", 3), (1, 2), {"side": "two"}, "metadata"),
        (("n", "h", "w", 3), (1, 2), {"side": "999999"}, "no squares"),
        (("n", 16, 16, 3), (1, 2), {"std": "1,0,1"}, "metadata"),
        (("n", 16, 16, 3), (1, 2), {"mean": "1,2"}, "metadata"),
        (("n", 16, 16, 3), (1, 2), {"mean": "nan"}, "metadata"),
        (("n", 16, 16, 3), (1,), {}, "gives"),
    ],
)
def test_a_graph_that_takes_no_pictures_says_what_it_takes(
    tmp_path: Path, shape: Shape, axes: tuple[int, ...], notes: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        embed.load(write(tmp_path / "other.onnx", shape, axes=axes, notes=notes))


def test_a_file_that_is_no_onnx_is_said_to_be_none(tmp_path: Path) -> None:
    whole = Path(write(tmp_path / "mean.onnx", ("n", 16, 16, 3)).removeprefix("onnx:")).read_bytes()
    for number, data in enumerate((b"", b"<html>", whole[: len(whole) // 2], bytes(range(256)) * 40)):
        path = tmp_path / f"{number}.onnx"
        path.write_bytes(data)
        with pytest.raises(UsageError):
            embed.load(f"onnx:{path}")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ONNX file"):
        embed.load(f"onnx:{tmp_path}/none.onnx")
