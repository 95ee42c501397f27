"""The multi-index join finds what comparing all with all finds, no more, no less, and each pair once."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cullr.match import hamming


def brute(left: np.ndarray, right: np.ndarray, radius: int) -> tuple[list[list[int]], list[int]]:
    apart = np.bitwise_count(left[:, None] ^ right[None])
    i, j = np.nonzero(apart <= radius)
    return np.stack((i, j), axis=1).tolist(), apart[i, j].tolist()


def planted(size: int, seed: int, furthest: int) -> np.ndarray:
    """Random hashes, a third of them some flips away from another one."""
    random = np.random.default_rng(seed)
    hashes = random.integers(0, 2**64, size, dtype=np.uint64)
    for place in range(size // 3):
        flipped = random.choice(64, random.integers(0, furthest + 1), replace=False).astype(np.uint64)
        hashes[place] = hashes[-1 - place] ^ np.bitwise_or.reduce(np.uint64(1) << flipped, initial=np.uint64(0))
    return random.permutation(hashes)


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
    st.lists(st.sets(st.integers(0, 63), max_size=20), max_size=40),
    st.integers(0, 16),
    st.integers(3, 16),
)
@settings(deadline=None, max_examples=40)
def test_any_hashes_join_as_by_brute_force_however_they_are_cut(
    seeds: list[int], flips: list[set[int]], radius: int, parts: int
) -> None:
    near = [seed ^ sum(1 << bit for bit in flip) for seed, flip in zip(seeds, flips, strict=False)]
    hashes = np.array(seeds + near, np.uint64)
    expected = [(pair, apart) for pair, apart in zip(*brute(hashes, hashes, radius), strict=True) if pair[0] < pair[1]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamming, "_plan", lambda _, radius: hamming._cut(parts, radius))
        pairs, distances = hamming.self_join(hashes, radius)
        crossed, _ = hamming.cross_join(hashes, hashes[::2], radius)
    assert list(zip(pairs.tolist(), distances.tolist(), strict=True)) == expected
    assert crossed.tolist() == brute(hashes, hashes[::2], radius)[0]


@pytest.mark.parametrize("radius", range(17))
@pytest.mark.parametrize("size", [5, 3000])
def test_planted_pairs_are_found_at_every_radius(size: int, radius: int) -> None:
    hashes = planted(size, radius, radius + 2)
    pairs, distances = hamming.self_join(hashes, radius)
    expected, apart = brute(hashes, hashes, radius)
    keep = [place for place, (i, j) in enumerate(expected) if i < j]
    assert pairs.tolist() == [expected[place] for place in keep]
    assert distances.tolist() == [apart[place] for place in keep]


def test_two_sets_join_as_by_brute_force() -> None:
    left, right = planted(1500, 1, 10), planted(900, 2, 10)
    right[:300] = left[:300] ^ np.uint64(0b1011)
    pairs, distances = hamming.cross_join(left, right, 8)
    assert (pairs.tolist(), distances.tolist()) == brute(left, right, 8)


def test_blocks_do_not_change_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = planted(2000, 3, 8)
    hashes[:60] = hashes[0]
    whole, _ = hamming.self_join(hashes, 8)
    monkeypatch.setattr(hamming, "BLOCK", 7)
    assert hamming.self_join(hashes, 8)[0].tolist() == whole.tolist()


def test_nothing_and_one_hash_have_no_pairs() -> None:
    for size in (0, 1):
        pairs, distances = hamming.self_join(np.ones(size, np.uint64), 8)
        assert pairs.shape == (0, 2)
        assert distances.shape == (0,)


@pytest.mark.parametrize("radius", [-1, 17])
def test_a_radius_beyond_the_settings_is_refused(radius: int) -> None:
    with pytest.raises(ValueError, match="radius"):
        hamming.self_join(np.ones(3, np.uint64), radius)


def test_a_hundred_thousand_hashes_join_in_a_moment() -> None:
    hashes = planted(100_000, 4, 12)
    begun = time.process_time()
    pairs, distances = hamming.self_join(hashes, 8)
    spent = time.process_time() - begun
    assert len(pairs) > 20_000
    assert int(distances.max()) == 8
    assert spent < 3  # 0.3 s on a quiet machine; all with all would take 36 s
