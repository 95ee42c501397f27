"""Stars and labels of one shot → its XMP sidecars, as a batch; and what its sidecars say now.

Every XMP sidecar that serves this shot alone is written to, so that all programs agree; where there is none, one is
made and named as the others in its folder are. Photos are never written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cullr import moves, scan, sidecars
from cullr.errors import Failed
from cullr.formats import PHOTO_EXTENSIONS, RAW_EXTENSIONS
from cullr.journal import BatchId
from cullr.journal.tree import Tree
from cullr.model import Marks, Shot, ShotFacts
from cullr.moves import sidecar
from cullr.moves.stays import Stays, in_words
from cullr.names import split
from cullr.safe_text import visible
from cullr.sidecars.splice import Unwritable, spliced


@dataclass(frozen=True, slots=True)
class Starred:
    """What became of it: `batch` is None when the sidecars said so already; `facts` are the shot's as they are now."""

    batch: BatchId | None
    facts: ShotFacts
    written: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()


def give(
    root: Path, ignore: Sequence[str], facts: ShotFacts, *, rating: int | None = None, label: str | None = None
) -> Starred:
    """Write stars (0 takes them away) or a label ("" likewise). Raises Failed when any sidecar cannot be written."""
    shot = _found(root, ignore, facts)
    files: dict[str, tuple[bytes | None, bytes]] = {}
    with Tree(root) as tree:
        for path in _targets(shot, tree):
            try:
                before = sidecar.content(tree, path)
                old = sidecars.read(path, before).label if before else facts.marks.label
                text = label if label is None else sidecars.in_words_of(old, label)
                files[path] = (before, spliced(before, rating=rating, label=text))
            except (Stays, Unwritable, OSError) as error:
                raise _refused(path, _why(error)) from error
    said = [] if rating is None else [f"★{rating}" if rating >= 0 else "rejected"]
    said += [] if label is None else [label or "no label"]
    done = moves.rewrite(root, files, what=f"{' '.join(said)}: {shot.path}")
    if done.refused:
        raise _refused(done.refused[0].path, done.refused[0].why)
    return Starred(done.batch, now(root, ignore, facts), done.written, done.recovered)


def now(root: Path, ignore: Sequence[str], facts: ShotFacts) -> ShotFacts:
    """The facts with the companions that stand there at this moment and what they say. Raises Failed."""
    shot = _found(root, ignore, facts)
    said = []
    with Tree(root) as tree:
        for file in sidecars.in_order(shot.companions):
            try:
                said.append(sidecars.read(file.name, sidecar.content(tree, file.path) or b""))
            except (Stays, OSError):
                said.append(Marks())
    return replace(facts, shot=shot, marks=sidecars.merge(*said, facts.metadata.marks))


def _found(root: Path, ignore: Sequence[str], facts: ShotFacts) -> Shot:
    found = scan.anew(root, facts.shot, ignore)
    if found is None:
        raise Failed(f"{visible(facts.shot.path)} is not there any more", "Its group will be gone in a moment.")
    return found


def _targets(shot: Shot, tree: Tree) -> list[str]:
    """The shot's own XMP sidecars but darktable's further versions; or the name of the one to make."""
    own = [
        file.path
        for file in shot.companions
        if split(file.name)[1] == "xmp" and file not in shot.shared and not sidecars.is_duplicate(file.name)
    ]
    return own or [_new(shot, tree)]


def _new(shot: Shot, tree: Tree) -> str:
    """`IMG_1.xmp` as Adobe's programs and Capture One name them, or `IMG_1.CR3.xmp` as darktable and digiKam do.

    As most in the folder are; else Adobe's for a RAW, and for a picture without one the other: Adobe reads none there.
    """
    raw = next((photo for photo in shot.photos if split(photo.name)[1] in RAW_EXTENSIONS), None)
    photo = raw or shot.face
    names = [name.lower() for name in tree.names(photo.folder)]
    photos = {name for name in names if split(name)[1] in PHOTO_EXTENSIONS}
    stems = {split(name)[0] for name in photos}
    written = [name.removesuffix(".xmp") for name in names if name.endswith(".xmp")]
    full, stem = sum(name in photos for name in written), sum(name in stems for name in written)
    adobe = stem > full or (stem == full and raw is not None)
    # Without an extension, or where another file has the name already, only the full name is this shot's alone.
    name = f"{split(photo.name)[0]}.xmp" if adobe and not shot.shared else f"{photo.name}.xmp"
    folder = f"{photo.folder}/" if photo.folder else ""
    return f"{folder}{name}"


def _why(error: Exception) -> str:
    if isinstance(error, Stays):
        return error.refusal.why
    return in_words(error) if isinstance(error, OSError) else str(error)


def _refused(path: str, why: str) -> Failed:
    return Failed(f"no stars: {visible(path)}: {visible(why)}", "Nothing was written.")
