"""float32 or bfloat16 weights for a tower, decided by trying one batch on this very machine.

bfloat16 is 4.6 times as fast where the CPU has AMX and ten times slower where it has only AVX2 (ViT-B-32: 173, 38 and
3.5 pictures/s), and some networks lose too much by it (EfficientNet: cosine 0.990). So it must prove both.
"""

from __future__ import annotations

import copy
import time

import numpy as np
import torch
from numpy.typing import NDArray

from cullr.embed import verdicts
from cullr.embed.encoder import Precision, trial_pictures, unit
from cullr.embed.tower import Tower, free_bytes, run

Rows = NDArray[np.float32]
COSINE = 0.999
GAIN = 1.5
"""A narrow win would be lost on a busier day, and every vector would be made again under another name."""


def settle(tower: Tower, model: str, side: int, device: str, wanted: Precision = "auto") -> tuple[Tower, str]:
    """The tower on its device in the precision that serves, and that precision's name; `model` to remember it by."""
    tower = tower.to(device).eval()
    known = verdicts.remembered(model, device) if wanted == "auto" else wanted
    if known == "float32":
        return tower, "float32"
    size = sum(weight.numel() * weight.element_size() for weight in tower.parameters())
    if known is None and free_bytes(device) < 2 * size:  # a second copy must fit beside the first
        return tower, "float32"
    try:
        small = halved(tower)
        if known is None:
            known = "bfloat16" if serves(tower, small, side, device) else "float32"
            verdicts.remember(model, device, known)
    except (RuntimeError, TypeError, NotImplementedError):  # MPS before macOS 14, operators without a bfloat16 form
        if wanted == "bfloat16":
            raise
        return tower, "float32"
    return (small if known == "bfloat16" else tower), known


def halved(tower: Tower) -> Tower:
    """A copy with bfloat16 weights; the normalisation before them stays float32."""
    twin = Tower(copy.deepcopy(tower.trunk).to(torch.bfloat16), (0.0,), (1.0,))
    twin.mean, twin.std = tower.mean, tower.std
    return twin.eval()


def serves(exact: Tower, small: Tower, side: int, device: str) -> bool:
    """Whether `small` is faster by GAIN and within COSINE of `exact` on a trial batch."""
    pictures = trial_pictures(side, 8)
    slow, wanted = _timed(exact, pictures, device, rounds=3)
    if _alone(small, pictures[:1], device) > slow:
        return False  # one picture already takes longer than eight: no need to wait for all of them
    fast, found = _timed(small, pictures, device, rounds=3)
    cosines = (unit(wanted) * unit(found)).sum(axis=1)
    return fast * GAIN <= slow and bool((cosines >= COSINE).all())


def _alone(tower: Tower, pictures: NDArray[np.uint8], device: str) -> float:
    """Seconds of one picture in one thread: several would spin while they wait for one another, and that is no work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _timed(tower, pictures, device, rounds=2)[0]
    finally:
        torch.set_num_threads(before)


def _timed(tower: Tower, pictures: NDArray[np.uint8], device: str, rounds: int) -> tuple[float, Rows]:
    """The best of some rounds in seconds, and the rows: the first round also pays for warming up.

    On a CPU these are seconds of work: by the clock, among ten busy programs, bfloat16 was found 1.2 times as fast that
    takes a fifth of the work, and the verdict would have stood.
    """
    clock = time.process_time if device == "cpu" else time.perf_counter
    best, rows = float("inf"), np.empty(0, np.float32)
    for _ in range(rounds):
        begun = clock()
        rows = run(tower, pictures, device)
        best = min(best, clock() - begun)
    return best, rows
