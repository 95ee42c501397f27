"""What spoils a frame, in known strength: each takes and gives RGB pixels [height, width, 3] as float32, 0 to 255.

Lengths are in thousandths of the long side, so that a strength means the same in every scene.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]
GAMMA = 2.2
"""A camera's curve is near it."""


def defocus(pixels: Pixels, radius: float) -> Pixels:
    """A disc, as an open lens blurs what it is not focused on."""
    reach = radius * max(pixels.shape) / 1000
    side = int(np.ceil(reach)) + 1
    y, x = np.mgrid[-side : side + 1, -side : side + 1]
    return _convolved(pixels, (reach + 0.5 - np.hypot(x, y)).clip(0, 1))


def motion(pixels: Pixels, length: float, degrees: float) -> Pixels:
    """A line, as a hand that shakes or a subject that moves blurs."""
    reach = length * max(pixels.shape) / 2000
    side = int(np.ceil(reach)) + 1
    y, x = np.mgrid[-side : side + 1, -side : side + 1]
    angle = np.deg2rad(degrees)
    along, off = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return _convolved(pixels, (reach + 0.5 - abs(along)).clip(0, 1) * (1 - abs(off)).clip(0, 1))


def noise(pixels: Pixels, deviation: float, seed: int) -> Pixels:
    """Grey levels of white noise in each channel."""
    random = np.random.default_rng(seed)
    return (pixels + random.normal(0, deviation, pixels.shape).astype(np.float32)).clip(0, 255)


def expose(pixels: Pixels, stops: float) -> Pixels:
    """More or less light, in linear light, clipped where the sensor would."""
    return np.asarray(255 * ((pixels / 255) ** GAMMA * 2**stops).clip(0, 1) ** (1 / GAMMA), np.float32)


def harden(pixels: Pixels, contrast: float) -> Pixels:
    """Contrast about the mean: both ends clip."""
    middle = pixels.mean()
    return np.asarray((middle + contrast * (pixels - middle)).clip(0, 255), np.float32)


def shrink(pixels: Pixels, scale: float) -> Pixels:
    image = _image(pixels)
    size = (round(image.width * scale), round(image.height * scale))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS), np.float32)


def upscale(pixels: Pixels, scale: float) -> Pixels:
    """Shrunk and brought back: the pixels without the detail."""
    height, width = pixels.shape[:2]
    small = _image(shrink(pixels, scale))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def shift(pixels: Pixels, right: int, down: int, margin: int = 8) -> Pixels:
    """The frame moved a little, as between two frames from the hand: `margin` is cut off all around."""
    height, width = pixels.shape[:2]
    return pixels[margin + down : height - margin + down, margin + right : width - margin + right]


def jpeg(pixels: Pixels, quality: int, exif: Image.Exif | None = None) -> bytes:
    stream = io.BytesIO()
    _image(pixels).save(stream, "JPEG", quality=quality, **({"exif": exif} if exif else {}))
    return stream.getvalue()


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8))


def _convolved(pixels: Pixels, kernel: NDArray[np.float64]) -> Pixels:
    side = len(kernel) // 2
    padded = np.pad(pixels, ((side, side), (side, side), (0, 0)), "reflect")
    shape = padded.shape[:2]
    spectrum = np.fft.rfft2(kernel / kernel.sum(), shape)[..., None] * np.fft.rfft2(padded, axes=(0, 1))
    return np.asarray(np.fft.irfft2(spectrum, shape, axes=(0, 1))[2 * side :, 2 * side :], np.float32)
