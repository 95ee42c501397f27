"""Every pair of a million 64-bit hashes at most 8 bits apart: our self-join against a flat faiss binary index.

faiss compares all with all, minutes at a million: part of the queries are timed and scaled; their pairs must be ours.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from benching import contest, options
from benching.measured import run
from numpy.typing import NDArray


def hashes(count: int) -> NDArray[np.uint64]:
    """Seven of ten evenly spread, three in clusters of up to 12 within 12 flips."""
    rng = np.random.default_rng(8)
    every = rng.integers(0, 1 << 64, count, dtype=np.uint64)
    at = int(0.7 * count)
    while at < count:
        size = min(count - at, int(rng.integers(2, 13)))
        # Twelve draws with repetition: 0 to 12 bits flipped.
        flips = np.uint64(1) << rng.integers(0, 64, (size, 12), dtype=np.uint64)
        flips[rng.random((size, 12)) < rng.random((size, 1))] = 0
        every[at : at + size] = every[at] ^ np.bitwise_xor.reduce(flips, axis=1)
        at += size
    return every


def join(every: NDArray[np.uint64], radius: int, _queries: int) -> NDArray[np.int64]:
    from cullr.match.hamming import self_join

    return np.asarray(self_join(every, radius)[0], np.int64)


def flat(every: NDArray[np.uint64], radius: int, queries: int) -> NDArray[np.int64]:
    import faiss

    index = faiss.IndexBinaryFlat(64)
    words = every.view(np.uint8).reshape(-1, 8)
    index.add(words)
    limits, _, found = index.range_search(words[:queries], radius + 1)  # faiss leaves the radius itself out
    one = np.repeat(np.arange(queries), np.diff(limits.astype(np.int64)))
    other = found.astype(np.int64)
    kept = one < other
    return np.stack((one[kept], other[kept]), axis=1)


SIDES = {"cullr": join, "faiss IndexBinaryFlat": flat}


def side(name: str, source: Path, radius: int, queries: int) -> None:
    """One side in a process of its own: seconds of the search alone, and the pairs, into files beside the source."""
    every = np.load(source)
    SIDES[name](every[:1000], radius, 1000)  # imports and first-use costs are not the join's
    began = time.perf_counter()
    pairs = SIDES[name](every, radius, queries)
    source.with_suffix(".json").write_text(json.dumps({"seconds": time.perf_counter() - began}))
    np.save(source.with_suffix(".pairs.npy"), pairs)


def main() -> None:
    parser = options.parser(__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--radius", type=int, default=8)
    parser.add_argument("--queries", type=int, default=20_000, help="how many of them faiss is asked")
    chosen = parser.parse_args()
    _, out = options.prepared(chosen, "hamming")
    queries = min(chosen.queries, chosen.count)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in SIDES}
    pairs = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "hashes.npy"
        np.save(source, hashes(chosen.count))
        for _ in range(chosen.rounds):
            for name, runs in found.items():
                done = run([sys.executable, __file__, "side", name, str(source), str(chosen.radius), str(queries)])
                if done.status:
                    raise SystemExit(f"{name} failed: {done.said}")
                seconds = json.loads(source.with_suffix(".json").read_text())["seconds"]
                scale = chosen.count / queries if name != "cullr" else 1.0
                runs.append({"seconds": seconds * scale, "memory": done.memory})
                pairs[name] = np.load(source.with_suffix(".pairs.npy"))
    ours = pairs["cullr"][pairs["cullr"][:, 0] < queries]
    same = {tuple(pair) for pair in ours.tolist()} == {tuple(pair) for pair in pairs["faiss IndexBinaryFlat"].tolist()}
    ratios = [b["seconds"] / a["seconds"] for a, b in zip(*found.values(), strict=True)]
    print(f"{chosen.count:,} hashes, radius {chosen.radius}; {contest.machine()}")
    print(f"the same pairs for the {queries:,} hashes that faiss was asked: {'yes' if same else 'NO'}\n")
    print("| | seconds | peak MB | pairs |\n|---|---|---|---|")
    for name, runs in found.items():
        seconds = sorted(each["seconds"] for each in runs)
        scaled = " (scaled)" if name != "cullr" and queries < chosen.count else ""
        count = f"{len(pairs[name]):,}" if not scaled else ""
        memory = max(each["memory"] for each in runs)
        print(f"| {name} | {seconds[len(seconds) // 2]:.2f}{scaled} | {memory:,.0f} | {count} |")
    print(f"\nfaiss ÷ cullr: {min(ratios):.1f}–{max(ratios):.1f}")
    out.write_text(json.dumps({"machine": contest.machine(), "same": same, "runs": found, "ratios": ratios}, indent=1))
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["side"]:
        side(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
