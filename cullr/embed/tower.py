"""A torch picture tower → an Encoder: bytes to numbers on the device, batches as large as memory allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cullr import machine
from cullr.embed.encoder import Fit, check_pictures, trial_pictures, unit
from cullr.errors import Failed, UsageError

Texts = Callable[[Sequence[str]], NDArray[np.float32]]

LEAST = 4
"""Pictures a share: with fewer, reading the weights takes longer than the products."""


class Tower(nn.Module):
    """uint8 [n, side, side, 3] → float32 [n, d], not yet of length 1. `trunk` takes normalised [n, 3, side, side]."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, trunk: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.trunk = trunk
        # As plain attributes they would not follow the tower to its device; as float32 they stay exact in bfloat16.
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1) * 255, persistent=False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        scaled = (pictures.permute(0, 3, 1, 2).float() - self.mean) / self.std
        found = self.trunk(scaled.to(next(self.trunk.parameters()).dtype))
        features: torch.Tensor = found[0] if isinstance(found, tuple) else found  # CoCa adds its tokens
        return features.float()


class TorchEncoder:
    """`name` without precision; raises Failed when a first batch gives no usable vectors."""

    def __init__(
        self, tower: Tower, name: str, *, side: int, fit: Fit, threshold: float, device: str, texts: Texts | None = None
    ) -> None:
        self._tower, self._device, self._texts = tower.eval(), device, texts
        self.name, self.side, self.fit, self.threshold = name, side, fit, threshold
        self.batch = batch_size(side, free_bytes(device), device)
        first = unit(run(tower, trial_pictures(side, 2), device))
        if not np.isfinite(first).all():
            raise Failed(f"{name} gives no usable vectors", "Its weights are damaged: take another checkpoint.")
        self.dimension = first.shape[1]

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_pictures(pictures, self.side)
        rows = np.empty((len(pictures), self.dimension), np.float32)
        start = 0
        while start < len(pictures):
            part = pictures[start : start + self.batch]
            try:
                rows[start : start + len(part)] = run(self._tower, part, self._device)
            except (RuntimeError, MemoryError) as error:  # another program took what was free at the start
                if not _out_of_memory(error):
                    raise
                if self.batch == 1:
                    raise Failed(
                        "not even one picture fits into memory", "Take a smaller model, or the encoder `builtin`."
                    ) from None
                self.batch //= 2
                continue
            start += len(part)
        return unit(rows)

    def text(self, phrases: Sequence[str]) -> NDArray[np.float32] | None:
        if self._texts is None:
            return None
        return unit(self._texts(phrases)) if phrases else np.empty((0, self.dimension), np.float32)


def _out_of_memory(error: BaseException) -> bool:
    """Only CUDA has an error of its own for that."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
        words in str(error) for words in ("out of memory", "allocate memory")
    )


def run(tower: nn.Module, pictures: NDArray[np.uint8], device: str) -> NDArray[np.float32]:
    """One batch through the tower, done when it returns; on a CPU a share of it in each thread, from end to end.

    Threads that share each product, as torch's own do, wait for one another at its end: on two busy cores ViT-B-32 in
    bfloat16 made 25 pictures a CPU second in that way and 53 in this.
    """
    count, threads = lanes(len(pictures), machine.cores()) if device == "cpu" else (1, 0)
    if count == 1:
        return _forward(tower, pictures, device)
    before = torch.get_num_threads()
    with ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(threads,)) as pool:
        try:
            shares = np.array_split(pictures, count)
            return np.concatenate(list(pool.map(lambda share: _forward(tower, share, device), shares)))
        finally:
            torch.set_num_threads(before)  # the number for threads to come is one for the process


def _forward(tower: nn.Module, pictures: NDArray[np.uint8], device: str) -> NDArray[np.float32]:
    with torch.inference_mode():
        # A copy: torch warns of arrays that are read-only, as those out of a worker's bytes are. 1 ms of 300.
        given = torch.from_numpy(np.array(pictures, order="C")).to(device)
        found: NDArray[np.float32] = tower(given).cpu().numpy()
    return found


def lanes(pictures: int, cores: int) -> tuple[int, int]:
    """How many shares of a batch go side by side on a CPU, and how many threads each has: all cores, none twice."""
    count = max(1, min(cores, pictures // LEAST))
    return count, max(1, cores // count)


def pick_device(wanted: str) -> str:
    """`auto` → cuda, mps or cpu, whichever is there first. Raises UsageError for one that is not there."""
    return choose_device(
        wanted,
        cuda=torch.cuda.device_count() if torch.cuda.is_available() else 0,
        mps=torch.backends.mps.is_available(),
    )


def choose_device(wanted: str, *, cuda: int, mps: bool) -> str:
    """The same for a machine with so many CUDA devices, with or without Apple's."""
    there = [f"cuda:{number}" for number in range(cuda)] + ["mps"] * mps + ["cpu"]
    names = ["cuda"] * bool(cuda) + there
    if wanted == "auto":
        return names[0]
    if wanted not in names:
        raise UsageError(
            f"there is no device {wanted!r} here", f"Here are: {', '.join(there)}; `auto` takes the first."
        )
    return wanted


def batch_size(side: int, free: int, device: str) -> int:
    """Pictures a batch: an eighth of the free memory at 64 times the input's bytes each, 32 at most on a CPU.

    The factor, 37 MB at 224 pixels, is an upper bound: ViT-B-32 takes 1 MB a picture, ViT-B-16 8, ViT-L-14 11.
    """
    each = 64 * side * side * 3 * 4
    return max(1, min(32 if device == "cpu" else 256, free // 8 // each))


def free_bytes(device: str) -> int:
    """Memory that is free now on the device; 2 GiB where the system does not say."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    return machine.free_memory()
