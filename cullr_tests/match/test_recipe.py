"""Recipes are compared key by key, and a stranger's YAML can do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from cullr.match import recipe


def test_recipes_are_compared_by_the_keys_that_were_asked_for(shared_photos: Path) -> None:
    folder = shared_photos / "stage_sets" / "renders"
    one = recipe.read((folder / "20250705_230713_stage1_generated.yaml").read_bytes())
    other = recipe.read((folder / "20250706_061936_stage1_generated.yaml").read_bytes())
    assert one and other
    assert recipe.differences(one, one) == ()
    found = {key: (a, b) for key, a, b in recipe.differences(one, other)}
    assert found["prompt"] == ("landscape study B", "landscape study C")
    assert "stage" not in found
    assert recipe.differences(one, other, ["stage"]) == ()


def test_nested_missing_and_odd_values_of_a_recipe_are_texts() -> None:
    one = recipe.read(b"seed: 0x1F\nsampler: {steps: 20}\nwhen: 2025-99-99\nlist: [1, 2]\nbig: " + b"9" * 9999)
    other = recipe.read(b"seed: 31\nsampler: {steps: 30}\nlist: [1, 2]")
    assert one and other
    found = recipe.differences(one, other, ["seed", "sampler.steps", "when", "list", "none", "sampler.steps.deeper"])
    assert list(found) == [
        ("seed", "0x1F", "31"),
        ("sampler.steps", "20", "30"),
        ("when", "2025-99-99", None),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"- only\n- a list",
        b"a: &x [1]\nb: *x",
        b"a: " + b"[" * 5000,
        b"[" * 40 + b"]" * 40,
        b"key: 'unclosed",
        b"\xff\xfe\x00\x01",
        b"a: b\0c",
        b"? [a, b]\n: c",
        b"a: !!python/object/apply:os.system [echo]\n  b",
        b"a: b # " + b"x" * (1 << 20),
        b"",
    ],
)
def test_a_recipe_that_is_broken_or_not_safe_to_read_is_none(data: bytes) -> None:
    assert recipe.read(data) is None


def test_tags_of_a_recipe_are_never_obeyed() -> None:
    assert recipe.read(b"a: !!python/object/apply:os.getcwd []") == {"a": []}


def test_of_long_values_the_part_is_told_where_they_part() -> None:
    one, other = ({"prompt": "a meadow, " * 100 + end} for end in ("at dawn", "at dusk"))
    [(key, own, first)] = recipe.differences(one, other)
    assert key == "prompt"
    assert own is not None and own.startswith("…") and own.endswith("at dawn")
    assert first is not None and len(first) <= recipe.LONGEST + 2
    assert recipe.differences({"seed": "5"}, {}) == (("seed", "5", None),)
