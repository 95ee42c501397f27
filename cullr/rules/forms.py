"""What a [[prefer]] table of each criterion may say: its keys, its words, the unit of its margin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """The keys a criterion takes beside `by`: exactly one of `ways` (none needed if `optional`), and a margin."""

    ways: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    optional: bool = False
    unit: str = ""
    percent: bool = False


_AGES = ("newest", "oldest")
FORMS: dict[str, Form] = {
    "rating": Form(unit="stars"),
    "label": Form(("order",)),
    "pick": Form(),
    "edited": Form(),
    "raw": Form(),
    "format": Form(("order",)),
    "resolution": Form(unit="pixels", percent=True),
    "bytes": Form(unit="bytes", percent=True),
    "compression": Form(unit="steps of JPEG quality"),
    "resent": Form(),
    "eyes": Form(unit="people"),
    "face": Form(unit="sharpness", percent=True),
    "sharpness": Form(unit="sharpness", percent=True),
    "noise": Form(unit="grey levels"),
    "exposure": Form(unit="percent of the picture"),
    "taken": Form(("want",), _AGES, unit="seconds"),
    "modified": Form(("want",), _AGES, unit="seconds"),
    "folder": Form(("order",), optional=True),
    "name": Form(("want", "pattern", "order"), ("plain", "shortest", "longest"), unit="characters"),
    "companion": Form(("want",)),
    "metadata": Form(unit="tags", percent=True),
    "stage": Form(("want", "order"), ("highest", "lowest")),
}
