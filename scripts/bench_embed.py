"""Pictures a second and memory: cullr's encoders, a plain open_clip loop in float32, and rclip itself, in one run.

`scripts/bench embed [FOLDER] [--count N] [--no-rclip]`. The weights of ViT-B-32-256, rclip's model, are drawn at random
and saved: speed does not depend on them, and all ways load the same ones by path. rclip is installed from the package
index into an environment of its own in the cache folder and finds the same network, exported, where its download would
lie; its own loader threads, preprocessing and session run. Each way is a process: `s` and `CPU s` are of all pictures
after a first batch, the best of `--rounds`; peak memory is that of the process. `cosine` is the worst to open_clip's
float32 on the same pixels, `centred` the same once the mean picture is taken off, since random weights make all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL, SIDE, BATCH = "ViT-B-32-256", 256, 32
RCLIP, ONNX = "rclip==3.3.0", ("onnx==1.23.2", "protobuf", "ml_dtypes")
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
Vectors = NDArray[np.float32]


def timed(work: Callable[[], Vectors], rounds: int) -> dict[str, Any]:
    """The best of some rounds in CPU seconds, of this process and of workers that it has waited for."""
    best: dict[str, Any] = {}
    for _ in range(rounds):
        before, begin = cpu(), time.perf_counter()
        vectors = work()
        found = {"s": time.perf_counter() - begin, "cpu": cpu() - before, "count": len(vectors)}
        best = found if not best or found["cpu"] < best["cpu"] else best
    return best


def cpu() -> float:
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime


def batches(rows: Any, size: int) -> list[Any]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def plain(paths: list[str], squares: Path, home: Path, rounds: int) -> dict[str, Any]:
    """What open_clip's README does."""
    from PIL import Image

    from cullr.embed import extras

    torch, open_clip = extras.require("torch"), extras.require("open_clip")
    model, _, preprocess = open_clip.create_model_and_transforms(MODEL, pretrained=str(home / "weights.pt"))
    model.eval()

    def encode(tensors: list[Any]) -> Vectors:
        with torch.no_grad():
            found = model.encode_image(torch.stack(tensors))
            found /= found.norm(dim=-1, keepdim=True)
        rows: Vectors = found.numpy()
        return rows

    def whole() -> Vectors:
        return np.concatenate(
            [encode([preprocess(Image.open(path)) for path in part]) for part in batches(paths, BATCH)]
        )

    ready = [preprocess(Image.fromarray(square)) for square in np.load(squares)]
    np.save(home / "plain.npy", np.concatenate([encode(part) for part in batches(ready, BATCH)]))
    alone = timed(lambda: np.concatenate([encode(part) for part in batches(ready, BATCH)]), rounds)
    return {"whole": timed(whole, rounds), "alone": alone}


def ours(paths: list[str], squares: Path, home: Path, rounds: int, spec: str) -> dict[str, Any]:
    from cullr import embed
    from cullr.pool import Job
    from cullr.pool.crew import Crew
    from cullr.pool.jobs import Square, Task
    from cullr.settings import Limits

    encoder, which = embed.load(spec)
    pixels = np.load(squares)
    if pixels.shape[1] != encoder.side:
        pixels = pixels[:, : encoder.side, : encoder.side]
    found = np.concatenate([encoder.encode(part) for part in batches(pixels, BATCH)])
    if encoder.side == SIDE:
        np.save(home / "ours.npy", found)
    alone = timed(lambda: np.concatenate([encoder.encode(part) for part in batches(pixels, BATCH)]), rounds)

    def whole() -> Vectors:
        rows, pending = [], []
        shape = (-1, encoder.side, encoder.side, 3)
        with Crew(Limits()) as crew:
            square = Square(encoder.side, encoder.fit)
            for outcome in crew.run(Job.SQUARE, (Task(n, path, square=square) for n, path in enumerate(paths))):
                if isinstance(outcome.value, bytes):
                    pending.append(outcome.value)
                if len(pending) == BATCH:
                    rows.append(encoder.encode(np.frombuffer(b"".join(pending), np.uint8).reshape(shape)))
                    pending.clear()
            if pending:
                rows.append(encoder.encode(np.frombuffer(b"".join(pending), np.uint8).reshape(shape)))
        return np.concatenate(rows)

    return {"whole": timed(whole, rounds), "alone": alone, "said": which}


def theirs(paths: list[str], squares: Path, _home: Path, rounds: int) -> dict[str, Any]:
    """Run by rclip's own Python: what its `_index_images` does, without its database."""
    from PIL import Image  # rclip's
    from rclip import db, main, model  # type: ignore[import-not-found,unused-ignore]
    from rclip.utils.preprocess import preprocess  # type: ignore[import-not-found,unused-ignore]

    network = model.Model()
    size = 8  # its default
    database = db.DB(":memory:")
    tool = main.RClip(network, database, size, None)
    encode = network.compute_preprocessed_image_features
    ready = [preprocess(Image.fromarray(square)) for square in np.load(squares)]
    encode(ready[:size])

    def whole() -> Vectors:
        rows, pending = [], []
        for *_, picture in tool._load_images((path, {"modified_at": 0.0, "size": 0}) for path in paths):
            pending.append(picture)
            if len(pending) == size:
                rows.append(encode(pending, for_indexing=True))
                pending.clear()
        return np.concatenate([*rows, encode(pending)] if pending else rows)

    found = {"whole": timed(whole, rounds)}
    return found | {"alone": timed(lambda: np.concatenate([encode(part) for part in batches(ready, size)]), rounds)}


def prepare(paths: list[str], home: Path) -> None:
    """Weights, drawn at random once, and the squares that `alone` encodes."""
    from PIL import Image

    from cullr.embed import extras

    torch, open_clip = extras.require("torch"), extras.require("open_clip")
    torch.manual_seed(0)
    if not (home / "weights.pt").exists():
        torch.save(open_clip.create_model(MODEL).state_dict(), home / "weights.pt")
    found = np.empty((len(paths), SIDE, SIDE, 3), np.uint8)
    for row, path in enumerate(paths):
        with Image.open(path) as image:
            found[row] = image.convert("RGB").resize((SIDE, SIDE))
    np.save(home / "squares.npy", found)


def export(home: Path) -> None:
    """The same tower as ONNX, where rclip looks for what it would download."""
    from cullr.embed import extras

    torch, open_clip = extras.require("torch"), extras.require("open_clip")
    tower = open_clip.create_model(MODEL, pretrained=str(home / "weights.pt")).visual.eval()
    torch.backends.mha.set_fastpath_enabled(False)  # its operator has no ONNX form
    target = home / "rclip" / f"{MODEL}-datacomp_s34b_b86k" / "visual.onnx"
    target.parent.mkdir(parents=True, exist_ok=True)
    example = (torch.zeros(2, 3, SIDE, SIDE),)
    free = {"input": {0: "n"}, "output": {0: "n"}}
    part = target.with_suffix(".part")
    torch.onnx.export(
        tower, example, str(part), input_names=["input"], output_names=["output"], dynamic_axes=free, dynamo=False
    )
    part.replace(target)


def environment(home: Path) -> Path:
    """rclip's own Python, made on the first run."""
    python = home / "env" / "bin" / "python"
    if not (home / "env" / "ready").exists():
        venv.create(home / "env", with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", RCLIP], check=True)
        onnx = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(home / "onnx"), *ONNX]
        subprocess.run(onnx, check=True)
        (home / "env" / "ready").touch()
    if not list((home / "rclip").glob("*/visual.onnx")):
        seen = f"{home / 'onnx'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        again(sys.executable, "export", home, [], 1, PYTHONPATH=seen)
    return python


def again(python: str, way: str, home: Path, paths: list[str], rounds: int, **variables: str) -> dict[str, Any]:
    """This file once more for one way, as a process of its own."""
    command = [python, __file__, "--way", way, "--home", str(home), "--rounds", str(rounds)]
    done = subprocess.run(
        command, input="\n".join(paths), capture_output=True, text=True, check=False, env=os.environ | variables
    )
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return found


def worst(home: Path) -> tuple[float, float]:
    """The worst cosine of ours to the plain loop's, as they are and centred."""
    one, two = (np.load(home / name).astype(np.float64) for name in ("plain.npy", "ours.npy"))
    middle = one.mean(axis=0)

    def least(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())

    return least(one, two), least(one - middle, two - middle)


def table(results: dict[str, dict[str, Any]], cosines: tuple[float, float], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = Table(
        "", "way", "pictures/s", "per CPU s", "faster", "faster, CPU", "peak MB", "cosine", "centred", title=title
    )
    for part, words in (("alone", "encode"), ("whole", "with decode")):
        base = results["open_clip, float32"][part]
        for name, result in results.items():
            cost = result[part]
            rate, own = cost["count"] / cost["s"], cost["count"] / cost["cpu"]
            ratios = (base["s"] / base["count"] * rate, base["cpu"] / base["count"] * own)
            judged = tuple(f"{each:.5f}" for each in cosines) if "ViT" in name and part == "alone" else ("", "")
            shown.add_row(
                words, name, f"{rate:.1f}", f"{own:.1f}", *(f"{ratio:.2f} ×" for ratio in ratios),
                f"{result['peak']:.0f}", *judged,
            )  # fmt: skip
    Console(width=130).print(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures a second: cullr, open_clip, rclip.")
    shared = Path(__file__).resolve().parents[2] / "shared" / "photos"
    parser.add_argument("folder", nargs="?", type=Path, default=shared)
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-rclip", action="store_true")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        child(options.way, options.home, options.rounds)
        return
    from cullr.settings import cache_folder

    home = cache_folder() / "bench-embed"
    home.mkdir(parents=True, exist_ok=True)
    every = sorted(str(path) for path in (options.folder / "bursts", options.folder) for path in path.rglob("*"))
    paths = [path for path in dict.fromkeys(every) if path.lower().endswith(ENDINGS)]
    paths = readable(paths)[:: max(len(paths) // options.count, 1)][: options.count]
    again(sys.executable, "prepare", home, paths, 1)
    results = {}
    for name, way in (("open_clip, float32", "plain"), ("cullr, ViT-B-32", "ours"), ("cullr, built in", "builtin")):
        results[name] = again(sys.executable, way, home, paths, options.rounds)
    if not options.no_rclip:
        python = environment(home)
        results["rclip 3.3.0"] = again(
            str(python), "theirs", home, paths, options.rounds, RCLIP_DATADIR=str(home / "rclip")
        )
    load = os.getloadavg()[0]
    table(
        results,
        worst(home),
        f"{len(paths)} pictures of {options.folder.name}, {len(os.sched_getaffinity(0))} cores, load {load:.1f}",
    )
    print(results["cullr, ViT-B-32"]["said"])


def readable(paths: list[str]) -> list[str]:
    """Those every way can read, without warnings."""
    from PIL import Image

    fine = []
    for path in paths:
        try:
            with Image.open(path) as image:
                image.load()
                if image.mode == "RGB" and min(image.size) >= SIDE:
                    fine.append(path)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
    return fine


def child(way: str, home: Path, rounds: int) -> None:
    paths, squares = sys.stdin.read().split("\n"), home / "squares.npy"
    if way == "prepare":
        prepare(paths, home)
        return
    if way == "export":
        export(home)
        return
    specs = {"ours": f"{MODEL}::{home / 'weights.pt'}", "builtin": "builtin"}
    if way in specs:
        found = ours(paths, squares, home, rounds, specs[way])
    else:
        found = {"plain": plain, "theirs": theirs}[way](paths, squares, home, rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"peak": peak}))


if __name__ == "__main__":
    main()
