"""The embedding pass on real photos with the built-in encoder: clip groups, kept vectors, nothing made twice."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cullr.embed import runtime
from cullr.errors import Failed, UsageError
from cullr.index import database
from cullr.index.vectors import Vectors
from cullr.indexer import grouping
from cullr.indexer.live import Live
from cullr.indexer.run import Indexed, run
from cullr.indexer.verify import verify
from cullr.model import Group, Kind, ShotId, Weakest
from cullr.settings import Matching, Settings
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


def test_a_screen_s_indexer_loads_and_names_its_encoder_once(shoot: Path, tmp_path: Path) -> None:
    """Whatever is moved or added meanwhile: each approval begins another run."""

    class Enough(Exception):
        pass

    def change(_seconds: float) -> None:
        if (shoot / "ocelot.jpg").exists():
            (shoot / "ocelot.jpg").unlink()
        elif not (shoot / "new.jpg").exists():
            pictures.save(shoot / "new.jpg", pictures.scene(9))
        else:
            raise Enough

    said: list[str] = []
    opened = database.open_for_writing(tmp_path / "cache", said.append)
    with pytest.raises(Enough):
        Live([shoot], BUILTIN, opened, said.append).serve(change)
    opened.close()
    assert said == ["The built-in encoder EfficientNet-Lite0, as asked."]
    assert {"new.jpg", "a.jpg"} <= kept(tmp_path / "cache").keys()
    assert "ocelot.jpg" not in kept(tmp_path / "cache")


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


def kept(cache: Path) -> dict[str, bytes]:
    """Each photo's vector as it is stored, by name."""
    db = sqlite3.connect(cache / "index.sqlite3")
    found = dict(db.execute("SELECT CAST(name AS TEXT), data FROM vector JOIN photo ON photo.id = photo"))
    db.close()
    return found


def test_another_encoder_keeps_the_vectors_of_the_first(shoot: Path, tmp_path: Path) -> None:
    first, _, _ = indexed(shoot, tmp_path / "cache")
    other = Settings(encoder=test_runtime.write(tmp_path / "mean.onnx", ("n", 16, 16, 3)))
    changed, steps, _ = indexed(shoot, tmp_path / "cache", other)
    assert embedded(steps) == 7
    assert changed.groups != first.groups  # mean colours are other neighbours
    both = models(tmp_path / "cache")
    assert both["efficientnet-lite0-gem"] == both["onnx"]
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
from cullr.embed import runtime
from cullr.indexer.run import run
from cullr.settings import Settings
runtime.HANDED_OVER = 2
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
    assert kept(cache) == kept(tmp_path / "fresh"), "each photo has its own vector, to the bit"


def test_what_is_made_is_committed_by_the_batch_and_others_may_write_meanwhile(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next batch may take CLIP seconds, and the index is shared by all roots and programs."""
    monkeypatch.setattr(runtime, "HANDED_OVER", 2)
    seen = []

    def progress(name: str, done: int, _total: int) -> None:
        if name == "embedding" and done:
            with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite3", timeout=0)) as other:
                seen.append(other.execute("SELECT count(*) FROM vector").fetchone()[0])
                other.execute("BEGIN IMMEDIATE")

    settings = Settings(encoder=test_runtime.write(tmp_path / "mean.onnx", ("n", 16, 16, 3)))
    run([shoot], settings, tmp_path / "cache", progress=progress, say=print)
    assert seen == [0, 2, 2, 4, 4, 6, 6], "the seventh waits for a batch of its own"


def test_an_index_that_another_program_holds_is_no_damaged_one(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup, or another cullr on a file system without locks: hours of vectors would be set aside."""
    first, _, _ = indexed(shoot, tmp_path / "cache")
    pictures.save(shoot / "new.jpg", pictures.scene(9))
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Failed, match="another program holds the index") as raised:
            indexed(shoot, tmp_path / "cache")
    assert "is kept" in raised.value.remedy
    assert not list((tmp_path / "cache").glob("*broken*"))
    again, steps, said = indexed(shoot, tmp_path / "cache")
    assert embedded(steps) == 1
    assert len(said) == 1
    assert {group.id for group in first.groups} <= {group.id for group in again.groups}


def findings(shoot: Path, cache: Path, settings: Settings) -> tuple[tuple[str, ...], list[str]]:
    """What verify finds, and what it says of itself."""
    said: list[str] = []
    found = verify([shoot], settings, cache, 50, away=(), progress=lambda *_step: None, say=said.append)
    return found.findings, said


def test_verify_finds_a_vector_that_belongs_to_another_photo(shoot: Path, tmp_path: Path) -> None:
    """By its checksum, also where no encoder is at hand."""
    indexed(shoot, tmp_path / "cache")
    found, said = findings(shoot, tmp_path / "cache", BUILTIN)
    assert found == ()
    assert said[-1] == "It has vectors of 7 of 7 photos; 7 of them were made anew."
    db = sqlite3.connect(tmp_path / "cache" / "index.sqlite3")
    [(one, first), (two, second)] = db.execute("SELECT photo, data FROM vector ORDER BY photo LIMIT 2").fetchall()
    db.execute("UPDATE vector SET data = ? WHERE photo = ?", (second, one))
    db.execute("UPDATE vector SET data = ? WHERE photo = ?", (first, two))
    db.commit()
    db.close()
    for settings in (BUILTIN, Settings()):
        found, said = findings(shoot, tmp_path / "cache", settings)
        assert len(found) == 2
        assert all("its vector of efficientnet-lite0" in finding for finding in found)
    assert "only checksums are compared" in said[-1]


def test_verify_makes_a_sample_anew_and_finds_what_its_checksum_hides(shoot: Path, tmp_path: Path) -> None:
    """A vector that was wrong when it was stored, as the known disaster's were: its checksum holds."""
    indexed(shoot, tmp_path / "cache")
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    query = "SELECT photo, model, fingerprint, length(data) FROM vector JOIN photo ON photo.id = photo ORDER BY photo"
    photo, model, fingerprint, size = opened.connection.execute(query).fetchone()
    stored = Vectors(opened, model, size // 2)
    assert stored.save(photo, fingerprint, np.random.default_rng(0).normal(size=size // 2)) == ""
    stored.commit()
    opened.close()
    assert findings(shoot, tmp_path / "cache", Settings())[0] == ()
    [found] = findings(shoot, tmp_path / "cache", BUILTIN)[0]
    assert "the photo gives another vector now: cosine" in found


def test_the_person_s_own_cosine_outranks_the_encoder_s(shoot: Path, tmp_path: Path) -> None:
    found, _, _ = indexed(shoot, tmp_path / "cache")
    assert {group.weakest.threshold for group in found.groups if group.kind is Kind.CLIP} == {0.9}
    settings = Settings(encoder="builtin", match=Matching(cosine=0.999))
    strict, steps, _ = indexed(shoot, tmp_path / "cache", settings)
    assert embedded(steps) == 0
    assert all(group.weakest.threshold == 0.999 for group in strict.groups if group.kind is Kind.CLIP)
    assert len(strict.groups) < len(found.groups)


def test_sets_by_vectors_join_those_by_looks_and_no_shot_is_in_two() -> None:
    def of(*shots: int) -> Group:
        members = tuple(map(ShotId, shots))
        weakest = Weakest(members[0], members[-1], 1.0, 0.9)
        return Group(str(shots), Kind.SET, members, members[0], dict.fromkeys(members, 1.0), weakest)

    by_vectors, by_looks = [of(1, 2, 3, 4), of(7, 8)], [of(1, 2), of(4, 5), of(10, 11), of(7, 8)]
    assert grouping.apart(by_vectors, by_looks) == [by_vectors[0], by_vectors[1], by_looks[2]]


def test_an_unknown_encoder_is_an_error_with_the_known_ones(shoot: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        indexed(shoot, tmp_path / "cache", Settings(encoder="bultin"))
    assert "builtin" in raised.value.remedy
