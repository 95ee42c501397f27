"""Curves → an SVG with two logarithmic axes, written by hand: nothing to install, sharp at every size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 62, 170, 34, 44
COLOURS = ("#0b6e99", "#b3541e", "#2f7d32", "#8e3b8e", "#8a6d00", "#a02c2c", "#4a5568", "#14746f", "#6b4fbb", "#222222")


@dataclass(frozen=True, slots=True)
class Curve:
    """Points with x and y above 0; a `dashed` one is a yardstick."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def svg(title: str, x_name: str, y_name: str, curves: Sequence[Curve]) -> str:
    """Both axes in powers of ten; names stand at the curves' ends, moved apart where they would touch."""
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    low_x, high_x = math.floor(math.log10(min(xs))), math.ceil(math.log10(max(xs)))
    low_y, high_y = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / max(high_x - low_x, 1)
        up = (math.log10(y) - low_y) / max(high_y - low_y, 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, size=14),
    ]
    for power in range(low_x, high_x + 1):
        x, _ = at(10.0**power, 10.0**low_y)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e2e2e2"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 16, _number(power), anchor="middle"))
    for power in range(low_y, high_y + 1):
        _, y = at(10.0**low_x, 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e2e2e2"/>')
        parts.append(_text(LEFT - 6, y + 4, _number(power), anchor="end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_name, anchor="middle"))
    parts.append(_text(8, 20, y_name))
    drawn = [(curve, [at(*point) for point in curve.points]) for curve in curves]
    below = 0.0
    for number, (curve, points) in enumerate(sorted(drawn, key=lambda each: each[1][-1][1])):
        colour = "#999999" if curve.dashed else COLOURS[number % len(COLOURS)]
        parts += _line(points, colour, dashed=curve.dashed)
        below = max(points[-1][1] + 4, below + 14)
        parts.append(_text(WIDTH - RIGHT + 8, below, curve.name, colour=colour))
    return "\n".join([*parts, "</svg>", ""])


def _line(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    return [line, *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points if not dashed)]


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#444444", size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{escape(text)}</text>'


def _number(power: int) -> str:
    return f"{10**power:,}".replace(",", " ") if power >= 0 else f"{10.0**power:g}"
