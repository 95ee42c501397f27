"""A render order → the bytes one terminal can show: PNG for kitty, JPEG for iTerm2, sixels, or coloured cells.

Whatever the picture, the bytes on the line stay within the order's budget: the picture gets coarser instead.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageCms, ImageOps

from cullr.decode import opener
from cullr.decode.picture import open_large
from cullr.pool import cells, sixels
from cullr.pool.jobs import WIRE_BYTES, Rendered, RenderOrder, Way
from cullr.settings import Limits

FRAMING = 512
"""Bytes that the escapes around a payload may take."""
LARGEST = 1600
"""Pixels a side that are ever sent: more than any box of cells can show."""
TRIES = 6
SIXEL_BYTES = {64: 1.3, 32: 0.85, 16: 0.6}
"""Colours, and what photos then cost a pixel."""
FEWEST = 16
UNDECIDED = 0.4
SAMPLE = 6144
"""Pixels that a palette is made from."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the picture goes: its cells, and the pixels those cells have on the screen."""

    columns: int
    rows: int
    width: int
    height: int


def render(order: RenderOrder, limits: Limits) -> Rendered:
    """The picture of this order. Raises Unreadable with the reason."""
    image = _part(order.source, order, limits)
    fit = fitted(image.size, order)
    pixels = (2 * fit.columns, cells.DOWN[order.blocks] * fit.rows) if order.way == "cells" else (fit.width, fit.height)
    image = _shown(image, _within(image.size, pixels) if order.way in {"kitty", "iterm"} else pixels)
    if order.against is not None:
        image = difference(image, _shown(_part(order.against, order, limits), image.size))
    return _WAYS[order.way](image, order, fit)


def fitted(size: tuple[int, int], order: RenderOrder) -> Fit:
    """The largest place in the order's box that has the picture's shape, the same for a photo and its preview: where a
    side ends in the middle of a cell, a preview's half pixel must not decide, or the picture jumps when it is sharp."""
    width, height = order.cell
    scale = min(order.columns * width / size[0], order.rows * height / size[1])
    columns = min(order.columns, max(1, math.floor(size[0] * scale / width + UNDECIDED)))
    rows = min(order.rows, max(1, math.floor(size[1] * scale / height + UNDECIDED)))
    return Fit(columns, rows, columns * width, rows * height)


def as_srgb(image: Image.Image) -> Image.Image:
    """Colours as the photographer saw them: a preview in Adobe RGB or P3 looks washed out where nothing converts it."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """What differs, in red over a dim grey of the first picture; four times as strong as it is."""
    apart = ImageChops.difference(one, other)
    bands = apart.split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2]).point(lambda value: min(255, value * 4))
    dim = one.convert("L").point(lambda value: value // 3)
    return Image.merge("RGB", (ImageChops.lighter(dim, most), dim, dim))


def _part(source: str | bytes, order: RenderOrder, limits: Limits) -> Image.Image:
    """The cropped part, large enough for the box: a zoom decodes more of the file than the whole view does."""
    left, top, right, bottom = order.crop
    width, height = max(right - left, 0.001), max(bottom - top, 0.001)
    across, down = order.columns * order.cell[0], order.rows * order.cell[1]
    side = min(math.ceil(max(across, down, 64) / min(width, height)), 1 << 16)
    image = _decoded(source, limits, side)
    if width == height == 1.0:
        return image
    x = min(int(image.width * max(left, 0.0)), image.width - 1)
    y = min(int(image.height * max(top, 0.0)), image.height - 1)
    end_x = max(x + 1, min(round(image.width * right), image.width))
    end_y = max(y + 1, min(round(image.height * bottom), image.height))
    return image.crop((x, y, end_x, end_y))


_recent: dict[tuple[str, int, int], tuple[int, Image.Image]] = {}
"""The last two files decoded, so that panning at 100 % does not decode 24 megapixels (240 ms) at every step."""


def _decoded(source: str | bytes, limits: Limits, side: int) -> Image.Image:
    if isinstance(source, bytes):
        return opener.use(io.BytesIO(source), "jpeg", limits, _loaded)
    with opener.reasons("file"):
        status = Path(source).stat()
    key = (source, status.st_mtime_ns, status.st_size)
    known = _recent.get(key)
    if known is not None and known[0] >= side:
        return known[1]
    image = open_large(Path(source), limits, side)
    _recent.pop(key, None)
    while len(_recent) > 1:
        del _recent[next(iter(_recent))]
    # Smaller than asked for: that was all of it, and it serves any zoom.
    _recent[key] = (side if max(image.size) >= side else 1 << 30, image)
    return image


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return ImageOps.exif_transpose(image).convert("RGB")


def _shown(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """At this size, in sRGB: converting after scaling costs 2 ms where 24 megapixels cost 400."""
    return as_srgb(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _within(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The box's size at most, never more than the picture has: the terminal itself scales up."""
    scale = min(box[0] / size[0], box[1] / size[1], LARGEST / max(size), 1.0)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _smaller(image: Image.Image, factor: float) -> Image.Image:
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _until_it_fits(
    image: Image.Image, budget: int, encode: Callable[[Image.Image], bytes], per_pixel: float
) -> tuple[Image.Image, bytes]:
    """Encode smaller and smaller. `per_pixel` is what photos cost: it saves the tries that cannot succeed."""
    scaled = image
    guess = math.sqrt(1.5 * budget / per_pixel / (image.width * image.height))
    if guess < 1.0:
        scaled = _smaller(image, guess)
    for _ in range(TRIES):
        data = encode(scaled)
        if len(data) <= budget:
            break
        scaled = _smaller(scaled, min(0.9, 0.97 * math.sqrt(budget / len(data))))
    else:
        scaled = _smaller(image, min(1.0, 64 / max(image.size)))
        data = encode(scaled)
    return scaled, data


def _payload(order: RenderOrder) -> int:
    """Bytes before base64."""
    return max(1024, (order.budget - FRAMING) * 3 // 4)


def _kitty(image: Image.Image, order: RenderOrder, fit: Fit) -> Rendered:
    colours = _colours(image, order.palette, order.budget)

    def encode(scaled: Image.Image) -> bytes:
        stream = io.BytesIO()
        _quantized(scaled, colours).save(stream, "PNG")
        return stream.getvalue()

    return _scaled("kitty", image, _until_it_fits(image, _payload(order), encode, 0.5), fit)


def _iterm(image: Image.Image, order: RenderOrder, fit: Fit) -> Rendered:
    def encode(scaled: Image.Image) -> bytes:
        stream = io.BytesIO()
        scaled.save(stream, "JPEG", quality=75)
        return stream.getvalue()

    return _scaled("iterm", image, _until_it_fits(image, _payload(order), encode, 0.1), fit)


def _scaled(way: Way, wanted: Image.Image, made: tuple[Image.Image, bytes], fit: Fit) -> Rendered:
    """A picture that the terminal scales to its cells; base64 makes four bytes of three."""
    image, data = made
    wire, coarse = len(data) * 4 // 3 + FRAMING, image.size != wanted.size
    return Rendered(way, fit.columns, fit.rows, *image.size, data, wire=wire, coarse=coarse)


def _sixel(image: Image.Image, order: RenderOrder, fit: Fit) -> Rendered:
    """Sixels cannot be scaled by the terminal, so colours go first and the size after them."""
    budget, whole = order.budget - FRAMING, image.size
    colours = _palette(order.palette, budget / (image.width * image.height))
    guess = math.sqrt(1.2 * budget / (SIXEL_BYTES[FEWEST] * image.width * image.height))
    if colours == FEWEST and guess < 1.0:
        image = _smaller(image, guess)
    palette = _colours(image, colours, order.budget)
    data = sixels.encode(_quantized(image, palette))
    while len(data) > budget and min(image.size) > 16:
        if colours > FEWEST:
            colours //= 2
            palette = _colours(image, colours, order.budget)
        else:
            image = _smaller(image, min(0.9, math.sqrt(budget / len(data))))
        data = sixels.encode(_quantized(image, palette))
    width, height = order.cell
    columns, rows = math.ceil(image.width / width), math.ceil(image.height / height)
    columns, rows = min(columns, fit.columns), min(rows, fit.rows)
    coarse = colours < order.palette or image.size != whole
    return Rendered("sixel", columns, rows, *image.size, data, wire=len(data) + FRAMING, coarse=coarse)


def _palette(wanted: int, affordable: float) -> int:
    """The most colours that may fit at so many bytes a pixel; the encoder then tells for certain."""
    fits = [count for count, cost in SIXEL_BYTES.items() if count <= wanted and cost <= 1.5 * affordable]
    return max(fits, default=FEWEST)


def _quantized(image: Image.Image, palette: Image.Image) -> Image.Image:
    """Dithered, so that skies have no bands; that costs photos no bytes."""
    return image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _colours(image: Image.Image, colours: int, budget: int) -> Image.Image:
    """The palette comes from a sample, refined once by k-means: 20 ms and a mean error of 4.6 levels in a photo,
    where median cut of every pixel takes 60 ms and leaves 5.2, an octree 1 ms and 6.6. Drawn by lot: averages lose fine
    detail, every n-th pixel a fine pattern. One serves all sizes of a picture that are tried; a first look that a sharp
    one follows is not refined.
    """
    refined = int(budget >= WIRE_BYTES)
    pixels = np.asarray(image).reshape(-1, 3)
    drawn = np.random.default_rng(0).integers(0, len(pixels), SAMPLE)
    return Image.fromarray(pixels[drawn][None]).quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=refined)


def _cells(image: Image.Image, order: RenderOrder, fit: Fit) -> Rendered:
    """Coarser colours first, then fewer cells: only noise gets that far."""
    columns, rows, down = fit.columns, fit.rows, cells.DOWN[order.blocks]
    while True:
        for step in cells.STEPS:
            data, cost = cells.encode(image, truecolor=order.truecolor, blocks=order.blocks, step=step)
            if cost <= order.budget or columns * rows <= 64:
                coarse = step > 1 or columns < fit.columns
                size = (2 * columns, down * rows)
                return Rendered("cells", columns, rows, *size, data, order.truecolor, wire=cost, coarse=coarse)
        columns, rows = max(1, columns * 4 // 5), max(1, rows * 4 // 5)
        image = image.resize((2 * columns, down * rows), Image.Resampling.LANCZOS)


_WAYS: dict[str, Callable[[Image.Image, RenderOrder, Fit], Rendered]] = {
    "kitty": _kitty,
    "iterm": _iterm,
    "sixel": _sixel,
    "cells": _cells,
}
