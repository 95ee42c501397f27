"""bfloat16 must prove that it is faster and close, on this machine, with this model; memory bounds the batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from cullr.embed import verdicts
from cullr.embed.encoder import trial_pictures
from cullr.embed.precision import halved, serves, settle
from cullr.embed.tower import LEAST, TorchEncoder, Tower, batch_size, choose_device, lanes, run
from cullr.errors import Failed, UsageError
from cullr.machine import cache_folder

TOLD: list[float] = []
"""How long each forward pass of any `Trunk` worked, halved copies included."""


class Trunk(nn.Module):
    """Pooled pixels through one matrix; works as long as told in each precision, and waits as told."""

    def __init__(self, exact_s: float, small_s: float, *, delicate: bool = False, small_waits: float = 0.0) -> None:
        super().__init__()
        weight = torch.linspace(-1, 1, 48).reshape(3, 16)
        self.weight = nn.Parameter(
            weight + 100 if delicate else weight
        )  # bfloat16 knows 100.0 and 100.5, nothing between
        self.offset = 100 if delicate else 0
        self.seconds = {torch.float32: exact_s, torch.bfloat16: small_s}
        self.waits = {torch.float32: 0.0, torch.bfloat16: small_waits}

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        seconds = self.seconds[self.weight.dtype] * len(pictures)
        TOLD.append(seconds)
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        time.sleep(self.waits[self.weight.dtype])
        return pictures.mean((2, 3)) @ (self.weight - self.offset)


def tower(trunk: nn.Module) -> Tower:
    return Tower(trunk, (0.5,) * 3, (0.5,) * 3).eval()


@pytest.mark.parametrize(
    ("trunk", "wins"),
    [
        (Trunk(0.01, 0.0), True),
        (Trunk(0.0, 0.01), False),
        (Trunk(0.004, 0.004), False),
        (Trunk(0.01, 0.0, delicate=True), False),
    ],
    ids=["faster and close", "slower", "as fast", "faster but far off"],
)
def test_bfloat16_is_taken_only_when_faster_and_close(trunk: Trunk, wins: bool) -> None:
    assert serves(tower(trunk), halved(tower(trunk)), 8, "cpu") is wins
    assert settle(tower(trunk), "m", 8, "cpu")[1] == ("bfloat16" if wins else "float32")


class Unable(Trunk):
    """A device, or an operator, that knows no bfloat16."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        if self.weight.dtype == torch.bfloat16:
            raise RuntimeError("not implemented for 'BFloat16'")
        return super().forward(pictures)


def test_where_bfloat16_cannot_run_float32_does() -> None:
    assert settle(tower(Unable(0, 0)), "m", 8, "cpu")[1] == "float32"


def test_a_busy_machine_is_no_reason_against_bfloat16() -> None:
    """What others take away is time by the clock, not work."""
    trunk = Trunk(0.005, 0.0, small_waits=0.3)
    assert serves(tower(trunk), halved(tower(trunk)), 8, "cpu")


def test_a_machine_where_bfloat16_crawls_is_not_made_to_wait_for_a_whole_batch() -> None:
    trunk = Trunk(0.0, 0.3)
    TOLD.clear()
    assert settle(tower(trunk), "m", 8, "cpu")[1] == "float32"
    assert sum(TOLD) < 0.3 * 4


def test_the_precision_asked_for_is_the_one_used() -> None:
    for wanted in ("float32", "bfloat16"):
        found, name = settle(tower(Trunk(0, 0)), "m", 8, "cpu", wanted)
        assert name == wanted == str(next(found.trunk.parameters()).dtype).removeprefix("torch.")
        assert found.mean.dtype == torch.float32


def test_the_verdict_of_a_quiet_day_holds_on_a_busy_one() -> None:
    assert settle(tower(Trunk(0.01, 0.0)), "m", 8, "cpu")[1] == "bfloat16"
    assert settle(tower(Trunk(0.0, 0.01)), "m", 8, "cpu")[1] == "bfloat16"
    assert settle(tower(Trunk(0.0, 0.01)), "another model", 8, "cpu")[1] == "float32"
    assert settle(tower(Trunk(0.01, 0.0)), "another model", 8, "cpu")[1] == "float32"
    assert settle(tower(Trunk(0, 0)), "m", 8, "cpu", "float32")[1] == "float32"


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"m": 3}', b"\xff", b"[" * 100_000])
def test_verdicts_that_cannot_be_read_only_mean_another_trial(damage: bytes) -> None:
    path = cache_folder() / "models" / "precision.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    assert settle(tower(Trunk(0.01, 0.0)), "m", 8, "cpu")[1] == "bfloat16"
    assert verdicts.remembered("m", "cpu") == "bfloat16"


def test_a_cache_that_cannot_be_written_stops_nothing() -> None:
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    cache_folder().write_bytes(b"a file where the folder should be")
    assert settle(tower(Trunk(0.01, 0.0)), "m", 8, "cpu")[1] == "bfloat16"


@pytest.mark.parametrize(
    ("wanted", "cuda", "mps", "found"),
    [
        ("auto", 0, False, "cpu"),
        ("auto", 0, True, "mps"),
        ("auto", 2, False, "cuda"),
        ("auto", 1, True, "cuda"),
        ("cpu", 2, True, "cpu"),
        ("cuda:1", 2, False, "cuda:1"),
        ("mps", 0, True, "mps"),
    ],
)
def test_the_fastest_device_that_is_there_is_taken(wanted: str, cuda: int, mps: bool, found: str) -> None:
    assert choose_device(wanted, cuda=cuda, mps=mps) == found


@pytest.mark.parametrize(("wanted", "cuda", "mps"), [("cuda", 0, True), ("cuda:2", 2, False), ("mps", 1, False)])
def test_a_device_that_is_not_there_is_answered_with_those_that_are(wanted: str, cuda: int, mps: bool) -> None:
    with pytest.raises(UsageError, match="no device") as raised:
        choose_device(wanted, cuda=cuda, mps=mps)
    assert "cpu" in raised.value.remedy


@pytest.mark.parametrize(("free", "device", "wanted"), [(0, "cpu", 1), (1 << 40, "cpu", 32), (1 << 40, "cuda", 256)])
def test_batches_follow_memory_within_bounds(free: int, device: str, wanted: int) -> None:
    assert batch_size(224, free, device) == wanted


def test_larger_pictures_mean_smaller_batches() -> None:
    assert batch_size(448, 2 << 30, "cpu") < batch_size(224, 2 << 30, "cpu") < 32


def on_a_gpu() -> None:
    raise torch.OutOfMemoryError


def on_a_cpu() -> None:
    torch.empty(1 << 50)


class Greedy(Trunk):
    """Runs out of memory above some number of pictures."""

    def __init__(self, most: int, out: Callable[[], None] = on_a_gpu) -> None:
        super().__init__(0, 0)
        self.most, self.out = most, out

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        if len(pictures) > self.most:
            self.out()
        return super().forward(pictures)


def encoder(trunk: nn.Module) -> TorchEncoder:
    return TorchEncoder(tower(trunk), "x", side=8, fit="crop", threshold=0.9, device="cpu")


@pytest.mark.parametrize("out", [on_a_gpu, on_a_cpu])
def test_memory_that_runs_out_halves_the_batch_and_loses_no_picture(out: Callable[[], None]) -> None:
    """And no more are asked for at once from then on."""
    pictures = trial_pictures(8, 21)
    wanted = encoder(Trunk(0, 0)).encode(pictures)
    greedy = encoder(Greedy(2, out))
    before = greedy.batch
    assert np.allclose(greedy.encode(pictures), wanted, atol=1e-6)
    assert greedy.batch == 2 < before == 32


def test_another_error_of_the_network_is_told_as_it_is() -> None:
    class Broken(Trunk):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            if len(pictures) > 2:
                raise RuntimeError("sizes do not match")
            return super().forward(pictures)

    with pytest.raises(RuntimeError, match="sizes do not match"):
        encoder(Broken(0, 0)).encode(trial_pictures(8, 5))


def test_a_picture_that_fits_into_no_memory_is_an_error_with_a_remedy() -> None:
    starved = Greedy(2)
    ready = encoder(starved)
    starved.most = 0
    with pytest.raises(Failed, match="not even one picture"):
        ready.encode(trial_pictures(8, 3))


@pytest.mark.parametrize(
    ("pictures", "cores", "wanted"),
    [
        (0, 2, (1, 2)),
        (1, 2, (1, 2)),
        (32, 1, (1, 1)),
        (32, 2, (2, 1)),
        (32, 8, (8, 1)),
        (32, 64, (8, 8)),
        (9, 6, (2, 3)),
    ],
)
def test_shares_of_a_batch_take_all_cores_and_none_twice(pictures: int, cores: int, wanted: tuple[int, int]) -> None:
    assert lanes(pictures, cores) == wanted


class Witness(Trunk):
    """Says in which thread and with how many of torch's each share came; all three must be there at one time."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self.together = threading.Barrier(3, timeout=60)
        self.seen: list[tuple[int, int, int]] = []

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.together.wait()
        self.seen.append((threading.get_ident(), torch.get_num_threads(), len(pictures)))
        return super().forward(pictures)


def test_a_batch_is_shared_among_threads_of_one_core_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows stand in the pictures' order, and threads that come later have as many of torch's as before."""
    monkeypatch.setattr("cullr.machine.cores", lambda: 3)
    witness, before = Witness(), torch.get_num_threads()
    torch.set_num_threads(2)
    pictures = trial_pictures(8, 3 * LEAST + 2)
    found = run(tower(witness), pictures, "cpu")
    assert [threads for _, threads, _ in witness.seen] == [1, 1, 1]
    assert len({thread for thread, _, _ in witness.seen}) == 3
    assert sorted(count for _, _, count in witness.seen) == [4, 5, 5]
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == 2
    torch.set_num_threads(before)
    alone = np.concatenate([run(tower(Trunk(0, 0)), pictures[row : row + 1], "cpu") for row in range(len(pictures))])
    assert np.allclose(found, alone, atol=1e-6)
