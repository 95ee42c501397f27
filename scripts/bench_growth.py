"""A thousand to a million shots, all known to the index: CPU seconds and memory of each stage of a report, plotted."""

from __future__ import annotations

import gc
import importlib
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benching import contest, options
from benching.plot import Curve, svg

STAGES = {
    "scan": ("cullr.scan", "walk"),
    "reconcile": ("cullr.indexer.run", "reconcile"),
    "facts": ("cullr.indexer.facts:Gatherer", "facts"),
    "exact": ("cullr.match.exact", "match"),
    "looks (hash join)": ("cullr.match.phash", "match"),
    "bursts": ("cullr.match.burst", "match"),
    "groups": ("cullr.indexer.grouping", "groups"),
    "measures": ("cullr.indexer.measuring", "settle"),
    "shields": ("cullr.indexer.shielding:Shielding", "shielded"),
    "rules": ("cullr.session.decided:Judge", "ask"),
    "proposals": ("cullr.session.decided:Judge", "propose"),
    "report": ("cullr.report", "write"),
}


class Stopwatch:
    """CPU seconds of each stage, without those of the stages it called: others may be at work on this machine."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, float] = {}
        self._inner = [0.0]

    def watch(self, stage: str, place: str, name: str) -> None:
        module, _, inside = place.partition(":")
        home = importlib.import_module(module)
        home = getattr(home, inside) if inside else home
        setattr(home, name, self._timed(stage, getattr(home, name)))

    def _timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            began = time.process_time()
            self._inner.append(0.0)
            try:
                return work(*args, **more)
            finally:
                spent = time.process_time() - began
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - self._inner.pop()
                self._inner[-1] += spent
                self.peaks[stage] = memory()

        return timed


def memory() -> float:
    """The process' peak so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(root: Path, cache: Path, out: Path) -> None:
    """The report of a root that the index knows, in this process, its stages timed."""
    from cullr import report
    from cullr.cli.start import SELDOM
    from cullr.session import Session

    gc.set_threshold(*SELDOM)
    watch = Stopwatch()
    for stage, (place, name) in STAGES.items():
        watch.watch(stage, place, name)
    began, wall = time.process_time(), time.perf_counter()
    opened = Session.open([root])
    session = Session(opened.roots, opened.settings, cache, print, opened.progress)
    review, found = session.review()
    with (out.parent / "report.json").open("w") as stream:
        report.write(review, "json", stream)
    total, wall = time.process_time() - began, time.perf_counter() - wall
    seconds = {"everything": total} | {stage: watch.seconds.get(stage, 0.0) for stage in STAGES}
    peaks = {"everything": memory()} | watch.peaks
    told = {"shots": found.shots, "groups": len(review.groups), "wall": wall, "seconds": seconds, "megabytes": peaks}
    out.write_text(json.dumps(told))


def measured(count: int, work: Path) -> dict[str, Any]:
    from benching import rows

    with tempfile.TemporaryDirectory(dir=work) as folder:
        here = Path(folder)
        print(f"{count:,} shots: making files and rows …", flush=True)
        rows.tree(here / "root", count)
        rows.index(here / "root", here / "cache")
        subprocess.run(
            [sys.executable, __file__, "one", *map(str, (here / "root", here / "cache", here / "out"))], check=True
        )
        return dict(json.loads((here / "out").read_text()))


def growth(small: dict[str, Any], large: dict[str, Any], stage: str) -> float | None:
    """The exponent between two sizes: 1 is linear; n log n is 1.07 to 1.12 here. None where the clock is too coarse."""
    a, b = small["seconds"][stage], large["seconds"][stage]
    return math.log(b / a) / math.log(large["shots"] / small["shots"]) if min(a, b) > 0.005 else None


def main() -> None:
    parser = options.parser(__doc__)
    parser.add_argument("--shots", default="1000,10000,100000,1000000")
    parser.add_argument("--plot", type=Path, help="where the SVG goes (default: in --work)")
    chosen = parser.parse_args()
    work, out = options.prepared(chosen, "growth")
    found = [measured(int(count), work) for count in chosen.shots.split(",")]
    sizes = [each["shots"] for each in found]
    print(f"\n{contest.machine()}; CPU seconds, exponent of the last step\n")
    print(f"| stage | {' | '.join(f'{size:,}' for size in sizes)} | n^ |\n|---|{'---|' * len(sizes)}---|")
    for stage in found[0]["seconds"]:
        last = growth(found[-2], found[-1], stage) if len(found) > 1 else None
        cells = [f"{each['seconds'][stage]:.3f}" for each in found]
        print(f"| {stage} | {' | '.join(cells)} | {'' if last is None else f'{last:.2f}'} |")
    print("| wall seconds | " + " | ".join(f"{each['wall']:.2f}" for each in found) + " | |")
    print("| peak MB | " + " | ".join(f"{each['megabytes']['everything']:,.0f}" for each in found) + " | |")
    if len(found) > 1:
        more = found[-1]["megabytes"]["everything"] - found[0]["megabytes"]["everything"]
        print(f"\n{more * 1024 / (sizes[-1] - sizes[0]):.2f} KB a shot beyond the first {sizes[0]:,}")
    curves = [
        Curve(stage, [(each["shots"], max(each["seconds"][stage], 1e-3)) for each in found])
        for stage in found[0]["seconds"]
        if found[-1]["seconds"][stage] > 1e-3
    ]
    first, scale = sizes[0], 1e-2
    curves.append(Curve("n log n", [(n, scale * n * math.log(n) / (first * math.log(first))) for n in sizes], True))
    (chosen.plot or work / "growth.svg").write_text(svg("A report of shots the index knows", "shots", "CPU s", curves))
    out.write_text(json.dumps({"machine": contest.machine(), "sizes": found}, indent=1))
    print(f"\nwritten: {out}, {chosen.plot or work / 'growth.svg'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        one(*map(Path, sys.argv[2:5]))
    else:
        main()
