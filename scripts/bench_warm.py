"""A hundred thousand files: the first run, then one with nothing changed, then one with a thousand new."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benching import contest, corpus, options
from benching.measured import Run, run

LOOK = """
import os, sys
count = 0
folders = [sys.argv[1]]
while folders:
    with os.scandir(folders.pop()) as found:
        for entry in found:
            count += 1
            if entry.is_dir():
                folders.append(entry.path)
            entry.stat()
"""


def main() -> None:
    parser = options.parser(__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    chosen = parser.parse_args()
    work, out = options.prepared(chosen, "warm")
    old = corpus.tiny(work, chosen.count)
    new = corpus.tiny(work, chosen.new, first=10_000_000)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        scratch = Path(folder)
        root = scratch / "root"
        linked(old.folder, root)
        rows = {"cold": [cullr(root, scratch)]}
        rows["scandir and stat alone"] = [run([sys.executable, "-c", LOOK, str(root)]) for _ in range(chosen.rounds)]
        rows["nothing changed"] = [cullr(root, scratch) for _ in range(chosen.rounds)]
        linked(new.folder, root)
        rows[f"{chosen.new:,} new"] = [cullr(root, scratch)]
    tell(rows, old.files, out)


def linked(source: Path, target: Path) -> None:
    """The same files under another folder, without copying."""
    subprocess.run(["cp", "-al", f"{source}/.", str(target)], check=True)


def cullr(root: Path, scratch: Path) -> Run:
    words = [
        sys.executable,
        "-m",
        "cullr",
        "report",
        "--quiet",
        "--format",
        "json",
        "-o",
        str(scratch / "out"),
        str(root),
    ]
    done = run(words, os.environ | {"CULLR_CACHE": str(scratch / "cache"), "XDG_CONFIG_HOME": str(scratch)})
    if done.status:
        raise SystemExit(f"cullr failed ({done.status}): {done.said}")
    print(f"  {done.wall:.2f} s", flush=True)
    return done


def tell(rows: dict[str, list[Run]], files: int, out: Path) -> None:
    cold = rows["cold"][0].wall
    least = statistics.median(run.wall for run in rows["scandir and stat alone"])
    print(f"\n{files:,} files; {contest.machine()}\n")
    print("| run | wall s | CPU s | peak MB | cold ÷ this | beyond scandir and stat, s |\n|---|---|---|---|---|---|")
    for name, runs in rows.items():
        wall, cpu, memory = (
            statistics.median(getattr(run, each) for run in runs) for each in ("wall", "cpu", "memory")
        )
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:,.0f} | {cold / wall:.1f} | {wall - least:.2f} |")
    told = {
        name: [{"wall": each.wall, "cpu": each.cpu, "memory": each.memory} for each in runs]
        for name, runs in rows.items()
    }
    out.write_text(json.dumps({"machine": contest.machine(), "files": files, "runs": told}, indent=1))
    print(f"\nwritten: {out}")


if __name__ == "__main__":
    main()
