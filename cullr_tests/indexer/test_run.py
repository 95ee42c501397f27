"""Runs over real folders: what is read again and what is not, what moved, what a kill leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener

from cullr.errors import Failed
from cullr.index import FILE, database
from cullr.index.store import Store
from cullr.indexer.run import Indexed, run
from cullr.model import Kind
from cullr.settings import Limits, Matching, Settings
from cullr_tests import pictures

Run = Callable[..., Indexed]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Two look-alikes, an exact copy, two others."""
    root = tmp_path / "shoot"
    pictures.save(root / "a.jpg", pictures.scene(1))
    pictures.save(root / "b.jpg", pictures.scene(1), quality=60)
    pictures.save(root / "day2/c.jpg", pictures.scene(2))
    pictures.save(root / "day2/d.jpg", pictures.scene(3))
    (root / "copy").mkdir()
    shutil.copy(root / "day2/c.jpg", root / "copy/c.jpg")
    return root


@pytest.fixture
def index(tmp_path: Path) -> Run:
    """Run over some roots with one index; remembers which passes read how much."""

    def indexed(*roots: Path, **options: object) -> Indexed:
        settings = options.pop("settings", Settings())
        assert isinstance(settings, Settings)
        return run(
            roots,
            settings,
            tmp_path / "cache",
            progress=lambda *_step: None,
            say=said.append,
            **options,  # type: ignore[arg-type]
        )

    said: list[str] = []
    indexed.said = said  # type: ignore[attr-defined]
    return indexed


def grouped(found: Indexed) -> dict[Kind, list[list[str]]]:
    paths = {facts.id: facts.shot.path for facts in found.facts}
    kinds: dict[Kind, list[list[str]]] = {}
    for group in found.groups:
        kinds.setdefault(group.kind, []).append([paths[number] for number in group.shots])
    return kinds


def test_a_folder_gives_its_groups(shoot: Path, index: Run) -> None:
    found = index(shoot)
    kinds = grouped(found)
    assert kinds[Kind.EXACT] == [["copy/c.jpg", "day2/c.jpg"]]
    assert kinds[Kind.PHASH] == [["a.jpg", "b.jpg"]]
    assert (found.photos, found.shots, found.read) == (5, 5, 5)


def test_an_unchanged_folder_is_not_read_again(shoot: Path, index: Run) -> None:
    first = index(shoot)
    # Nobody can read them now: only the index can answer.
    for path in shoot.rglob("*.jpg"):
        stat = path.stat()
        path.write_bytes(b"\0" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    second = index(shoot)
    assert second.read == 0
    assert second.groups == first.groups
    assert second.facts == first.facts


def test_a_raw_beside_its_jpeg_is_new_once(shoot: Path, index: Run) -> None:
    (shoot / "a.dng").write_bytes(b"II*\0" + bytes(1000))
    assert index(shoot).read == 6
    assert index(shoot).read == 0
    os.utime(shoot / "a.dng", ns=(1, 1))
    assert index(shoot).read == 1
    assert index(shoot).read == 0


PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
)


def test_photos_indexed_by_fewer_dialects_have_their_heads_read_again_and_nothing_else(
    shoot: Path, index: Run, tmp_path: Path, shared_photos: Path
) -> None:
    """Once; and what stands beside them likewise. Real RAWs, one of which no longer develops."""
    register_heif_opener()
    for name in ("DSC_truncated.ARW", "header_only.CR2"):
        data = (shared_photos / "formats/raw" / name).read_bytes()
        (shoot / name).write_bytes(pictures.with_packet(data, PACKET))
    real = (shared_photos / "formats/L_exif_xmp_iptc.heic").read_bytes()
    (shoot / "real.heic").write_bytes(real)
    with Image.open(shoot / "a.jpg") as image:
        for name in ("p.jpg", "q.webp", "h.heic", "v.avif"):
            image.save(shoot / name, xmp=PACKET)
        image.save(shoot / "r.tif", tiffinfo={700: PACKET})
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
        image.save(shoot / "s.png", pnginfo=info)
    (shoot / "b.xmp").write_bytes(PACKET.replace(b'"4"', b'"2"'))
    told = ("p.jpg", "q.webp", "r.tif", "s.png", "h.heic", "v.avif", "DSC_truncated.ARW", "header_only.CR2")
    given = {**dict.fromkeys(told, 4), "b.jpg": 2}
    assert stars(index(shoot)) == given
    passes: list[str] = []

    def again() -> Indexed:
        passes.clear()
        settings = Settings()
        return run([shoot], settings, tmp_path / "cache", progress=lambda name, *_: passes.append(name), say=print)

    db = sqlite3.connect(tmp_path / "cache" / FILE)
    with db:
        for table in ("photo", "sidecar"):
            db.execute(f"UPDATE {table} SET rating = NULL, dialects = dialects - 1")
    db.close()
    found = again()
    assert stars(found) == given
    assert (found.read, "reading marks" in passes, "reading pictures" in passes) == (0, True, False)
    assert stars(again()) == given
    assert "reading marks" not in passes


def stars(found: Indexed) -> dict[str, int]:
    return {facts.shot.path: facts.marks.rating for facts in found.facts if facts.marks.rating}


def test_a_changed_photo_is_read_again(shoot: Path, index: Run) -> None:
    index(shoot)
    pictures.save(shoot / "b.jpg", pictures.scene(9))
    found = index(shoot)
    assert found.read == 1
    assert Kind.PHASH not in grouped(found)


def test_a_renamed_photo_keeps_its_row(shoot: Path, index: Run) -> None:
    before = {facts.shot.path: facts.id for facts in index(shoot).facts}
    (shoot / "a.jpg").rename(shoot / "day2/renamed.jpg")
    found = index(shoot)
    after = {facts.shot.path: facts.id for facts in found.facts}
    assert (found.read, found.moved) == (0, 1)
    assert after["day2/renamed.jpg"] == before["a.jpg"]


def test_a_photo_moved_to_another_disk_keeps_its_row_by_content(shoot: Path, index: Run, tmp_path: Path) -> None:
    before = {facts.shot.path: facts.id for facts in index(shoot).facts}
    shutil.copy2(shoot / "a.jpg", tmp_path / "elsewhere.jpg")  # another inode, the same bytes and time
    (shoot / "a.jpg").unlink()
    (tmp_path / "elsewhere.jpg").rename(shoot / "z.jpg")
    found = index(shoot)
    assert (found.read, found.moved) == (0, 1)
    assert {facts.shot.path: facts.id for facts in found.facts}["z.jpg"] == before["a.jpg"]


def test_another_photo_of_the_same_size_and_time_is_not_taken_for_a_moved_one(
    shoot: Path, index: Run, tmp_path: Path
) -> None:
    index(shoot)
    old = (shoot / "a.jpg").stat()
    other = bytearray(pictures.save(tmp_path / "o.jpg", pictures.scene(8)).read_bytes())
    other += b"\0" * (old.st_size - len(other))
    assert len(other) == old.st_size
    (shoot / "a.jpg").unlink()
    (shoot / "new.jpg").write_bytes(other)
    os.utime(shoot / "new.jpg", ns=(old.st_mtime_ns, old.st_mtime_ns))
    if (shoot / "new.jpg").stat().st_ino == old.st_ino:  # the freed inode came back: force another
        shutil.copy2(shoot / "new.jpg", shoot / "new2.jpg")
        (shoot / "new2.jpg").rename(shoot / "new.jpg")
    found = index(shoot)
    assert (found.read, found.moved) == (1, 0)


def test_photos_that_are_gone_leave_the_index(shoot: Path, index: Run, tmp_path: Path) -> None:
    index(shoot)
    shutil.rmtree(shoot / "day2")
    index(shoot)
    opened = database.open_for_writing(tmp_path / "cache", lambda _sentence: None)
    assert Store(opened).count() == 3
    opened.close()


def test_another_root_does_not_push_the_first_out(shoot: Path, index: Run) -> None:
    index(shoot / "day2")
    index(shoot / "copy")
    assert index(shoot / "day2").read == 0
    assert index(shoot).read == 2


def test_another_hash_is_computed_and_the_first_comes_back_later(shoot: Path, index: Run) -> None:
    other = Settings(match=Matching(hash="dhash"))
    index(shoot)
    found = index(shoot, settings=other)
    assert grouped(found)[Kind.PHASH] == [["a.jpg", "b.jpg"]]
    assert index(shoot).groups


def test_one_bad_photo_is_a_row_with_a_reason(shoot: Path, index: Run) -> None:
    (shoot / "bad.jpg").write_bytes((shoot / "a.jpg").read_bytes()[:3000])
    (shoot / "empty.png").write_bytes(b"")
    found = index(shoot)
    assert [(each.path, each.why) for each in found.skipped] == [
        ("bad.jpg", "cut short: the end of the picture is missing"),
        ("empty.png", "empty file"),
    ]
    assert index(shoot).skipped == found.skipped


def test_a_shot_whose_face_is_broken_is_shown_by_its_other_photo(shoot: Path, index: Run) -> None:
    pictures.save(shoot / "e.png", pictures.scene(4))
    (shoot / "e.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    found = index(shoot)
    assert "e.png" in [facts.shot.path for facts in found.facts]
    assert [each.path for each in found.skipped] == ["e.jpg"]


def test_an_index_that_breaks_during_the_run_is_rebuilt(shoot: Path, index: Run, tmp_path: Path) -> None:
    first = index(shoot)
    path = tmp_path / "cache" / FILE
    damaged = bytearray(path.read_bytes())
    for page in range(1, len(damaged) // 8192):  # every page but the first, which the opening reads
        damaged[page * 8192 : page * 8192 + 64] = b"\xff" * 64
    path.write_bytes(damaged)
    second = index(shoot)
    assert second.groups == first.groups
    assert any("set aside" in sentence for sentence in index.said)  # type: ignore[attr-defined]


def test_a_full_disk_is_an_error_with_a_remedy_and_the_index_stays_sound(tmp_path: Path) -> None:
    root = tmp_path / "many"
    for number in range(40):
        pictures.save(root / f"{number}.jpg", pictures.scene(number, 64, 64))
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom cullr.errors import Failed\n"
        "from cullr.indexer.run import run\nfrom cullr.settings import Settings\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try:\n"
        "    run([Path(sys.argv[1])], Settings(), Path(sys.argv[2]), progress=lambda *s: None, say=print)\n"
        "except Failed as error:\n    print(error.message, '|', error.remedy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(root), str(tmp_path / "cache")], capture_output=True, text=True, check=False
    )
    assert "the disk is full" in done.stdout, done.stderr
    assert "CULLR_CACHE" in done.stdout
    said: list[str] = []
    found = run([root], Settings(), tmp_path / "cache", progress=lambda *_step: None, say=said.append)
    assert len(found.facts) == 40
    assert said == []


MANY = 600


@pytest.fixture(scope="module")
def slow_shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that take seconds together, so that a signal finds the run in the middle."""
    root = tmp_path_factory.mktemp("slow")
    saved = [pictures.save(root / f"{seed:03}.png", pictures.scene(seed, 900, 700)) for seed in range(40)]
    for number in range(len(saved), MANY):
        # Other bytes, the same pixels: they are made sooner than they are read.
        (root / f"{number:03}.png").write_bytes(saved[number % len(saved)].read_bytes() + bytes([number // 40]))
    return root


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_continues_where_it_stopped(
    slow_shoot: Path, tmp_path: Path, number: signal.Signals
) -> None:
    root = slow_shoot
    script = (
        "import sys\nfrom pathlib import Path\nfrom cullr.indexer.run import run\n"
        "from cullr.settings import Limits, Settings\n"
        "def progress(name, done, total):\n    print(name, done, flush=True)\n"
        "settings = Settings(limits=Limits(workers=1))\n"
        "run([Path(sys.argv[1])], settings, Path(sys.argv[2]), progress=progress, say=print)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(root), str(tmp_path / "cache")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("reading pictures") and int(line.split()[-1]) >= 20:
            break
    time.sleep(0.3)
    child.send_signal(number)
    child.wait(20)
    child.stdout.close()
    said: list[str] = []
    found = run([root], Settings(), tmp_path / "cache", progress=lambda *_step: None, say=said.append)
    assert said == []
    assert found.skipped == ()
    assert len(found.facts) == MANY
    assert 0 < found.read < MANY


def test_a_limit_that_is_raised_gives_a_refused_photo_another_chance(shoot: Path, index: Run) -> None:
    pictures.save(shoot / "large.png", pictures.scene(5, 1500, 1000))
    low = index(shoot, settings=Settings(limits=Limits(megapixels=1)))
    assert [each.path for each in low.skipped] == ["large.png"]
    assert index(shoot).skipped == ()


def test_a_cache_that_cannot_be_written_is_an_error_with_a_remedy(shoot: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed) as raised:
        run([shoot], Settings(), tmp_path / "file" / "x", progress=lambda *_step: None, say=print)
    assert raised.value.remedy
