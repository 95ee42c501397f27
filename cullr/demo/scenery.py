"""A seed → a picture that could have been taken: skies, hills, water, people, towns, drawn by arithmetic.

Pictures are float32 arrays, height x width x RGB, 0 to 1. The same arguments give the same pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Picture = NDArray[np.float32]
Colour = tuple[float, float, float]
Size = tuple[int, int]


def lake(seed: int, size: Size) -> Picture:
    """Mountains at dusk, mirrored in still water, conifers on the near shore."""
    width, height = size
    rng = np.random.default_rng(seed)
    shore = int(height * 0.56)
    upper = _sky((width, shore), (0.16, 0.24, 0.46), (0.98, 0.72, 0.52))
    _sun(upper, (0.7 * width, 0.8 * shore), 0.05 * height, (1.0, 0.9, 0.7))
    for depth, colour in ((0.45, (0.44, 0.42, 0.56)), (0.68, (0.30, 0.31, 0.44)), (0.88, (0.15, 0.20, 0.24))):
        _hill(upper, rng, depth * shore, 0.32 * shore * (1.1 - depth), colour)
    mirror = upper[::-1][: height - shore] * np.float32(0.72) + np.float32(0.03)
    ripple = _noise(rng, (width, height - shore), 5, stretch=8.0)[..., None]
    picture = np.concatenate([upper, mirror * (0.8 + 0.4 * ripple)])
    _conifers(picture, rng, count=16, foot=0.99 * height, tall=0.34 * height, colour=(0.05, 0.10, 0.08))
    return _finish(picture)


def hills(seed: int, size: Size, near: Colour = (0.24, 0.42, 0.16)) -> Picture:
    """Green hills under a cloudy noon sky, hazier with distance."""
    height = size[1]
    rng = np.random.default_rng(seed)
    picture = _sky(size, (0.28, 0.50, 0.82), (0.82, 0.90, 0.96))
    clouds = np.clip(_noise(rng, size, 5, stretch=2.5) * 2.6 - 1.3, 0, 1)
    _paint(picture, clouds, (1.0, 1.0, 1.0))
    haze: Colour = (0.66, 0.76, 0.84)
    for depth in (0.42, 0.56, 0.70, 0.86):
        share = (depth - 0.3) / 0.6
        colour = tuple(share * a + (1 - share) * b for a, b in zip(near, haze, strict=True))
        _hill(picture, rng, depth * height, 0.16 * height, (colour[0], colour[1], colour[2]))
    _conifers(picture, rng, count=9, foot=0.97 * height, tall=0.22 * height, colour=(0.08, 0.17, 0.07))
    return _finish(picture)


def coast(seed: int, size: Size) -> Picture:
    """A low sun over the sea, waves running in, a headland on one side."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(size, (0.42, 0.32, 0.52), (1.0, 0.80, 0.46))
    _sun(picture, (0.3 * width, 0.40 * height), 0.07 * height, (1.0, 0.97, 0.82))
    horizon = int(0.5 * height)
    rows = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None]
    sea = _noise(rng, (width, height - horizon), 6, stretch=10.0)
    glitter = np.exp(-(((np.arange(width) / width - 0.3) / (0.05 + 0.22 * rows)) ** 2)) * np.clip(sea * 3 - 1, 0, 1)
    water = np.stack([0.16 + 0.2 * sea, 0.24 + 0.22 * sea, 0.36 + 0.24 * sea], axis=-1)
    picture[horizon:] = water + glitter[..., None] * np.array([0.8, 0.6, 0.3])
    _headland(picture, rng, horizon)
    return _finish(picture)


def forest(seed: int, size: Size) -> Picture:
    """Trunks before light green, nearer ones darker and wider."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(size, (0.62, 0.74, 0.38), (0.30, 0.40, 0.16))
    picture *= 0.55 + 0.9 * _noise(rng, size, 6)[..., None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    sway = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    for layer in range(22):
        near = layer / 22
        middle = rng.uniform(0, width) + rng.normal(0, 30) * sway
        half = (0.004 + 0.022 * near**2) * width * (0.8 + 0.4 * sway)
        side = (columns - middle) / half
        bark = 0.36 - 0.26 * near
        _paint(picture, np.clip((1 - np.abs(side)) * 4, 0, 1), (bark, 0.8 * bark, 0.6 * bark))
    _hill(picture, rng, 0.88 * height, 0.06 * height, (0.16, 0.20, 0.07))
    return _finish(picture)


def town(seed: int, size: Size) -> Picture:
    """A skyline at night with lit windows."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(size, (0.03, 0.04, 0.12), (0.30, 0.16, 0.24))
    picture += 0.5 * (rng.random((height, width, 1), dtype=np.float32) > 0.9996)
    image = _image(picture)
    draw = ImageDraw.Draw(image)
    left = -10.0
    while left < width:
        broad, top = rng.uniform(0.05, 0.12) * width, height * rng.uniform(0.25, 0.7)
        shade = int(rng.integers(14, 40))
        draw.rectangle((left, top, left + broad, height), fill=(shade, shade, shade + 12))
        for y in np.arange(top + 10, height - 10, 15):
            for x in np.arange(left + 7, left + broad - 9, 12):
                if rng.random() < 0.42:
                    warm = int(rng.integers(150, 250))
                    draw.rectangle((x, y, x + 5, y + 8), fill=(warm, int(warm * 0.82), int(warm * 0.45)))
        left += broad + rng.uniform(0, 0.02) * width
    return _finish(_array(image))


def dunes(seed: int, size: Size) -> Picture:
    """Sand in hard side light under a clear sky."""
    height = size[1]
    rng = np.random.default_rng(seed)
    picture = _sky(size, (0.16, 0.38, 0.72), (0.74, 0.84, 0.92))
    for depth, lit in ((0.40, 0.95), (0.55, 0.80), (0.72, 1.0), (0.90, 0.62)):
        _hill(picture, rng, depth * height, 0.3 * height, (0.92 * lit, 0.68 * lit, 0.40 * lit), rough=0.35)
    return _finish(picture)


def portrait(
    seed: int, size: Size, *, lean: float = 0.0, eyes: float = 1.0, hair: Colour = (0.22, 0.13, 0.08)
) -> Picture:
    """A person before a blurred background; `lean` moves the head (fractions of the width), `eyes` 0 closes them."""
    width, height = size
    rng = np.random.default_rng(seed)
    image = _image(_bokeh(rng, size))
    draw = ImageDraw.Draw(image)
    unit, middle, top = height / 10, width * (0.46 + lean), height * 0.36
    coat = tuple(int(channel) for channel in rng.integers(40, 150, 3))

    def oval(x: float, y: float, wide: float, tall: float, colour: Sequence[float]) -> None:
        box = (middle + (x - wide) * unit, top + (y - tall) * unit, middle + (x + wide) * unit, top + (y + tall) * unit)
        draw.ellipse(box, fill=tuple(int(255 * channel) for channel in colour))

    oval(0.0, 0.2, 1.95, 2.5, hair)
    draw.ellipse((width * 0.46 - 4 * unit, height * 0.62, width * 0.46 + 4 * unit, height * 1.4), fill=coat)
    oval(0.0, 2.0, 0.75, 1.2, (0.78, 0.58, 0.48))
    oval(0.0, 0.3, 1.5, 1.95, (0.90, 0.70, 0.58))
    oval(0.0, -1.25, 1.45, 0.75, hair)
    for side in (-0.6, 0.6):
        oval(side, 0.0, 0.3, 0.03 + 0.15 * eyes, (0.96, 0.96, 0.94))
        oval(side, 0.0, 0.13, 0.02 + 0.13 * eyes, (0.16, 0.24, 0.30))
        oval(side, -0.42, 0.36, 0.06, hair)
    oval(0.0, 0.6, 0.16, 0.28, (0.84, 0.61, 0.50))
    oval(0.0, 1.25, 0.52, 0.13, (0.72, 0.30, 0.30))
    return _finish(_array(image.filter(ImageFilter.GaussianBlur(1.0))))


def _bokeh(rng: np.random.Generator, size: Size) -> Picture:
    width, height = size
    base, light = rng.uniform(0.15, 0.5, 3), rng.uniform(0.5, 0.95, 3)
    picture = _sky(size, (light[0], light[1], light[2]), (base[0], base[1], base[2]))
    image = _image(picture * (0.7 + 0.6 * _noise(rng, size, 3)[..., None]))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(26):
        x, y, radius = rng.uniform(0, width), rng.uniform(0, 0.7 * height), rng.uniform(0.02, 0.07) * width
        glow = tuple(int(255 * channel) for channel in light)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*glow, int(rng.integers(40, 110))))
    return _array(image.filter(ImageFilter.GaussianBlur(6)))


def _sky(size: Size, top: Colour, bottom: Colour) -> Picture:
    width, height = size
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    gradient = (1 - share) * np.array(top, np.float32) + share * np.array(bottom, np.float32)
    return np.repeat(gradient, width, axis=1)


def _sun(picture: Picture, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(columns - centre[0], rows - centre[1]).astype(np.float32)
    _paint(picture, 0.75 * np.exp(-away / (3 * radius)), colour)
    _paint(picture, np.clip(radius - away + 0.5, 0, 1), colour)


def _hill(
    picture: Picture, rng: np.random.Generator, base: float, amplitude: float, colour: Colour, *, rough: float = 1.0
) -> None:
    """A ridge around row `base`; `rough` below 1 leaves only its long waves."""
    height, width = picture.shape[:2]
    ridge = np.zeros(width, np.float32)
    for octave in range(7):
        knots = rng.uniform(-1, 1, 3 * 2**octave + 2)
        places = np.linspace(0, len(knots) - 1, width)
        before = np.clip(places.astype(int), 0, len(knots) - 2)
        share = 0.5 - 0.5 * np.cos(np.pi * (places - before))
        ridge += (rough / 2) ** octave * ((1 - share) * knots[before] + share * knots[before + 1])
    line = base + amplitude * 0.5 * ridge
    rows = np.arange(height, dtype=np.float32)[:, None]
    grain = 0.78 + 0.44 * _noise(rng, (width, height), 6)
    light = 1.12 - 0.3 * np.clip((rows - line) / (0.6 * height), 0, 1)
    shaded = np.clip(np.array(colour, np.float32) * (grain * light)[..., None], 0, 1)
    mask = np.clip(rows - line, 0, 1)[..., None]
    picture += mask * (shaded - picture)


def _conifers(
    picture: Picture, rng: np.random.Generator, *, count: int, foot: float, tall: float, colour: Colour
) -> None:
    mask = Image.new("L", (picture.shape[1], picture.shape[0]))
    draw = ImageDraw.Draw(mask)
    for _ in range(count):
        middle, high = rng.uniform(0, picture.shape[1]), tall * rng.uniform(0.4, 1.0)
        for step in range(6):
            top, broad = foot - high * (1 - step / 7), high * 0.045 * (step + 1.4)
            draw.polygon([(middle, top), (middle - broad, top + high / 4), (middle + broad, top + high / 4)], fill=255)
    _paint(picture, np.asarray(mask, np.float32) / np.float32(255), colour)


def _headland(picture: Picture, rng: np.random.Generator, horizon: int) -> None:
    height, width = picture.shape[:2]
    columns = np.arange(width, dtype=np.float32) / width
    top = horizon - 0.34 * height * np.clip((columns - 0.62) * 2.6, 0, 1) ** 0.7
    rows = np.arange(height, dtype=np.float32)[:, None]
    mask = np.clip(rows - top, 0, 1) * np.clip(horizon + 0.3 * height * (columns - 0.6) - rows, 0, 1)
    shade = 0.14 + 0.22 * _noise(rng, (width, height), 6)
    picture += mask[..., None] * (shade[..., None] * np.array([1.0, 0.82, 0.72], np.float32) - picture)


def _noise(rng: np.random.Generator, size: Size, octaves: int, stretch: float = 1.0) -> NDArray[np.float32]:
    """Fractal noise, mean about a half; `stretch` draws it out sideways, as waves and clouds are."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(octaves):
        cells = 3 * 2**octave
        grid = rng.random((cells, max(2, int(cells * size[0] / size[1] / stretch))), dtype=np.float32)
        total += np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)) * np.float32(0.5**octave)
    return total / np.float32(2 - 0.5 ** (octaves - 1))


def _paint(picture: Picture, mask: NDArray[np.float32], colour: Colour) -> None:
    picture += mask[..., None] * (np.array(colour, np.float32) - picture)


def _finish(picture: Picture) -> Picture:
    return np.clip(picture, 0, 1).astype(np.float32)


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def _array(image: Image.Image) -> Picture:
    return np.asarray(image.convert("RGB"), np.float32) / np.float32(255)
