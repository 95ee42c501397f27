"""Two shots that a criterion told apart → the difference in a few plain words, with numbers for people.

File names and labels are passed on raw: whoever shows a reason escapes it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from cullr.model import ShotFacts
from cullr.rules import criteria, resends, seen_words
from cullr.rules.criteria import Preference
from cullr.rules.figures import duration, percent, times
from cullr.rules.seen_words import Side

SHIELDS = {"bracket": "exposure bracket", "stages": "stages of one picture"}

_NOUNS = {
    "bytes": "file size",
    "companion": "files beside it",
    "edited": "develop settings",
    "modified": "time of change",
    "pick": "picks",
    "resolution": "pixels",
    "taken": "capture time",
}
_LONGEST_NAME = 28
_LONGEST_WORD = 16


Words = Callable[[Preference, Side, Side, str], str]


def difference(prefer: Preference, this: Side, that: Side) -> str:
    """How `this` differs from `that` by a criterion in which their scores differ: `24 % less sharp than DSC_1.JPG`."""
    return _WORDS[prefer.by](prefer, this, that, called(that.facts, this.facts))


def noun(prefer: Preference) -> str:
    """What whole sets are ahead by: `file size`."""
    return _NOUNS.get(prefer.by, prefer.by)


def called(shot: ShotFacts, beside: ShotFacts) -> str:
    """A shot's file name, or its path where the name alone would mean both."""
    face = shot.shot.face
    return shortened(face.path if face.name == beside.shot.face.name else face.name, _LONGEST_NAME)


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters; a name's beginning and end tell more than its middle."""
    if len(text) <= longest:
        return text
    head = (longest - 1) // 2
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


def stars(count: int) -> str:
    if count < 0:
        return "rejected"
    return f"{count or 'no'} star{'' if count == 1 else 's'}"


def shield(kind: str) -> str:
    return SHIELDS.get(kind, kind)


def _noun(describe: Callable[[Preference, ShotFacts], str]) -> Words:
    """`4 stars (DSC_0412.JPG: 2 stars)`."""
    return lambda prefer, this, that, name: f"{describe(prefer, this.facts)} ({name}: {describe(prefer, that.facts)})"


def _amount(more: str, fewer: str, whole: str) -> Words:
    """`14 % more pixels than DSC_1.JPG`, of more than twice as much `5.1× the pixels of DSC_1.JPG`."""

    def words(_: Preference, this: Side, that: Side, name: str) -> str:
        if this.score > 2 * that.score:
            return f"{times(this.score, that.score)} the {whole} of {name}"
        share = percent(abs(this.score / that.score - 1))
        return f"{share} {more if this.score > that.score else fewer} than {name}"

    return words


def _time(what: str) -> Words:
    def words(prefer: Preference, this: Side, that: Side, name: str) -> str:
        if math.isinf(this.score):
            return f"no capture time, unlike {name}"
        if math.isinf(that.score):
            return f"has a capture time, unlike {name}"
        newer = (this.score > that.score) == (prefer.want == ("newest",))
        return f"{what} {duration(abs(this.score - that.score))} {'later' if newer else 'earlier'} than {name}"

    return words


def _folder(prefer: Preference, this: Side, that: Side, _name: str) -> str:
    here, there = (_lies_in(prefer, side.facts) for side in (this, that))
    return f"in {here} rather than {there}"


def _lies_in(prefer: Preference, shot: ShotFacts) -> str:
    if not prefer.order:
        return f"folder {shot.shot.root + 1}"
    return shortened(shot.shot.face.folder or "the root", _LONGEST_WORD)


def _name(prefer: Preference, this: Side, that: Side, name: str) -> str:
    if not prefer.want:
        return _noun(_alike)(prefer, this, that, name)
    if prefer.want == ("plain",):
        return _plainness(this, that, name)
    longer = (this.score > that.score) == (prefer.want == ("longest",))
    return f"{'longer' if longer else 'shorter'} name than {name}"


def _plainness(this: Side, that: Side, name: str) -> str:
    if this.score > that.score:
        return f"plain name, unlike {name}"
    extends = criteria.stem(that.facts.shot.face.name) in criteria.plainer_stems(this.facts.shot.face.name)
    return f"named like a version of {name}" if extends else f"named like a version of another, unlike {name}"


def _alike(prefer: Preference, shot: ShotFacts) -> str:
    globs = (glob for glob in prefer.order or prefer.pattern if glob != criteria.REST)
    found = next((glob for glob in globs if criteria.matches(shot.shot.face.name, glob)), None)
    return f"name with “{shortened(plain(found), 12)}”" if found else "plain name"


def plain(glob: str) -> str:
    """A pattern as people would say it: `orig` for `*[-_ ]orig*`."""
    text = re.sub(r"\*+", "…", re.sub(r"\[[^]]*\]|\?", "", glob)).strip("…")
    return text or glob


def _companion(prefer: Preference, this: Side, that: Side, name: str) -> str:
    """Of the files that the better one has, the first that the other lacks."""
    better, other = (this, that) if this.score > that.score else (that, this)
    lacking = criteria.companions(prefer, other.facts)
    extra = next(want for want in criteria.companions(prefer, better.facts) if want not in lacking)
    return f"{'has' if better is this else 'no'} {shortened(extra, _LONGEST_WORD)}, unlike {name}"


def _resent(_: Preference, this: Side, that: Side, name: str) -> str:
    better = this.score > that.score
    return f"{'not ' if better else ''}{resends.signs((that if better else this).facts)}, unlike {name}"


def _saved(side: Side) -> str:
    quality, table = round(side.score), side.facts.metadata.compression
    if table is None:
        return f"made from a JPEG of quality {quality}" if quality < 100 else "saved without loss"
    return f"JPEG quality {table}" if quality >= table else f"once saved at JPEG quality {quality}"


def _tags(side: Side) -> int:
    return side.facts.metadata.tags


def stage(shot: ShotFacts) -> str:
    """`stage 1.5 face_swapped`."""
    if shot.stage is None:
        return "no stage"
    return shortened(f"stage {shot.stage.number:g} {shot.stage.name}".strip(), 24)


def label(shot: ShotFacts) -> str:
    return f"label {shortened(shot.marks.label, 14)}" if shot.marks.label else "no label"


_WORDS: dict[str, Words] = {
    "rating": _noun(lambda _, shot: stars(shot.marks.rating or 0)),
    "label": _noun(lambda _, shot: label(shot)),
    "pick": _noun(lambda _, shot: {1: "picked", -1: "rejected"}.get(shot.marks.pick or 0, "not flagged")),
    "edited": lambda _, this, that, name: (
        f"{'has' if this.score > that.score else 'no'} develop settings, unlike {name}"
    ),
    "raw": _noun(lambda _, shot: "RAW" if criteria.has_raw(shot) else "no RAW"),
    "format": _noun(lambda prefer, shot: criteria.best_format(prefer, shot).upper()),
    "resolution": _amount("more pixels", "fewer pixels", "pixels"),
    "bytes": _amount("larger file", "smaller file", "file size"),
    "compression": lambda _, this, that, name: f"{_saved(this)} ({name}: {_saved(that)})",
    "resent": _resent,
    "eyes": seen_words.eyes,
    "face": seen_words.face,
    "sharpness": seen_words.sharpness,
    "noise": seen_words.noise,
    "exposure": seen_words.exposure,
    "taken": _time("taken"),
    "modified": _time("changed"),
    "folder": _folder,
    "name": _name,
    "companion": _companion,
    "metadata": lambda _, this, that, name: f"{_tags(this)} metadata tags ({name}: {_tags(that)})",
    "stage": _noun(lambda _, shot: stage(shot)),
}
