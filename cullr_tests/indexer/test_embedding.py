"""The embedding pass on real photos with the built-in encoder: clip groups, kept vectors, nothing made twice."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cullr.errors import UsageError
from cullr.indexer.run import Indexed, run
from cullr.indexer.verify import verify
from cullr.model import Kind
from cullr.settings import Settings
from cullr_tests import pictures

BUILTIN = Settings(encoder="builtin")


def indexed(root: Path, cache: Path, settings: Settings = BUILTIN) -> tuple[Indexed, list[tuple[str, int]], list[str]]:
    steps: list[tuple[str, int]] = []
    said: list[str] = []
    found = run(
        [root],
        settings,
        cache,
        progress=lambda name, _done, total: steps.append((name, total)),
        say=said.append,
    )
    return found, steps, said


def embedded(steps: list[tuple[str, int]]) -> int:
    return max((total for name, total in steps if name == "embedding"), default=0)


@pytest.fixture
def shoot(shared_photos: Path, tmp_path: Path) -> Path:
    """Two crops of one photo that no hash joins, three strangers, two colour cards."""
    root = tmp_path / "shoot"
    root.mkdir()
    from PIL import Image

    with Image.open(shared_photos / "singles/cyclamen_persicum.jpg") as image:
        width, height = image.size
        image.convert("RGB").save(root / "a.jpg")
        image.convert("RGB").crop((width // 8, height // 8, width, height)).save(root / "b.jpg")
    for name in ("ocelot", "silver_fir", "domestic_dog"):
        with Image.open(shared_photos / f"singles/{name}.jpg") as image:
            image.convert("RGB").resize((640, 480)).save(root / f"{name}.jpg")
    for number, colour in enumerate(("red", "darkred")):
        Image.new("RGB", (300, 200), colour).save(root / f"card{number}.png")
    return root


def test_a_crop_that_no_hash_joins_is_found_and_colour_cards_are_not(shoot: Path, tmp_path: Path) -> None:
    found, _, said = indexed(shoot, tmp_path / "cache")
    paths = {each.id: each.shot.path for each in found.facts}
    groups = [(group.kind, [paths[shot] for shot in group.shots]) for group in found.groups]
    assert groups == [(Kind.CLIP, ["a.jpg", "b.jpg"])]
    assert "EfficientNet-Lite0" in said[0]


def test_without_an_encoder_there_are_no_clip_groups_and_no_vectors(shoot: Path, tmp_path: Path) -> None:
    found, steps, _ = indexed(shoot, tmp_path / "cache", Settings())
    assert found.groups == ()
    assert embedded(steps) == 0


def test_vectors_are_made_once_and_again_only_for_what_changed(shoot: Path, tmp_path: Path) -> None:
    first, steps, _ = indexed(shoot, tmp_path / "cache")
    assert embedded(steps) == 7
    second, steps, _ = indexed(shoot, tmp_path / "cache")
    assert embedded(steps) == 0
    assert second.groups == first.groups
    pictures.save(shoot / "b.jpg", pictures.scene(5))
    (shoot / "ocelot.jpg").rename(shoot / "renamed.jpg")
    third, steps, _ = indexed(shoot, tmp_path / "cache")
    assert embedded(steps) == 1
    assert third.groups == ()


def test_a_vector_damaged_in_the_index_is_made_again(shoot: Path, tmp_path: Path) -> None:
    first, _, _ = indexed(shoot, tmp_path / "cache")
    db = sqlite3.connect(tmp_path / "cache" / "index.sqlite3")
    db.execute("UPDATE vector SET data = zeroblob(length(data)) WHERE photo = (SELECT min(photo) FROM vector)")
    db.commit()
    db.close()
    indexed(shoot, tmp_path / "cache")  # drops it
    third, _, _ = indexed(shoot, tmp_path / "cache")
    assert third.groups == first.groups


def test_verify_finds_a_vector_that_belongs_to_another_photo(shoot: Path, tmp_path: Path) -> None:
    indexed(shoot, tmp_path / "cache")

    def findings() -> tuple[str, ...]:
        return verify(
            [shoot], BUILTIN, tmp_path / "cache", 50, away=(), progress=lambda *_step: None, say=lambda _sentence: None
        ).findings

    assert findings() == ()
    db = sqlite3.connect(tmp_path / "cache" / "index.sqlite3")
    [(one, first), (two, second)] = db.execute("SELECT photo, data FROM vector ORDER BY photo LIMIT 2").fetchall()
    db.execute("UPDATE vector SET data = ? WHERE photo = ?", (second, one))
    db.execute("UPDATE vector SET data = ? WHERE photo = ?", (first, two))
    db.commit()
    db.close()
    assert len(findings()) == 2
    assert all("its vector is wrong" in finding for finding in findings())


def test_an_unknown_encoder_is_an_error_with_the_known_ones(shoot: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        indexed(shoot, tmp_path / "cache", Settings(encoder="bultin"))
    assert "builtin" in raised.value.remedy
