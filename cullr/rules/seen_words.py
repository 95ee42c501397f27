"""Two shots that their pictures told apart → the difference in a photographer's words and figures."""

from __future__ import annotations

from dataclasses import dataclass

from cullr import seen
from cullr.model import ShotFacts
from cullr.rules.criteria import Preference
from cullr.rules.figures import percent, times

PLAIN = 0.8
"""Less than this fraction of the other's sharpness is a fault that has a name."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a shot and its score."""

    facts: ShotFacts
    score: float


def sharpness(_: Preference, this: Side, that: Side, name: str) -> str:
    """`sharper than b.jpg (1.8×)`; of the other `blurred by movement: 44 % less sharp than a.jpg`."""
    return _sharpness(this, that, name, "", _fault(this, that))


def face(_: Preference, this: Side, that: Side, name: str) -> str:
    """`sharper on the face than b.jpg (1.8×)`."""
    return _sharpness(this, that, name, " on the face", "")


def _sharpness(this: Side, that: Side, name: str, where: str, fault: str) -> str:
    if this.score > that.score:
        return f"sharper{where} than {name} ({times(this.score, that.score)})"
    text = f"{percent(1 - this.score / that.score)} less sharp{where} than {name}"
    return f"{fault}: {text}" if fault else text


def eyes(_: Preference, this: Side, that: Side, name: str) -> str:
    """`eyes open (b.jpg: eyes shut)`."""
    return f"{_eyes(this)} ({name}: {_eyes(that)})"


def noise(_: Preference, this: Side, that: Side, name: str) -> str:
    if this.score > that.score:
        return f"less noise than {name} ({times(that.score, this.score)} as much)"
    return f"{times(this.score, that.score)} the noise of {name}"


def exposure(_: Preference, this: Side, that: Side, name: str) -> str:
    """Names the part that weighs more: it has the sign of the sum, so the words are true."""
    clipped = 100 * (seen.clipped(that.facts) - seen.clipped(this.facts))
    light = this.score - that.score - clipped
    if abs(clipped) >= abs(light):
        return f"{percent(abs(clipped) / 100)} {'less' if clipped > 0 else 'more'} of the picture clipped than {name}"
    stops = seen.stops(this.facts) - seen.stops(that.facts)
    if light < 0:
        return f"{_stops(stops)} than {name}"
    return f"better lit than {name}, which is {_stops(-stops)}"


def _fault(this: Side, that: Side) -> str:
    """What made it less sharp; nothing to say of versions of one exposure, which a program made less sharp."""
    known = all(side.facts.quality and any(side.facts.quality.slopes) for side in (this, that))
    if not known or this.score > PLAIN * that.score or this.facts.taken == that.facts.taken:
        return ""
    return "blurred by movement" if seen.is_shaken(this.facts, that.facts) else "out of focus"


def _eyes(side: Side) -> str:
    people, shut = len(side.facts.faces or ()), round(-side.score)
    if people <= 1:
        return "eyes shut" if shut else "eyes open"
    return (
        f"{shut} of {people} with eyes shut" if shut else f"{'both' if people == 2 else f'all {people}'} with eyes open"
    )


def _stops(difference: float) -> str:
    amount = f"{abs(difference):.1f}"
    return f"{amount} stop{'' if amount == '1.0' else 's'} {'brighter' if difference > 0 else 'darker'}"
