"""A label's text → its colour. Lightroom and Bridge write the word their label set shows, in the person's language.

Sources: the "Lightroom Default" and "Bridge Default" label sets; digiKam's and darktable's own numbers; ExifTool's
PhotoMechanic tags for the names of colour classes. A text that is in no set has no colour; it stays the label it is.
"""

from __future__ import annotations

import unicodedata

COLOURS = ("red", "yellow", "green", "blue", "purple")
"""In the order of darktable, RawTherapee and of the keys 6 to 9 (purple has none)."""

_SETS = tuple(
    tuple(words.split("|"))
    for words in (
        "Red|Yellow|Green|Blue|Purple",
        "Select|Second|Approved|Review|To Do",  # Bridge
        "Rot|Gelb|Grün|Blau|Lila",
        "Rouge|Jaune|Vert|Bleu|Violet",
        "Rojo|Amarillo|Verde|Azul|Púrpura",
        "Rosso|Giallo|Verde|Blu|Viola",
        "Vermelho|Amarelo|Verde|Azul|Roxo",
        "Rood|Geel|Groen|Blauw|Paars",
        "Röd|Gul|Grön|Blå|Lila",
        "Czerwony|Żółty|Zielony|Niebieski|Fioletowy",
        "レッド|イエロー|グリーン|ブルー|パープル",
        "红色|黄色|绿色|蓝色|紫色",
        "紅色|黃色|綠色|藍色|紫色",
        "빨강|노랑|초록색|파랑|보라색",
        "빨간색|노란색|녹색|파란색|보라색",
    )
)
"""Each in the order of COLOURS."""
_OTHERS = {"pourpre": "purple", "morado": "purple", "magenta": "purple"}

DIGIKAM = (None, "Red", "Orange", "Yellow", "Green", "Blue", "Magenta", "Gray", "Black", "White")
"""digiKam:ColorLabel from 0."""
PHOTO_MECHANIC = (
    None, "Winner", "Winner alt", "Superior", "Superior alt", "Typical", "Typical alt", "Extras", "Trash",
)  # fmt: skip
"""photomechanic:ColorClass from 0, by the names they have before somebody changes them."""
CAPTURE_ONE = (None, "Red", "Orange", "Yellow", "Green", "Blue", "Pink", "Purple")
"""Colour tags from 0."""


def in_words_of(old: str | None, label: str) -> str:
    """A colour's English name in the set that an old label is from: `Red` beside `Grün` is `Rot`, for Lightroom shows
    no colour for a text that is not in the person's set. As it is where the old one is in none, or in several."""
    name = colour(label)
    if not old or name is None:
        return label
    place = COLOURS.index(name)
    said = {words[place] for words in _SETS if folded(old) in map(folded, words)}
    return said.pop() if len(said) == 1 else label


def colour(label: str | None) -> str | None:
    """`red` for Red, Rot, Select, 红色 …; None for a label of no known set and for none."""
    return _COLOUR_OF.get(folded(label)) if label else None


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


_COLOUR_OF = {folded(word): name for words in _SETS for name, word in zip(COLOURS, words, strict=True)} | _OTHERS
