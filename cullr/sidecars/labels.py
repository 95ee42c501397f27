"""A label's text → its colour. Lightroom and Bridge write the word their label set shows, in the person's language.

Sources: the "Lightroom Default" and "Bridge Default" label sets; digiKam's and darktable's own numbers; ExifTool's
PhotoMechanic tags for the names of colour classes. A text that is in no set has no colour; it stays the label it is.
"""

from __future__ import annotations

import unicodedata

COLOURS = ("red", "yellow", "green", "blue", "purple")
"""In the order of darktable, RawTherapee and of the keys 6 to 9 (purple has none)."""

_WORDS = {
    # English, Bridge; German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Polish; Japanese, Chinese, Korean
    "red": "red|select|rot|rouge|rojo|rosso|vermelho|rood|röd|czerwony|レッド|红色|紅色|빨강|빨간색",
    "yellow": "yellow|second|gelb|jaune|amarillo|giallo|amarelo|geel|gul|żółty|イエロー|黄色|黃色|노랑|노란색",
    "green": "green|approved|grün|vert|verde|groen|grön|zielony|グリーン|绿色|綠色|녹색|초록색",
    "blue": "blue|review|blau|bleu|azul|blu|blauw|blå|niebieski|ブルー|蓝色|藍色|파랑|파란색",
    "purple": "purple|to do|lila|violet|pourpre|púrpura|morado|viola|roxo|paars|fioletowy|パープル|紫色|보라색|magenta",
}
_COLOUR_OF = {word: name for name, words in _WORDS.items() for word in words.split("|")}

DIGIKAM = (None, "Red", "Orange", "Yellow", "Green", "Blue", "Magenta", "Gray", "Black", "White")
"""digiKam:ColorLabel from 0."""
PHOTO_MECHANIC = (
    None, "Winner", "Winner alt", "Superior", "Superior alt", "Typical", "Typical alt", "Extras", "Trash",
)  # fmt: skip
"""photomechanic:ColorClass from 0, by the names they have before somebody changes them."""
CAPTURE_ONE = (None, "Red", "Orange", "Yellow", "Green", "Blue", "Pink", "Purple")
"""Colour tags from 0."""


def colour(label: str | None) -> str | None:
    """`red` for Red, Rot, Select, 红色 …; None for a label of no known set and for none."""
    return _COLOUR_OF.get(folded(label)) if label else None


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
