"""What is measured on the way is only a guess, learnt from the pictures read just before."""

from __future__ import annotations

import numpy as np

from cullr.indexer.guess import Guess
from cullr.model import Exposure, Look, Marks, Metadata, Rung

Read = tuple[Metadata, Look | None]


def picture(phash: int, width: int = 100) -> Read:
    facts = Metadata("png", width, 100, 1, None, None, Exposure(), Marks(), 0)
    return facts, Look(phash, bytes(1024), 50.0, Rung.FULL)


def lone(count: int, seed: int) -> list[Read]:
    return [picture(int(each)) for each in np.random.default_rng(seed).integers(0, 1 << 63, count)]


def test_pictures_among_look_alikes_are_measured_on_the_way_and_lone_ones_are_not() -> None:
    guess = Guess()
    likely = [guess.likely]
    guess.learn([*lone(10, 1), *lone(10, 1)])
    guess.learn([(picture(1 << 40)[0], None)])
    likely.append(guess.likely)
    guess.learn(lone(40, 2))
    assert [*likely, guess.likely] == [False, True, False]


def test_a_look_alike_of_another_size_is_decided_without_a_measure() -> None:
    guess = Guess()
    guess.learn([picture(number, width) for number in range(40) for width in (100 + number, 200 + number)])
    assert not guess.likely
