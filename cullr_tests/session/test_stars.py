"""Stars and labels of a shot: which sidecars they go into, what they are called, and what is refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cullr import scan, sidecars
from cullr.errors import Failed
from cullr.model import Marks, Metadata, ShotFacts, ShotId, Taken, TimeSource
from cullr.moves import undo
from cullr.session import Session, past, stars
from cullr_tests import pictures
from cullr_tests.sidecars import written

NONE = Marks()


def facts(root: Path, path: str, marks: Marks = NONE) -> ShotFacts:
    folder = path.rpartition("/")[0]
    shot = next(each for each in scan.folder(root, folder) if each.path == path)
    return ShotFacts(ShotId(1), shot, Metadata("jpeg", 4, 3, marks=marks), Taken(0, TimeSource.MTIME), marks=marks)


def give(root: Path, path: str, *, rating: int | None = None, label: str | None = None) -> stars.Starred:
    return stars.give(root, (), facts(root, path), rating=rating, label=label)


def files(root: Path, *names: str) -> Path:
    for name in names:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(written.UNTOUCHED if name.lower().endswith(".xmp") else os.fsencode(name))
    return root


@pytest.mark.parametrize(
    ("there", "face", "made"),
    [
        (["d/a.jpg"], "d/a.jpg", ["d/a.jpg.xmp"]),
        (["d/a.jpg", "d/a.cr3"], "d/a.jpg", ["d/a.xmp"]),
        (["d/a.cr3"], "d/a.cr3", ["d/a.xmp"]),
        (["d/a.cr3", "d/b.cr3", "d/b.cr3.xmp"], "d/a.cr3", ["d/a.cr3.xmp"]),
        (["d/a.jpg", "d/b.jpg", "d/b.xmp"], "d/a.jpg", ["d/a.xmp"]),
        (["d/a.jpg", "d/a.cr3", "d/a.cr3.xmp"], "d/a.jpg", ["d/a.cr3.xmp"]),
        (["d/a.cr3", "d/a.xmp", "d/a.cr3.xmp"], "d/a.cr3", ["d/a.cr3.xmp", "d/a.xmp"]),
        (["d/a.cr3", "d/a.cr3.xmp", "d/a_01.cr3.xmp"], "d/a.cr3", ["d/a.cr3.xmp"]),
        (["d/A.JPG", "d/A.XMP"], "d/A.JPG", ["d/A.XMP"]),
        (["a.jpg"], "a.jpg", ["a.jpg.xmp"]),
    ],
)
def test_sidecars_are_named_as_those_that_are_there(
    tmp_path: Path, there: list[str], face: str, made: list[str]
) -> None:
    root = files(tmp_path, *there)
    done = give(root, face, rating=4, label="Red")
    assert list(done.written) == made
    assert all(sidecars.read(name, (root / name).read_bytes()) == Marks(4, "Red") for name in made)
    assert {file.path for file in done.facts.shot.files} >= set(made)
    assert (done.facts.marks.rating, done.facts.marks.label) == (4, "Red")


def test_a_sidecar_of_two_shots_is_not_written_to(tmp_path: Path) -> None:
    root = files(tmp_path, "IMG.jpg", "Img.jpg", "img.xmp")
    assert [file.path for file in facts(root, "IMG.jpg").shot.shared] == ["img.xmp"]
    assert give(root, "IMG.jpg", rating=1).written == ("IMG.jpg.xmp",)
    assert (root / "img.xmp").read_bytes() == written.UNTOUCHED


def test_every_original_is_what_it_was(tmp_path: Path) -> None:
    root = files(tmp_path, "a.jpg", "a.cr3", "a.xmp", "a.pp3")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in root.iterdir() if path.is_file()}
    give(root, "a.jpg", rating=5)
    changed = [name for name, was in before.items() if (root / name).read_bytes() != was[0]]
    assert changed == ["a.xmp"]
    assert undo(root).restored == ("a.xmp",)
    assert {name: (root / name).read_bytes() for name in before} == {name: was[0] for name, was in before.items()}


@pytest.mark.parametrize("program", sorted(written.XMP))
def test_the_round_trip_loses_nothing_of_any_program(tmp_path: Path, program: str) -> None:
    root = files(tmp_path, "a.jpg")
    (root / "a.xmp").write_bytes(written.XMP[program])
    give(root, "a.jpg", rating=2, label="Blue")
    give(root, "a.jpg", rating=0, label="")
    assert sidecars.read("a.xmp", (root / "a.xmp").read_bytes()).rating == 0
    assert len(undo(root).restored) == 1
    assert (root / "a.xmp").read_bytes() == written.XMP[program]


def test_what_the_photo_says_itself_is_outranked_and_taken_away(tmp_path: Path) -> None:
    root = files(tmp_path, "a.jpg")
    inside = facts(root, "a.jpg", Marks(5, "Red", 1))
    assert stars.give(root, (), inside, rating=0, label="").facts.marks == Marks(0, "", 1)


def test_the_same_stars_again_are_no_batch(tmp_path: Path) -> None:
    root = files(tmp_path, "a.jpg")
    assert give(root, "a.jpg", rating=3).batch
    assert give(root, "a.jpg", rating=3).batch is None
    assert [batch.what for batch in past.history([root])] == ["★3: a.jpg"]


@pytest.mark.parametrize("damage", [b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', b"\xff\xfe<"])
def test_a_sidecar_that_cannot_be_written_safely_is_refused_by_name(tmp_path: Path, damage: bytes) -> None:
    root = files(tmp_path, "a.jpg", "a.cr3", "a.cr3.xmp")
    (root / "a.xmp").write_bytes(damage)
    with pytest.raises(Failed, match=r"a\.xmp"):
        give(root, "a.jpg", rating=3)
    assert (root / "a.xmp").read_bytes() == damage
    assert (root / "a.cr3.xmp").read_bytes() == written.UNTOUCHED


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.jpg.pp3", written.RAWTHERAPEE), ("a.jpg.dop", written.DXO), ("CaptureOne/Settings50/a.jpg.cos", written.COS)],
)
def test_stars_given_here_hold_beside_settings_that_say_others(tmp_path: Path, name: str, data: bytes) -> None:
    """None of these is written to: their programs own them, so the XMP beside them has the word."""
    root = files(tmp_path, "a.jpg", name)
    (root / name).write_bytes(data)
    old = stars.now(root, (), facts(root, "a.jpg")).marks
    assert old.rating is not None
    done = give(root, "a.jpg", rating=(old.rating + 1) % 6, label="Purple")
    assert (done.facts.marks.rating, done.facts.marks.label) == ((old.rating + 1) % 6, "Purple")
    assert (root / name).read_bytes() == data


def test_a_label_is_named_as_the_sidecar_or_the_photo_named_it(tmp_path: Path) -> None:
    root = files(tmp_path, "a.jpg", "b.jpg")
    (root / "a.xmp").write_bytes(written.LIGHTROOM)
    assert give(root, "a.jpg", label="Red").facts.marks.label == "Rot"
    done = stars.give(root, (), facts(root, "b.jpg", Marks(label="Vert")), label="Blue")
    assert done.facts.marks.label == "Bleu"


def test_a_photo_that_is_gone_has_no_stars(tmp_path: Path) -> None:
    root = files(tmp_path, "a.jpg")
    known = facts(root, "a.jpg")
    (root / "a.jpg").unlink()
    with pytest.raises(Failed, match="not there any more"):
        stars.give(root, (), known, rating=3)
    assert not (root / ".cullr").exists()


def test_the_real_sidecars_of_the_shared_set_come_back_to_the_byte(tmp_path: Path, shared_photos: Path) -> None:
    (tmp_path / "raw").mkdir()
    for path in (shared_photos / "formats/raw").iterdir():
        shutil.copyfile(path, tmp_path / "raw" / path.name)  # without their write protection
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.xmp")}
    [shot] = [shot for shot in scan.folder(tmp_path, "raw") if "IMG_0042" in shot.path]
    done = give(tmp_path, shot.path, rating=1, label="Green")
    assert len(done.written) == 2
    assert all(path.read_bytes() != data for path, data in before.items())
    undo(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.xmp")} == before


def test_work_of_any_program_is_known_to_the_review_and_remembered_by_the_index(tmp_path: Path) -> None:
    for name in ("plain.jpg", "apple.jpg", "raw.jpg", "adobe.jpg", "dark.jpg"):
        pictures.save(tmp_path / name, pictures.scene(1), quality=90)
    (tmp_path / "apple.AAE").write_bytes(b"<plist/>")
    (tmp_path / "raw.jpg.pp3").write_bytes(written.RAWTHERAPEE)
    (tmp_path / "adobe.xmp").write_bytes(written.LIGHTROOM)
    (tmp_path / "dark.jpg.xmp").write_bytes(written.UNTOUCHED)
    for _ in range(2):
        review, _found = Session.open([tmp_path]).review()
        marks = {each.shot.face.name: each.marks for group in review.groups for each in group.shots}
        assert {name for name, said in marks.items() if said.edited} == {"apple.jpg", "raw.jpg", "adobe.jpg"}
        assert marks["raw.jpg"] == Marks(4, "Green", edited=True)
        assert marks["adobe.jpg"] == Marks(3, "Grün", 1, edited=True)
