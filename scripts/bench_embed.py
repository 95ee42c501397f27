"""Pictures a second and memory: cullr's encoders, a plain open_clip loop in float32, and rclip itself, in one run.

`scripts/bench embed [FOLDER] [--count N] [--rounds N] [--no-rclip]`. The weights of ViT-B-32-256, rclip's model, are
drawn at random and saved: speed does not depend on them, and all ways load the same ones by path. rclip is installed
from the package index into an environment of its own in the cache folder and finds the same network, exported, where
its download would lie; its own loader threads, preprocessing and session run. Each way is a process that waits for its
turn: rounds are paired, A B C A B C, `faster` is the median of the rounds' ratios with the least and the most behind
it. Peak memory is that of the process. `cosine` is the worst to open_clip's float32 on the same pixels, `centred` the
same once the mean picture is taken off, since random weights make all alike.
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
ANSWER = "answer: "
RCLIP, ONNX = "rclip==3.3.0", ("onnx==1.23.2", "protobuf", "ml_dtypes")
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
Vectors = NDArray[np.float32]
Ways = tuple[dict[str, Callable[[], Vectors]], str]
"""What a process can be asked to do, and what it has to say of itself."""


def timed(work: Callable[[], Vectors]) -> dict[str, float]:
    """Seconds, and CPU seconds of this process and of workers that it has waited for."""
    before, begin = cpu(), time.perf_counter()
    count = len(work())
    return {"s": time.perf_counter() - begin, "cpu": cpu() - before, "count": count}


def cpu() -> float:
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime


def batches(rows: Any, size: int) -> list[Any]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def plain(paths: list[str], squares: Path, home: Path) -> Ways:
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

    def alone() -> Vectors:
        return np.concatenate([encode(part) for part in batches(ready, BATCH)])

    np.save(home / "plain.npy", alone())
    return {"whole": whole, "alone": alone}, ""


def ours(paths: list[str], squares: Path, home: Path, spec: str) -> Ways:
    from cullr import embed
    from cullr.pool import Job
    from cullr.pool.crew import Crew
    from cullr.pool.jobs import Square, Task
    from cullr.settings import Limits

    encoder, which = embed.load(spec)
    pixels = np.load(squares)
    if pixels.shape[1] != encoder.side:
        pixels = pixels[:, : encoder.side, : encoder.side]

    def alone() -> Vectors:
        return np.concatenate([encoder.encode(part) for part in batches(pixels, BATCH)])

    found = alone()
    if encoder.side == SIDE:
        np.save(home / "ours.npy", found)

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

    return {"whole": whole, "alone": alone}, which


def theirs(paths: list[str], squares: Path, _home: Path) -> Ways:
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

    return {"whole": whole, "alone": lambda: np.concatenate([encode(part) for part in batches(ready, size)])}, ""


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
            found[row] = np.asarray(image.convert("RGB").resize((SIDE, SIDE)))
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
        again(sys.executable, "export", home, [], PYTHONPATH=seen)
    return python


class Child:
    """This file once more for one way, as a process of its own that works when it is asked to."""

    def __init__(self, python: str, way: str, home: Path, paths: list[str], **variables: str) -> None:
        self._way, self._log = way, (home / f"{way}.log").open("w+")
        self._process = subprocess.Popen(
            [python, __file__, "--way", way, "--home", str(home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=os.environ | variables,
        )  # fmt: skip
        self.ready = self.ask(json.dumps(paths))

    def ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        while line := self._process.stdout.readline():
            if line.startswith(ANSWER):
                answer: dict[str, Any] = json.loads(line.removeprefix(ANSWER))
                return answer
        self._log.seek(0)
        raise SystemExit(f"{self._way}: {self._log.read()[-2000:]}")

    def end(self) -> None:
        self._process.communicate()


def again(python: str, way: str, home: Path, paths: list[str], **variables: str) -> None:
    Child(python, way, home, paths, **variables).end()


def worst(home: Path) -> tuple[float, float]:
    """The worst cosine of ours to the plain loop's, as they are and centred."""
    one, two = (np.load(home / name).astype(np.float64) for name in ("plain.npy", "ours.npy"))
    middle = one.mean(axis=0)

    def least(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())

    return least(one, two), least(one - middle, two - middle)


def table(rounds: list[dict[str, Any]], cosines: tuple[float, float], title: str) -> None:
    """`rounds` hold way → part → cost."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(
        "", "way", "pictures/s", "per CPU s", "faster", "faster, CPU", "peak MB", "cosine", "centred", title=title
    )
    for part, words in (("alone", "encode"), ("whole", "with decode")):
        for name in rounds[0] if part in rounds[0]["open_clip, float32"] else ():
            costs = [(each[name][part], each["open_clip, float32"][part]) for each in rounds]
            rates = [float(np.median([cost["count"] / cost[unit] for cost, _ in costs])) for unit in ("s", "cpu")]
            ratios = [
                [base[unit] / base["count"] * cost["count"] / cost[unit] for cost, base in costs]
                for unit in ("s", "cpu")
            ]
            judged = tuple(f"{each:.5f}" for each in cosines) if "ViT" in name and part == "alone" else ("", "")
            peak = max(each[name][part]["peak"] for each in rounds)
            shown.add_row(
                words, name, *(f"{rate:.1f}" for rate in rates),
                *(f"{np.median(ratio):.2f} × ({min(ratio):.1f}–{max(ratio):.1f})" for ratio in ratios),
                f"{peak:.0f}", *judged,
            )  # fmt: skip
    Console(width=140).print(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures a second: cullr, open_clip, rclip.")
    shared = Path(__file__).resolve().parents[2] / "shared" / "photos"
    parser.add_argument("folder", nargs="?", type=Path, default=shared)
    parser.add_argument("--count", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-rclip", dest="rclip", action="store_false")
    parser.add_argument("--parts", nargs="+", default=["alone", "whole"], choices=["alone", "whole"])
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        serve(options.way, options.home)
        return
    from cullr.machine import cache_folder

    home = cache_folder() / "bench-embed"
    home.mkdir(parents=True, exist_ok=True)
    every = sorted(str(path) for path in (options.folder / "bursts", options.folder) for path in path.rglob("*"))
    paths = [path for path in dict.fromkeys(every) if path.lower().endswith(ENDINGS)]
    paths = readable(paths)
    paths = [paths[len(paths) * place // options.count] for place in range(min(options.count, len(paths)))]
    again(sys.executable, "prepare", home, paths)
    children = {
        name: Child(sys.executable, way, home, paths)
        for name, way in (("open_clip, float32", "plain"), ("cullr, ViT-B-32", "ours"), ("cullr, built in", "builtin"))
    }
    if options.rclip:
        found = str(home / "rclip")
        children["rclip 3.3.0"] = Child(str(environment(home)), "theirs", home, paths, RCLIP_DATADIR=found)
    loads = [os.getloadavg()[0]]
    rounds: list[dict[str, Any]] = []
    for number in range(options.rounds):
        rounds.append({name: {} for name in children})
        for part in options.parts:
            for name, child in children.items():
                rounds[-1][name][part] = child.ask(part)
        print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
        loads.append(os.getloadavg()[0])
    for child in children.values():
        child.end()
    cores = len(os.sched_getaffinity(0))
    title = f"{len(paths)} pictures of {options.folder.name}, {len(rounds)} rounds, {cores} cores"
    table(rounds, worst(home), f"{title}, load {min(loads):.1f}–{max(loads):.1f}")
    print(children["cullr, ViT-B-32"].ready["said"])


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


def serve(way: str, home: Path) -> None:
    """The first line gives the paths; after that a line names what to do, and is answered with its cost."""
    paths, squares = json.loads(sys.stdin.readline()), home / "squares.npy"
    specs = {"ours": f"{MODEL}::{home / 'weights.pt'}", "builtin": "builtin"}
    found: Ways = ({}, "")
    if way == "prepare":
        prepare(paths, home)
    elif way == "export":
        export(home)
    elif way in specs:
        found = ours(paths, squares, home, specs[way])
    else:
        found = {"plain": plain, "theirs": theirs}[way](paths, squares, home)
    print(ANSWER + json.dumps({"said": found[1]}), flush=True)
    for line in sys.stdin:
        cost = timed(found[0][line.strip()])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(ANSWER + json.dumps(cost | {"peak": peak}), flush=True)


if __name__ == "__main__":
    main()
