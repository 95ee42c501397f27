"""Where the eye is in a picture → the part of it to show: one view for several pictures, so that they move in step.

Positions are fractions of a picture; sizes of screen and picture are pixels. Pure arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Size = tuple[int, int]
Part = tuple[float, float, float, float]
"""Left, top, right, bottom, as fractions."""
WHOLE: Part = (0.0, 0.0, 1.0, 1.0)
STEP = 1.5
PAN = 0.25
"""Of what is visible, a step."""
MOST = 4.0
"""Screen pixels a picture's pixel may take at the closest."""


@dataclass(frozen=True, slots=True)
class View:
    """`zoom` 1 shows the whole picture; `x` and `y` are the middle of what is shown."""

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def whole(self) -> bool:
        return self.zoom <= 1.0

    def part(self, picture: Size, box: Size) -> Part:
        """What of a picture of this size the box shows; never beyond its edges."""
        if self.whole or not all(picture) or not all(box):
            return WHOLE
        across, down = self._visible(picture, box)
        x, y = _within(self.x, across), _within(self.y, down)
        return x - across / 2, y - down / 2, x + across / 2, y + down / 2

    def nearer(self, steps: int, picture: Size, box: Size) -> View:
        """Zoomed in by so many steps, or out by negative ones; between the whole and MOST."""
        most = max(1.0, MOST * full_size(picture, box))
        zoom = min(most, max(1.0, self.zoom * STEP**steps))
        # 1.5 ** n misses 1 by an ulp on the way back
        return View() if zoom < 1.0001 else replace(self, zoom=zoom)

    def at_full_size(self, picture: Size, box: Size) -> View:
        """One pixel of the picture for one of the screen; the whole when it is not larger than the box."""
        return replace(self, zoom=full_size(picture, box)) if full_size(picture, box) > 1.0 else View()

    def moved(self, across: int, down: int, picture: Size, box: Size) -> View:
        """A quarter of what is visible further, stopping at the edges."""
        wide, high = self._visible(picture, box)
        x = _within(_within(self.x, wide) + across * PAN * wide, wide)
        y = _within(_within(self.y, high) + down * PAN * high, high)
        return replace(self, x=x, y=y)

    def percent(self, picture: Size, box: Size) -> float:
        """How large the picture is shown; 100 is pixel for pixel."""
        return 100 * self.zoom / full_size(picture, box) if all(picture) and all(box) else 0.0

    def _visible(self, picture: Size, box: Size) -> tuple[float, float]:
        """Fractions of the picture's width and height that the box shows."""
        scale = min(box[0] / picture[0], box[1] / picture[1]) * self.zoom
        return min(1.0, box[0] / (scale * picture[0])), min(1.0, box[1] / (scale * picture[1]))


def full_size(picture: Size, box: Size) -> float:
    """The zoom at which one pixel of the picture takes one of the screen."""
    if not all(picture) or not all(box):
        return 1.0
    return max(picture[0] / box[0], picture[1] / box[1])


def _within(middle: float, visible: float) -> float:
    return min(max(middle, visible / 2), 1.0 - visible / 2)
