"""The embedding pass on real photos with the built-in encoder: clip groups, kept vectors, nothing made twice."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cullr.errors import UsageError
from cullr.indexer.run import Indexed, run
from cullr.indexer.verify import verify
from cullr.model import Kind
from cullr.settings import Settings
from cullr_tests import pictures
from cullr_tests.embed import test_runtime

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
    second, steps, said = indexed(shoot, tmp_path / "cache")
    assert second.groups == first.groups
    assert embedded(steps) == 1
    assert "1 vectors were damaged" in said[1]


def models(cache: Path) -> dict[str, list[int]]:
    db = sqlite3.connect(cache / "index.sqlite3")
    found: dict[str, list[int]] = {}
    for model, photo in db.execute("SELECT model, photo FROM vector ORDER BY photo"):
        found.setdefault(model.partition("#")[0], []).append(photo)
    db.close()
    return found


def test_another_encoder_keeps_the_vectors_of_the_first(shoot: Path, tmp_path: Path) -> None:
    first, _, _ = indexed(shoot, tmp_path / "cache")
    other = Settings(encoder=test_runtime.write(tmp_path / "mean.onnx", ("n", 16, 16, 3)))
    changed, steps, _ = indexed(shoot, tmp_path / "cache", other)
    assert embedded(steps) == 7
    assert changed.groups != first.groups  # mean colours are other neighbours
    kept = models(tmp_path / "cache")
    assert kept["efficientnet-lite0-gem"] == kept["onnx"]
    again, steps, _ = indexed(shoot, tmp_path / "cache")
    assert embedded(steps) == 0
    assert again.groups == first.groups


def test_a_picture_that_gives_no_vector_is_named_and_alone_tried_again(shoot: Path, tmp_path: Path) -> None:
    """Black has no mean colour to point to."""
    pictures.save(shoot / "black.png", Image.new("RGB", (40, 40)))
    pictures.save(shoot / "dot.png", Image.new("RGB", (1, 1), "teal"))
    other = Settings(encoder=test_runtime.write(tmp_path / "mean.onnx", ("n", 16, 16, 3)))
    _, steps, said = indexed(shoot, tmp_path / "cache", other)
    assert embedded(steps) == 9
    assert said[1] == "No vector, so no neighbours by encoder: black.png; the next run tries again."
    assert len(models(tmp_path / "cache")["onnx"]) == 8
    _, steps, said = indexed(shoot, tmp_path / "cache", other)
    assert embedded(steps) == 1
    assert "black.png" in said[1]


KILLED = """
import os, sys
from pathlib import Path
from cullr.indexer import embedding
from cullr.indexer.run import run
from cullr.settings import Settings
embedding.BATCH = 2
spec, root, cache, last = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
def progress(name, done, total):
    if name == "embedding" and done == last:
        os.kill(os.getpid(), 9)
run([root], Settings(encoder=spec), cache, progress=progress, say=print)
"""


def test_a_pass_killed_anywhere_goes_on_with_nothing_twice_and_nothing_missing(shoot: Path, tmp_path: Path) -> None:
    spec = test_runtime.write(tmp_path / "mean.onnx", ("n", 16, 16, 3))
    cache = tmp_path / "cache"
    for last in (1, 3, 5):
        command = [sys.executable, "-c", KILLED, spec, str(shoot), str(cache), str(last)]
        assert subprocess.run(command, check=False, capture_output=True).returncode == -9
    found, steps, _ = indexed(shoot, cache, Settings(encoder=spec))
    assert embedded(steps) <= 7
    photos = models(cache)["onnx"]
    assert sorted(photos) == sorted(set(photos)) == sorted(each.id for each in found.facts)
    fresh, _, _ = indexed(shoot, tmp_path / "fresh", Settings(encoder=spec))
    assert [group.kind for group in found.groups] == [group.kind for group in fresh.groups]


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
