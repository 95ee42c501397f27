"""Binomial filters at every second pixel of a line, in whole numbers of 16 bits: twice as many at a time as floats.

A line comes as five arrays: the values two and one before, at, one and two after each place that is looked at. What
wraps around on the way to a result that fits comes out right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint16]
Line = Sequence[Values]


def around(even: Values, odd: Values) -> Line:
    """Lines, [places, …], from values at even and at odd places; the first and the last even place are lost."""
    return even[:-2], odd[:-2], even[1:-1], odd[1:-1], even[2:]


def smooth(line: Line) -> Values:
    """1 2 1."""
    _, before, here, after, _ = line
    found = before + after
    found += here
    found += here
    return found


def smoother(line: Line) -> Values:
    """1 4 6 4 1."""
    first, _, here, _, last = line
    found = smooth(line)
    found <<= 2
    found += first
    found += last
    found -= here
    found -= here
    return found


def slope(line: Line) -> Values:
    """-1 -2 0 2 1: the central difference of what is smoothed; two's complement."""
    first, before, _, after, last = line
    found = after - before
    found += found
    found += last
    found -= first
    return found


def curve(line: Line) -> Values:
    """1 -2 1; two's complement."""
    _, before, here, after, _ = line
    found = before + after
    found -= here
    found -= here
    return found
