"""Seeds → pictures with a photo's spectrum: large shapes, smaller ones, grain. The same seed gives the same pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw

Size = tuple[int, int]
OCTAVES = ((7, 5), (28, 20), (112, 84), (900, 640))


def scene(seed: int, size: Size, *, flat: bool = False) -> Image.Image:
    """RGB. `flat` ones are fog: a contrast that no hash should trust."""
    rng = np.random.default_rng(seed)
    image = _spots(rng, OCTAVES[0], size)
    for place, octave in enumerate(OCTAVES[1:], 2):
        if octave[0] < size[0]:
            image = Image.blend(image, _spots(rng, octave, size), 1 / (2 * place))
    if flat:
        return Image.blend(Image.new("RGB", size, (150, 160, 170)), image, 0.06)
    draw = ImageDraw.Draw(image)
    for _ in range(7):
        x, y = rng.uniform(-0.1, 0.9, 2) * size
        w, h = rng.uniform(0.1, 0.5, 2) * size
        colour = tuple(rng.integers(0, 256, 3).tolist())
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)((x, y, x + w, y + h), fill=colour)
    return image


def grained(image: Image.Image, seed: int, strength: int) -> Image.Image:
    """With fresh noise of up to ± `strength` levels, as a sensor adds it."""
    rng = np.random.default_rng(seed)
    tile = rng.integers(0, 2 * strength + 1, (701, 997, 3), dtype=np.uint8)
    noise = Image.new("RGB", image.size)
    piece = Image.fromarray(tile)
    for y in range(0, image.height, piece.height):
        for x in range(0, image.width, piece.width):
            noise.paste(piece, (x, y))
    return ImageChops.add(image, noise, 1, -strength)


def moved(image: Image.Image, seed: int, size: Size, *, sway: float = 0.004) -> Image.Image:
    """The next frame of a burst: cut from a larger picture a little elsewhere, a little brighter, someone has moved."""
    rng = np.random.default_rng(seed)
    spare = np.array(image.size) - size
    left, top = np.clip(spare / 2 + rng.normal(0, sway, 2) * size, 0, spare).astype(int).tolist()
    frame = image.crop((left, top, left + size[0], top + size[1]))
    gain = rng.normal(1.0, 0.02)
    frame = frame.point([min(255, round(level * gain)) for level in range(256)] * 3)
    x, y = (rng.uniform(0.3, 0.6, 2) * size).tolist()
    ImageDraw.Draw(frame).ellipse((x, y, x + 0.06 * size[0], y + 0.12 * size[1]), fill=(70, 60, 50))
    return frame


COPIES: tuple[str, ...] = ("original", "crop", "mirrored", "upside_down", "turned_25", "square")


def copied(image: Image.Image, how: str, seed: int) -> Image.Image:
    """The five edits of imagededup's benchmark (https://idealo.github.io/imagededup/user_guide/benchmarks/)."""
    width, height = image.size
    if how == "crop":
        rng = np.random.default_rng(seed)
        left, top = (rng.uniform(0, 0.15, 2) * image.size).astype(int).tolist()
        return image.crop((left, top, left + int(0.85 * width), top + int(0.85 * height)))
    if how == "mirrored":
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if how == "upside_down":
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if how == "turned_25":
        return image.rotate(25, Image.Resampling.BILINEAR)
    if how == "square":
        return image.resize((min(width, height),) * 2, Image.Resampling.BICUBIC)
    return image


def _spots(rng: np.random.Generator, coarse: Size, size: Size) -> Image.Image:
    levels = rng.integers(0, 256, (coarse[1], coarse[0], 3), dtype=np.uint8)
    return Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)
